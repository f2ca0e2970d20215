//! Free text that could lead a terminal, or a reader, astray: refused at every door, and shown escaped where a
//! hostile file brings it all the same.

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::record::armour::{Label, wrap};
use breakglass::record::request::Purpose;
use breakglass::record::statements::Statements;
use breakglass::value::names::KeyName;
use breakglass::value::text::is_hostile;

use crate::disk::{Disk, PASSWORD, Run, SEED};
use crate::forge::{self, Novel, line_of, signed, swapped};
use crate::laid::Laid;

/// Asserts that a terminal can show all that was written, and that no line of it is somebody else's.
#[track_caller]
fn is_harmless(run: &Run) {
    for (name, text) in [("output", &run.out), ("error", &run.err)] {
        let raw = text.chars().find(|one| is_hostile(*one));
        assert!(raw.is_none(), "{}: {raw:?} in its {name}\n{text:?}", run.line);
        assert!(text.len() < 100_000, "{}: its {name} has {} bytes", run.line, text.len());
        let fake = text.lines().find(|line| line.find("FAKE").is_some_and(|at| at < "error: ".len()));
        assert!(fake.is_none(), "{}: {fake:?}", run.line);
    }
}

/// The flags that take free text, with the text to come at their end, and the exit code where it is refused.
const DOORS: [(i32, &str); 11] = [
    (2, "enroll zoe --contact x --role custodian -i alice/alice.key -o zoe --name"),
    (2, "enroll zoe --name Z --role custodian -i alice/alice.key -o zoe --contact"),
    (2, "init new --cards-compared --card dan/dan.card --as dan/dan --name"),
    (2, "request prod --reason other --justification x --as carol/carol -o new.bgr --ticket"),
    (2, "request prod --reason other --ticket x --as carol/carol -o new.bgr --justification"),
    (2, "request prod --reason other --ticket x --justification x --as carol/carol -o new.bgr --action"),
    (2, "deny req.bgr --as alice/alice -o alice.bgd --because"),
    (2, "action --request ID --as carol/carol"),
    (3, "close --request ID --as alice/alice --lessons"),
    (2, "close --request ID --as alice/alice --not-applicable"),
    (3, "seal --threshold 2 --custodian alice --custodian bob --as dan/dan --from"),
];

/// Asserts that the text is refused at every door, that nothing comes of it, and that it is not repeated raw.
#[track_caller]
fn refused_at_every_door(text: &str, why: &str) {
    let (disk, asked) = Disk::asked();
    for (code, door) in DOORS {
        let mut words = disk.line(&door.replace("ID", &asked.id));
        words = match door.rsplit(' ').next() {
            Some("--not-applicable") => words.arg(format!("resealed={text}")),
            Some("--from") => words.arg("-").stdin(format!(
                "vault,account_id,email,password,totp\nnew,1,r@example.com{text},{PASSWORD},{SEED}\n"
            )),
            _ => words.arg(text),
        };
        let run = disk.refuses_line(code, words);
        is_harmless(&run);
        // Cells are never quoted, so that their error says nothing of the character.
        if door.ends_with("--from") {
            run.what("the email of `new`").at("-, row 2");
        } else {
            run.what(why);
        }
    }
}

/// Text that tries to look like a line of its own.
fn fake(text: &str) -> String {
    format!("down{text}\nFAKE")
}

/// The same, as a string of JSON.
fn quoted(text: &str) -> String {
    serde_json::to_string(&fake(text)).unwrap()
}

/// Asserts that files which hold the text, signed by people who may sign, are refused or shown escaped.
#[track_caller]
fn shown_escaped(text: &str) {
    let laid = Laid::ready();
    shown_escaped_of_a_request(&laid, text);
    shown_escaped_of_an_approval(&laid, text);
    shown_escaped_of_cards_and_records(&laid, text);
    shown_escaped_of_names_and_tables(&laid, text);
}

/// In a request at the end of a log, as the text itself, and as the name of a field that nobody knows.
#[track_caller]
fn shown_escaped_of_a_request(laid: &Laid, text: &str) {
    let escaped: String = fake(text).encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    let (request, session) =
        laid.world.make_request("carol", "prod", laid.world.question(Purpose::Emergency));
    let signers = [laid.world.signs("carol"), (KeyName::Session, session.key())];
    let good = line_of(&forge::entry(&laid.world, request, &signers), &signers);
    let old = r#""justification":"Nobody can log in.""#;
    let begins = &old[..old.find(':').unwrap()];
    let lines = [quoted(text), format!("\"{escaped}\"")].map(|text| {
        [swapped(&good, old, &format!("{begins}:{text}")), swapped(&good, old, &format!("{old},{text}:1"))]
    });
    let shares: String = laid.sealed("prod", 1).sealed_shares.iter().map(|(_, file)| file.as_str()).collect();
    for line in lines.into_iter().flatten() {
        let log = [&laid.world.bytes(), &signed(&line, &signers)[..], b"\n"].concat();
        laid.disk.wrap("bad.bgr", Label::Request, [&log, shares.as_bytes()].concat());
        laid.disk.write("escrow/log", log);
        for (code, command) in [
            (10, "verify --json"),
            (10, "verify"),
            (0, "log"),
            (0, "log --json"),
            (10, "head"),
            (10, "approve bad.bgr --as alice/alice -o bad.bga --session-words x"),
            (10, "approve bad.bgr --as alice/alice -o bad.bga --session-words x --json"),
            (3, "collect bad.bgr --as alice/alice"),
            (10, "check --all --as alice/alice"),
            (10, "check --all --as alice/alice --json"),
        ] {
            is_harmless(&laid.disk.run(command).exits(code));
        }
        laid.lay();
    }
}

/// In an approval, which is set aside with a word about why.
#[track_caller]
fn shown_escaped_of_an_approval(laid: &Laid, text: &str) {
    let asking = laid.emergency();
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|who| laid.world.approve(who, &asking));
    let ApprovalFile { note, ciphertext } = ApprovalFile::parse(&bob).unwrap();
    let line =
        swapped(&forge::first_line(note.as_bytes()), r#""time":"#, &format!(r#"{}:1,"time":"#, quoted(text)));
    let bad = [signed(&line, &[laid.world.signs("bob")]), format!("\n{ciphertext}").into_bytes()].concat();
    let bad = wrap(Label::Approval, &bad);
    let run = laid.releases_nothing(5, &[("alice", alice.clone()), ("bad", bad.clone())]);
    is_harmless(&run.at("approval by `bob`: RECORD-FIELD: "));
    let run = laid.releases(&[("alice", alice), ("bad", bad), ("carol", carol)]);
    is_harmless(&run.says("set aside: approval by `bob`: RECORD-FIELD: "));
}

/// On a card, in its owner's own words and as a field; and in a kind of record that is not known.
#[track_caller]
fn shown_escaped_of_cards_and_records(laid: &Laid, text: &str) {
    let quoted = quoted(text);
    let alice = laid.world.person("alice");
    for change in [&|line: &str| swapped(line, r#""alice of Example Corp""#, &quoted), &|line: &str| {
        swapped(line, r#""time":"#, &format!(r#"{quoted}:1,"time":"#)) as String
    }] as [&dyn Fn(&str) -> String; 2]
    {
        let card = forge::card(&alice.card, &alice.signs(), change);
        is_harmless(&laid.is_no_card(&card));
        laid.disk.write("evil/alice.book", &card);
        is_harmless(&laid.verify("--book evil/alice.book").exits(14).shows("BOOK-DAMAGED"));
    }
    let novel = Novel { text: fake(text) };
    laid.world.forge(novel, &[laid.world.signs("alice")]);
    laid.lay();
    for command in ["verify", "log", "log --json", "verify --json"] {
        let run = laid.disk.run(command);
        assert!([0, 14].contains(&run.code), "{run:?}");
        is_harmless(&run);
    }
}

/// In a name of a file, a policy and a table.
#[track_caller]
fn shown_escaped_of_names_and_tables(laid: &Laid, text: &str) {
    for command in
        ["verify --head", "collect --as alice/alice", "verify --anchor", "log --kind", "log --request"]
    {
        let run = laid.disk.line(command).arg(fake(text)).run();
        assert!([1, 2, 3].contains(&run.code), "{run:?}");
        is_harmless(&run);
    }
    // A program is told the name as it is, in JSON that a terminal may show too.
    let name = fake(text);
    let run = laid.disk.line("verify --json --head").arg(&name).run().exits(1);
    is_harmless(&run);
    assert_eq!(run.json()["error"]["at"], name.as_str());
    laid.disk.write("policy.toml", format!("{} = 1\n", quoted(text)));
    let line = "init new --name N --cards-compared --card dan/dan.card --as dan/dan --policy policy.toml";
    is_harmless(&laid.disk.refuses(3, line).at("policy.toml"));
    laid.disk.write("bad.csv", format!("vault,account_id,email,\"down{text}\nFAKE\"\nnew,1,r,x\n"));
    let line = "seal --from bad.csv --threshold 2 --custodian alice --custodian bob --as dan/dan";
    is_harmless(&laid.disk.refuses(3, line).at("bad.csv"));
}

#[test]
fn clearing_the_screen_is_refused_and_never_done() {
    refused_at_every_door("\u{1b}[2J", "U+001B");
    shown_escaped("\u{1b}[2J");
}

#[test]
fn writing_to_the_clipboard_is_refused_and_never_done() {
    refused_at_every_door("\u{1b}]52;c;cm0gLXJm\u{7}", "U+001B");
    shown_escaped("\u{1b}]52;c;cm0gLXJm\u{7}");
}

#[test]
fn an_eight_bit_control_is_refused_and_never_shown() {
    refused_at_every_door("\u{9d}52;c;cm0gLXJm\u{9c}", "U+009D");
    shown_escaped("\u{9d}52;c;cm0gLXJm\u{9c}");
}

#[test]
fn text_from_right_to_left_is_refused_and_never_shown() {
    refused_at_every_door("\u{202e}exe.txt", "U+202E");
    shown_escaped("\u{202e}exe.txt");
}

#[test]
fn an_invisible_character_is_refused_and_never_shown() {
    refused_at_every_door("\u{200b}", "U+200B");
    shown_escaped("\u{200b}");
}

/// A single word of a command line has at most 128 KiB on Linux: more than that comes in files alone.
#[test]
fn a_text_of_megabytes_is_refused() {
    let (disk, asked) = Disk::asked();
    for (code, door) in DOORS.iter().filter(|(_, door)| !door.ends_with("--from")) {
        let text = "x".repeat(120_000);
        let text = if door.ends_with("applicable") { format!("resealed={text}") } else { text };
        let run = disk.refuses_line(*code, disk.line(&door.replace("ID", &asked.id)).arg(text));
        is_harmless(&run);
        run.what("120000 bytes; at most 4096 are allowed");
    }
    let text = "x".repeat(10 << 20);
    disk.write("policy.toml", format!("incident_team = \"{text}\"\n"));
    let line = "init new --name N --cards-compared --card dan/dan.card --as dan/dan --policy policy.toml";
    disk.refuses(3, line).at("policy.toml").what("larger than");
    // In a record and on a card, each signed.
    let laid = Laid::ready();
    let alice = [laid.world.signs("alice")];
    let (request, session) =
        laid.world.make_request("carol", "prod", laid.world.question(Purpose::Emergency));
    let signers = [laid.world.signs("carol"), (KeyName::Session, session.key())];
    let bad =
        forge::record(&laid.world, request, &signers, |line| swapped(line, "Nobody can log in.", &text));
    // A record that is too large is found, and stops nobody.
    let good = laid.world.bytes();
    laid.world.set_bytes([&good, &bad[..]].concat());
    laid.lay();
    laid.verify("").exits(14).shows("RECORD-TOO-LARGE");
    laid.restore(good);
    let card = &laid.world.person("alice").card;
    let bad = forge::card(card, &alice[0], |line| swapped(line, "alice of Example Corp", &text));
    let run = laid.is_no_card(&bad);
    is_harmless(&run);
    run.what("the text has 10485760 bytes; at most 4096 are allowed");
    // As the name of a field, which the error would repeat.
    let bad =
        forge::card(card, &alice[0], |line| swapped(line, r#""time":"#, &format!(r#""{text}":1,"time":"#)));
    is_harmless(&laid.is_no_card(&bad));
    let nothing = Statements { statements: Vec::new() };
    let bad = forge::record(&laid.world, nothing, &alice, |line| {
        swapped(line, r#""time":"#, &format!(r#""{text}":1,"time":"#))
    });
    laid.disk.write("escrow/log", [laid.world.bytes(), bad].concat());
    for command in ["verify", "verify --json", "check --all --as alice/alice", "log"] {
        is_harmless(&laid.disk.run(command));
    }
}
