//! The header of an age file, as far as anybody can read it: not whom the file is for, but for how many.
//!
//! Source: the age format, <https://c2sp.org/age>. Read here without the age crate and without a key, since auditors
//! count recipients. It is stricter than a program that opens the file has to be: what a sealer wrote is in the form that
//! the specification of sealing has, or it is reported.

use data_encoding::BASE64;

/// The lines that armour begins and ends with.
const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----\n";
const END: &str = "-----END AGE ENCRYPTED FILE-----\n";

/// The first line of a binary file.
const VERSION: &str = "age-encryption.org/v1\n";

/// How long a line of armour or of a stanza's body is, unless it is the last one.
const LINE: usize = 64;

/// How long the header's MAC is in base64: 32 bytes.
const MAC: usize = 43;

/// In which form an age file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Bytes.
    Binary,
    /// Base64 between two lines of text.
    Armoured,
}

/// For how many somebody encrypted a file, by its stanzas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgeHeader {
    /// How many stanzas are for an X25519 recipient.
    pub x25519: usize,
    /// The types of stanzas that are neither for an X25519 recipient nor grease.
    pub others: Vec<String>,
    /// How many stanzas are grease: for nobody, at random, so that programs learn to pass over what they do not know.
    pub grease: usize,
}

impl AgeHeader {
    /// Reads the header of a file; `None` if it has none in that form.
    pub fn read(file: &[u8], form: Form) -> Option<AgeHeader> {
        match form {
            Form::Binary => AgeHeader::parse(file),
            Form::Armoured => AgeHeader::parse(&unarmoured(std::str::from_utf8(file).ok()?)?),
        }
    }

    fn parse(binary: &[u8]) -> Option<AgeHeader> {
        let mut lines = Lines(binary.strip_prefix(VERSION.as_bytes())?);
        let mut found = AgeHeader { x25519: 0, others: Vec::new(), grease: 0 };
        loop {
            let line = lines.next()?;
            if let Some(mac) = line.strip_prefix("--- ") {
                let is_whole = mac.len() == MAC && mac.bytes().all(is_base64);
                let stanzas = found.x25519 + found.others.len() + found.grease;
                return (is_whole && stanzas > 0).then_some(found);
            }
            let mut words = line.strip_prefix("-> ")?.split(' ');
            let kind = words.next().filter(|word| is_word(word))?;
            if !words.all(is_word) {
                return None;
            }
            match kind {
                "X25519" => found.x25519 += 1,
                grease if grease.ends_with("-grease") => found.grease += 1,
                other => found.others.push(other.to_owned()),
            }
            // The body: whole lines, then a shorter one, which may be empty.
            while lines.next().filter(|line| line.len() <= LINE && line.bytes().all(is_base64))?.len() == LINE
            {
            }
        }
    }

    /// The types of its stanzas, grease last.
    pub(crate) fn stanzas(&self) -> Vec<String> {
        let x25519 = std::iter::repeat_n("X25519", self.x25519);
        let grease = std::iter::repeat_n("grease", self.grease);
        x25519.chain(self.others.iter().map(String::as_str)).chain(grease).map(str::to_owned).collect()
    }

    /// Whether it is for so many X25519 recipients and nobody else, as far as a header can tell.
    pub fn is_for(&self, recipients: usize) -> bool {
        self.x25519 == recipients && self.others.is_empty() && self.grease <= 1
    }
}

/// The lines of a header: bytes up to a line feed, which are ASCII.
struct Lines<'a>(&'a [u8]);

impl<'a> Lines<'a> {
    fn next(&mut self) -> Option<&'a str> {
        let end = self.0.iter().position(|byte| *byte == b'\n')?;
        let (line, rest) = self.0.split_at(end);
        self.0 = &rest[1..];
        std::str::from_utf8(line).ok().filter(|line| line.is_ascii())
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/'
}

fn is_word(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The binary file within armour: lines of 64 characters, of which the last may be shorter.
fn unarmoured(text: &str) -> Option<Vec<u8>> {
    let body = text.strip_prefix(BEGIN)?.strip_suffix(END)?.strip_suffix('\n')?;
    let mut lines = body.split('\n').rev();
    let last = lines.next()?;
    let are_whole = (1..=LINE).contains(&last.len()) && lines.all(|line| line.len() == LINE);
    if !are_whole {
        return None;
    }
    BASE64.decode(body.replace('\n', "").as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAC_LINE: &str = "--- AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\npayload";

    fn binary(stanzas: &str) -> Option<AgeHeader> {
        AgeHeader::read(format!("{VERSION}{stanzas}{MAC_LINE}").as_bytes(), Form::Binary)
    }

    #[test]
    fn stanzas_are_counted_by_what_they_are_for() {
        let whole = "A".repeat(LINE);
        let x25519 = "-> X25519 abc\nAAAA\n";
        let header = binary(&format!("{x25519}-> k!-grease a b\n{whole}\n{whole}\n\n{x25519}")).unwrap();
        assert_eq!(header, AgeHeader { x25519: 2, others: Vec::new(), grease: 1 });
        assert!(header.is_for(2) && !header.is_for(1) && !header.is_for(3));
        for other in ["scrypt", "ssh-ed25519", "x25519", "mlkem768x25519", "grease", "X25519-"] {
            let header = binary(&format!("{x25519}-> {other} a\n\n")).unwrap();
            assert!(header.others == [other] && !header.is_for(1), "{header:?}");
        }
        let greased = binary(&format!("{x25519}-> a-grease\n\n-> b-grease\n\n")).unwrap();
        assert!(!greased.is_for(1), "a second stanza for nobody is one too many");
    }

    #[test]
    fn what_has_another_form_has_no_header() {
        let good = "-> X25519 abc\nAAAA\n";
        assert!(binary(good).is_some());
        let whole = "A".repeat(LINE);
        let malformed = [
            String::new(),
            format!("{good}\n"),
            "-> \nAAAA\n".to_owned(),
            "->X25519\nAAAA\n".to_owned(),
            "-> X25519  abc\nAAAA\n".to_owned(),
            "-> X25519 a\u{e9}\nAAAA\n".to_owned(),
            "-> X25519 abc\nA=A\n".to_owned(),
            format!("-> X25519 abc\n{whole}A\n\n"),
            format!("-> X25519 abc\n{whole}\n"),
            "-> X25519 abc\r\nAAAA\r\n".to_owned(),
        ];
        for stanzas in malformed {
            assert_eq!(binary(&stanzas), None, "{stanzas:?}");
        }
        let file = format!("{VERSION}{good}{MAC_LINE}");
        for (from, to) in [("v1\n", "v2\n"), ("--- A", "--- "), ("--- A", "---A"), ("--- A", "--- =")] {
            assert_eq!(AgeHeader::read(file.replacen(from, to, 1).as_bytes(), Form::Binary), None, "{from}");
        }
        let cut = &file.as_bytes()[..file.len() - "payload".len() - 1];
        assert_eq!(AgeHeader::read(cut, Form::Binary), None, "the line of the MAC has no end");
    }

    #[test]
    fn armour_has_one_form() {
        let stanzas = "-> X25519 abc\nAAAA\n".repeat(9);
        let text = BASE64.encode(format!("{VERSION}{stanzas}{MAC_LINE}").as_bytes());
        let lines: Vec<&str> =
            text.as_bytes().chunks(LINE).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let armoured = format!("{BEGIN}{}\n{END}", lines.join("\n"));
        let read = |text: &str| AgeHeader::read(text.as_bytes(), Form::Armoured);
        assert!(read(&armoured).unwrap().is_for(9));
        assert_eq!(AgeHeader::read(armoured.as_bytes(), Form::Binary), None);
        let others = [
            armoured.replace('\n', "\r\n"),
            format!("\n{armoured}"),
            format!("{armoured}\n"),
            armoured.replacen(lines[0], &format!("{}\n{}", &lines[0][..8], &lines[0][8..]), 1),
            armoured.replacen("-----\n", "-----\n\n", 1),
            armoured.replacen(lines[1], &lines[1].replacen(&lines[1][..1], "*", 1), 1),
            format!("{BEGIN}{END}"),
            format!("{BEGIN}\n{END}"),
        ];
        for other in others {
            assert_eq!(read(&other), None, "{other}");
        }
    }
}
