//! What libvirt says of definitions, of many in one run of `virsh`.

use std::env;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use tempfile::TempDir;

use crate::support::{Version, skip, version};

/// The oldest libvirt whose word counts.
const OLDEST: Version = (10, 10);

/// A host in the root, for as long as a command runs: what libvirt's QEMU driver needs, and the stable paths of emulators.
const HOST: &str = r#"
set -e
root=$1
shift
mount --rbind /proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
for directory in /run/libvirt/nix-emulators /run/current-system/sw/bin; do
  mkdir -p "$root$directory"
  ln -s /usr/bin/qemu-system-x86_64 /usr/bin/qemu-system-aarch64 "$root$directory"
done
exec chroot "$root" "$@"
"#;

/// What is in the way in `test:///default`: its own objects.
const CLEAN: &str = "net-destroy default\nnet-undefine default\npool-destroy default-pool\npool-undefine default-pool\n\
                     destroy test\nundefine test\n";

/// The connection without a host.
const TEST: &str = "test:///default";
/// The connection of the QEMU driver in `virsh`.
const EMBEDDED: &str = "qemu:///embed";
/// What looks at volumes.
const SCHEMA: &str = "storagevol.rng";

/// Whatever the version is.
const ANY: Version = (u32::MAX, 0);

/// What is refused as this machine or its libvirt lacks something, by what is said or by what is in the definition; and up to
/// which version of libvirt.
const LACKING: &[(&str, &str, Version)] = &[
    // The machine is an x86, which has no KVM for others.
    ("does not support virt type 'kvm'", " type='kvm'", ANY),
    // libvirt knows drives on NVMe from 11.6 on.
    ("failed to validate against schema", "bus='nvme'", (11, 5)),
    ("Invalid value for attribute 'bus'", "bus='nvme'", (11, 5)),
    // Emulators are at other paths of the host.
    ("Cannot check QEMU binary", "<emulator>", ANY),
];

/// A definition as XML.
pub struct Definition {
    kind: Kind,
    name: String,
    uuid: String,
    text: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Network,
    Pool,
    Volume,
    Domain,
}

impl Definition {
    /// One of the files that `lab2nix xml` writes.
    pub fn new(name: &str, text: &str) -> Result<Self, String> {
        let kind = match name.split('/').next() {
            Some("networks") => Kind::Network,
            Some("pools") => Kind::Pool,
            Some("volumes") => Kind::Volume,
            _ => Kind::Domain,
        };
        let document = roxmltree::Document::parse(text).map_err(|error| format!("{name} is no XML: {error}"))?;
        let uuid = document.root_element().children().find(|node| node.has_tag_name("uuid"));
        let uuid = uuid.and_then(|node| node.text()).unwrap_or_default().to_owned();
        Ok(Self { kind, name: name.to_owned(), uuid, text: text.to_owned() })
    }
}

/// What is said of each definition; nothing of those that a connection is not asked about.
type Answers = Vec<Option<Result<(), String>>>;

/// The tools of libvirt: those of the root that `LIBVIRT_ROOT` names, else of this machine.
pub struct Libvirt {
    root: Option<PathBuf>,
    /// Where they find definitions.
    files: TempDir,
    version: Version,
}

impl Libvirt {
    /// Nothing where the tools are missing or too old, except in continuous integration.
    pub fn find() -> Option<Self> {
        let root = env::var_os("LIBVIRT_ROOT").filter(|root| !root.is_empty()).map(PathBuf::from);
        let directory = root.as_ref().map_or_else(env::temp_dir, |root| root.join("tmp"));
        let files = tempfile::tempdir_in(&directory).expect("a directory for temporary files");
        fs::set_permissions(files.path(), fs::Permissions::from_mode(0o755)).expect("the directory is ours");
        let mut libvirt = Self { root, files, version: (0, 0) };
        let printed = libvirt.command(&["virsh", "--version"]).output().ok();
        let printed = printed.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        libvirt.version = version(&printed).unwrap_or_default();
        if libvirt.version < OLDEST {
            skip("there is no virsh, or it is too old; LIBVIRT_ROOT can name a root with a newer one");
            return None;
        }
        let etc = libvirt.files.path().join("driver/etc");
        fs::create_dir_all(&etc).expect("the directory is ours");
        fs::create_dir_all(libvirt.files.path().join("definitions")).expect("the directory is ours");
        // As another user than its own, QEMU would be probed at each definition.
        let settings = "user = \"+0\"\ngroup = \"+0\"\nremember_owner = 0\nhugetlbfs_mount = []\n";
        fs::write(etc.join("qemu.conf"), settings).expect("the directory is ours");
        Some(libvirt)
    }

    /// A command in the root.
    fn command(&self, words: &[&str]) -> Command {
        let in_root: Vec<&str> = match &self.root {
            Some(root) => vec!["unshare", "--mount", "sh", "-c", HOST, "sh", root.to_str().expect("a plain path")],
            None => Vec::new(),
        };
        let own = is_root();
        let sudo: &[&str] = if in_root.is_empty() || own { &[] } else { &["sudo", "--non-interactive"] };
        let words: Vec<&str> = sudo.iter().chain(&in_root).chain(words).copied().collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).env("LC_ALL", "C.UTF-8");
        command
    }

    /// A path of the files as the tools see it.
    fn seen(&self, path: &Path) -> String {
        let inside = self.root.as_ref().and_then(|root| path.strip_prefix(root).ok());
        inside.map_or_else(|| path.to_owned(), |inside| Path::new("/").join(inside)).display().to_string()
    }

    /// What each connection says of definitions.
    pub fn look_at(&self, definitions: &[&Definition]) -> Vec<(&'static str, Answers)> {
        if definitions.is_empty() {
            return Vec::new();
        }
        let files: Vec<PathBuf> = definitions
            .iter()
            .enumerate()
            .map(|(index, definition)| {
                let path = self.files.path().join(format!("definitions/{index}.xml"));
                fs::write(&path, &definition.text).expect("the directory is ours");
                path
            })
            .collect();
        let files: Vec<String> = files.iter().map(|path| self.seen(path)).collect();
        thread::scope(|scope| {
            let test = scope.spawn(|| self.define(TEST, TEST, definitions, &files));
            let mut answers = vec![(SCHEMA, self.validate(definitions, &files))];
            if self.root.is_some() {
                let uri = format!("{EMBEDDED}?root={}", self.seen(&self.files.path().join("driver")));
                answers.push((EMBEDDED, self.define(EMBEDDED, &uri, definitions, &files)));
            }
            answers.push((TEST, test.join().expect("virsh is asked")));
            answers
        })
    }

    /// What virsh says when it defines each and takes it away again.
    fn define(&self, connection: &str, uri: &str, definitions: &[&Definition], files: &[String]) -> Answers {
        let asked = |definition: &Definition| match definition.kind {
            Kind::Domain => true,
            Kind::Network | Kind::Pool => connection == TEST,
            Kind::Volume => false,
        };
        let mut answers: Answers = definitions.iter().map(|definition| asked(definition).then_some(Ok(()))).collect();
        let mut left: Vec<usize> = (0..definitions.len()).filter(|index| asked(definitions[*index])).collect();
        while !left.is_empty() {
            let mut script = if connection == TEST { CLEAN.to_owned() } else { String::new() };
            for index in &left {
                let Definition { kind, uuid, .. } = &definitions[*index];
                let prefix = match kind {
                    Kind::Network => "net-",
                    Kind::Pool => "pool-",
                    Kind::Domain | Kind::Volume => "",
                };
                // It is validated once; that takes longer than all else.
                let (validate, keep) = if connection == TEST { (" --validate", "") } else { ("", " --keep-nvram") };
                let file = &files[*index];
                let lines = format!(
                    "echo --err @{index}\n{prefix}define{validate} {file}\necho --err @undo\n{prefix}undefine {uuid}{keep}\n"
                );
                script.push_str(&lines);
            }
            script.push_str("echo --err @end\n");
            let complained = self.virsh(uri, script);
            let last = self.hear(&complained, definitions, &mut answers);
            if complained.contains("@end") {
                break;
            }
            // What takes the whole program down is wrong too; the others are asked about again.
            let last = last.unwrap_or_else(|| panic!("virsh does not begin: {complained}"));
            answers[last] = Some(Err(format!("`{}`: libvirt ends", definitions[last].name)));
            left.retain(|index| *index > last);
        }
        answers
    }

    /// Notes what virsh complains of, by definition; the last definition that it came to.
    fn hear(&self, complained: &str, definitions: &[&Definition], answers: &mut Answers) -> Option<usize> {
        let (mut at, mut last) = (None, None);
        for line in complained.lines().filter_map(|line| line.strip_prefix("error: ")) {
            if let Some(mark) = line.strip_prefix('@') {
                at = mark.parse::<usize>().ok();
                last = at.or(last);
                continue;
            }
            // The first line says which command failed.
            if let Some(index) = at
                && !line.starts_with("Failed to define")
                && answers[index] == Some(Ok(()))
            {
                let definition = definitions[index];
                let refused = Err(format!("`{}`: {line}", definition.name));
                answers[index] = (!self.lacks(line, definition)).then_some(refused);
            }
        }
        last
    }

    /// Whether what is said of a definition is that this machine lacks something.
    fn lacks(&self, line: &str, definition: &Definition) -> bool {
        let lacking = |(said, has, until): &(&str, &str, Version)| {
            line.contains(said) && definition.text.contains(has) && self.version <= *until
        };
        LACKING.iter().any(lacking)
    }

    /// What virsh complains of in a script.
    fn virsh(&self, uri: &str, script: String) -> String {
        let mut command = self.command(&["virsh", "--quiet", "--connect", uri]);
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = piped.spawn().expect("virsh starts");
        let mut input = child.stdin.take().expect("it is piped");
        let writer = thread::spawn(move || input.write_all(script.as_bytes()));
        let output = child.wait_with_output().expect("virsh ends");
        let _ = writer.join();
        String::from_utf8_lossy(&output.stderr).into_owned()
    }

    /// What libvirt's schema says of volumes.
    fn validate(&self, definitions: &[&Definition], files: &[String]) -> Answers {
        let mut answers: Answers = definitions.iter().map(|_| None).collect();
        let volumes: Vec<usize> =
            (0..definitions.len()).filter(|index| definitions[*index].kind == Kind::Volume).collect();
        let schema = format!("/usr/share/libvirt/schemas/{SCHEMA}");
        let mut words = vec!["xmllint", "--noout", "--relaxng", &schema];
        words.extend(volumes.iter().map(|index| files[*index].as_str()));
        if volumes.is_empty() {
            return answers;
        }
        let Ok(output) = self.command(&words).output() else { return answers };
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        for index in volumes {
            let own = told.lines().filter(|line| line.starts_with(files[index].as_str()));
            let (last, before): (Vec<&str>, Vec<&str>) = own.partition(|line| line.ends_with(" validates"));
            let complaint = before.first().map_or("no word", |line| line.trim_start_matches(files[index].as_str()));
            answers[index] =
                Some(if last.is_empty() { Err(format!("`{}`: {complaint}", definitions[index].name)) } else { Ok(()) });
        }
        answers
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    fs::metadata("/proc/self").is_ok_and(|of_this| of_this.uid() == 0)
}
