//! The objects of a lab on a libvirtd: from the spec to their XML, and in and out of libvirt.

use std::fs;
use std::process::Command;

use lab2nix::host::HostNeeds;
use lab2nix::host_file::HostFile;
use lab2nix::lab::Lab;
use lab2nix::lab::storage::backing::Image;
use lab2nix::lab::{Pool, Volume};
use lab2nix::nocloud;
use lab2nix::spec::network::Mode;
use pretty_assertions::assert_eq;
use roxmltree::Document;
use serde_json::Value;

use crate::device;
use crate::support::script::STRICT;
use crate::support::{Read, seeds, unattended};
use crate::world::World;

/// The objects of a lab.
pub struct Objects {
    /// What they are of.
    lab: Lab,
    /// The networks.
    networks: Vec<Definition>,
    /// The pools.
    pools: Vec<Definition>,
    /// The volumes that shall exist, each with its pool's name and after the one it grows on.
    volumes: Vec<(String, Definition)>,
    /// The domains.
    domains: Vec<Definition>,
}

/// What libvirt is told of an object.
struct Definition {
    name: String,
    xml: String,
}

/// Where it is told, in the world.
const FILE: &str = "/tmp/definition.xml";

/// genisoimage under the name and with the options of xorriso.
const XORRISO: &str = r#"#!/bin/bash
arguments=()
shift 2
while (($#)); do
  case $1 in
    --set_all_file_dates) shift ;;
    -rational-rock) arguments+=(-rock) ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
exec genisoimage "${arguments[@]}"
"#;

fn make_xorriso(world: &World) {
    world.write("/usr/local/bin/xorriso", XORRISO);
    world.run(&["chmod", "+x", "/usr/local/bin/xorriso"]);
}

impl Objects {
    /// What is made of a spec.
    pub fn of(spec: &Value) -> Self {
        Self::on("nixos", spec)
    }

    /// What is made of a spec for a host: what `xml --host` takes.
    pub fn on(host: &str, spec: &Value) -> Self {
        let read = Read::value(spec);
        let report = read.report();
        let (lab, _) = read.checked.built.unwrap_or_else(|| panic!("{report}"));
        let directory = tempfile::tempdir().expect("a directory for temporary files");
        let file = directory.path().join("lab.json");
        fs::write(&file, spec.to_string()).expect("the directory is ours");
        let mut lab2nix = Command::new(env!("CARGO_BIN_EXE_lab2nix"));
        let output = lab2nix.arg("xml").arg(&file).arg("--out").arg(directory.path()).args(["--host", host]).output();
        let output = output.expect("it has been built");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let definition = |kind: &str, name: &str| {
            let path = directory.path().join(kind).join(format!("{name}.xml"));
            let xml = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            Definition { name: name.to_owned(), xml }
        };
        let volumes = volumes(&lab).filter(|(_, volume)| volume.present.is_some());
        Self {
            networks: lab.networks.iter().flatten().map(|network| definition("networks", &network.name)).collect(),
            pools: lab.pools_in_order().map(|pool| definition("pools", &pool.name)).collect(),
            volumes: volumes
                .map(|(pool, volume)| (pool.name.clone(), definition(&format!("volumes/{}", pool.name), &volume.name)))
                .collect(),
            domains: lab.domains_in_order().map(|domain| definition("domains", &domain.name)).collect(),
            lab,
        }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.networks.len() + self.pools.len() + self.volumes.len() + self.domains.len()
    }

    /// Makes what the host has to provide: directories, kernels, and images to grow volumes on.
    pub fn prepare(&self, world: &World) {
        let host = HostNeeds::of(&self.lab);
        let mut directories: Vec<&str> = host.directories.keys().chain(&host.tftp).map(String::as_str).collect();
        let domains = self.lab.domains_in_order();
        directories.extend(domains.flat_map(|domain| &domain.shares).map(|share| share.source.as_str()));
        world.make_directories(directories);
        let domains = self.lab.domains_in_order();
        for direct in domains.filter_map(|domain| domain.direct_boot.as_ref()) {
            for file in [Some(&direct.kernel), direct.initrd.as_ref()].into_iter().flatten() {
                world.run(&["install", "-D", "/guests/x86_64/vmlinuz", file]);
            }
        }
        for pool in self.lab.pools_in_order() {
            device::make(pool, world);
            if let Some(why) = device::why_not_started(pool, world) {
                eprintln!("        pool {} is only defined: {why}", pool.name);
            }
        }
        // Some are volumes of other pools.
        let plain = |path: &str| path.split('/').filter(|step| !step.is_empty()).collect::<Vec<_>>().join("/");
        let ours: Vec<String> =
            volumes(&self.lab).map(|(pool, volume)| plain(&pool.volume_path(&volume.name))).collect();
        for (pool, volume) in volumes(&self.lab) {
            let backing = volume.present.as_ref().and_then(|present| present.backing.as_ref());
            let is_outside = |image: &Image| match image {
                Image::File(path) => !ours.contains(&plain(path)),
                Image::Nix(_) => true,
                // One that no declaration has exists already.
                Image::Volume(name) => pool.volume(name).is_none(),
            };
            if let Some(backing) = backing.filter(|backing| is_outside(&backing.image)) {
                let (path, format) = pool.backing_file(backing);
                world.make_directories(path.rsplit_once('/').map(|(directory, _)| directory));
                world.run(&["qemu-img", "create", "-q", "-f", format.name(), &path, "1M"]);
            }
        }
    }

    /// Makes the discs for cloud-init, which hosts make of what the lab says.
    pub fn make_seeds(&self, world: &World) {
        for seed in nocloud::seeds(&self.lab) {
            let directory = format!("/tmp/seeds/{}", seed.domain);
            for file in &seed.files {
                world.write(&format!("{directory}/{}", file.kind.file_name()), &file.text);
            }
            let disc = HostFile::Seed { lab: self.lab.name.clone(), domain: seed.domain.to_owned() };
            let disc = disc.location().stable_path;
            world.make_directories(disc.rsplit_once('/').map(|(directory, _)| directory));
            world.run(&["genisoimage", "-quiet", "-volid", "cidata", "-joliet", "-rock", "-output", &disc, &directory]);
        }
    }

    /// Makes the discs with files of the host as the host does it, with the program of Debian that makes discs.
    pub fn make_secret_seeds(&self, world: &World) {
        let put = |name: &str, text: &str| {
            let path = format!("/tmp/seeds/{name}");
            world.write(&path, text);
            path
        };
        let told = seeds::told(&self.lab, put, str::to_owned);
        make_xorriso(world);
        world.write("/tmp/seeds.sh", &format!("{STRICT}LAB2NIX_SEEDS=$(cat /tmp/seeds.json)\n{}", seeds::SCRIPT));
        world.write("/tmp/seeds.json", &told.to_string());
        world.run(&["env", "PATH=/usr/local/bin:/usr/bin:/bin", "bash", "/tmp/seeds.sh"]);
    }

    /// What the host tells the scripts of the discs by which Windows installs itself. There is no virtio-win ISO here.
    pub fn told_of_discs(&self, world: &World) -> Value {
        let put = |name: &str, text: &str| {
            let path = format!("/tmp/unattended/{name}");
            world.write(&path, text);
            path
        };
        let mut told = unattended::told(&self.lab, put, str::to_owned);
        for disc in told.as_array_mut().into_iter().flatten() {
            disc["drivers"] = Value::Array(Vec::new());
        }
        make_xorriso(world);
        told
    }

    /// Defines the networks, the pools and the domains.
    pub fn define(&self, world: &World) {
        for (command, definitions) in
            [("net-define", &self.networks), ("pool-define", &self.pools), ("define", &self.domains)]
        {
            for definition in definitions {
                world.write(FILE, &definition.xml);
                world.virsh(&[command, FILE, "--validate"]);
            }
        }
    }

    /// Starts the networks and the pools, and creates the volumes.
    pub fn start(&self, world: &World) {
        for (network, why_not) in self.networks(world) {
            match why_not {
                None => {
                    world.virsh(&["net-start", &network.name]);
                }
                Some(why_not) => eprintln!("network `{}` is not started: {why_not}", network.name),
            }
        }
        let started = self.started(world);
        for pool in &started {
            world.virsh(&["pool-start", pool]);
        }
        for (pool, volume) in self.volumes.iter().filter(|(pool, _)| started.contains(&pool.as_str())) {
            world.write(FILE, &volume.xml);
            world.virsh(&["vol-create", pool, FILE, "--validate"]);
        }
    }

    /// The networks, each with why it cannot be started in the world, if it cannot.
    fn networks(&self, world: &World) -> impl Iterator<Item = (&Definition, Option<&'static str>)> {
        let shapes = world.shapes_traffic();
        let networks = self.lab.networks.iter().flatten().zip(&self.networks);
        networks.map(move |(network, definition)| {
            let why_not = if network.mode == Mode::Hostdev {
                Some("there are no virtual functions here")
            } else if network.bandwidth.is_some() && !shapes {
                Some("the kernel cannot limit traffic")
            } else {
                None
            };
            (definition, why_not)
        })
    }

    /// The pools that can be started.
    fn started(&self, world: &World) -> Vec<&str> {
        let pools = self.lab.pools_in_order();
        let started = pools.filter(|pool| device::why_not_started(pool, world).is_none());
        started.map(|pool| pool.name.as_str()).collect()
    }

    /// Checks that each volume is what the lab says, in the eyes of libvirt and of QEMU.
    pub fn check_volumes(&self, world: &World) {
        // libvirt counts in KiB, and rounds up.
        let blocks = |bytes: u64| bytes.div_ceil(1024);
        let started = self.started(world);
        for (pool, volume) in volumes(&self.lab).filter(|(pool, _)| started.contains(&pool.name.as_str())) {
            let Some(present) = &volume.present else { continue };
            let size = present.size.bytes().try_into().expect("sizes are positive");
            let meant = (volume.format.name().to_owned(), blocks(size));

            let xml = world.virsh(&["vol-dumpxml", &volume.name, "--pool", &pool.name]);
            let document = Document::parse(&xml).expect("libvirt writes XML");
            let element = |name| document.descendants().find(|node| node.has_tag_name(name)).expect("volumes have it");
            let format = element("format").attribute("type").expect("formats have a type");
            // Of a partition it is what is in it, and nothing is.
            let format = if format == "none" { "raw" } else { format }.to_owned();
            assert_eq!(element("capacity").attribute("unit"), Some("bytes"));
            let capacity = element("capacity").text().and_then(|text| text.parse().ok()).expect("it is a number");
            assert_eq!((format, blocks(capacity)), meant, "libvirt on {}", volume.name);

            let json = world.run(&["qemu-img", "info", "--output=json", &pool.volume_path(&volume.name)]);
            let info: Value = serde_json::from_str(&json).expect("`--output=json` prints JSON");
            let format = info["format"].as_str().expect("formats are text").to_owned();
            let capacity = info["virtual-size"].as_u64().expect("it is a number");
            assert_eq!((format, blocks(capacity)), meant, "QEMU on {}", volume.name);
            // What is set aside is, as far as files go.
            if let Some(allocation) = present.allocation.filter(|_| pool.r#type.has_files()) {
                let allocation = allocation.bytes().try_into().expect("sizes are positive");
                let found = info["actual-size"].as_u64().expect("it is a number");
                assert!(found >= allocation, "{found} of {allocation} bytes of {} are set aside", volume.name);
            }
        }
    }

    /// The XML of all that is defined.
    pub fn dump(&self, world: &World) -> String {
        let kinds = [("net-dumpxml", &self.networks), ("pool-dumpxml", &self.pools), ("dumpxml", &self.domains)];
        let dumps = kinds.into_iter().flat_map(|(command, definitions)| {
            definitions.iter().map(move |definition| world.virsh(&[command, &definition.name, "--inactive"]))
        });
        dumps.collect()
    }

    /// Takes everything out again, so that libvirt has nothing left.
    pub fn undefine(&self, world: &World) {
        for domain in &self.domains {
            world.virsh(&["undefine", &domain.name, "--nvram", "--tpm"]);
        }
        let started = self.started(world);
        for (pool, volume) in self.volumes.iter().rev().filter(|(pool, _)| started.contains(&pool.as_str())) {
            world.virsh(&["vol-delete", &volume.name, "--pool", pool]);
        }
        for pool in &started {
            world.virsh(&["pool-destroy", pool]);
        }
        for pool in &self.pools {
            world.virsh(&["pool-undefine", &pool.name]);
        }
        for (network, why_not) in self.networks(world) {
            if why_not.is_none() {
                world.virsh(&["net-destroy", &network.name]);
            }
            world.virsh(&["net-undefine", &network.name]);
        }
        for list in ["list", "pool-list", "net-list"] {
            assert_eq!(world.virsh(&[list, "--all", "--name"]).trim(), "", "{list}");
        }
    }
}

/// The volumes of a lab, each after the one it grows on.
fn volumes(lab: &Lab) -> impl Iterator<Item = (&Pool, &Volume)> {
    lab.pools_in_order().flat_map(|pool| pool.volumes_in_order().map(move |volume| (pool, volume)))
}
