//! The one spelling of JSON in signed lines, of whatever kind: what holds of a kind that is not known here too.

use std::ops::Range;

/// The bytes that every note begins with, of whichever version, and that occur nowhere else in a note.
pub const BEGINNING: &[u8] = b"{\"type\":\"breakglass/v";

/// The most objects and arrays within each other, the line itself included.
pub(super) const MAX_DEPTH: usize = 64;

/// Why a line is not in the one spelling. The number is the byte at which it shows, from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// It is no JSON, or holds what no note may hold: `null`, a number that is not a whole one of 64 bits, a key twice in
    /// one object, the beginning of another note, or more within each other than [`MAX_DEPTH`].
    NotJson(usize),
    /// It says the same as another line that is in the one spelling.
    Otherwise(usize),
}

/// Checks a line with its line feed.
pub(super) fn check(line: &[u8]) -> Result<(), Fault> {
    let mut scan = Scan { bytes: line, at: 0, otherwise: None };
    scan.object(1).ok_or(Fault::NotJson(scan.at))?;
    scan.space();
    match (scan.otherwise, line.get(scan.at..)) {
        (Some(at), Some(b"\n")) => Err(Fault::Otherwise(at)),
        (None, Some(b"\n")) => Ok(()),
        _ => Err(Fault::NotJson(scan.at)),
    }
}

/// A line, and how far it was read. What is read gives `None` at the first thing that is no JSON.
struct Scan<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The first place at which it is spelled otherwise.
    otherwise: Option<usize>,
}

impl Scan<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Passes over white space, which the one spelling does not have.
    fn space(&mut self) {
        let length = self.bytes[self.at..].iter().take_while(|byte| b" \t\r".contains(byte)).count();
        if length > 0 {
            self.otherwise.get_or_insert(self.at);
            self.at += length;
        }
    }

    fn take(&mut self, byte: u8) -> Option<()> {
        self.space();
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        self.space();
        match self.peek()? {
            b'{' => {
                // What looks for notes after damage finds them by how they begin.
                (!self.bytes[self.at..].starts_with(BEGINNING)).then_some(())?;
                self.object(depth + 1)
            }
            b'[' => self.array(depth + 1),
            b'"' => self.string().map(|_| ()),
            b't' => self.word(b"true"),
            b'f' => self.word(b"false"),
            b'0'..=b'9' => self.number(),
            _ => None,
        }
    }

    fn object(&mut self, depth: usize) -> Option<()> {
        (depth <= MAX_DEPTH).then_some(())?;
        self.take(b'{')?;
        let mut keys: Vec<Range<usize>> = Vec::new();
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            self.space();
            keys.push(self.string()?);
            self.take(b':')?;
            self.value(depth)?;
            if self.take(b',').is_none() {
                break;
            }
        }
        self.take(b'}')?;
        let mut sorted: Vec<&[u8]> = keys.iter().map(|key| &self.bytes[key.clone()]).collect();
        sorted.sort_unstable();
        sorted.windows(2).all(|two| two[0] != two[1]).then_some(())
    }

    fn array(&mut self, depth: usize) -> Option<()> {
        (depth <= MAX_DEPTH).then_some(())?;
        self.take(b'[')?;
        if self.take(b']').is_some() {
            return Some(());
        }
        loop {
            self.value(depth)?;
            if self.take(b',').is_none() {
                return self.take(b']');
            }
        }
    }

    /// A string: its place, without the quotes.
    fn string(&mut self) -> Option<Range<usize>> {
        (self.peek() == Some(b'"')).then(|| self.at += 1)?;
        let start = self.at;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return Some(start..self.at - 1);
                }
                b'\\' => self.escape()?,
                0..0x20 => return None,
                _ => self.at += 1,
            }
        }
    }

    fn escape(&mut self) -> Option<()> {
        let from = self.at;
        self.at += 2;
        match self.bytes.get(from + 1)? {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => return Some(()),
            b'/' => {}
            b'u' => {
                let code = self.unit()?;
                let spelled = self.bytes[from + 2..self.at].iter().all(|byte| !byte.is_ascii_uppercase());
                if code < 0x20 && ![8, 9, 10, 12, 13].contains(&code) && spelled {
                    return Some(());
                }
                match code {
                    0xd800..0xdc00 => {
                        self.bytes[self.at..].starts_with(b"\\u").then(|| self.at += 2)?;
                        (0xdc00..0xe000).contains(&self.unit()?).then_some(())?;
                    }
                    0xdc00..0xe000 => return None,
                    _ => {}
                }
            }
            _ => return None,
        }
        self.otherwise.get_or_insert(from);
        Some(())
    }

    /// Four hexadecimal digits.
    fn unit(&mut self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        self.at += 4;
        digits.iter().try_fold(0, |code, digit| Some(code * 16 + char::from(*digit).to_digit(16)?))
    }

    fn word(&mut self, word: &[u8]) -> Option<()> {
        self.bytes[self.at..].starts_with(word).then(|| self.at += word.len())
    }

    /// A whole number of 64 bits, without a sign, a leading zero, a fraction or an exponent.
    fn number(&mut self) -> Option<()> {
        let from = self.at;
        let length = self.bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.at += length;
        let digits = std::str::from_utf8(&self.bytes[from..self.at]).ok()?;
        let whole =
            length <= 20 && digits.parse::<u64>().is_ok() && (length == 1 || !digits.starts_with('0'));
        (whole && !self.peek().is_some_and(|byte| b".eE".contains(&byte))).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(json: &str) -> Result<(), Fault> {
        check(format!("{json}\n").as_bytes())
    }

    #[test]
    fn the_one_spelling_is_taken() {
        for json in [
            "{}",
            r#"{"a":[],"b":{},"c":[1,[2,{"d":true}],false]}"#,
            r#"{"":0,"a":18446744073709551615}"#,
            "{\"a\":\"\u{7f}\u{e9}/\u{1f600}\\\"\\\\\\b\\t\\n\\f\\r\\u0000\\u001f\"}",
        ] {
            assert!(checked(json).is_ok(), "{json}");
        }
    }

    #[test]
    fn other_spellings_are_told_from_what_is_no_json() {
        for (json, at) in [
            (r#"{ "a":1}"#, 1),
            (r#"{"a" :1}"#, 4),
            (r#"{"a":1 }"#, 6),
            (r#"{"a":1} "#, 7),
            (r#"{"a":[1,	2]}"#, 8),
            (r#"{"a":"\/"}"#, 6),
            (r#"{"a":"\u0061"}"#, 6),
            (r#"{"a":"\u001F"}"#, 6),
            (r#"{"a":"\u000a"}"#, 6),
            (r#"{"a":"\ud83d\ude00"}"#, 6),
        ] {
            assert_eq!(checked(json), Err(Fault::Otherwise(at)), "{json}");
        }
    }

    #[test]
    fn what_no_note_may_hold_is_no_json() {
        for json in [
            "",
            "[]",
            "1",
            "{",
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{"a":[1,]}"#,
            r#"{"a":1}x"#,
            r#"{"a":null}"#,
            r#"{"a":-1}"#,
            r#"{"a":1.5}"#,
            r#"{"a":1e5}"#,
            r#"{"a":01}"#,
            r#"{"a":18446744073709551616}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"b":{"a":1,"c":1,"a":2}}"#,
            r#"{"a":"\x"}"#,
            r#"{"a":"\ud83d"}"#,
            r#"{"a":"\ude00"}"#,
            r#"{"a":"\ud83d\u0061"}"#,
            "{\"a\":\"\u{1}\"}",
            r#"{"a":tru}"#,
            r#"{"a":{"type":"breakglass/v1/end"}}"#,
        ] {
            assert!(matches!(checked(json), Err(Fault::NotJson(_))), "{json}: {:?}", checked(json));
        }
    }

    #[test]
    fn only_so_much_stands_within_each_other() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(checked(&nested(MAX_DEPTH - 1)).is_ok());
        assert!(matches!(checked(&nested(MAX_DEPTH)), Err(Fault::NotJson(_))));
        assert!(matches!(checked(&nested(1_000_000)), Err(Fault::NotJson(_))));
    }
}
