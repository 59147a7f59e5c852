//! What makes libvirt's objects as NixVirt is told: its own helper, from the checkout that `NIXVIRT_SRC` names.

use std::env;
use std::fs;
use std::path::PathBuf;

use crate::world::World;

/// What activates.
pub enum Helper {
    /// NixVirt's own.
    Real,
}

/// Where it is, in the world.
const TOOL: &str = "/nixvirt";

impl Helper {
    /// The real one, where it can be had.
    pub fn new(world: &World) -> Self {
        let source = env::var_os("NIXVIRT_SRC").filter(|source| !source.is_empty()).map(PathBuf::from);
        let modules = ["python3", "-c", "import libvirt, lxml, xmldiff"];
        let has_modules = world.output(&modules, "").status.success();
        let source = source.filter(|_| has_modules).expect("stand-in");
        for file in ["nixvirt-module-helper", "nixvirt.py"] {
            let text = fs::read_to_string(source.join("tool").join(file)).expect("NIXVIRT_SRC is a checkout");
            world.write(&format!("{TOOL}/{file}"), &text);
        }
        Self::Real
    }

    /// What it is called in what is printed.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Real => "NixVirt's helper",
        }
    }

    /// Activates, and returns the exit code and what it says.
    pub fn activate(&self, world: &World, settings: &str) -> (i32, String) {
        match self {
            Self::Real => {
                let helper = format!("{TOOL}/nixvirt-module-helper");
                let output = world.output(&["python3", &helper, "--connect", "qemu:///system", settings], "");
                (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).trim().to_owned())
            }
        }
    }
}
