//! The screen at work: keys in, pictures out, on the terminal's other screen, which is in no scrollback. On a
//! plain terminal the same fields are read out row by row, and each row is overwritten.

use std::sync::Arc;
use std::time::Duration;

use zeroize::Zeroizing;

use super::picture::picture;
use super::state::{Event, Moment, State, Step};
use crate::cli::say::exit::Failure;
use crate::cli::say::outcomes::statement::StatementPlace;
use crate::cli::say::painted::{Painted, Tone};
use crate::cli::say::rows::{rows_of, spelled_rows_of};
use crate::cli::terminal::prompt::{FIRST_SCREEN, OTHER_SCREEN, Terminal, unreadable};
use crate::hands::clock::{self, Stopwatch};
use crate::hands::console::{Console, PASTE, Pressed};
use crate::value::text::FreeText;
use crate::value::time::Time;

/// How often the picture is redrawn if no key is pressed.
const TICK: Duration = Duration::from_millis(250);

/// Logs an action, and tells where.
pub(crate) type Logging<'a> = dyn FnMut(FreeText) -> Result<StatementPlace, Failure> + 'a;

/// The clocks that the screen goes by.
struct Clocks {
    /// The time, if it was set by hand.
    set: Option<Time>,
    since: Stopwatch,
}

impl Clocks {
    fn now(&self) -> Moment {
        let elapsed = self.since.elapsed();
        let unix = self.set.map_or_else(|| clock::now().unix(), |time| time.unix() + elapsed.as_secs());
        Moment { unix, elapsed }
    }
}

/// Shows what is asked for, key by key, until the person ends it, or a signal does. `set` is the time, where it
/// was set by hand. Whatever happens, nothing stays on the screen.
pub(crate) fn run(
    state: &mut State,
    set: Option<Time>,
    terminal: &mut Terminal,
    log: &mut Logging<'_>,
) -> Result<(), Failure> {
    let clocks = Clocks { set, since: Stopwatch::start() };
    terminal.shared().forget_typed();
    if terminal.is_plain() {
        by_rows(state, &clocks, terminal, log)
    } else {
        drawn(state, &clocks, terminal, log)
    }
}

/// The terminal's other screen, for as long as the value lives.
struct OtherScreen(Arc<Console>);

impl OtherScreen {
    fn begin(console: Arc<Console>) -> Result<OtherScreen, Failure> {
        console.write(&format!("{OTHER_SCREEN}{HIDE_CURSOR}")).map_err(|error| unreadable(&error))?;
        Ok(OtherScreen(console))
    }
}

impl Drop for OtherScreen {
    fn drop(&mut self) {
        // Best effort: a terminal that is gone shows nothing.
        let _ = self.0.write(&format!("{SHOW_CURSOR}{FIRST_SCREEN}"));
    }
}

const HIDE_CURSOR: &str = "\x1b[?25l";
const SHOW_CURSOR: &str = "\x1b[?25h";
const CLEAR: &str = "\x1b[2J\x1b[H";

fn drawn(
    state: &mut State,
    clocks: &Clocks,
    terminal: &mut Terminal,
    log: &mut Logging<'_>,
) -> Result<(), Failure> {
    let console = terminal.shared();
    let screen = OtherScreen::begin(Arc::clone(&console))?;
    let mut size = (0, 0);
    let mut redraw = true;
    loop {
        // A window that changed its size may have wrapped what was on it.
        if std::mem::replace(&mut size, console.size()) != size {
            console.write(CLEAR).map_err(|error| unreadable(&error))?;
            redraw = true;
        }
        if redraw {
            draw(&console, state, size, clocks.now())?;
        }
        let event = match console.byte(Some(TICK)).map_err(|error| unreadable(&error))? {
            Pressed::Nothing => Event::Tick,
            Pressed::End => Event::Interrupt,
            Pressed::Byte(byte) => match event(byte, &console)? {
                Some(event) => event,
                None => continue,
            },
        };
        redraw = match state.on(event, clocks.now()) {
            Step::Nothing => false,
            Step::Redraw => true,
            Step::AskAction => {
                console.write(&format!("{CLEAR}{SHOW_CURSOR}")).map_err(|error| unreadable(&error))?;
                act(state, terminal, log)?;
                size = (0, 0);
                console.write(HIDE_CURSOR).map_err(|error| unreadable(&error))?;
                true
            }
            Step::End => break,
        };
    }
    drop(screen);
    Ok(())
}

fn draw(
    console: &Console,
    state: &State,
    (columns, rows): (usize, usize),
    now: Moment,
) -> Result<(), Failure> {
    let text = placed(&picture(state, columns, rows, now));
    console.write(&text).map_err(|error| unreadable(&error))
}

/// The lines from the top of the screen on, with nothing left of what was there. Each line's place is cleared
/// before it is written: behind a line that fills the window, many terminals still have the cursor on its last
/// character, and would clear that.
fn placed(lines: &[Painted]) -> Zeroizing<String> {
    let lines: Vec<_> = lines.iter().map(|line| Zeroizing::new(line.shown(true))).collect();
    let around = "\x1b[H\r\n\x1b[K".len();
    // Room for all of it: a string that grows would leave copies behind.
    let mut text = Zeroizing::new(String::with_capacity(lines.iter().map(|line| line.len() + around).sum()));
    text.push_str("\x1b[H");
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            text.push_str("\r\n");
        }
        text.push_str(if at + 1 == lines.len() { "\x1b[J" } else { "\x1b[K" });
        text.push_str(line);
    }
    text
}

/// What a byte from the keyboard means; none where it means nothing here.
fn event(byte: u8, console: &Console) -> Result<Option<Event>, Failure> {
    const CTRL_C: u8 = 3;
    const CTRL_D: u8 = 4;
    const ESCAPE: u8 = 0x1b;
    Ok(match byte {
        CTRL_C | CTRL_D => Some(Event::Interrupt),
        b'\r' | b'\n' => Some(Event::Enter),
        b'\t' | b' '..=b'~' => Some(Event::Key(char::from(byte))),
        ESCAPE => {
            // Arrows and their like send several bytes at once, beginning with this one.
            let more = console.byte(Some(PASTE)).map_err(|error| unreadable(&error))?;
            match more {
                Pressed::Byte(_) => {
                    console.more_was_pasted().map_err(|error| unreadable(&error))?;
                    None
                }
                _ => Some(Event::Escape),
            }
        }
        _ => None,
    })
}

/// Asks what was done, and logs it.
fn act(state: &mut State, terminal: &mut Terminal, log: &mut Logging<'_>) -> Result<(), Failure> {
    let typed = match terminal.ask("What was done with the root account? (empty: nothing)") {
        Ok(typed) => typed,
        // A signal ended the question, and the next key ends the screen.
        Err(_) => return Ok(()),
    };
    if typed.is_empty() {
        state.tell(Tone::Plain, "no action was logged");
        return Ok(());
    }
    let logged = match typed.parse::<FreeText>() {
        Ok(done) => log(done).map_err(|failure| failure.what),
        Err(error) => Err(error.to_string()),
    };
    match logged {
        Ok(place) => state.tell(Tone::Good, format!("action {place}")),
        // A failure here must not stop the credentials from being used, or the end from being logged.
        Err(why) => state.tell(Tone::Bad, format!("NOT logged: {why}")),
    }
    Ok(())
}

fn by_rows(
    state: &mut State,
    clocks: &Clocks,
    terminal: &mut Terminal,
    log: &mut Logging<'_>,
) -> Result<(), Failure> {
    loop {
        if let Some((_, notice)) = state.notice.take() {
            terminal.say(&notice)?;
        }
        terminal.say(&menu(state).join("\n"))?;
        let typed = match terminal.ask("Key, and Enter:") {
            Ok(typed) => typed,
            Err(_) => {
                state.on(Event::Interrupt, clocks.now());
                return Ok(());
            }
        };
        let mut keys = typed.chars();
        let Some(key) = keys.next() else { continue };
        let spelled = keys.next() == Some('s');
        match state.on(Event::Key(key), clocks.now()) {
            Step::End => return Ok(()),
            Step::AskAction => act(state, terminal, log)?,
            Step::Redraw | Step::Nothing => {
                read_out(state, clocks, spelled, terminal)?;
                state.hide();
            }
        }
        if state.ending {
            terminal.say("End? Press q again to end, any other key to stay.")?;
        }
    }
}

fn menu(state: &State) -> Vec<String> {
    let codes = state.codes().map(|(at, _)| at);
    let line = |(at, item): (usize, &super::state::FieldState)| {
        let key = item.key.map_or(String::new(), |key| key.to_string());
        let what = match (&item.held, item.looked_at) {
            (None, _) => "not in this vault".to_owned(),
            _ if codes == Some(at) => format!("{} codes left", state.codes_left()),
            (_, true) => "looked at".to_owned(),
            (_, false) => "not looked at".to_owned(),
        };
        format!("  {key}  {}: {what}", item.name)
    };
    let mut lines = vec![String::new()];
    lines.extend(state.items.iter().enumerate().map(line));
    lines.push("  a number shows a field; with s after it, e.g. 1s, it is spelled".to_owned());
    lines.push("  a logs an action, q ends".to_owned());
    lines
}

/// Reads the open field out; each row is overwritten with Enter.
fn read_out(state: &State, clocks: &Clocks, spelled: bool, terminal: &mut Terminal) -> Result<(), Failure> {
    let now = clocks.now();
    if let Some(code) = state.open_codes(now).and_then(|codes| codes.current) {
        terminal.say(&format!("This code is good for {} seconds.", code.seconds_left))?;
    }
    let Some((_, _, value)) = state.open_value(now) else { return Ok(()) };
    let (columns, _) = terminal.shared().size();
    terminal.say("Enter overwrites each row:")?;
    terminal.show_rows(if spelled { spelled_rows_of(&value, columns) } else { rows_of(&value, columns) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_cleared_behind_a_line() {
        let text = placed(&["abc".into(), Painted::of(Tone::Strong, "d"), "e".into()]);
        assert_eq!(*text, "\x1b[H\x1b[Kabc\r\n\x1b[K\x1b[1md\x1b[0m\r\n\x1b[Je");
        assert!(text.capacity() >= text.len() && text.capacity() <= text.len() + 16, "it grew");
    }
}
