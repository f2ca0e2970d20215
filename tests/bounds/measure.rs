//! What one run of the program costs.

use std::process::{Command, Stdio};

use crate::disk::{Disk, split};

/// A command, and the file that makes it work.
pub struct Task {
    pub disk: Disk,
    pub line: String,
    /// How many bytes are read: of what inflates, those that inflate.
    pub bytes: usize,
}

/// What a run costs.
pub struct Spent {
    pub bytes: usize,
    instructions: u64,
    /// The most memory at a time.
    memory: u64,
}

/// What each byte costs.
#[derive(Debug, Clone, Copy)]
pub struct Cost {
    pub held: f64,
    pub spent: f64,
}

/// What each byte may cost.
#[derive(Debug)]
pub struct Bounds {
    pub held: f64,
    pub spent: f64,
}

impl Cost {
    pub fn of(small: &Spent, large: &Spent) -> Cost {
        assert!(large.bytes > small.bytes + (1 << 17), "the two are hardly different");
        let bytes = (large.bytes - small.bytes) as f64;
        let more = |of: fn(&Spent) -> u64| of(large) as f64 - of(small) as f64;
        Cost { held: more(|one| one.memory) / bytes, spent: more(|one| one.instructions) / bytes }
    }

    pub fn keeps(&self, bounds: &Bounds) -> bool {
        self.held <= bounds.held && self.spent <= bounds.spent
    }
}

/// Runs the command twice: under valgrind, which counts, and alone, for the memory.
pub fn run(task: &Task) -> Spent {
    Spent { bytes: task.bytes, instructions: instructions(task), memory: memory(task) }
}

/// The functions that are counted apart: whatever the input, each byte goes through them once or twice.
const APART: [&str; 3] = [
    "*breakglass::crypto::digest::Digest*::of*",
    "*breakglass::crypto::sign::VerifyingKey*::verify*",
    "*breakglass::crypto::stretch::stretched*",
];

fn instructions(task: &Task) -> u64 {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null", "--collect-atstart=yes"]);
    valgrind.args(APART.map(|name| format!("--toggle-collect={name}")));
    valgrind.arg(env!("CARGO_BIN_EXE_breakglass")).args(split(&task.line));
    valgrind.current_dir(task.disk.path("")).env_remove("BREAKGLASS_ESCROW");
    let output = valgrind.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let counted = said.lines().rev().find_map(|line| line.split_once("Collected : "));
    let counted = counted.unwrap_or_else(|| panic!("{}: {said}", task.line));
    counted.1.trim().parse().unwrap()
}

fn memory(task: &Task) -> u64 {
    // A process is gone once its peak is known: whoever waited for it is told.
    let program = env!("CARGO_BIN_EXE_breakglass");
    let measured = "import resource, subprocess, sys\n\
                    subprocess.run(sys.argv[1:], stdin=-3, stdout=-3, stderr=-3)\n\
                    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
    let mut python = Command::new("python3");
    python.args(["-c", measured, program]).args(split(&task.line));
    python.current_dir(task.disk.path("")).env_remove("BREAKGLASS_ESCROW");
    let output = python.output().unwrap();
    let kibibytes: u64 = String::from_utf8(output.stdout).unwrap().trim().parse().unwrap();
    kibibytes << 10
}
