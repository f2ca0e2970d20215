//! A pseudo-terminal with the program on it: what a person sees, and what a person types.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Termios, Winsize, tcgetattr};

/// How many rows a window has, unless it is made another size.
const ROWS: u16 = 24;

/// How long to wait for anything: scrypt takes a second, a busy machine several times that.
const PATIENCE: Duration = Duration::from_secs(40);

/// The program on a terminal of its own.
pub struct Terminal {
    keyboard: File,
    /// Our own hold on the terminal's other side, so that it can be looked at after the program is gone.
    line: OwnedFd,
    child: Child,
    screen: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
    read: usize,
    columns: u16,
    rows: u16,
}

/// What there was to see when the program had ended.
#[derive(Debug)]
pub struct Ended {
    /// The exit code; `None` where a signal ended it.
    pub code: Option<i32>,
    /// Everything that was on the terminal.
    pub screen: String,
    /// Everything on standard output, where that was a pipe.
    pub piped: String,
    /// Whether the terminal echoes again.
    pub echoes: bool,
}

impl Terminal {
    /// Starts the program in `directory`, with standard output on the terminal, or on a pipe.
    pub fn start(directory: &Path, words: &[&str], piped: bool) -> Terminal {
        Terminal::start_with(directory, words, piped, 80, &[])
    }

    /// The same on a terminal of so many columns (0: it does not say), which knows colours, but for what
    /// `environment` says: `None` takes a variable away.
    pub fn start_with(
        directory: &Path,
        words: &[&str],
        piped: bool,
        columns: u16,
        environment: &[(&str, Option<&str>)],
    ) -> Terminal {
        Terminal::start_under(&[], directory, words, piped, columns, environment)
    }

    /// The same, run by another program.
    pub fn start_under(
        under: &[&str],
        directory: &Path,
        words: &[&str],
        piped: bool,
        columns: u16,
        environment: &[(&str, Option<&str>)],
    ) -> Terminal {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&master).unwrap();
        unlockpt(&master).unwrap();
        let name = ptsname(&master, Vec::new()).unwrap();
        resize(&master, columns, ROWS);
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let line = rustix::fs::open(&name, flags, Mode::empty()).unwrap();
        let on_line = || Stdio::from(line.try_clone().unwrap());
        let mut line_of_words = [under, &[env!("CARGO_BIN_EXE_breakglass")], words].concat().into_iter();
        let mut command = Command::new(line_of_words.next().unwrap());
        command.args(line_of_words).current_dir(directory).stdin(on_line()).stderr(on_line());
        command.stdout(if piped { Stdio::piped() } else { on_line() });
        command
            .envs([("RUST_BACKTRACE", "full"), ("RUST_LOG", "trace")])
            .env("TMPDIR", directory.join("tmp"))
            .env("TERM", "xterm-256color")
            .env_remove("NO_COLOR");
        for (name, value) in environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        // SAFETY: between fork and exec only two system calls are made; nothing is allocated or locked.
        unsafe {
            command.pre_exec(|| {
                rustix::process::setsid()?;
                rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
                Ok(())
            });
        }
        let child = command.spawn().unwrap();
        let keyboard = File::from(master);
        let screen = Arc::new(Mutex::new(Vec::new()));
        let (mut from, into) = (keyboard.try_clone().unwrap(), Arc::clone(&screen));
        let reader = thread::spawn(move || {
            let mut block = [0; 4096];
            while let Ok(length @ 1..) = from.read(&mut block) {
                into.lock().unwrap().extend_from_slice(&block[..length]);
            }
        });
        Terminal { keyboard, line, child, screen, reader: Some(reader), read: 0, columns, rows: ROWS }
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// The same without its colours; they are looked at in `colour.rs`.
    fn said(&self) -> String {
        let shown = self.shown();
        let mut parts = shown.split("\u{1b}[");
        let mut said = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            match part.split_once('m') {
                Some((tone, rest)) if tone.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => {
                    said.push_str(rest);
                }
                _ => {
                    said.push_str("\u{1b}[");
                    said.push_str(part);
                }
            }
        }
        said
    }

    /// Waits until `text` is shown, after what was waited for before.
    #[track_caller]
    pub fn expect(&mut self, text: &str) -> &mut Terminal {
        let begin = Instant::now();
        loop {
            let shown = self.said();
            if let Some(at) = shown.get(self.read..).and_then(|new| new.find(text)) {
                self.read += at + text.len();
                return self;
            }
            assert!(begin.elapsed() < PATIENCE, "`{text}` is not shown; this is: {shown}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a question can be answered: its prompt, or its name and then its prompt. What is typed before the
    /// prompt is thrown away.
    #[track_caller]
    pub fn asked(&mut self, question: &str) -> &mut Terminal {
        self.expect(question);
        if question.ends_with(['\n', '?']) { self.expect("> ") } else { self }
    }

    /// Makes the window another size. What was on it before is not looked at any more.
    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Terminal {
        resize(&self.keyboard, columns, rows);
        (self.columns, self.rows) = (columns, rows);
        self
    }

    /// What a person sees in the window: its lines, without the blanks at their ends.
    pub fn window(&self) -> String {
        let mut emulated =
            vt100::Parser::new(self.rows.try_into().unwrap(), self.columns.try_into().unwrap(), 0);
        emulated.process(&self.screen.lock().unwrap());
        let rows: Vec<String> = emulated.screen().rows(0, self.columns).collect();
        let lines: Vec<&str> = rows.iter().map(|row| row.trim_end()).collect();
        format!("{}\n", lines.join("\n").trim_end())
    }

    /// Everything that was on the terminal's first screen, from the first line on, as long as it may be.
    pub fn transcript(&self) -> String {
        let mut emulated = vt100::Parser::new(1000.try_into().unwrap(), self.columns.try_into().unwrap(), 0);
        emulated.process(&self.screen.lock().unwrap());
        let rows: Vec<String> = emulated.screen().rows(0, self.columns).collect();
        format!("{}\n", rows.iter().map(|row| row.trim_end()).collect::<Vec<_>>().join("\n").trim_end())
    }

    /// Waits for the end, and stays to be looked at.
    #[track_caller]
    pub fn finish(&mut self) {
        let begin = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < PATIENCE, "it does not end; this is shown: {}", self.shown());
            thread::sleep(Duration::from_millis(5));
        }
        // What was written last may still be on its way through the terminal.
        thread::sleep(Duration::from_millis(50));
    }

    /// Waits until `text` is to be seen in the window.
    #[track_caller]
    pub fn see(&mut self, text: &str) -> &mut Terminal {
        let begin = Instant::now();
        while !self.window().contains(text) {
            assert!(begin.elapsed() < PATIENCE, "`{text}` is not to be seen; this is:\n{}", self.window());
            thread::sleep(Duration::from_millis(5));
        }
        self.read = self.said().len();
        self
    }

    /// Types, and presses Enter.
    pub fn enter(&mut self, typed: &str) -> &mut Terminal {
        self.press(&format!("{typed}\n"))
    }

    /// Types, and presses nothing else.
    pub fn press(&mut self, keys: &str) -> &mut Terminal {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
        self
    }

    /// Whether the program has ended.
    pub fn is_over(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// The program's process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether what is typed is shown.
    pub fn echoes(&self) -> bool {
        let modes: Termios = tcgetattr(&self.line).unwrap();
        modes.local_modes.contains(LocalModes::ECHO)
    }

    /// Waits for the end.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        let mut pipe = self.child.stdout.take();
        let mut piped = String::new();
        if let Some(pipe) = &mut pipe {
            pipe.read_to_string(&mut piped).unwrap();
        }
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(begin.elapsed() < PATIENCE, "it does not end; this is shown: {}", self.shown());
            thread::sleep(Duration::from_millis(5));
        };
        // What was written last may still be on its way through the terminal.
        thread::sleep(Duration::from_millis(50));
        Ended { code: status.code(), screen: self.shown(), piped, echoes: self.echoes() }
    }
}

fn resize(line: impl std::os::fd::AsFd, columns: u16, rows: u16) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    rustix::termios::tcsetwinsize(line, size).unwrap();
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        // The reader ends when nobody holds the other side any more; it is not waited for.
        drop(self.reader.take());
    }
}

impl Terminal {
    /// The digit that is shown next.
    #[track_caller]
    pub fn digit(&mut self) -> usize {
        let begin = Instant::now();
        loop {
            let shown = self.said();
            if let Some(next) = shown[self.read..].chars().next() {
                self.read += next.len_utf8();
                return next.to_digit(10).unwrap() as usize;
            }
            assert!(begin.elapsed() < PATIENCE, "nothing more is shown: {shown}");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// The rest of the line that is shown next.
    #[track_caller]
    pub fn line(&mut self) -> String {
        let begin = Instant::now();
        loop {
            let shown = self.said();
            if let Some((line, _)) = shown[self.read..].split_once('\r') {
                self.read += line.len();
                return line.to_owned();
            }
            assert!(begin.elapsed() < PATIENCE, "no line is shown: {shown}");
            thread::sleep(Duration::from_millis(5));
        }
    }
}
