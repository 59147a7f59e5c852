//! Random labs, what has to hold of them, and the shortest labs of which it does not.
//!
//! A lab is made from the schema, or from a good spec that is changed a little; what is reported as an error is left out of
//! most of them until they are accepted. Of what is accepted: nothing panics, the proof holds, the same spec gives the same
//! bytes, and libvirt takes every definition, under `test:///default` and, with a root of `.ci/root`, by the QEMU driver
//! (`qemu:///embed`).

mod labs;
pub mod libvirt;
mod shrink;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::ops::Range;
use std::panic::{self, AssertUnwindSafe};

use lab2nix::place::Place;
use lab2nix::problem::Severity;
use serde_json::Value;

use crate::support::Read;
use labs::Labs;
use libvirt::{Definition, Libvirt};

/// How many labs libvirt is asked about at once.
const BATCH: usize = 200;
/// How often what is wrong with a lab is left out of it.
const REPAIRS: usize = 40;

/// The tool: what labs are made from, and who looks at them.
pub struct Fuzz {
    labs: Labs,
    libvirt: Option<Libvirt>,
}

/// What came of a number of labs.
#[derive(Default)]
pub struct Report {
    /// How many were tried.
    pub runs: usize,
    /// How many of them were accepted as they were made.
    pub accepted_at_once: usize,
    /// Those that were accepted.
    pub accepted: Vec<String>,
    /// How many definitions were looked at, by connection.
    pub definitions: BTreeMap<&'static str, usize>,
    /// One of each kind.
    pub failures: Vec<Failure>,
    kinds: BTreeMap<String, usize>,
}

/// A lab of which something does not hold.
#[derive(Clone)]
pub struct Failure {
    /// The shortest spec with this kind of failure.
    pub spec: Value,
    /// What does not hold.
    pub message: String,
}

impl Failure {
    /// The message without what is of this lab only: its numbers, and what is in quotes.
    fn kind(&self) -> String {
        let mut kind = String::new();
        let mut quote = None;
        for c in self.message.chars() {
            match quote {
                Some(open) if c == open => quote = None,
                Some(_) => {}
                None if matches!(c, '\'' | '`' | '"') => quote = Some(c),
                None if c.is_ascii_digit() => kind.push_str(if kind.ends_with('0') { "" } else { "0" }),
                None => kind.push(c),
            }
        }
        kind
    }
}

impl Display for Failure {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "{}", self.message)?;
        write!(formatter, "{:#}", self.spec)
    }
}

impl Display for Report {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let Self { runs, accepted_at_once, accepted, definitions, failures: _, kinds } = self;
        write!(formatter, "{runs} labs, {} accepted ({accepted_at_once} at once)", accepted.len())?;
        for (connection, count) in definitions {
            write!(formatter, ", {count} definitions under {connection}")?;
        }
        write!(formatter, ", {} failures of {} kinds", kinds.values().sum::<usize>(), kinds.len())
    }
}

impl Fuzz {
    /// Reads what labs are made from, and looks for libvirt.
    pub fn new() -> Self {
        Self { labs: Labs::new(), libvirt: Libvirt::find() }
    }

    /// Tries the labs of these numbers. `progress` is called with what came of them so far.
    pub fn run(&self, seed: u64, numbers: Range<usize>, progress: &dyn Fn(&Report)) -> Report {
        let mut report = Report::default();
        let hook = panic::take_hook();
        panic::set_hook(Box::new(|panic| {
            if !TRIES.get() {
                eprintln!("{panic}");
            }
        }));
        let mut batch = Vec::new();
        let end = numbers.end;
        for number in numbers {
            // Each lab follows from its own number, so that a part of a run is the same labs.
            let mut random =
                fastrand::Rng::with_seed(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(number as u64));
            let spec = self.labs.lab(&mut random);
            report.runs += 1;
            match repaired(spec.clone(), &mut report) {
                Ok(Some(accepted)) => {
                    let definitions = self.hold(&accepted, &mut report);
                    report.accepted.push(accepted.to_string());
                    batch.push((accepted, definitions));
                }
                Ok(None) => {}
                Err(failure) => self.add(failure, &mut report),
            }
            if batch.len() == BATCH || number + 1 == end {
                self.ask(&std::mem::take(&mut batch), &mut report);
                progress(&report);
            }
        }
        panic::set_hook(hook);
        report
    }

    /// Holds what needs no libvirt; the definitions of a lab.
    fn hold(&self, spec: &Value, report: &mut Report) -> Vec<Definition> {
        match made(spec) {
            Ok(definitions) => definitions,
            Err(message) => {
                self.add(Failure { spec: spec.clone(), message }, report);
                Vec::new()
            }
        }
    }

    fn ask(&self, labs: &[(Value, Vec<Definition>)], report: &mut Report) {
        let Some(libvirt) = &self.libvirt else { return };
        let definitions: Vec<&Definition> = labs.iter().flat_map(|(_, definitions)| definitions).collect();
        let owners: Vec<&Value> = labs.iter().flat_map(|(spec, all)| all.iter().map(move |_| spec)).collect();
        for (connection, answers) in libvirt.look_at(&definitions) {
            for (answer, spec) in answers.into_iter().zip(&owners) {
                let Some(answer) = answer else { continue };
                *report.definitions.entry(connection).or_default() += 1;
                if let Err(message) = answer {
                    let message = format!("{connection}: {message}");
                    self.add(Failure { spec: Value::clone(spec), message }, report);
                }
            }
        }
    }

    /// Adds a failure, made as short as it can be if it is the first of its kind.
    fn add(&self, failure: Failure, report: &mut Report) {
        let count = report.kinds.entry(failure.kind()).or_default();
        *count += 1;
        if *count == 1 {
            let kind = failure.kind();
            let still = |spec: &Value| self.failures(spec).into_iter().find(|failure| failure.kind() == kind);
            let shortest = shrink::shortest(failure, &still);
            eprintln!("{shortest}");
            report.failures.push(shortest);
        }
    }

    /// What does not hold of one spec.
    fn failures(&self, spec: &Value) -> Vec<Failure> {
        let failure = |message: String| Failure { spec: spec.clone(), message };
        match is_accepted(spec) {
            Ok(false) => return Vec::new(),
            Err(message) => return vec![failure(message)],
            Ok(true) => {}
        }
        let definitions = match made(spec) {
            Ok(definitions) => definitions,
            Err(message) => return vec![failure(message)],
        };
        let Some(libvirt) = &self.libvirt else { return Vec::new() };
        let answers = libvirt.look_at(&definitions.iter().collect::<Vec<_>>()).into_iter();
        let complaints = answers.flat_map(|(connection, answers)| {
            let complaints = answers.into_iter().flatten().filter_map(Result::err);
            complaints.map(move |message| format!("{connection}: {message}"))
        });
        complaints.map(failure).collect()
    }
}

/// Leaves out of a spec what is reported as an error, until there is none; nothing when that does not succeed.
fn repaired(mut spec: Value, report: &mut Report) -> Result<Option<Value>, Failure> {
    for round in 0..REPAIRS {
        let read = caught(|| Read::value(&spec)).map_err(|message| Failure { spec: spec.clone(), message })?;
        if read.checked.is_sound() {
            report.accepted_at_once += usize::from(round == 0);
            return Ok(Some(spec));
        }
        let errors = read.checked.problems.iter().filter(|problem| problem.id.severity() == Severity::Error);
        let mut places: Vec<String> = errors.filter_map(|problem| member_at(&problem.place)).collect();
        places.sort();
        places.dedup();
        // What comes after it in the same list keeps its place.
        let Some(last) = places.last() else { return Ok(None) };
        shrink::remove(&mut spec, last);
    }
    Ok(None)
}

/// The member that a place is of.
fn member_at(place: &Place) -> Option<String> {
    match place {
        Place::Key(pointer) | Place::Value(pointer) => Some(pointer.to_string()).filter(|pointer| !pointer.is_empty()),
        Place::Text(_) | Place::File(_) => None,
    }
}

fn is_accepted(spec: &Value) -> Result<bool, String> {
    caught(|| Read::value(spec).checked.is_sound())
}

/// The definitions of a spec that is accepted, made twice.
fn made(spec: &Value) -> Result<Vec<Definition>, String> {
    let text = || {
        let read = Read::value(spec);
        let documents = read.documents().unwrap_or_default();
        (read.output(), documents)
    };
    let ((first, documents), (second, _)) = (caught(text)?, caught(text)?);
    if first != second {
        return Err("the same spec gives other bytes".to_owned());
    }
    documents.iter().map(|document| Definition::new(document.name(), document.text())).collect()
}

thread_local! {
    /// Whether a panic of the product is caught, which is reported then.
    static TRIES: Cell<bool> = const { Cell::new(false) };
}

/// What a function returns, or how it panics.
fn caught<T>(function: impl FnOnce() -> T) -> Result<T, String> {
    TRIES.set(true);
    let result = panic::catch_unwind(AssertUnwindSafe(function));
    TRIES.set(false);
    result.map_err(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        format!("panics: {}", text.or(panic.downcast_ref::<&str>().copied()).unwrap_or("without a word"))
    })
}
