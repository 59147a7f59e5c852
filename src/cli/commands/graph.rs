//! `lab2nix graph`.

use std::fs;
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;

use super::{ATTENTION, Failure, different, insist, look_at_all, print, report_problems, stops, talk, together, write};
use crate::cli::{Cli, GraphArguments, GraphFormat};
use crate::files::{self, Disk, Replace};
use crate::graph::block::{self, Block};
use crate::graph::mermaid::{self, Flowchart};
use crate::graph::{Graph, dot, html, svg};
use crate::neighbours::Hosts;
use crate::place::Place;
use crate::problem::{Id, Problem};
use crate::source::{Files as _, Source};
use crate::{pipeline, proof, visible};

/// Draws labs.
pub(super) fn graph(cli: &Cli, arguments: &GraphArguments) -> Result<u8, Failure> {
    let hosts = if arguments.several_hosts { Hosts::OneEach } else { Hosts::One };
    let is_format = |path: &Path| path.to_str().is_some_and(|word| GraphFormat::from_str(word, true).is_ok());
    let specs = look_at_all(&arguments.specs).map_err(|error| match error {
        Failure::NoSpec { path, .. } if is_format(&path) => Failure::Format { path },
        other => other,
    })?;
    let (joined, problems) = together(&specs, hosts);
    report_problems(cli, &problems, Some(joined.source()));
    if stops(cli, &problems) {
        return Ok(ATTENTION);
    }
    let labs = specs.iter().map(|(_, checked)| Ok(checked.lab()?.0)).collect::<Result<Vec<_>, pipeline::Error>>()?;
    let graph = Graph::new(&labs, hosts);
    let text = match arguments.format {
        GraphFormat::Mermaid => flowchart(cli, &graph),
        GraphFormat::Dot => dot::print(&graph),
        GraphFormat::Svg => svg::draw(&graph),
        GraphFormat::Html => html::print(&graph),
    };
    match &arguments.into {
        Some(document) => into(cli, arguments, document, &text),
        None => print(&text).map(|()| 0),
    }
}

/// A flowchart; says so where Mermaid will not draw it.
fn flowchart(cli: &Cli, graph: &Graph) -> String {
    let chart = mermaid::print(graph);
    if chart.is_too_large() {
        let Flowchart { text, edges } = &chart;
        let (most, longest) = (mermaid::MOST_EDGES, mermaid::MOST_CHARACTERS);
        let has = format!("{edges} lines and {} characters", text.encode_utf16().count());
        let way = "`--format svg` has no limit";
        talk(
            cli,
            &format!("note: the graph has {has}, but Mermaid draws at most {most} and {longest} by default: {way}\n"),
        );
    }
    chart.text
}

/// Puts the graph into a document, or says how that differs.
fn into(cli: &Cli, arguments: &GraphArguments, path: &Path, text: &str) -> Result<u8, Failure> {
    let language = match arguments.format {
        GraphFormat::Mermaid => "mermaid",
        GraphFormat::Dot => "dot",
        GraphFormat::Svg => {
            let way = "write the picture to a file, `--format svg > lab.svg`, and show it: `![The lab](lab.svg)`";
            return Err(Failure::NotInText { way });
        }
        GraphFormat::Html => {
            let way = "write the page to a file, `--format html > lab.html`, and link to it: `[The lab](lab.html)`";
            return Err(Failure::NotInText { way });
        }
    };
    let dir = files::directory(path);
    let name = path.file_name().unwrap_or(path.as_os_str());
    let own = command(arguments, |spec| relative(spec, dir), Path::new(name));
    if !block::can_stand_in_comment(&own) {
        return Err(Failure::NoComment { command: own });
    }
    let before = match read(path, &own)? {
        Ok(before) => before,
        Err(problem) => {
            report_problems(cli, &[*problem], None);
            return Ok(ATTENTION);
        }
    };
    let block = match Block::find(&before, &own) {
        Ok(block) => block,
        Err(problem) => {
            // It is no spec, but it has lines to point at.
            let (document, _) = Source::read(visible::path(path), before);
            report_problems(cli, &[*problem], Some(&document));
            return Ok(ATTENTION);
        }
    };
    let content = format!("```{language}\n{text}```\n");
    let after = block.filled(&before, &content);
    let shown = visible::path(path);
    if after == before {
        if !arguments.check {
            talk(cli, &format!("{shown} is up to date\n"));
        }
        return Ok(0);
    }
    if arguments.check {
        print(&files::diff(&path.display().to_string(), &before, &after))?;
        let command = command(arguments, Path::to_owned, path);
        insist(cli, &format!("{shown} is out of date; run: lab2nix graph {}\n", visible::line(&command)));
        return Ok(ATTENTION);
    }
    let name = name.to_string_lossy();
    let proven = proof::kept_document(&name, after, &before, &own, &content).map_err(pipeline::Error::from)?;
    Ok(if write(cli, dir, &[proven], Replace::Everything)?.is_some() { 0 } else { ATTENTION })
}

/// Reads a document, or says what is wrong with it as a whole.
fn read(path: &Path, own: &str) -> Result<Result<String, Box<Problem>>, Failure> {
    let problem = |message: &str, help: String| {
        let place = Place::File(path.display().to_string());
        Ok(Err(Box::new(Problem::new(Id::GraphBlock, place, message).help(help))))
    };
    if path.is_symlink() {
        let target =
            fs::canonicalize(path).map_or_else(|_| "a file".to_owned(), |target| format!("`{}`", target.display()));
        return problem("the document is a symbolic link", format!("name what it leads to: {target}"));
    }
    if !path.exists() {
        let lines = format!("`{}` and `{}`", block::first_line(own), block::END);
        return problem(
            "there is no such document",
            format!("create it, with the lines {lines} where the graph belongs"),
        );
    }
    let bytes = Disk::default().read(path).map_err(|source| files::Error::Read { path: path.to_owned(), source })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Ok(text)),
        Err(_) => problem("the document is not UTF-8", "save it as UTF-8".to_owned()),
    }
}

/// What is said after `lab2nix graph`.
fn command(arguments: &GraphArguments, spec: impl Fn(&Path) -> PathBuf, document: &Path) -> String {
    let mut words: Vec<String> =
        different(&arguments.specs).map(|path| visible::shell(&spec(path).to_string_lossy())).collect();
    match arguments.format {
        GraphFormat::Mermaid => {}
        GraphFormat::Dot => words.push("--format dot".to_owned()),
        GraphFormat::Svg => words.push("--format svg".to_owned()),
        GraphFormat::Html => words.push("--format html".to_owned()),
    }
    if arguments.several_hosts {
        words.push("--several-hosts".to_owned());
    }
    words.push(format!("--into {}", visible::shell(&document.to_string_lossy())));
    words.join(" ")
}

/// A path as it is said in a directory; as it is, where one of the two is not there.
fn relative(path: &Path, dir: &Path) -> PathBuf {
    let (Ok(whole), Ok(dir)) = (fs::canonicalize(path), fs::canonicalize(dir)) else { return path.to_owned() };
    let common = whole.components().zip(dir.components()).take_while(|(one, other)| one == other).count();
    let up = dir.components().skip(common).map(|_| Path::new(".."));
    up.chain(whole.components().skip(common).map(|step| Path::new(step.as_os_str()))).collect()
}
