//! Looking into the program's memory while it lives: every byte that can be read of it, for every form of a secret.
//!
//! strace holds the program at its last system call, when all it did is done and nothing of it is gone yet.

use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use memchr::memmem;
use rustix::process::{Pid, Signal, kill_process};

use crate::disk::Disk;
use crate::terminal::Terminal;
use crate::wanted::Wanted;

/// The call with which a program ends, by its number.
const EXIT_GROUP: &str = if cfg!(target_arch = "x86_64") { "231" } else { "94" };

/// How long to wait until the program has come to its end.
const PATIENCE: Duration = Duration::from_secs(60);

/// How the memory for secrets is had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// As the kernel gives it.
    Usual,
    /// As it is on a kernel that has no memfd_secret: then all of it can be read from outside.
    Readable,
}

/// What strace is told: to hold the program at its end, and what it must not have.
pub fn strace(kind: Kind) -> Vec<&'static str> {
    let mut words = vec!["strace", "-o", "/dev/null", "-qq", "-e", "trace=exit_group,memfd_secret"];
    words.extend(["-e", "inject=exit_group:delay_enter=120000000"]);
    if kind == Kind::Readable {
        words.extend(["-e", "inject=memfd_secret:error=ENOSYS"]);
    }
    words
}

/// A part of the program's memory.
#[derive(Debug, Clone)]
pub struct Part {
    pub name: String,
    pub start: u64,
    /// In bytes.
    pub length: u64,
    /// None where nobody may read it from outside.
    pub bytes: Option<Vec<u8>>,
    /// What the kernel says of it: `lo` for locked, `dd` for in no dump.
    pub flags: Vec<String>,
}

/// Something that was found.
#[derive(Debug)]
pub struct Hit {
    pub what: String,
    pub part: Part,
}

/// The process that runs the program in `directory`.
pub fn process(directory: &Path) -> u32 {
    let begun = Instant::now();
    loop {
        for entry in fs::read_dir("/proc").unwrap().flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse() else { continue };
            let link = |name: &str| fs::read_link(entry.path().join(name)).ok();
            if link("exe").is_some_and(|exe| exe == Path::new(env!("CARGO_BIN_EXE_breakglass")))
                && link("cwd").is_some_and(|cwd| cwd == directory)
            {
                return pid;
            }
        }
        assert!(begun.elapsed() < PATIENCE, "the program did not start");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Waits until the process is about to end, and gives its exit code.
pub fn at_its_end(pid: u32) -> i32 {
    let begun = Instant::now();
    loop {
        let call = fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
        let mut words = call.split(' ');
        if words.next() == Some(EXIT_GROUP) {
            return i32::from_str_radix(words.next().unwrap().trim_start_matches("0x"), 16).unwrap();
        }
        assert!(begun.elapsed() < PATIENCE, "it does not come to its end: {call}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// The parts of the process's memory, unread.
pub fn maps(pid: u32) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    for line in fs::read_to_string(format!("/proc/{pid}/smaps")).unwrap().lines() {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap();
        if let Some(flags) = line.strip_prefix("VmFlags:") {
            parts.last_mut().unwrap().flags = flags.split_whitespace().map(str::to_owned).collect();
        } else if let Some((start, end)) = first.split_once('-').filter(|_| !first.ends_with(':')) {
            let number = |text| u64::from_str_radix(text, 16).unwrap();
            let (start, end) = (number(start), number(end));
            let name = words.nth(4).unwrap_or("").to_owned();
            parts.push(Part { name, start, length: end - start, bytes: None, flags: Vec::new() });
        }
    }
    parts
}

/// The same, with all that can be read of it.
pub fn parts(pid: u32) -> Vec<Part> {
    let memory = File::open(format!("/proc/{pid}/mem")).unwrap();
    let mut parts = maps(pid);
    for part in &mut parts {
        let mut bytes = vec![0; part.length as usize];
        part.bytes = memory.read_exact_at(&mut bytes, part.start).is_ok().then_some(bytes);
    }
    parts
}

/// Where the secrets are.
pub fn search(parts: &[Part], secrets: &[Wanted]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for part in parts {
        let Some(bytes) = &part.bytes else { continue };
        for secret in secrets {
            for form in &secret.forms {
                for at in memmem::find_iter(bytes, form) {
                    let what = format!("{} at {:x} of {} {:x}", secret.name, at, part.name, part.start);
                    hits.push(Hit { what, part: part.clone() });
                }
            }
        }
    }
    hits
}

/// Ends a program that strace holds, and strace, which would wait for it.
pub fn kill(pid: u32) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:")).unwrap();
    for process in [pid.to_string().as_str(), tracer.trim()] {
        let process = Pid::from_raw(process.parse().unwrap()).unwrap();
        kill_process(process, Signal::KILL).unwrap();
    }
}

/// Runs a command without a terminal, and gives its exit code and what was in its memory at its end.
pub fn run(
    disk: &Disk,
    kind: Kind,
    words: &[&str],
    more: impl FnOnce(&mut std::process::Command),
) -> (i32, Vec<Part>) {
    let mut command = disk.command(&strace(kind), words);
    command
        .stdin(std::process::Stdio::null())
        // To a pipe that nobody reads: into the void nothing is printed.
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null());
    more(&mut command);
    let mut child = command.spawn().unwrap();
    let pid = process(disk.root());
    let code = at_its_end(pid);
    let parts = parts(pid);
    kill(pid);
    child.wait().unwrap();
    (code, parts)
}

/// Starts a command on a terminal, to be held at its end.
pub fn start(disk: &Disk, kind: Kind, words: &[&str]) -> Terminal {
    Terminal::start_under(
        &strace(kind),
        disk.root(),
        words,
        false,
        80,
        &[("BREAKGLASS_ESCROW", Some("escrow"))],
    )
}
