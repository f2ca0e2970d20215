//! The console on systems with POSIX terminals.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, OFlags};
use rustix::io::Errno;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr,
    tcgetwinsize, tcsetattr,
};
use signal_hook::consts::signal::{
    SIGALRM, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2,
    SIGVTALRM, SIGXCPU,
};

use super::pressed::Pressed;
use crate::hands::clock;

/// How long a signal that came between a look at the flag and the wait for a key goes unnoticed.
const SLICE: Duration = Duration::from_millis(200);

/// What switches a special character off.
const OFF: u8 = if cfg!(target_os = "linux") { 0 } else { 0xff };

static HELD: Mutex<Weak<Console>> = Mutex::new(Weak::new());

/// Every signal whose default would end the program, or stop it, with a secret on the screen; but for those that tell of
/// a bug of the program, and those that cannot be caught.
const ENDING_SIGNALS: [i32; 14] = [
    SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM,
    SIGPROF, SIGXCPU, SIGIO,
];

/// Those of them that a person at the keyboard sends. The others come because the terminal hung up, or the machine is shut
/// down: then nobody has decided anything.
const TYPED_SIGNALS: [i32; 3] = [SIGINT, SIGQUIT, SIGTSTP];

static ENDING: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
static CUT_OFF: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Whether the person was cut off: the terminal is gone, or a signal came that nobody types.
pub fn was_cut_off() -> bool {
    CUT_OFF.load(Ordering::SeqCst)
}

/// Whether Ctrl-C was pressed, or another signal asked the program to end, since the console was first
/// opened. Before that a signal ends it at once.
pub fn interrupted() -> bool {
    ENDING.load(Ordering::SeqCst)
}

/// From here on a signal ends nothing by itself: it is noticed where the program waits for a person, and where it
/// looks at [`interrupted`], so that whatever is under way is finished or taken back.
///
/// # Errors
/// Whatever the system says.
pub fn listen() -> io::Result<()> {
    static LISTENS: Mutex<bool> = Mutex::new(false);
    let mut listens = LISTENS.lock().unwrap_or_else(PoisonError::into_inner);
    if !std::mem::replace(&mut *listens, true) {
        for signal in ENDING_SIGNALS {
            if !TYPED_SIGNALS.contains(&signal) {
                signal_hook::flag::register(signal, Arc::clone(&CUT_OFF))?;
            }
            signal_hook::flag::register(signal, Arc::clone(&ENDING))?;
        }
    }
    Ok(())
}

/// The terminal, without echo for as long as it is held.
#[derive(Debug)]
pub struct Console {
    device: File,
    /// The same terminal, where reading never waits: Ctrl-C throws away what was typed, after the wait for a key
    /// has seen it and before it is read.
    keyboard: File,
    before: Termios,
}

fn device() -> io::Result<File> {
    let device = OpenOptions::new().read(true).write(true).open("/dev/tty")?;
    if device.is_terminal() { Ok(device) } else { Err(io::Error::other("it is not a terminal")) }
}

/// Gives the terminal back as it was, with its first screen, where the program ends at once. It takes no memory.
pub fn give_back() {
    let held = HELD.try_lock().ok().and_then(|held| held.upgrade());
    if let Some(console) = held {
        // Best effort: the program ends, whatever comes of it.
        let _ = (&console.device).write_all(b"\x1b[2J\x1b[H\x1b[?25h\x1b[?1049l");
        let _ = console.set(&console.before);
    }
}

/// Whether there is a terminal.
pub fn exists() -> bool {
    device().is_ok()
}

/// Whether it is the null device.
pub(super) fn is_null(stdout: &io::Stdout) -> bool {
    let of = |stat: &rustix::fs::Stat| (FileType::from_raw_mode(stat.st_mode), stat.st_rdev);
    let null = rustix::fs::stat("/dev/null").map(|stat| of(&stat));
    null.is_ok_and(|null| rustix::fs::fstat(stdout).is_ok_and(|stat| of(&stat) == null))
}

pub(super) fn open() -> io::Result<Arc<Console>> {
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(console) = held.upgrade() {
        return Ok(console);
    }
    let device = device()?;
    listen()?;
    let before = tcgetattr(&device)?;
    let keyboard = OpenOptions::new()
        .read(true)
        .custom_flags((OFlags::NONBLOCK | OFlags::NOCTTY).bits() as i32)
        .open("/dev/tty")?;
    let console = Arc::new(Console { device, keyboard, before });
    console.set(&console.quiet())?;
    *held = Arc::downgrade(&console);
    Ok(console)
}

impl Console {
    /// Keys as they are pressed, without echo. Ctrl-C stays a signal; nothing suspends the program while a
    /// secret may be on the screen.
    fn quiet(&self) -> Termios {
        let mut quiet = self.before.clone();
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON);
        quiet.local_modes.insert(LocalModes::ISIG);
        quiet.input_modes.insert(InputModes::ICRNL);
        for key in [SpecialCodeIndex::VSUSP, SpecialCodeIndex::VQUIT] {
            quiet.special_codes[key] = OFF;
        }
        quiet.special_codes[SpecialCodeIndex::VMIN] = 1;
        quiet.special_codes[SpecialCodeIndex::VTIME] = 0;
        quiet
    }

    fn set(&self, modes: &Termios) -> io::Result<()> {
        Ok(tcsetattr(&self.device, OptionalActions::Now, modes)?)
    }

    /// Lets the kernel echo, for as long as the value lives.
    pub(super) fn echoing(&self) -> io::Result<impl Drop + '_> {
        let mut echoing = self.before.clone();
        let modes = LocalModes::ECHO | LocalModes::ECHOE | LocalModes::ICANON | LocalModes::ISIG;
        echoing.local_modes.insert(modes);
        echoing.input_modes.insert(InputModes::ICRNL);
        self.set(&echoing)?;
        Ok(Quiet(self))
    }

    pub(super) fn flush(&self) {
        // Best effort: what stays is read away.
        let _ = tcflush(&self.device, QueueSelector::IFlush);
    }

    /// Waits for a byte.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn byte(&self, wait: Option<Duration>) -> io::Result<Pressed> {
        let waited = clock::Stopwatch::start();
        loop {
            if interrupted() {
                return Ok(Pressed::End);
            }
            let left = wait.map_or(SLICE, |wait| wait.saturating_sub(waited.elapsed()).min(SLICE));
            let time = Timespec { tv_sec: 0, tv_nsec: i64::from(left.subsec_nanos()) };
            let mut keyboard = [PollFd::new(&self.keyboard, PollFlags::IN)];
            match poll(&mut keyboard, Some(&time)) {
                Ok(0) if wait.is_some_and(|wait| waited.elapsed() >= wait) => return Ok(Pressed::Nothing),
                Ok(0) | Err(Errno::INTR) => continue,
                Ok(_) => {}
                Err(error) => return Err(error.into()),
            }
            let mut byte = [0];
            match rustix::io::read(&self.keyboard, &mut byte) {
                Ok(1) => return Ok(Pressed::Byte(byte[0])),
                // A terminal that is gone gives EIO.
                Ok(_) | Err(Errno::IO) => {
                    CUT_OFF.store(true, Ordering::SeqCst);
                    return Ok(Pressed::End);
                }
                Err(Errno::INTR | Errno::AGAIN) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Writes as it is.
    ///
    /// # Errors
    /// Whatever the system says.
    pub fn write(&self, text: &str) -> io::Result<()> {
        (&self.device).write_all(text.as_bytes()).inspect_err(|error| {
            if Errno::from_io_error(error) == Some(Errno::IO) {
                CUT_OFF.store(true, Ordering::SeqCst);
            }
        })
    }

    /// The window's columns and rows; 80 by 24 if the terminal does not say.
    pub fn size(&self) -> (usize, usize) {
        let known = tcgetwinsize(&self.device).ok().filter(|size| size.ws_col > 0 && size.ws_row > 0);
        known.map_or((80, 24), |size| (usize::from(size.ws_col), usize::from(size.ws_row)))
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // Discard what was typed ahead: the shell must not run it. Best effort: a terminal that is gone needs no echo.
        self.flush();
        let _ = self.set(&self.before);
    }
}

struct Quiet<'a>(&'a Console);

impl Drop for Quiet<'_> {
    fn drop(&mut self) {
        // Best effort, and safe if it fails: the terminal is restored when the console is dropped.
        let _ = self.0.set(&self.0.quiet());
    }
}
