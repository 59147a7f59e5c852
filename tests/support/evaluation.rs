//! Generated files in; what Nix makes of them out.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lab2nix::spec::NixVirtVersion;
use pretty_assertions::assert_eq;
use serde_json::{Value, json};

use super::labs::Generated;
use super::{UPDATE_NIXVIRT, asks_for_update, skip};

/// Evaluates one of the files in `tests/nix` for each of some jobs.
const EVERY_JOB: &str = r"
{ file, jobs }:
let
  path = text: if text == null then null else /. + text;
  evaluate = import (path file);
  accepted = builtins.intersectAttrs (builtins.functionArgs evaluate);
  one = list: if builtins.length list == 1 then builtins.head list else list;
in
map (
  job:
  evaluate (accepted {
    generated = one (map path job.generated);
    table = path job.table;
    nixvirt = path job.nixvirt;
    nixpkgsLib = path job.nixpkgsLib;
    inherit (job) hostFiles force qemu without;
  })
) (builtins.fromJSON (builtins.readFile jobs))
";

/// What the files are evaluated under: checkouts, or stand-ins where there are none.
#[derive(Clone, Default)]
pub struct World {
    /// NixVirt.
    pub nixvirt: Option<PathBuf>,
    /// nixpkgs, or its `lib`.
    pub nixpkgs_lib: Option<PathBuf>,
    /// Whether files of the host that are asked for by store path have their stable paths all the same.
    pub stable: bool,
    /// Settings of the host that count more than the labs', by option.
    pub force: BTreeMap<&'static str, Value>,
    /// Whether QEMU emulates the host's own architecture only, as nixpkgs' `qemu_kvm` does.
    pub host_cpu_only: bool,
    /// What the host lacks.
    pub without: Option<Part>,
}

/// What a host can lack.
#[derive(Clone, Copy)]
pub enum Part {
    /// The module of `NixVirt`.
    NixVirt,
    /// The images that labs name.
    Images,
    /// What is prepared for huge pages, iSCSI and devices that guests get.
    Equipment,
    /// The option for what is done before a switch.
    PreSwitchChecks,
    /// A word of its owner on whether lab2nix has its part.
    Package,
}

impl World {
    /// The stand-ins and, where they are at hand, the real NixVirt, the real nixpkgs, and both.
    pub fn all() -> Vec<Self> {
        let (nixvirt, nixpkgs_lib) = (checkout("NIXVIRT_SRC"), checkout("NIXPKGS_LIB"));
        let mut worlds = vec![Self::default()];
        if nixvirt.is_some() {
            worlds.push(Self { nixvirt: nixvirt.clone(), ..Self::default() });
        }
        if nixpkgs_lib.is_some() {
            worlds.push(Self { nixpkgs_lib: nixpkgs_lib.clone(), ..Self::default() });
        }
        if nixvirt.is_some() && nixpkgs_lib.is_some() {
            worlds.push(Self { nixvirt, nixpkgs_lib, ..Self::default() });
        }
        worlds
    }

    /// The same world, but for one setting of the host.
    pub fn with(&self, option: &'static str, value: impl Into<Value>) -> Self {
        let mut world = self.clone();
        world.force.insert(option, value.into());
        world
    }

    /// Whether labs of this version of NixVirt can be evaluated: a checkout is one of 0.6.0.
    pub fn takes(&self, lab: &Generated) -> bool {
        self.nixvirt.is_none() || lab.target.nixvirt == NixVirtVersion::V0_6_0
    }

    /// What `default.nix` sets on hosts that have one or several labs.
    pub fn modules(&self, hosts: &[&[&Generated]]) -> Option<Vec<Value>> {
        self.evaluate("module.nix", hosts)
    }

    /// Whether a host with these labs does not evaluate.
    pub fn refuses(&self, labs: &[&Generated]) -> bool {
        self.refusal(labs).is_some()
    }

    /// What Nix says of a host with these labs that does not evaluate.
    pub fn refusal(&self, labs: &[&Generated]) -> Option<String> {
        let file = absolute(Path::new("tests/nix/module.nix"));
        instantiate(&file, &json!([self.job(labs)]))?.err()
    }

    /// What NixVirt would be given of each lab.
    pub fn lists(&self, labs: &[&Generated]) -> Option<Vec<Value>> {
        let labs: Vec<_> = labs.iter().map(std::slice::from_ref).collect();
        self.evaluate("evaluate.nix", &labs)
    }

    /// Nothing where Nix is missing. When something fails, each job is tried alone, so that the failure has its name.
    fn evaluate(&self, file: &str, jobs: &[&[&Generated]]) -> Option<Vec<Value>> {
        let file = absolute(&Path::new("tests/nix").join(file));
        match instantiate(&file, &jobs.iter().map(|job| self.job(job)).collect())? {
            Ok(values) => {
                assert_eq!(values.len(), jobs.len());
                Some(values)
            }
            Err(failed_together) => {
                let mut failures = Vec::new();
                for job in jobs {
                    if let Some(Err(message)) = instantiate(&file, &json!([self.job(job)])) {
                        let names: Vec<&str> = job.iter().map(|lab| lab.name.as_str()).collect();
                        failures.push(format!("{}:\n{message}", names.join(", ")));
                    }
                }
                let told = if failures.is_empty() { failed_together } else { failures.join("\n") };
                panic!("{told}");
            }
        }
    }

    fn job(&self, labs: &[&Generated]) -> Value {
        let without = self.without.map(|part| match part {
            Part::NixVirt => "NixVirt",
            Part::Images => "images",
            Part::Equipment => "equipment",
            Part::PreSwitchChecks => "preSwitchChecks",
            Part::Package => "package",
        });
        json!({
            "generated": labs.iter().map(|lab| absolute(&lab.dir)).collect::<Vec<_>>(),
            "table": absolute(&table(labs[0].target.nixvirt)),
            "nixvirt": self.nixvirt,
            "nixpkgsLib": self.nixpkgs_lib,
            "hostFiles": self.stable.then(stable_files),
            "force": self.force,
            "qemu": if self.host_cpu_only { "qemu_kvm" } else { "qemu" },
            "without": without,
        })
    }
}

/// The stable paths of files of the host, as the module passes paths in.
fn stable_files() -> Value {
    let of = |emulator: &str, firmware: &str| {
        json!({
            "emulator": format!("/run/libvirt/nix-emulators/qemu-system-{emulator}"),
            "code": format!("/etc/lab2nix/{firmware}/code.fd"),
            "vars": format!("/etc/lab2nix/{firmware}/vars.qcow2"),
            "rawVars": format!("/etc/lab2nix/{firmware}/vars.fd"),
        })
    };
    let mut secure = of("x86_64", "x86_64-secure");
    secure["setupVars"] = "/etc/lab2nix/x86_64-secure/setup-vars.qcow2".into();
    secure["rawSetupVars"] = "/etc/lab2nix/x86_64-secure/setup-vars.fd".into();
    json!({
        "x86_64": of("x86_64", "x86_64"),
        "x86_64-secure": secure,
        "aarch64": of("aarch64", "aarch64"),
        "driverDisc": "/etc/lab2nix/virtio-win.iso",
        "seeds": "/etc/lab2nix/seeds",
    })
}

/// The table of a version of NixVirt.
pub fn table(version: NixVirtVersion) -> PathBuf {
    PathBuf::from(format!("schema/nixvirt/{}.json", version.name()))
}

/// A checkout of a version of NixVirt; nothing where its variable names none, except when what is kept of it is to be
/// written anew.
pub fn nixvirt(version: NixVirtVersion) -> Option<PathBuf> {
    let variable = match version {
        NixVirtVersion::V0_6_0 => "NIXVIRT_SRC",
        NixVirtVersion::Unreleased => "NIXVIRT_UNRELEASED_SRC",
    };
    let found = checkout(variable);
    assert!(found.is_some() || !asks_for_update(UPDATE_NIXVIRT), "{variable} must name a checkout of NixVirt");
    found
}

/// What a checkout of NixVirt reads of definitions; nothing where Nix is missing.
pub fn vocabulary(nixvirt: &Path) -> Option<Value> {
    let file = absolute(Path::new("tests/nix/vocabulary.nix"));
    let values = instantiate(&file, &json!([{ "nixvirt": nixvirt }]))?;
    values.unwrap_or_else(|told| panic!("{}: {told}", nixvirt.display())).pop()
}

/// A checkout that an environment variable names.
pub fn checkout(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|path| !path.is_empty()).map(|path| absolute(Path::new(&path)))
}

fn absolute(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What Nix makes of the jobs, or says of them; nothing where it is missing, except in continuous integration.
fn instantiate(file: &Path, jobs: &Value) -> Option<Result<Vec<Value>, String>> {
    let directory = tempfile::tempdir().expect("a directory for temporary files");
    let list = directory.path().join("jobs.json");
    fs::write(&list, jobs.to_string()).expect("the directory is new");
    // The stand-ins need no store, so none is opened: it works for every user, and where Nix has never run.
    let mut nix = Command::new("nix-instantiate");
    nix.args(["--store", "dummy://", "--eval", "--strict", "--json", "--expr", EVERY_JOB]);
    nix.args(["--argstr", "file"]).arg(file).args(["--argstr", "jobs"]).arg(&list);
    let output = match nix.output() {
        Ok(output) => output,
        Err(error) => {
            skip(&format!("nix-instantiate does not start: {error}"));
            return None;
        }
    };
    // A failure leaves the beginning of a value behind.
    Some(if output.status.success() {
        Ok(serde_json::from_slice(&output.stdout).expect("`--json` prints JSON"))
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    })
}
