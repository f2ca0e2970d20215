//! The end of a request as a note of its own.

use breakglass::record::chain::LogRecord;
use breakglass::record::note::Note;
use breakglass::record::request::EndOutcome;
use breakglass::value::names::KeyName;

use super::edits::{add_order, edit_blob, edited, signed_text};
use super::put::put;
use crate::world::{Asking, World};

pub fn write() {
    let good = Good::new();
    whole(&good);
    blobs(&good);
    spelled_otherwise(&good);
    malformed(&good);
    words(&good);
}

/// A good note, and its session.
struct Good {
    asking: Asking,
    bytes: Vec<u8>,
}

impl Good {
    fn new() -> Good {
        let world = World::ready();
        let asking = world.released();
        world.end(&asking, EndOutcome::Released);
        let record = world.records().pop().unwrap();
        let bytes = world.bytes()[record.start as usize..record.end as usize - 1].to_vec();
        assert_eq!(LogRecord::bytes_of(&Note::parse(&bytes).unwrap()).len(), bytes.len() + 1);
        let good = Good { asking, bytes };
        assert_eq!(good.signed(good.line()), good.bytes);
        good
    }

    fn text(&self) -> &str {
        std::str::from_utf8(&self.bytes).unwrap()
    }

    /// What is signed.
    fn line(&self) -> &str {
        self.text().lines().next().unwrap()
    }

    /// Another line, signed by the same session.
    fn signed(&self, line: &str) -> Vec<u8> {
        signed_text(&format!("{line}\n"), &KeyName::Session, self.asking.session.key())
    }

    fn case(&self, name: &str, about: &str, expect: &str, bytes: &[u8]) {
        let key = self.asking.session.key().verifying_key();
        let lines = [format!("key: {key}"), format!("expect: {expect}")];
        put(&format!("note/{name}"), about, &lines, &[("note", bytes)]);
    }

    /// The line with something else in it.
    fn replaced(&self, name: &str, about: &str, expect: &str, [from, to]: [&str; 2]) {
        let line = self.line();
        assert!(line.contains(from), "{name}: {line}");
        self.case(name, about, expect, &self.signed(&line.replacen(from, to, 1)));
    }
}

fn whole(good: &Good) {
    let (text, bytes) = (good.text(), &good.bytes);
    let case = |name, about, expect, bytes: &[u8]| good.case(name, about, expect, bytes);
    case("good", "The end of a request, by its session.", "good", bytes);
    case("followed", "A line feed follows the note.", "malformed", &[&bytes[..], b"\n"].concat());
    case("cut-off", "The last line feed is missing.", "malformed", &bytes[..bytes.len() - 1]);
    case("changed", "The text was changed.", "signature", &edited(bytes, "\"totp\"", "\"totq\""));
    case(
        "signed-by-another-name",
        "The line has another name.",
        "signers",
        &edited(bytes, "\u{2014} session", "\u{2014} alice"),
    );
    case("line-feeds-of-dos", "Carriage returns.", "malformed", text.replace('\n', "\r\n").as_bytes());
}

fn blobs(good: &Good) {
    let case = |name, about, expect, bytes: &[u8]| good.case(name, about, expect, bytes);
    let blob = |change: &dyn Fn(&mut Vec<u8>)| edit_blob(good.text(), change).into_bytes();
    case("key-id", "Another key id.", "key-id", &blob(&|blob| blob[3] ^= 0x80));
    case(
        "scalar-not-reduced",
        "The scalar and the group's order.",
        "signature",
        &blob(&|blob| add_order(blob)),
    );
    case("r-flipped", "A bit of R.", "signature", &blob(&|blob| blob[5] ^= 2));
    case(
        "blob-short",
        "The signature line has 67 bytes.",
        "malformed",
        &blob(&|blob| {
            blob.pop();
        }),
    );
    case("blob-long", "The signature line has 69 bytes.", "malformed", &blob(&|blob| blob.push(0)));
    let line_end = good.bytes.len() - 1;
    let mut trailing = good.bytes.clone();
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let last = alphabet.iter().position(|one| *one == good.bytes[line_end - 2]).unwrap();
    trailing[line_end - 2] = alphabet[last + 1];
    case("blob-trailing-bits", "The base64 has trailing bits that are not zero.", "malformed", &trailing);
}

fn spelled_otherwise(good: &Good) {
    for (name, about, from, to) in [
        (
            "key-order",
            "Keys in another order.",
            "\"outcome\":\"released\",\"shown\":[\"password\",\"totp\"]",
            "\"shown\":[\"password\",\"totp\"],\"outcome\":\"released\"",
        ),
        (
            "empty-array",
            "An optional array with nothing in it.",
            "\"totp_steps\":[{\"field\":\"totp\",\"step\":59000000}]",
            "\"totp_steps\":[{\"field\":\"totp\",\"step\":59000000}],\"approvals\":[]",
        ),
        ("letter-escaped", "A letter is escaped.", "\"password\"", "\"pass\\u0077ord\""),
        ("tab", "White space between tokens.", "\"seq\":", "\t\"seq\":"),
        ("type-without-comma", "No comma behind the type.", "v1/end\",", "v1/end\" ,"),
    ] {
        good.replaced(name, about, "noncanonical", [from, to]);
    }
}

fn malformed(good: &Good) {
    for (name, about, from, to) in [
        (
            "null",
            "An optional key is null.",
            "\"totp_steps\":[{\"field\":\"totp\",\"step\":59000000}]",
            "\"totp_steps\":null",
        ),
        ("float", "A number with an exponent.", "59000000", "59e6"),
        ("key-unknown", "An unknown key.", "\"seq\":", "\"extra\":true,\"seq\":"),
        (
            "key-repeated",
            "A repeated key.",
            "\"outcome\":\"released\"",
            "\"outcome\":\"released\",\"outcome\":\"released\"",
        ),
        ("space-before-type", "White space before the type.", "{\"type\"", "{ \"type\""),
        ("type-in-capitals", "A kind in capitals.", "v1/end", "v1/END"),
        ("kind-other", "Another kind than it is read as.", "breakglass/v1/end", "breakglass/v1/release"),
    ] {
        good.replaced(name, about, "malformed", [from, to]);
    }
}

fn words(good: &Good) {
    for (name, about, from, to) in [
        (
            "word-unknown",
            "An outcome that there is not.",
            "\"outcome\":\"released\"",
            "\"outcome\":\"perhaps\"",
        ),
        ("field-name-with-hyphen", "A field's name begins with a hyphen.", "\"totp\"", "\"-totp\""),
        ("field-name-reserved", "A field's name is reserved.", "\"totp\"", "\"nul\""),
        ("time-too-late", "A time behind the last one.", "\"time\":\"2026-11-23", "\"time\":\"9999-12-31"),
    ] {
        good.replaced(name, about, "malformed", [from, to]);
    }
    let line = good.line();
    let at = line.find("Z\",\"by\"").unwrap();
    let leap = format!("{}60{}", &line[..at - 2], &line[at..]);
    good.case("time-of-leap-second", "A second of 60.", "malformed", &good.signed(&leap));
    good.replaced("by-empty", "Nobody is named.", "signers", ["[\"session\"]", "[]"]);
}
