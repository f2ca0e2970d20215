//! How the terminal is used: in colour and with a screen of its own, or plain.

use std::ffi::OsStr;

/// Whether only plain lines are wanted: no colours, no other screen, nothing that moves. `--plain` says so, and so
/// do `NO_COLOR`, where it is set to anything (no-color.org), and a `TERM` that is missing or `dumb`.
pub fn is_plain(flag: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    let is_set = |value: Option<&OsStr>| value.is_some_and(|value| !value.is_empty());
    flag || is_set(no_color) || !is_set(term) || term == Some(OsStr::new("dumb"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_where_anybody_asks_for_it() {
        let plain = |flag, no_color: Option<&str>, term: Option<&str>| {
            is_plain(flag, no_color.map(OsStr::new), term.map(OsStr::new))
        };
        assert!(!plain(false, None, Some("xterm")) && !plain(false, Some(""), Some("xterm")));
        assert!(plain(true, None, Some("xterm")));
        assert!(plain(false, Some("1"), Some("xterm")));
        assert!(plain(false, None, Some("dumb")) && plain(false, None, Some("")) && plain(false, None, None));
    }
}
