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

/// The functions that are counted apart: whatever is read goes through them once or twice.
const APART: [&str; 4] = [
    ":breakglass::crypto::digest::Digest::of ",
    ":breakglass::crypto::digest::Digest::of_parts ",
    ":breakglass::crypto::sign::VerifyingKey::verify ",
    ":breakglass::crypto::stretch::stretched ",
];

fn instructions(task: &Task) -> u64 {
    let counts = task.disk.path("counts");
    let mut valgrind = Command::new("valgrind");
    valgrind.arg("--tool=callgrind").arg(format!("--callgrind-out-file={}", counts.display()));
    valgrind.arg(env!("CARGO_BIN_EXE_breakglass")).args(split(&task.line));
    valgrind.current_dir(task.disk.path("")).env_remove("BREAKGLASS_ESCROW");
    let output = valgrind.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let mut annotate = Command::new("callgrind_annotate");
    let table = annotate.args(["--inclusive=yes", "--threshold=100"]).arg(&counts).output().unwrap();
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    let of = |name: &str| table.lines().find(|line| line.contains(name)).map(first_number);
    let all = of("PROGRAM TOTALS").unwrap_or_else(|| panic!("{}: {said}", task.line));
    let apart: u64 = APART.iter().filter_map(|name| of(name)).sum();
    assert!(apart > 0, "{}: no function is counted apart", task.line);
    all - apart
}

/// The number at the beginning of a line, whose digits are in groups.
fn first_number(line: &str) -> u64 {
    let digits = line.trim_start().split(' ').next().unwrap_or_default();
    digits.replace(',', "").parse().unwrap()
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
