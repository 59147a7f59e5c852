//! What each command does. Results go to standard output, talk to standard error.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::CommandFactory;

use super::{Cli, Command, Deny, Gen, Xml};
use crate::files::{self, Outcome, Replace, State};
use crate::libvirt::vocabulary::Vocabulary;
use crate::pipeline::{self, Checked};
use crate::problem::{Id, Problem, Severity, did_you_mean, quoted_list};
use crate::proof::Proven;
use crate::report::{self, Format};
use crate::source::Source;
use crate::spec::{reference, schema};

/// The spec or the files need attention.
const ATTENTION: u8 = 1;
/// Usage, or something outside the spec failed.
const FAILURE: u8 = 2;

/// Does what the command line says, and tells how it went.
#[must_use]
pub fn run(cli: &Cli) -> ExitCode {
    match dispatch(cli) {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            let mut text = format!("error: {failure}\n");
            let mut cause = failure.source();
            while let Some(error) = cause {
                let _ = writeln!(text, "  caused by: {error}");
                cause = error.source();
            }
            talk(&text);
            ExitCode::from(FAILURE)
        }
    }
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
    #[error("there is no problem `{name}`: {help}")]
    UnknownProblem { name: String, help: String },
    #[error("the lab has no object `{name}`: {help}")]
    UnknownObject { name: String, help: String },
}

fn dispatch(cli: &Cli) -> Result<u8, Failure> {
    match &cli.command {
        Command::Gen(arguments) => return generate(cli, arguments),
        Command::Xml(arguments) => return xml(cli, arguments),
        Command::Check { spec } => return Ok(read(cli, spec)?.map_or(ATTENTION, |_| 0)),
        Command::Schema { markdown: false } => print(&schema::schema_text())?,
        Command::Schema { markdown: true } => print(&reference::reference())?,
        Command::Explain { problem: None } => {
            let summary = |id: &Id| id.explanation().lines().next().unwrap_or_default().to_owned();
            let lines = Id::ALL.iter().map(|id| format!("{:<24} {}\n", id.name(), summary(id)));
            print(&lines.collect::<String>())?;
        }
        Command::Explain { problem: Some(name) } => {
            let id = Id::from_name(name).ok_or_else(|| Failure::UnknownProblem {
                name: name.clone(),
                help: did_you_mean(name, Id::ALL.iter().map(|id| id.name())),
            })?;
            print(&explanation(id))?;
        }
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "lab2nix", &mut text);
            print(&String::from_utf8_lossy(&text))?;
        }
        Command::Man => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut text)?;
            print(&String::from_utf8_lossy(&text))?;
        }
    }
    Ok(0)
}

fn explanation(id: Id) -> String {
    let severity = match id.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    format!("{severity}[{}]\n\n{}\n", id.name(), id.explanation())
}

/// Prints a result. Whoever stops reading has seen enough: what else there is to do is done all the same.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        Err(_) | Ok(()) => Ok(()),
    }
}

/// Says something that is no result. Nobody listening is no failure.
fn talk(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Reads and checks a spec, and tells of its problems. `None` when it needs attention.
fn read(cli: &Cli, spec: &Path) -> Result<Option<Checked>, Failure> {
    let (name, bytes) = files::read_spec(spec)?;
    let (source, problems) = Source::from_bytes(name, bytes);
    let checked = pipeline::check(&source, problems);
    tell(cli, &checked.problems, Some(&source))?;
    let denied = cli.deny == Some(Deny::Warnings) && !checked.problems.is_empty();
    Ok((checked.is_sound() && !denied).then_some(checked))
}

/// Tells of problems: for people on standard error, for programs on standard output.
fn tell(cli: &Cli, problems: &[Problem], source: Option<&Source>) -> Result<(), Failure> {
    if problems.is_empty() {
        return Ok(());
    }
    let color = cli.message_format == Format::Human && report::stderr_wants_color();
    let text = report::render(problems, source, cli.message_format, color);
    match cli.message_format {
        Format::Human => talk(&format!("{text}{}\n", report::summary(problems))),
        Format::Json | Format::Github => print(&text)?,
    }
    Ok(())
}

fn generate(cli: &Cli, arguments: &Gen) -> Result<u8, Failure> {
    let Some(checked) = read(cli, &arguments.spec)? else {
        return Ok(ATTENTION);
    };
    let spec = arguments.spec.file_name().unwrap_or(arguments.spec.as_os_str()).to_string_lossy();
    let files = pipeline::generate(&checked, &spec)?;
    let dir = arguments.out.clone().unwrap_or_else(|| beside(&arguments.spec));
    if arguments.check {
        return compare(cli, arguments, &dir, &files);
    }
    if arguments.diff {
        print_changes(cli, &dir, &files, &files::compare(&dir, &files, Replace::Marked)?)?;
    }
    tell_of_xml(&checked)?;
    write(cli, &dir, &files, Replace::Marked)
}

/// Writes files, and tells which.
fn write(cli: &Cli, dir: &Path, files: &[Proven], replace: Replace) -> Result<u8, Failure> {
    match files::write(dir, files, replace)? {
        Outcome::Refused(problems) => {
            tell(cli, &problems, None)?;
            if replace == Replace::Nothing {
                talk("nothing was written; `--force` replaces files\n");
            }
            Ok(ATTENTION)
        }
        Outcome::Written(states) => {
            for (file, state) in files.iter().zip(&states) {
                let path = dir.join(file.name());
                match state {
                    State::Missing | State::Differs { .. } => talk(&format!("wrote {}\n", path.display())),
                    State::UpToDate | State::Foreign => {}
                }
            }
            if states.iter().all(|state| *state == State::UpToDate) {
                talk(&format!("{} is up to date\n", dir.display()));
            }
            Ok(0)
        }
    }
}

/// Says which objects are written as XML, and why.
fn tell_of_xml(checked: &Checked) -> Result<(), Failure> {
    let (lab, objects) = checked.lab()?;
    let version = Vocabulary::of(lab.target.nixvirt).version();
    for (what, name, definition) in objects.definitions().filter(|(.., definition)| !definition.lacking.is_empty()) {
        let lacking = quoted_list(definition.lacking.iter().map(String::as_str));
        talk(&format!("note: {what} `{name}` is written as XML: NixVirt {version} does not write {lacking}\n"));
    }
    Ok(())
}

fn xml(cli: &Cli, arguments: &Xml) -> Result<u8, Failure> {
    let (spec, names) = match arguments.arguments.as_slice() {
        [spec, names @ ..] if spec.ends_with(".json") => (Path::new(spec), names),
        names => (Path::new("lab.json"), names),
    };
    let Some(checked) = read(cli, spec)? else {
        return Ok(ATTENTION);
    };
    let documents = chosen(pipeline::documents(&checked)?, names)?;
    if let Some(dir) = &arguments.out {
        return write(cli, dir, &documents, if arguments.force { Replace::Everything } else { Replace::Nothing });
    }
    let text = match documents.as_slice() {
        [one] => one.text().to_owned(),
        many => many.iter().map(|file| format!("<!-- {} -->\n{}", file.name(), file.text())).collect(),
    };
    print(&text)?;
    Ok(0)
}

/// Those documents that have one of the names; all where there are no names.
fn chosen(documents: Vec<Proven>, names: &[String]) -> Result<Vec<Proven>, Failure> {
    let is = |file: &Proven, name: &str| {
        let path = file.name().trim_end_matches(".xml");
        path == name || path.strip_suffix(name).is_some_and(|above| above.ends_with('/'))
    };
    if let Some(unknown) = names.iter().find(|name| !documents.iter().any(|file| is(file, name))) {
        let known = documents.iter().filter_map(|file| file.name().trim_end_matches(".xml").rsplit('/').next());
        return Err(Failure::UnknownObject { name: unknown.clone(), help: did_you_mean(unknown, known) });
    }
    let wanted = |file: &Proven| names.is_empty() || names.iter().any(|name| is(file, name));
    Ok(documents.into_iter().filter(wanted).collect())
}

/// `generated` beside the spec.
fn beside(spec: &Path) -> PathBuf {
    spec.parent().unwrap_or(Path::new("")).join("generated")
}

/// Says how the files differ from what they should be; writes nothing.
fn compare(cli: &Cli, arguments: &Gen, dir: &Path, files: &[Proven]) -> Result<u8, Failure> {
    let states = files::compare(dir, files, Replace::Marked)?;
    if states.iter().all(|state| *state == State::UpToDate) {
        return Ok(0);
    }
    tell(cli, &files::foreign_files(dir, files, &states), None)?;
    print_changes(cli, dir, files, &states)?;
    let out = arguments.out.as_ref().map(|out| format!(" --out {}", quoted(out))).unwrap_or_default();
    talk(&format!("{} is out of date; run: lab2nix gen {}{out}\n", dir.display(), quoted(&arguments.spec)));
    Ok(ATTENTION)
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '+' | '=' | ':' | ',');
    if !text.is_empty() && text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Prints what changes, where programs do not read problems from standard output.
fn print_changes(cli: &Cli, dir: &Path, files: &[Proven], states: &[State]) -> Result<(), Failure> {
    let mut text = String::new();
    for (file, state) in files.iter().zip(states) {
        let old = match state {
            State::UpToDate | State::Foreign => continue,
            State::Missing => "",
            State::Differs { old } => old,
        };
        text.push_str(&files::diff(&dir.join(file.name()).display().to_string(), old, file.text()));
    }
    match cli.message_format {
        Format::Human => print(&text)?,
        Format::Json | Format::Github => talk(&text),
    }
    Ok(())
}
