//! Running the program under `strace`: to count its system calls, to end it at one, to let one fail.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};

use crate::common::skipped;
use crate::disk::{Disk, Finished, PASSWORD, SEED, finish, give, split};

/// A command line, and what it is given on standard input.
#[derive(Debug, Clone, Default)]
pub struct Line {
    pub words: Vec<String>,
    pub stdin: Vec<u8>,
}

impl Line {
    pub fn of(text: &str) -> Line {
        Line { words: split(text), stdin: Vec::new() }
    }

    pub fn arg(mut self, word: &str) -> Line {
        self.words.push(word.to_owned());
        self
    }

    pub fn stdin(mut self, text: &str) -> Line {
        self.stdin = text.as_bytes().to_vec();
        self
    }
}

/// A system call of a run: its name, and its place among those of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub name: String,
    pub nth: usize,
    /// The whole line of the trace.
    pub text: String,
}

impl Call {
    /// Whether it writes to standard output, or to standard error.
    pub fn is_said(&self) -> bool {
        self.name == "write" && (self.text.contains("write(1,") || self.text.contains("write(2,"))
    }

    /// Whether it changes what is on the disk, or makes that durable.
    pub fn changes(&self) -> bool {
        let names = ["write", "pwrite64", "writev", "ftruncate", "fsync", "fdatasync", "flock"];
        let families = ["rename", "link", "unlink", "mkdir", "rmdir"];
        names.contains(&self.name.as_str())
            || families.iter().any(|family| self.name.starts_with(family))
            || (self.name == "openat" && self.text.contains("O_CREAT"))
    }
}

/// What is done to a call.
#[derive(Debug, Clone, Copy)]
pub enum Fault {
    Kill,
    Stop,
    Error(&'static str),
}

/// How a run ended.
#[derive(Debug)]
pub struct EndOutcome {
    pub status: ExitStatus,
    pub out: Vec<u8>,
    pub err: String,
    pub trace: String,
}

impl EndOutcome {
    pub fn was_killed(&self) -> bool {
        self.status.signal() == Some(9) && self.trace.contains("+++ killed by SIGKILL +++")
    }

    pub fn shown(&self) -> String {
        String::from_utf8_lossy(&self.out).into_owned()
    }

    /// Whether a secret stands in what was said.
    pub fn tells(&self) -> bool {
        let said = self.shown() + &self.err;
        [PASSWORD, SEED, "AGE-SECRET-KEY"].iter().any(|secret| said.contains(secret))
    }
}

/// Whether this machine lets a process be traced; where not, it says so for `test`.
pub fn can_trace(test: &str) -> bool {
    let works = Command::new("strace")
        .args(["-qq", "-o", "/dev/null", "true"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !works {
        skipped(test, "strace");
    }
    works
}

/// The program on a disk, with its trace below the system's directory for such files, not on the disk.
pub struct Traced<'a> {
    pub disk: &'a Disk,
    line: &'a Line,
    fault: Option<(Call, Fault)>,
    wrapper: Vec<String>,
    options: Vec<String>,
    trace: tempfile::NamedTempFile,
}

impl<'a> Traced<'a> {
    pub fn new(disk: &'a Disk, line: &'a Line) -> Traced<'a> {
        let trace = tempfile::Builder::new().prefix("breakglass-trace-").tempfile().unwrap();
        Traced { disk, line, fault: None, wrapper: Vec::new(), options: Vec::new(), trace }
    }

    pub fn fault(mut self, call: &Call, fault: Fault) -> Self {
        self.fault = Some((call.clone(), fault));
        self
    }

    /// No file may grow beyond `blocks` of 512 bytes.
    pub fn file_limit(mut self, blocks: usize) -> Self {
        let script = "ulimit -f \"$0\"; exec \"$@\"";
        self.wrapper = vec!["sh".into(), "-c".into(), script.into(), blocks.to_string()];
        self
    }

    /// More of what strace is told.
    pub fn strace(mut self, options: Vec<String>) -> Self {
        self.options = options;
        self
    }

    /// What the trace holds by now.
    pub fn so_far(&self) -> String {
        let trace = fs::read_to_string(self.trace.path()).unwrap();
        trace.lines().filter(|line| !line.contains("memfd_secret(")).map(|line| format!("{line}\n")).collect()
    }

    pub fn spawn(&self) -> Child {
        // Without a terminal. The limit is the program's alone: strace writes files of its own.
        let mut command = Command::new("setsid");
        command.args(["strace", "-f", "-qq", "-o"]).arg(self.trace.path());
        // What lies in memory that nobody else may read could not be seen in the trace.
        command.args(["-e", "inject=memfd_secret:error=ENOSYS"]);
        if let Some((call, fault)) = &self.fault {
            let what = match fault {
                Fault::Kill => "signal=KILL".to_owned(),
                Fault::Stop => "signal=STOP".to_owned(),
                Fault::Error(error) => format!("error={error}"),
            };
            command.arg("-e").arg(format!("inject={}:{what}:when={}", call.name, call.nth));
        }
        command
            .args(&self.options)
            .args(&self.wrapper)
            .arg(env!("CARGO_BIN_EXE_breakglass"))
            .args(&self.line.words);
        command.current_dir(self.disk.path("")).env("BREAKGLASS_ESCROW", "escrow").env("TMPDIR", "/tmp");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        give(&mut child, self.line.stdin.clone());
        child
    }

    pub fn wait(&self, child: Child) -> EndOutcome {
        let hangs = || panic!("{:?}: it hangs\n{}", self.line.words, self.so_far());
        let Finished { status, out, err } = finish(child).unwrap_or_else(hangs);
        EndOutcome { status, out, err, trace: self.so_far() }
    }

    pub fn run(self) -> EndOutcome {
        let child = self.spawn();
        self.wait(child)
    }
}

/// The system calls of a run that goes well, from the program's own first one on. What the loader and the
/// runtime do before that changes nothing.
pub fn calls(disk: &Disk, line: &Line) -> Vec<Call> {
    let run = Traced::new(disk, line).run();
    assert_eq!(run.status.code(), Some(0), "{:?}: {}", line.words, run.err);
    let all = of_trace(&run.trace);
    let first = all.iter().position(|call| call.text.contains("PR_SET_DUMPABLE"));
    all[first.expect("the program's first own call")..].to_vec()
}

/// The calls in a trace, each with its place among those of its name.
pub fn of_trace(trace: &str) -> Vec<Call> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in trace.lines() {
        let text = line.trim_start_matches(|one: char| one.is_ascii_digit()).trim_start();
        let Some((name, _)) = text.split_once('(') else { continue };
        if name.is_empty() || !name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_') {
            continue;
        }
        let count = counts.entry(name).or_default();
        *count += 1;
        calls.push(Call { name: name.to_owned(), nth: *count, text: text.to_owned() });
    }
    calls
}

/// Whether everything is tried, and not a sample.
pub fn is_whole() -> bool {
    std::env::var_os("BREAKGLASS_WHOLE").is_some()
}

/// Says something on the real standard error, which the test harness does not swallow.
pub fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
