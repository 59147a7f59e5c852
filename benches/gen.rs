//! What `gen` costs beside a bare rnix parse of the files that it writes: time and peak memory.
//!
//! `cargo bench` measures labs of 4, 100, 1,000 and 10,000 Windows domains and reports how `gen` stands to its bars. It only
//! reports: what a machine measures at one moment decides nothing, so a missed bar is no failure.
//! `cargo bench -- --quick` leaves the largest out. `cargo test` tries the smallest, so that it goes on to work.
//!
//! Every run is a process of its own, as it is for users: nothing is warm, and the peak of its memory is that of the one
//! thing that it did.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use lab2nix::files::{self, Disk, Outcome, Replace};
use lab2nix::pipeline;
use lab2nix::source::Source;

type Error = Box<dyn std::error::Error>;

/// The bars: how many times as long as the parse `gen` may take with 1,000 domains, …
const TIME: f64 = 2.0;
/// … how many times as much memory it may take, …
const MEMORY: f64 = 3.0;
/// … and how many times as long as with 1,000 domains it may take with 10,000.
const GROWTH: f64 = 11.0;

/// The first argument of a process that does one run.
const RUN: &str = "--one-run";

/// The files of a lab that depend on it.
const FILES: [&str; 4] = ["networks.nix", "pools.nix", "domains.nix", "default.nix"];

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [run, what, dir] = arguments.as_slice()
        && run == RUN
    {
        return one_run(what, Path::new(dir));
    }
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    // `cargo bench` gives `--bench`; `cargo test` gives nothing.
    let sizes: &[(u32, usize)] = match (given("--bench") && !given("--test"), given("--quick")) {
        (false, _) => &[(4, 1)],
        (true, true) => &[(4, 5), (100, 5), (1_000, 5)],
        (true, false) => &[(4, 21), (100, 21), (1_000, 21), (10_000, 9)],
    };
    println!(
        "{:>8} {:>11} │ {:>9} {:>9} {:>9} {:>9} {:>6} │ {:>8} {:>8} {:>6}",
        "", "", "gen ms", "", "parse ms", "", "", "gen", "parse", ""
    );
    println!(
        "{:>8} {:>11} │ {:>9} {:>9} {:>9} {:>9} {:>6} │ {:>8} {:>8} {:>6}",
        "domains", "bytes", "least", "median", "least", "median", "ratio", "MB", "MB", "ratio"
    );
    let mut rows = Vec::new();
    for (domains, runs) in sizes {
        let row = measure(*domains, *runs)?;
        println!("{row}");
        rows.push(row);
    }
    report_bars(&rows);
    Ok(())
}

/// Says of each bar that was measured whether it is met.
fn report_bars(rows: &[Row]) {
    let of = |domains: u32| rows.iter().find(|row| row.domains == domains);
    let (thousand, more) = (of(1_000), of(10_000));
    let bars = [
        (
            "time with 1,000 domains, by that of the parse",
            thousand.map(|row| row.generate.least / row.parse.least),
            TIME,
        ),
        ("memory with 1,000 domains, by that of the parse", thousand.and_then(Row::memory), MEMORY),
        (
            "time with 10,000 domains, by that with 1,000",
            thousand.zip(more).map(|(thousand, more)| more.generate.least / thousand.generate.least),
            GROWTH,
        ),
    ];
    for (bar, found, most) in bars {
        let Some(found) = found else { continue };
        let verdict = if found <= most { "met" } else { "missed" };
        println!("{verdict}: {bar}: {found:.2}, the bar is {most}");
    }
}

/// What was found for labs of one size.
struct Row {
    domains: u32,
    bytes: usize,
    generate: Cost,
    parse: Cost,
}

/// What one thing costs, over all of its runs.
struct Cost {
    /// The least time, in milliseconds.
    least: f64,
    /// The median of the times.
    median: f64,
    /// The median of the peaks of memory in MB, where the system tells.
    memory: Option<f64>,
}

impl Row {
    fn memory(&self) -> Option<f64> {
        Some(self.generate.memory? / self.parse.memory?)
    }
}

impl std::fmt::Display for Row {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { domains, bytes, generate, parse } = self;
        let one = |number: Option<f64>| number.map_or("?".to_owned(), |number| format!("{number:.1}"));
        let two = |number: Option<f64>| number.map_or("?".to_owned(), |number| format!("{number:.2}"));
        write!(
            f,
            "{domains:>8} {bytes:>11} │ {:>9.2} {:>9.2} {:>9.2} {:>9.2} {:>6.2} │ {:>8} {:>8} {:>6}",
            generate.least,
            generate.median,
            parse.least,
            parse.median,
            generate.least / parse.least,
            one(generate.memory),
            one(parse.memory),
            two(self.memory()),
        )
    }
}

/// Runs `gen` on a lab of this size, and the parse on what it wrote, in turns.
fn measure(domains: u32, runs: usize) -> Result<Row, Error> {
    let dir = tempfile::tempdir()?;
    fs::write(dir.path().join("lab.json"), spec(domains))?;
    let (mut generate, mut parse) = (Vec::new(), Vec::new());
    for _ in 0..runs {
        let generated = dir.path().join("generated");
        if generated.exists() {
            fs::remove_dir_all(&generated)?;
        }
        generate.push(start("gen", dir.path())?);
        parse.push(start("parse", dir.path())?);
    }
    let sizes = FILES.iter().map(|name| Ok(fs::read(dir.path().join("generated").join(name))?.len()));
    let bytes = sizes.sum::<Result<usize, Error>>()?;
    Ok(Row { domains, bytes, generate: cost(generate), parse: cost(parse) })
}

fn cost(runs: Vec<Run>) -> Cost {
    let (mut times, mut memory): (Vec<f64>, Vec<Option<f64>>) =
        runs.into_iter().map(|run| (run.milliseconds, run.memory)).unzip();
    times.sort_by(f64::total_cmp);
    memory.sort_by(|one, other| one.partial_cmp(other).expect("a size is a number"));
    Cost { least: times[0], median: times[times.len() / 2], memory: memory[memory.len() / 2] }
}

/// What one run took.
struct Run {
    milliseconds: f64,
    memory: Option<f64>,
}

/// Does one run in a process of its own.
fn start(what: &str, dir: &Path) -> Result<Run, Error> {
    let output = Command::new(env::current_exe()?).args([RUN, what]).arg(dir).output()?;
    if !output.status.success() {
        return Err(format!("`{what}` failed: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let text = String::from_utf8(output.stdout)?;
    let mut words = text.split_whitespace();
    Ok(Run {
        milliseconds: words.next().ok_or("a run prints its time")?.parse()?,
        memory: words.next().map(str::parse).transpose()?,
    })
}

/// The process of one run: prints its time and the peak of its memory.
fn one_run(what: &str, dir: &Path) -> Result<(), Error> {
    let time = match what {
        "gen" => generate(dir)?,
        "parse" => parse(dir)?,
        _ => return Err(format!("there is no run `{what}`").into()),
    };
    let memory = peak().map_or_else(String::new, |memory| memory.to_string());
    println!("{} {memory}", time.as_secs_f64() * 1e3);
    Ok(())
}

/// The whole of `gen`, as the command line does it, until all of it is dropped.
fn generate(dir: &Path) -> Result<Duration, Error> {
    let start = Instant::now();
    let checked = {
        let spec = dir.join("lab.json");
        let (source, problems) = Source::with_includes(&spec, files::read_spec(&spec)?, &Disk::default());
        pipeline::check(&source, problems)
    };
    if let Some(problem) = checked.problems.first() {
        return Err(problem.message.clone().into());
    }
    let files = pipeline::generate(&checked, "lab.json")?;
    let Outcome::Written(_) = files::write(&dir.join("generated"), &files, Replace::Marked)? else {
        return Err("the files were refused".into());
    };
    drop((checked, files));
    Ok(start.elapsed())
}

/// What `gen` is held against: each text read and parsed without an error, and all of the trees kept, until all of it is
/// dropped.
fn parse(dir: &Path) -> Result<Duration, Error> {
    let start = Instant::now();
    let texts = FILES.map(|name| fs::read_to_string(dir.join("generated").join(name)));
    let texts = texts.into_iter().collect::<Result<Vec<String>, _>>()?;
    let trees: Vec<_> = texts.iter().map(|text| rnix::Root::parse(text)).collect();
    if let Some(error) = trees.iter().flat_map(rnix::Parse::errors).next() {
        return Err(error.to_string().into());
    }
    drop(black_box((trees, texts)));
    Ok(start.elapsed())
}

/// The most memory that this process ever had, in MB, where the system tells.
fn peak() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<f64>().ok().map(|kibibytes| kibibytes * 1024.0 / 1e6)
}

/// A lab of Windows domains, each with UEFI, a TPM, a disk, two drives, and two interfaces, one with an address.
fn spec(domains: u32) -> String {
    let mut spec = r#"{
  "lab": "bench",
  "networks": {
    "lab-net": { "subnet": "10.56.0.0/16", "dhcp": { "range": ["10.56.200.0", "10.56.250.255"] } },
    "default": { "subnet": "10.57.0.0/16" }
  },
  "pools": { "homelab": { "path": "/var/lib/libvirt/images/homelab" } },
  "defaults": {
    "memory": "2GiB",
    "tpm": true,
    "disks": [{ "name": "system", "pool": "homelab", "size": "60GiB" }],
    "interfaces": [{ "network": "lab-net" }, { "network": "default" }]
  },
  "profiles": {
    "server": {
      "os": "windows-server-2022",
      "active": true,
      "cdroms": [{ "file": "/var/lib/libvirt/iso/windows-server-2022.iso" }, { "driverDisc": true }]
    },
    "client": {
      "os": "windows-11",
      "active": true,
      "cdroms": [{ "file": "/var/lib/libvirt/iso/windows-11.iso" }, { "driverDisc": true }],
      "after": ["PC0"]
    }
  },
  "domains": {"#
        .to_owned();
    for number in 0..domains {
        let comma = if number == 0 { "" } else { "," };
        let profile = if number == 0 { "server" } else { "client" };
        let [_, _, high, low] = (number + 256).to_be_bytes();
        write!(
            spec,
            r#"{comma}
    "PC{number}": {{
      "profiles": ["{profile}"],
      "title": "Machine {number}",
      "interfaces": [{{ "network": "lab-net", "ip": "10.56.{high}.{low}" }}]
    }}"#
        )
        .expect("a `String` takes whatever is written to it");
    }
    spec.push_str("\n  }\n}\n");
    spec
}
