//! How the program may look: in colour, or as plain text without anything that moves.

use std::ffi::OsStr;

/// How what is written to one stream may look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// No colours, no other screen, nothing moves: for serial consoles and screen readers.
    pub plain: bool,
    /// Tones are shown in colour: only on a terminal, and never if it is plain.
    pub colour: bool,
}

impl Look {
    /// It is plain if `--plain` asks for it, if `NO_COLOR` is set and not empty (<https://no-color.org>), or if `TERM`
    /// is missing or says that the terminal does not obey escape sequences.
    pub fn of(asked_plain: bool, is_terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> Look {
        let refused = no_color.is_some_and(|value| !value.is_empty());
        let dumb = term.is_none_or(|term| term.is_empty() || term == "dumb");
        let plain = asked_plain || refused || dumb;
        Look { plain, colour: is_terminal && !plain }
    }
}

/// How many columns the terminal of standard output has: 80 if it does not say, e.g. on a serial line.
pub fn columns() -> usize {
    #[cfg(unix)]
    let columns = rustix::termios::tcgetwinsize(std::io::stdout()).map_or(0, |size| size.ws_col);
    #[cfg(not(unix))]
    let columns = 0;
    if columns == 0 { 80 } else { usize::from(columns) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colour_is_for_terminals_that_nobody_wants_plain() {
        let full = Look { plain: false, colour: true };
        let (pipe, plain) = (Look { colour: false, ..full }, Look { plain: true, colour: false });
        for (asked, is_terminal, no_color, term, look) in [
            (false, true, None, Some("xterm-256color"), full),
            (false, true, Some(""), Some("linux"), full),
            (false, false, None, Some("xterm"), pipe),
            (true, true, None, Some("xterm"), plain),
            (false, true, Some("0"), Some("xterm"), plain),
            (false, true, None, Some("dumb"), plain),
            (false, true, None, Some(""), plain),
            (false, true, None, None, plain),
            (true, false, Some("1"), None, plain),
        ] {
            let (no_color, term) = (no_color.map(OsStr::new), term.map(OsStr::new));
            let found = Look::of(asked, is_terminal, no_color, term);
            assert_eq!(found, look, "{asked} {is_terminal} {no_color:?} {term:?}");
        }
    }
}
