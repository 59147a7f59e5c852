//! A host of a test's own, with libvirtd on it: a root of Debian that `.ci/root` made, in namespaces of its own.
//!
//! [`World`] runs `world.sh` as the first process of those namespaces. All mounts, bridges, addresses and processes are
//! inside of them and what is written goes to memory, so nothing is left when that process ends; it ends when the test
//! does, however the test does.

use std::env;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::machine::Machine;
use crate::support::{Version, version};

/// The environment variable that names the root.
const ROOT: &str = "LIBVIRT_ROOT";
/// The first process.
const SCRIPT: &str = "tests/libvirt/world.sh";
/// The namespaces that a world has for itself: the option of `unshare` and `nsenter`, and the link in `/proc`.
const NAMESPACES: &[(&str, &str)] =
    &[("--mount", "mnt"), ("--net", "net"), ("--ipc", "ipc"), ("--pid", "pid"), ("--cgroup", "cgroup")];
/// How long a command, or a guest's start, may take, in seconds: a bound for what hangs, far from what a busy machine needs.
const PATIENCE: u64 = 900;

/// A running host. It ends when this is dropped, and that fails when something of it is left.
pub struct World {
    /// What the test is called in what is printed.
    test: &'static str,
    /// The root, which is left as it is.
    root: PathBuf,
    /// `unshare`, which waits for the first process. Its standard input holds the world.
    holder: Child,
    /// The first process, as it is known outside.
    pid: u32,
    /// Its namespaces: as `/proc` names them, and held, so that the kernel gives their numbers to no other world before this
    /// one has been looked for.
    namespaces: Vec<(PathBuf, fs::File)>,
    /// The kernel of its own that all is done under, if it has one.
    machine: Option<Machine>,
}

impl World {
    /// Starts one; `test` is what it is called in what is printed.
    ///
    /// # Panics
    ///
    /// Without a root or the rights to enter it: a test that is asked for and cannot run fails.
    pub fn start(test: &'static str) -> Self {
        Self::started(test, &[])
    }

    /// Starts one with systemd as its first process, which has started nothing yet: neither libvirtd nor anything else.
    pub fn with_systemd(test: &'static str) -> Self {
        let world = Self::started(test, &["systemd"]);
        let began = Instant::now();
        world.wait_for("ActiveState=active", &["systemctl", "show", "--property=ActiveState", "world.target"]);
        world.print("has systemd", began);
        world
    }

    fn started(test: &'static str, arguments: &[&str]) -> Self {
        let began = Instant::now();
        let root = env::var_os(ROOT).filter(|root| !root.is_empty());
        let root = root.unwrap_or_else(|| panic!("{ROOT} has to name a root that `.ci/root` made"));
        let root = fs::canonicalize(&root).unwrap_or_else(|error| panic!("{ROOT} is {}: {error}", root.display()));
        let user = fs::metadata("/proc/self").expect("there is a `/proc`").uid();
        assert_eq!(user, 0, "only root can enter a root: run the test with sudo");

        let mut unshare = Command::new("unshare");
        unshare.args(NAMESPACES.iter().map(|(option, _)| option));
        unshare.args(["--fork", "--kill-child", "--propagation", "private", "bash", SCRIPT]).arg(&root);
        unshare.args(arguments);
        unshare.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut holder = unshare.spawn().expect("util-linux is part of every Debian");
        let output = holder.stdout.take().expect("it is piped");
        let mut world = Self { test, root, holder, pid: 0, namespaces: Vec::new(), machine: None };

        for line in BufReader::new(output).lines() {
            let line = line.expect("the script prints text");
            if let Some(pid) = line.strip_prefix("process ") {
                world.pid = pid.parse().expect("the script prints its number");
                let process = PathBuf::from("/proc").join(pid);
                let hold = |link: PathBuf| Some((fs::read_link(&link).ok()?, fs::File::open(link).ok()?));
                world.namespaces = links_of(&process).filter_map(hold).collect();
            }
            if line == "ready" {
                world.print("starts", began);
                return world;
            }
        }
        panic!("the host has not started; above is what {SCRIPT} says\n{}", world.logs());
    }

    /// Starts one that has a kernel of its own from the beginning.
    pub fn with_kernel(test: &'static str) -> Self {
        let mut world = Self::start(test);
        world.start_kernel();
        world
    }

    /// Starts a kernel of its own, Debian's, under which all is done that follows: a kernel that can shape traffic and knows
    /// Open vSwitch and macvtap, whatever the real one can. It has a single processor and is slow; the files that there are
    /// stay.
    pub fn start_kernel(&mut self) {
        let began = Instant::now();
        self.machine = Some(Machine::start(self));
        self.print("has a kernel of its own", began);
    }

    /// Does a part of the test, and prints how long it took.
    pub fn step<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let done = work();
        self.print(what, began);
        done
    }

    fn print(&self, what: &str, began: Instant) {
        eprintln!("{:5.1} s  {}: {what}", began.elapsed().as_secs_f64(), self.test);
    }

    /// Writes a file, and makes its directory.
    pub fn write(&self, path: &str, content: &str) {
        let output = self.output(&["install", "-D", "--mode=0644", "/dev/stdin", path], content);
        assert!(output.status.success(), "{path}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// Makes directories, and those that they are in.
    pub fn make_directories<'a>(&self, paths: impl IntoIterator<Item = &'a str>) {
        let paths: Vec<&str> = paths.into_iter().collect();
        if !paths.is_empty() {
            self.run(&[&["mkdir", "-p", "--"], paths.as_slice()].concat());
        }
    }

    /// Puts lab2nix, as it has been built, into a directory.
    pub fn install_lab2nix(&self, directory: &str) {
        let program = format!("{directory}/lab2nix");
        self.run(&["install", "-D", "/dev/null", &program]);
        let place = self.inside().join(program.trim_start_matches('/'));
        fs::copy(env!("CARGO_BIN_EXE_lab2nix"), place).expect("it has been built");
    }

    /// What virsh prints.
    pub fn virsh(&self, arguments: &[&str]) -> String {
        self.run(&[&["virsh", "--quiet", "--connect", "qemu:///system"], arguments].concat())
    }

    /// What a command prints in the world.
    ///
    /// # Panics
    ///
    /// When it fails, with what libvirt has to say.
    pub fn run(&self, command: &[&str]) -> String {
        let output = self.output(command, "");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success(),
            "{}: `{}` failed, {}\n{complaint}\n{}",
            self.test,
            command.join(" "),
            output.status,
            self.logs()
        );
        String::from_utf8(output.stdout).expect("libvirt prints text")
    }

    /// What becomes of a command that is given an input.
    pub fn output(&self, command: &[&str], input: &str) -> Output {
        let patience = PATIENCE.to_string();
        let command = [&["timeout", "--kill-after=5", &patience], command].concat();
        if let Some(machine) = &self.machine {
            return machine.output(&command, input);
        }
        let mut nsenter = self.nsenter(&command);
        nsenter.env("LC_ALL", "C.UTF-8");
        nsenter.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = nsenter.spawn().expect("util-linux is part of every Debian");
        // A command that fails need not have read it.
        let _ = child.stdin.take().expect("it is piped").write_all(input.as_bytes());
        child.wait_with_output().expect("it is a child of ours")
    }

    /// A command in its namespaces.
    pub fn nsenter(&self, command: &[&str]) -> Command {
        let mut nsenter = Command::new("nsenter");
        nsenter.args(["--target", &self.pid.to_string(), "--wd"]).args(NAMESPACES.iter().map(|(option, _)| option));
        nsenter.args(command);
        nsenter
    }

    /// Where its root is seen from outside.
    pub fn inside(&self) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root", self.pid))
    }

    /// The version of libvirt.
    pub fn version(&self) -> Version {
        version(&self.run(&["virsh", "--version"])).expect("virsh prints its version")
    }

    /// Whether the host's processor can run guests.
    pub fn has_kvm(&self) -> bool {
        self.virsh(&["capabilities"]).contains("<domain type='kvm'")
    }

    /// Whether there is a file.
    pub fn has(&self, path: &str) -> bool {
        self.output(&["test", "-e", path], "").status.success()
    }

    /// Runs a command again and again, until it prints this.
    ///
    /// # Panics
    ///
    /// When it does not for long.
    pub fn wait_for(&self, text: &str, command: &[&str]) {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(PATIENCE) {
            if String::from_utf8_lossy(&self.output(command, "").stdout).contains(text) {
                return;
            }
            thread::sleep(Duration::from_millis(200));
        }
        panic!("{}: no `{text}` from `{}`\n{}", self.test, command.join(" "), self.logs());
    }

    /// Whether the host's kernel can limit traffic as libvirt asks for, in both directions.
    pub fn shapes_traffic(&self) -> bool {
        let tries = [
            "qdisc add dev lo root sfq",
            "qdisc add dev lo ingress",
            "filter add dev lo parent ffff: protocol all u32 match u32 0 0 police rate 1mbit burst 100kb drop flowid :1",
        ];
        let shapes = tries.iter().all(|arguments| {
            let command: Vec<&str> = ["tc"].into_iter().chain(arguments.split(' ')).collect();
            self.output(&command, "").status.success()
        });
        for queue in ["root", "ingress"] {
            // What has not been added cannot be deleted.
            let _ = self.output(&["tc", "qdisc", "delete", "dev", "lo", queue], "");
        }
        shapes
    }

    /// Whether files can be block devices.
    pub fn has_loop_devices(&self) -> bool {
        self.inside().join("dev/loop-control").exists()
    }

    /// Starts a domain, and keeps what its console shows for [`Self::logs`]: QEMU forgets what nobody reads.
    pub fn boot(&self, domain: &str) {
        const SCRIPT: &str = r#"console=$(virsh --quiet --connect qemu:///system ttyconsole "$1")
            setsid cat "$console" > "/var/log/libvirt/qemu/$1.console.log" 2>&1 < /dev/null &"#;
        self.virsh(&["start", domain]);
        self.run(&["bash", "-c", SCRIPT, "bash", domain]);
    }

    /// A page, once there is someone to serve it.
    ///
    /// # Panics
    ///
    /// When there is nobody for long.
    pub fn fetch(&self, address: &str) -> String {
        let began = Instant::now();
        let mut complaint = String::new();
        while began.elapsed() < Duration::from_secs(PATIENCE) {
            let output = self.output(&["busybox", "wget", "-q", "-T", "2", "-O", "-", address], "");
            if output.status.success() {
                return String::from_utf8(output.stdout).expect("the guest serves text");
            }
            complaint = String::from_utf8_lossy(&output.stderr).into_owned();
            thread::sleep(Duration::from_millis(500));
        }
        panic!("{}: no answer from {address}: {complaint}\n{}", self.test, self.logs());
    }

    /// The last that libvirtd, QEMU and a guest wrote.
    fn logs(&self) -> String {
        if self.machine.is_some() {
            let tail = "for log in /var/log/libvirt/libvirtd.log /var/log/libvirt/qemu/*.log; do echo \"--- $log\"; tail -n 60 \"$log\"; done";
            return String::from_utf8_lossy(&self.output(&["bash", "-c", tail], "").stdout).into_owned();
        }
        let directory = self.inside().join("var/log/libvirt");
        let mut logs = vec![directory.join("libvirtd.log")];
        logs.extend(crate::support::entries(directory.join("qemu")));
        let text = |log: &PathBuf| {
            let text = fs::read(log).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            let lines: Vec<&str> = text.trim_end().lines().collect();
            format!("--- {}\n{}", log.display(), lines[lines.len().saturating_sub(60)..].join("\n"))
        };
        logs.iter().map(text).collect::<Vec<_>>().join("\n")
    }

    /// What there is of the world outside of it: its processes, its mounts, its files.
    fn remains(&self) -> Vec<String> {
        let processes = fs::read_dir("/proc").expect("there is a `/proc`").flatten().map(|entry| entry.path());
        let is_own = |found: PathBuf| self.namespaces.iter().any(|(own, _)| *own == found);
        // A process that has ended has none.
        let of_world = |process: &PathBuf| links_of(process).any(|link| fs::read_link(link).is_ok_and(is_own));
        let mut remains: Vec<String> = processes
            .filter(of_world)
            .map(|process| {
                let command = fs::read_to_string(process.join("comm")).unwrap_or_default();
                format!("process {} ({})", process.display(), command.trim_end())
            })
            .collect();
        let inside = self.root.join("mnt");
        let mounts = fs::read_to_string("/proc/self/mountinfo").expect("there is a `/proc`");
        let inside_text = inside.display().to_string();
        remains
            .extend(mounts.lines().filter(|mount| mount.contains(&inside_text)).map(|mount| format!("mount {mount}")));
        remains.extend(crate::support::entries(inside).iter().map(|file| format!("file {}", file.display())));
        remains
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let began = Instant::now();
        self.machine = None;
        // As when the test is killed: the first process finds nobody at the other end, and takes the world with it.
        drop(self.holder.stdin.take());
        let mut remains = self.remains();
        while !remains.is_empty() && began.elapsed() < Duration::from_secs(120) {
            thread::sleep(Duration::from_millis(50));
            remains = self.remains();
        }
        // Else the end of `unshare` does.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
        // The control groups of a systemd outlive it.
        let groups = format!("mount -t cgroup2 cgroup2 /mnt && find /mnt/world-{} -depth -type d -delete", self.pid);
        let mut remove = Command::new("unshare");
        remove.args(["--mount", "--propagation", "private", "bash", "-c", &groups]).stderr(Stdio::null());
        let _ = remove.status();
        if !thread::panicking() {
            assert!(remains.is_empty(), "{}: left behind:\n{}", self.test, remains.join("\n"));
            self.print("ends, and leaves nothing behind", began);
        }
    }
}

/// Where `/proc` names the namespaces of a process that are a world's own.
fn links_of(process: &Path) -> impl Iterator<Item = PathBuf> {
    let directory = process.join("ns");
    NAMESPACES.iter().map(move |(_, link)| directory.join(link))
}
