//! What each command does. Results go to standard output, problems and talk to standard error, whoever reads them: the two are
//! never on one stream.

mod activate;
mod add;
mod check;
mod edit;
mod explain;
mod generate;
mod git;
mod graph;
pub(super) mod import;
mod init;
mod inspect;
mod inventory;
mod man;
mod operate;
mod plan;
mod rename;
mod save;
mod schema;
mod summary;
pub(super) mod xml;

use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::ffi::OsString;
use std::fs;
use std::io::{self, IsTerminal as _, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::ErrorKind;

use super::{Cli, Command, Deny, call, help, refused, spec};
use crate::activation::{settings, wanted};
use crate::edit as editing;
use crate::files::{self, Disk, Outcome, Replace, State};
use crate::gentle;
use crate::inventory::{choice, hypervisor};
use crate::neighbours::Hosts;
use crate::nix::host::{HOST_DIRECTORY, is_host_file};
use crate::pipeline::{self, Checked};
use crate::problem::{Problem, Problems, Severity};
use crate::proof::Proven;
use crate::report::{self, Format};
use crate::source::{Joined, Source};
use crate::{virsh, visible};

/// The spec or the files need attention.
const ATTENTION: u8 = 1;
/// Usage, or something outside the spec failed.
const FAILURE: u8 = 2;

/// Runs the command, and reports how it went.
#[must_use]
pub fn run(cli: &Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            let causes = iter::successors(failure.source(), |error: &&dyn StdError| (*error).source());
            let causes: Vec<String> = causes.map(ToString::to_string).collect();
            say(&report::failure(&failure.to_string(), &causes, cli.message_format));
            // What a guest does not do waits for its owner: the host's service does not try it again by itself.
            let is_of_guests = matches!(failure, Failure::Gentle { failure: gentle::apply::Failure::Guests { .. } });
            ExitCode::from(if is_of_guests { ATTENTION } else { FAILURE })
        }
    }
}

/// Reports that the arguments make no sense; or prints the help that they ask for.
pub(super) fn refuse(error: &clap::Error, arguments: &[OsString], format: Format) -> ExitCode {
    let is_help = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand && format == Format::Human;
    if !error.use_stderr() || is_help {
        error.exit();
    }
    say(&report::failure(&refused::message(error, arguments), &[], format));
    ExitCode::from(FAILURE)
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
enum Failure {
    #[error(transparent)]
    Files(#[from] files::Error),
    #[error(transparent)]
    Pipeline(#[from] pipeline::Error),
    #[error("cannot write to standard output")]
    Output(#[from] io::Error),
    #[error(transparent)]
    Edit(#[from] editing::Error),
    #[error(transparent)]
    Virsh(#[from] virsh::Error),
    #[error("{0}; `lab2nix plan --from` compares without libvirt")]
    PlanWithoutVirsh(virsh::Error),
    #[error(transparent)]
    Wanted(#[from] wanted::Error),
    #[error("{failure}; no running domain was powered off, and NixVirt has not run")]
    Gentle { failure: gentle::apply::Failure },
    #[error("cannot write `{}`", visible::path(path))]
    State { path: PathBuf, source: io::Error },
    #[error("there is no directory for libvirt's embedded driver")]
    Workshop(#[source] io::Error),
    #[error("cannot use `{}`", visible::path(path))]
    Settings { path: PathBuf, source: settings::Error },
    #[error("`{}` is not a file in which the host's module describes its activations", visible::path(path))]
    Activation { path: PathBuf, source: serde_json::Error },
    #[error("cannot read the spec at `{revision}`: {why}")]
    Git { revision: String, why: String },
    #[error("`--from SPEC` compares a single spec; for several, use `--from git:REV`")]
    SeveralSpecs,
    #[error("only `plan` takes a consequence as `--deny`")]
    DenyOfPlan,
    #[error("there is no problem or consequence `{name}`: {help}")]
    UnknownProblem { name: String, help: String },
    #[error("there is no `{name}` to import: {help}")]
    UnknownOriginal { name: String, help: String },
    #[error("`{}` already is the spec of lab `{lab}`: leave `--lab` out", visible::path(path))]
    OtherLab { path: PathBuf, lab: String },
    #[error(
        "{missing}; `lab2nix gen` and a switch create it, and `lab2nix plan --connect {connection}` shows what else a switch does there"
    )]
    NotThere { missing: String, connection: String },
    #[error("there is no domain `{name}`")]
    NoDomain { name: String },
    #[error("the address of `{name}` is not known: give one of its interfaces an `ip`, or `forwards` of port 22")]
    NoAddress { name: String },
    #[error(
        "the display of `{name}` listens nowhere (`\"listen\": \"none\"`): only a viewer on its host can open it; `lab2nix view {name}` there does"
    )]
    NoDisplay { name: String },
    #[error("`{program}` is not installed: install it, or use `--print` to see its command line")]
    NoProgram { program: String },
    #[error("the lab has no domain to save: templates and imported domains have to be selected with `--only`")]
    NothingToSave,
    #[error("there is no save `{name}`: {help}")]
    UnknownSave { name: String, help: String },
    #[error("there are {count} saves `{name}`: select the domains with `--only`, or one lab with `--spec`")]
    SeveralSaves { name: String, count: usize },
    #[error("{lost}; `lab2nix restore {name} --force` restores without asking")]
    Unasked { name: String, lost: String },
    #[error("`--out` is for the files of `--format rdp`; what the other formats print can go into a file: `> FILE`")]
    OutOfRdp,
    #[error("cannot handle signals")]
    Signals(#[source] ctrlc::Error),
    #[error("`--into` works with Mermaid and DOT, which are text: {way}")]
    NotInText { way: &'static str },
    #[error("`{}` cannot be written in a comment of the document: give the file another name", visible::line(command))]
    NoComment { command: String },
    #[error("{message}")]
    NoSpec { path: PathBuf, message: String },
    #[error("there is no spec `{0}`: a revision is `git:{0}`", visible::path(path))]
    NoFormerSpec { path: PathBuf },
    #[error("there is no spec `{0}`: a format is an option, `--format {0}`", visible::path(path))]
    Format { path: PathBuf },
    #[error("`{word}` is a spec, where names of domains are wanted: write `--spec {}`", visible::shell(word))]
    SpecForDomain { word: String },
    #[error("`gen -` needs `--out DIR`: there is no directory beside standard input")]
    NoDirectory,
    #[error("the lab has no object `{name}`: {help}")]
    UnknownObject { name: String, help: String },
    #[error(transparent)]
    Choice(#[from] choice::Error),
    #[error(transparent)]
    Hypervisor(#[from] hypervisor::NotAUri),
    #[error(
        "the remote desktops of {domains} are several files: give a directory with `--out DIR`, or select one domain with `--only NAME`"
    )]
    SeveralFiles { domains: String },
    #[error("none of the domains installs itself: give them `unattended` in the spec; `lab2nix up` starts them")]
    NothingInstalls,
    #[error("there is no remote desktop: the `os` of {domains} is not Windows")]
    NoWindows { domains: String },
    #[error("the remote desktop of {domains} cannot be reached: {help}")]
    NoDesktop { domains: String, help: &'static str },
    #[error("cannot write `{}`", visible::path(path))]
    Write { path: PathBuf, source: io::Error },
    #[error(
        "`{command}` would be a directory with the pages of all commands: `lab2nix {command} --help` explains the command; `lab2nix man DIR` writes the pages, and `man DIR/lab2nix-{command}.1` shows its page"
    )]
    PageOfCommand { command: String },
    #[error("`{}` is a file: name a directory", visible::path(path))]
    NoDirectoryThere { path: PathBuf },
    #[error("`{}` already exists and differs: `--force` replaces it", visible::path(path))]
    Differs { path: PathBuf },
}

fn dispatch(cli: &Cli) -> Result<u8, Failure> {
    let is_plan = matches!(cli.command, Command::Plan(_));
    if !is_plan && cli.deny.iter().any(|deny| *deny != Deny::Warnings) {
        return Err(Failure::DenyOfPlan);
    }
    match &cli.command {
        Command::Init(arguments) => return init::init(cli, arguments),
        Command::Add(arguments) => return add::add(cli, arguments),
        Command::Rename(arguments) => return rename::rename(cli, arguments),
        Command::Gen(arguments) => return generate::generate(cli, arguments),
        Command::Xml(arguments) => return xml::xml(cli, arguments),
        Command::Check(arguments) => return check::check(cli, arguments),
        Command::Activate(arguments) => return activate::activate(arguments),
        Command::Plan(arguments) => return plan::plan(cli, arguments),
        Command::Save(arguments) => return save::save(cli, arguments),
        Command::Restore(arguments) => return save::restore(cli, arguments),
        Command::Saves(arguments) => return save::saves(cli, arguments),
        Command::Forget(arguments) => return save::forget(cli, arguments),
        Command::Import(arguments) => return import::import(cli, arguments),
        Command::Status(arguments) => return operate::status(cli, arguments),
        Command::Up(arguments) => return operate::up(cli, arguments),
        Command::Install(arguments) => return operate::install(cli, arguments),
        Command::Down(arguments) => return operate::down(cli, arguments),
        Command::Restart(arguments) => return operate::restart(cli, arguments),
        Command::Wait(arguments) => return operate::wait(cli, arguments),
        Command::Run(arguments) => return operate::run(cli, arguments),
        Command::Console(arguments) => return operate::console(cli, arguments),
        Command::Ssh(arguments) => return operate::ssh(cli, arguments),
        Command::View(arguments) => return operate::view(cli, arguments),
        Command::Inspect(arguments) => return inspect::inspect(cli, arguments),
        Command::Inventory(arguments) => return inventory::inventory(cli, arguments),
        Command::Schema(arguments) => print(&schema::text(arguments))?,
        Command::Graph(arguments) => return graph::graph(cli, arguments),
        Command::Explain(arguments) => explain::explain(arguments)?,
        Command::Completions { shell } => print(&help::registration(*shell)?)?,
        Command::Man { dir } => return man::man(cli, dir.as_deref()),
    }
    Ok(0)
}

/// Prints a result: for a program as it is, for a person such as can be seen.
fn print(text: &str) -> Result<(), Failure> {
    print_as_it_is(&if io::stdout().is_terminal() { visible::lines(text) } else { text.into() })
}

/// Prints a result. A reader that stops reading is no failure: the command finishes its other work.
fn print_as_it_is(text: &str) -> Result<(), Failure> {
    is_read(text).map(drop)
}

/// The same, and whether there is still a reader.
fn is_read(text: &str) -> Result<bool, Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Tells something that is neither a result nor a problem, in lines.
fn talk(cli: &Cli, text: &str) {
    if !cli.quiet {
        insist(cli, text);
    }
}

/// The same of something that is a result, or says why there is none.
fn insist(cli: &Cli, text: &str) {
    say(&report::note(text, cli.message_format));
}

/// Prints a message that is no result, with commands as they are called here.
fn say(text: &str) {
    say_as_it_is(&call::spelt(text));
}

/// Prints a message that is no result. A closed standard error is no failure.
fn say_as_it_is(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Reads and checks a spec, and reports its problems. Returns `None` when it needs attention.
fn read(cli: &Cli, spec: &Path) -> Result<Option<Checked>, Failure> {
    Ok(read_source(cli, spec)?.map(|(_, checked)| checked))
}

/// The same, with its text.
fn read_source(cli: &Cli, spec: &Path) -> Result<Option<(Source, Checked)>, Failure> {
    let (source, checked) = look_at(spec)?;
    report_problems(cli, &checked.problems, Some(&source));
    Ok((!stops(cli, &checked.problems)).then_some((source, checked)))
}

/// The same for several specs, each once, however often it is named.
fn read_all(cli: &Cli, specs: &[PathBuf]) -> Result<Option<Vec<(Source, Checked)>>, Failure> {
    let read: Vec<_> = different(specs).map(|spec| read_source(cli, spec)).collect::<Result<_, _>>()?;
    Ok(read.into_iter().collect())
}

/// The specs, each once, however often it is named.
fn different(specs: &[PathBuf]) -> impl Iterator<Item = &PathBuf> {
    let mut known = BTreeSet::new();
    specs.iter().filter(move |spec| known.insert(fs::canonicalize(spec).unwrap_or_else(|_| PathBuf::clone(spec))))
}

/// The bytes of a spec; where it is not there, says what may be meant.
fn read_bytes(spec: &Path) -> Result<Vec<u8>, Failure> {
    files::read_spec(spec).map_err(|error| match error {
        files::Error::Read { path, source } if source.kind() == io::ErrorKind::NotFound => {
            Failure::NoSpec { message: spec::missing(&path), path }
        }
        other => other.into(),
    })
}

/// Reads and checks a spec, and reports nothing.
fn look_at(spec: &Path) -> Result<(Source, Checked), Failure> {
    let bytes = read_bytes(spec)?;
    let (source, problems) = Source::with_includes(spec, bytes, &Disk::default());
    let checked = pipeline::check(&source, problems);
    Ok((source, checked))
}

/// The same for several specs, each once.
fn look_at_all(specs: &[PathBuf]) -> Result<Vec<(Source, Checked)>, Failure> {
    different(specs).map(|spec| look_at(spec)).collect()
}

/// The problems of specs, and those that they have with each other.
fn together(specs: &[(Source, Checked)], hosts: Hosts) -> (Joined<'_>, Problems) {
    pipeline::check_together(specs.iter().map(|(source, checked)| (source, checked)), hosts)
}

/// Whether there is an error among problems, or a warning where these are denied, which is said.
fn stops(cli: &Cli, problems: &[Problem]) -> bool {
    let has_error = problems.iter().any(|problem| problem.id.severity() == Severity::Error);
    let is_denied = !has_error && !problems.is_empty() && cli.deny.contains(&Deny::Warnings);
    if is_denied {
        insist(cli, "denied: warnings\n");
    }
    has_error || is_denied
}

/// Reports problems.
fn report_problems(cli: &Cli, problems: &[Problem], source: Option<&Source>) {
    if problems.is_empty() {
        return;
    }
    let color = cli.message_format == Format::Human && report::stderr_wants_color();
    let mut text = report::render(&call::spelt_in(problems), source, cli.message_format, color);
    if cli.message_format == Format::Human {
        text.push_str(&report::summary(problems));
        text.push('\n');
    }
    say_as_it_is(&text);
}

/// Refuses a file where a directory is wanted.
fn directory_wanted(path: &Path) -> Result<(), Failure> {
    if path.is_file() { Err(Failure::NoDirectoryThere { path: path.to_owned() }) } else { Ok(()) }
}

/// The spec that is changed where its path is a symbolic link: what that leads to, and the link stays.
fn behind_links(path: &Path) -> Result<PathBuf, Failure> {
    files::behind_links(path).map_err(|source| Failure::Write { path: path.to_owned(), source })
}

/// Writes files, and says which, or that all are up to date. Returns what was there before, or `None` when they may not be written.
fn write(cli: &Cli, dir: &Path, files: &[Proven], replace: Replace) -> Result<Option<Vec<State>>, Failure> {
    let states = put(cli, dir, files, replace)?;
    if states.as_ref().is_some_and(|states| states.iter().all(|state| *state == State::UpToDate)) {
        talk(cli, &format!("{} is up to date\n", visible::path(dir)));
    }
    Ok(states)
}

/// The same without a word of all.
fn put(cli: &Cli, dir: &Path, files: &[Proven], replace: Replace) -> Result<Option<Vec<State>>, Failure> {
    match files::write(dir, files, replace)? {
        Outcome::Refused(problems) => {
            report_problems(cli, &problems, None);
            Ok(None)
        }
        Outcome::Written(states) => {
            let said = |name: &str| {
                let path = dir.join(name);
                visible::path(path.strip_prefix(".").unwrap_or(&path))
            };
            // The files of the host's module are one thing, unless all is asked for.
            let mut host = None;
            for (file, state) in files.iter().zip(&states) {
                let is_written = matches!(state, State::Missing | State::Differs { .. });
                match (is_written, cli.verbose) {
                    (true, false) if is_host_file(file.name()) => host = Some(HOST_DIRECTORY),
                    (true, _) => talk(cli, &format!("wrote {}\n", said(file.name()))),
                    (false, true) => talk(cli, &format!("{} is up to date\n", said(file.name()))),
                    (false, false) => {}
                }
            }
            if let Some(host) = host {
                talk(cli, &format!("wrote {}\n", said(host)));
            }
            Ok(Some(states))
        }
    }
}
