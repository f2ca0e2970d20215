//! What is different in every run, and what stands for it in a case.

use breakglass::value::fingerprint::Words;
use breakglass::value::time::Time;

/// What stands for anything that is left of a line.
const ANYTHING: &str = "..";

/// A kind of text that is different in every run: its name, and whether a text is one.
type Kind = (&'static str, fn(&str) -> bool);

/// From the longest to the shortest, where one could begin with another.
const KINDS: [Kind; 8] = [
    ("digest", |text| text.len() == 64 && text.bytes().all(is_hex)),
    ("recipient", |text| text.len() == 62 && text.starts_with("age1") && text.bytes().all(is_bech32)),
    ("fingerprint", |text| text.parse::<Words>().is_ok_and(|words| words.to_string() == text)),
    ("time", |text| text.len() == 20 && text.parse::<Time>().is_ok()),
    ("minute", |text| text.len() == 16 && format!("{}:00Z", text.replace(' ', "T")).parse::<Time>().is_ok()),
    ("day", |text| text.len() == 10 && format!("{text}T00:00:00Z").parse::<Time>().is_ok()),
    ("hex", |text| text.len() == 8 && text.bytes().all(is_hex)),
    ("number", |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())),
];

fn is_hex(byte: u8) -> bool {
    byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)
}

fn is_bech32(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_lowercase()
}

/// Whether a line is what is expected: the same, but for what stands in braces.
pub fn fits(expected: &str, line: &str) -> bool {
    let placeholder = expected.char_indices().filter(|(_, one)| *one == '{').find_map(|(at, _)| {
        let end = at + expected[at..].find('}')?;
        let name = &expected[at + 1..end];
        let kind = KINDS.iter().find(|(known, _)| *known == name).map(|(_, is)| *is);
        let kind = kind.or((name == ANYTHING).then_some((|_| true) as fn(&str) -> bool));
        Some((at, end + 1, kind?))
    });
    let Some((begin, end, kind)) = placeholder else { return expected == line };
    let Some(rest) = line.strip_prefix(&expected[..begin]) else { return false };
    let mut ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    ends.any(|at| kind(&rest[..at]) && fits(&expected[end..], &rest[at..]))
}

/// A line with placeholders for what will be different in the next run, as far as that can be told from one run.
pub fn general(line: &str) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let begins = !text.ends_with(|one: char| one.is_ascii_alphanumeric());
        let found = KINDS.iter().find_map(|(name, is)| {
            let length = prefix(rest, *is).filter(|_| begins)?;
            let differs = match *name {
                // What has digits only is hardly the beginning of a digest, and what has letters only is a word.
                "hex" => [u8::is_ascii_digit, u8::is_ascii_alphabetic]
                    .iter()
                    .all(|is| rest[..length].bytes().any(|byte| is(&byte))),
                // How long a record is depends on what age puts into its files by chance.
                "number" => {
                    rest[length..].starts_with(" bytes follow")
                        || text.ends_with(" byte ") && rest[..length] != *"0"
                }
                _ => true,
            };
            differs.then_some((*name, length))
        });
        match found {
            Some((name, length)) => {
                text.push_str(&format!("{{{name}}}"));
                rest = &rest[length..];
            }
            None => {
                text.push(first);
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    text
}

/// How much of the beginning of a text is of a kind, and is not the beginning of a longer word.
fn prefix(text: &str, is: fn(&str) -> bool) -> Option<usize> {
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]).take_while(|at| *at <= 80);
    let mut ends = ends.filter(|at| !text[*at..].starts_with(|one: char| one.is_ascii_alphanumeric()));
    ends.find(|at| is(&text[..*at]))
}

#[test]
fn a_line_fits_itself_and_what_its_placeholders_stand_for() {
    let digest = "0123456789abcdef".repeat(4);
    let words = "abandon ability able about above absent absorb abstract";
    let line = format!(
        "record {digest} (89abcdef) at 2026-11-23T01:02:03Z (2026-11-23 01:02, 2026-11-23): {words}, byte 99, 17 bytes"
    );
    let expected =
        "record {digest} ({hex}) at {time} ({minute}, {day}): {fingerprint}, byte {number}, 17 bytes";
    assert_eq!(general(&line), expected);
    assert!(fits(expected, &line) && fits(&line, &line));
    assert!(fits(&expected.replace("17", "{number}"), &line) && fits("record {..}, {..}bytes", &line));
    for other in [
        line.replace("0123", "g123"),
        line.replace("01:02:03Z", "01:02:63Z"),
        line.replace("abandon", "abandom"),
        line.replace("17", "18"),
        format!("{line}."),
        String::new(),
    ] {
        assert!(!fits(expected, &other), "{other}");
    }
    assert!(!fits("{number} bytes", "some bytes") && !fits("{number} bytes", " bytes"));
    assert_eq!(general("1193 bytes follow, 17 bytes"), "{number} bytes follow, 17 bytes");
    assert_eq!(general("request 00000000, deadbeef, byte 0"), "request 00000000, deadbeef, byte 0");
    let prose = "age1… is expected: give the line that `breakglass keygen` showed, or the file";
    assert_eq!(general(prose), prose);
    // What is in braces and no placeholder stands for itself.
    assert!(fits(r#"{"a":{"b":1}} {x}"#, r#"{"a":{"b":1}} {x}"#) && !fits("{x}", "y"));
}
