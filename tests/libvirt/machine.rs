//! A kernel of a world's own: Debian's `user-mode-linux`, which is a process. It has the world's root, in which it makes a
//! host of the same kind, and does there what it is told.

use std::cell::Cell;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ExitStatus, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::world::World;

/// What it starts with, in the world.
const INIT: &str = "/machine/init";
/// What its console shows, in the world.
const CONSOLE: &str = "machine/console";
/// The directory through which commands and what they print go, in the world.
const TALK: &str = "machine/talk";
/// How long it may take to start. It takes some seconds.
const PATIENCE: Duration = Duration::from_secs(120);
/// How often we look whether it has done something.
const PAUSE: Duration = Duration::from_millis(20);

/// A kernel that runs.
pub struct Machine {
    process: Child,
    /// Its console's keyboard: each line is the number of a command.
    keyboard: ChildStdin,
    /// [`TALK`] as it is seen from here.
    talk: PathBuf,
    /// How many commands it has been told.
    told: Cell<u32>,
}

impl Machine {
    /// Starts one in a world.
    ///
    /// # Panics
    ///
    /// When it does not come up.
    pub fn start(world: &World) -> Self {
        world.write(INIT, include_str!("machine.sh"));
        world.write("/machine/world.sh", include_str!("world.sh"));
        world.write("/machine/agent.sh", include_str!("agent.sh"));
        world.run(&["chmod", "+x", INIT]);
        world.make_directories(["/machine/talk"]);
        // libvirt asks QEMU what it can, for which it takes minutes there and remembers the answer: the same as here,
        // without KVM.
        world.run(&["rm", "-f", "/dev/kvm"]);
        world.virsh(&["capabilities"]);
        let console = world.inside().join(CONSOLE);
        let screen = fs::File::create(&console).expect("the world is ours");
        // Its memory is a file in /dev/shm; that of Linux's own has half of the host's.
        let mut kernel = world.nsenter(&["env", "TMPDIR=/dev/shm", "/usr/bin/linux.uml"]);
        kernel.args(["mem=2G", "rootfstype=hostfs", "rootflags=/", "rw", "quiet", "con=null", "con0=fd:0,fd:1"]);
        kernel.arg(format!("init={INIT}"));
        kernel.stdin(Stdio::piped()).stdout(screen).stderr(Stdio::null());
        let mut process = kernel.spawn().expect("util-linux is part of every Debian");
        let keyboard = process.stdin.take().expect("it is piped");
        let machine = Self { process, keyboard, talk: world.inside().join(TALK), told: Cell::new(0) };
        let began = Instant::now();
        loop {
            let shown = fs::read(&console).expect("it is ours");
            let shown = String::from_utf8_lossy(&shown);
            if shown.lines().any(|line| line.trim_end() == "ready") {
                return machine;
            }
            assert!(began.elapsed() < PATIENCE, "the kernel has not started; its console shows:\n{shown}");
            thread::sleep(PAUSE);
        }
    }

    /// What becomes of a command that is given an input.
    pub fn output(&self, command: &[&str], input: &str) -> Output {
        let number = self.told.replace(self.told.get() + 1);
        let file = |part: &str| self.talk.join(format!("{number}.{part}"));
        fs::write(file("command"), command.iter().flat_map(|word| [word, "\0"]).collect::<String>())
            .and_then(|()| fs::write(file("in"), input))
            .expect("the world is ours");
        writeln!(&self.keyboard, "{number}").expect("the kernel runs");
        while !file("done").exists() {
            thread::sleep(PAUSE);
        }
        let read = |part: &str| fs::read(file(part)).expect("the agent has written it");
        let code: i32 = String::from_utf8_lossy(&read("code")).trim().parse().expect("a number");
        Output { status: ExitStatus::from_raw(code << 8), stdout: read("out"), stderr: read("err") }
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
