//! Notes: what else could be read out of one line of JSON.

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::record::armour::{Label, wrap};
use breakglass::record::chain::LogRecord;
use breakglass::record::statement::Denial;
use breakglass::record::statements::Statements;

use crate::forge::{self, first_line, signed, swapped};
use crate::laid::Laid;
use crate::world::text;

/// The places where somebody else's note comes in: a record, a statement and a card, each by alice, each with
/// its line changed and signed as changed. Every one is refused, and taken where nothing was changed.
#[track_caller]
fn refused_everywhere(rule: &str, why: &str, change: impl Fn(&str) -> String) {
    let laid = Laid::ready();
    let alice = [laid.world.signs("alice")];
    let nothing = || Statements { statements: Vec::new() };
    laid.is_faulty(rule, &forge::record(&laid.world, nothing(), &alice, &change));
    let asking = laid.emergency();
    let denial = laid.world.state("alice", Denial { request: asking.record, because: text("no") });
    let line = first_line(denial.note.as_bytes());
    let run = laid.is_not_collected(10, &[signed(&change(&line), &alice), b"\n".to_vec()].concat());
    let told = if rule == "RECORD-FIELD" { rule } else { "STATEMENT-MALFORMED" };
    run.what(told).what(why).next("nothing was collected");
    laid.is_collected(&LogRecord::bytes_of(&denial.note));
    let card = &laid.world.person("alice").card;
    laid.is_no_card(&forge::card(card, &alice[0], &change)).what(why);
    laid.begins("alice/alice.card", None);
}

/// The first `"time":…,` of a line, which every kind has.
fn time_of(line: &str) -> &str {
    let at = line.find(r#""time":"#).unwrap();
    &line[at..at + line[at..].find(',').unwrap() + 1]
}

#[test]
fn a_key_that_is_there_twice_is_refused() {
    refused_everywhere("RECORD-MALFORMED", "duplicate field `time`", |line| {
        let time = time_of(line);
        swapped(line, time, &time.repeat(2))
    });
    // Escaped, it is the same key.
    refused_everywhere("RECORD-MALFORMED", "duplicate field `time`", |line| {
        let time = time_of(line);
        swapped(line, time, &format!("{time}{}", time.replacen("time", r"\u0074ime", 1)))
    });
}

#[test]
fn a_key_that_is_not_known_is_refused() {
    refused_everywhere("RECORD-FIELD", "unknown field `also`", |line| {
        let time = time_of(line);
        swapped(line, time, &format!(r#"{time}"also":1,"#))
    });
}

#[test]
fn another_spelling_of_the_same_is_refused() {
    for spell in [
        |line: &str| swapped(line, r#""time":"#, r#""time": "#),
        |line: &str| swapped(line, r#""by":["alice"]"#, r#""by":["\u0061lice"]"#),
        |line: &str| swapped(line, "\"time\":", "\"\\u0074ime\":"),
    ] {
        refused_everywhere("RECORD-NONCANONICAL", "is not in canonical form", spell);
    }
}

/// A record, a statement and a card with bytes put before, behind or between.
#[track_caller]
fn bytes_are_refused(rule: &str, why: &str, change: impl Fn(&[u8]) -> Vec<u8>) {
    let laid = Laid::ready();
    let alice = [laid.world.signs("alice")];
    let nothing = Statements { statements: Vec::new() };
    let record = forge::record(&laid.world, nothing, &alice, str::to_owned);
    laid.is_no_record(rule, &[change(&record[..record.len() - 1]), b"\n".to_vec()].concat());
    let asking = laid.emergency();
    let denial = laid.world.state("alice", Denial { request: asking.record, because: text("no") });
    let bad = [change(denial.note.as_bytes()), b"\n".to_vec()].concat();
    laid.is_not_collected(3, &bad).what("not a statement").what(why);
    let approval = ApprovalFile::parse(&laid.world.approve("bob", &asking)).unwrap();
    let bad = [change(approval.note.as_bytes()), format!("\n{}", approval.ciphertext).into_bytes()].concat();
    let bad = wrap(Label::Approval, &bad);
    laid.releases_nothing(3, &[("bad", bad)]).what("not an approval").at("bad.bga");
    laid.is_no_card(&change(laid.world.person("alice").card.note().as_bytes())).what(why);
}

#[test]
fn a_byte_order_mark_is_refused() {
    let why = "the first line is not a breakglass object";
    bytes_are_refused("RECORD-MALFORMED", why, |note| [b"\xef\xbb\xbf", note].concat());
}

#[test]
fn carriage_returns_are_refused() {
    bytes_are_refused("RECORD-MALFORMED", "line 2 is not a signature line", |note| {
        String::from_utf8(note.to_vec()).unwrap().replace('\n', "\r\n").into_bytes()
    });
}

#[test]
fn bytes_behind_a_note_are_refused() {
    let laid = Laid::ready();
    let card = laid.world.person("alice").card.note().as_bytes();
    for behind in [&b"\n"[..], b"x", b"\0", b"\n{}", b" "] {
        let why = format!("{} bytes follow the note", behind.len());
        laid.is_no_card(&[card, behind].concat()).what(&why);
        let asking = laid.world.emergency();
        let denial = laid.world.state("alice", Denial { request: asking.record, because: text("no") });
        laid.lay();
        let bad = [denial.note.as_bytes(), b"\n", behind].concat();
        laid.is_not_collected(3, &bad).what("bytes follow the note");
        laid.is_collected(&LogRecord::bytes_of(&denial.note));
        laid.world.set_bytes(laid.disk.read("escrow/log"));
    }
    // Behind the signed line, before its line feed: it is part of what was signed.
    refused_everywhere("RECORD-MALFORMED", "trailing characters", |line| format!("{line}{{}}"));
    refused_everywhere("RECORD-NONCANONICAL", "canonical form", |line| format!("{line} "));
}

/// The number of a record and of the book's record in a statement, in another spelling.
#[track_caller]
fn number_is_refused(spell: impl Fn(&str) -> String, rule: &str) {
    let laid = Laid::ready();
    let alice = [laid.world.signs("alice")];
    let numbered = |line: &str, key: &str| {
        let at = line.find(key).unwrap() + key.len();
        let digits: String = line[at..].chars().take_while(char::is_ascii_digit).collect();
        format!("{}{}{}", &line[..at], spell(&digits), &line[at + digits.len()..])
    };
    let nothing = Statements { statements: Vec::new() };
    let record = forge::record(&laid.world, nothing, &alice, |line| numbered(line, r#""seq":"#));
    laid.is_faulty(rule, &record);
    let asking = laid.emergency();
    let denial = laid.world.state("alice", Denial { request: asking.record, because: text("no") });
    let line = numbered(&first_line(denial.note.as_bytes()), r#""number":"#);
    let run = laid.is_not_collected(10, &[signed(&line, &alice), b"\n".to_vec()].concat());
    run.what("STATEMENT-MALFORMED");
    laid.is_collected(&LogRecord::bytes_of(&denial.note));
}

#[test]
fn a_number_with_a_leading_zero_is_refused() {
    number_is_refused(|digits| format!("0{digits}"), "RECORD-MALFORMED");
}

#[test]
fn a_number_with_a_fraction_is_refused() {
    number_is_refused(|digits| format!("{digits}.0"), "RECORD-MALFORMED");
}

#[test]
fn a_number_with_an_exponent_is_refused() {
    number_is_refused(|digits| format!("{digits}e0"), "RECORD-MALFORMED");
}

#[test]
fn a_number_with_a_sign_is_refused() {
    number_is_refused(|digits| format!("+{digits}"), "RECORD-MALFORMED");
    number_is_refused(|digits| format!("-{digits}"), "RECORD-MALFORMED");
}

#[test]
fn a_number_too_large_for_its_place_is_refused() {
    number_is_refused(|_| "18446744073709551616".to_owned(), "RECORD-MALFORMED");
}
