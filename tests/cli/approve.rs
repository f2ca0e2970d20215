//! `approve` and `deny`: what an approver is told, and what she refuses to believe.

use std::fs;

use breakglass::record::armour::Label;

use crate::disk::{Disk, RequestState, Run, asking, row};

/// Asserts that alice approves nothing, and that neither approval nor book entry came of it.
#[track_caller]
fn refused(disk: &Disk, code: i32, words: &str) -> Run {
    let deny = "deny req.bgr --as alice/alice -o alice.bgd --because no";
    if !words.is_empty() && code != 4 {
        disk.refuses(code, deny);
    }
    let line = "approve req.bgr --as alice/alice -o alice.bga --session-words";
    disk.refuses_line(code, disk.line(line).arg(words))
}

#[test]
fn an_earlier_approval_that_was_never_released_is_shown() {
    let (disk, asked) = Disk::asked();
    disk.approve("alice", &asked).ok();
    disk.remove("req.bgr");
    disk.remove("req.session.age");
    disk.remove("alice.bga");
    let second = disk.request("");
    let run = disk.approve("alice", &second).ok();
    run.says(&format!("for request {}, which is not known to have been released", &asked.id[..8]))
        .says("EARLIER APPROVAL by alice");
}

#[test]
fn other_session_words_stop_an_approval() {
    let (disk, asked) = Disk::asked();
    let mut words: Vec<_> = asked.words.split(' ').collect();
    // Two of the eight can be the same word.
    let other = words.iter().rposition(|word| *word != words[0]).unwrap();
    words.swap(0, other);
    let run = refused(&disk, 4, &words.join(" ")).what("not those of this request file");
    run.next("do not approve");
    for (odd, why) in [("one two", "8 are expected"), ("a b c d e f g h", "not in the list")] {
        let line = "approve req.bgr --as alice/alice -o alice.bga --session-words";
        disk.refuses_line(3, disk.line(line).arg(odd)).what(why).at("--session-words");
    }
    disk.refuses(1, "approve req.bgr --as alice/alice -o alice.bga").what("no terminal").next("flag");
    let words = asked.words.to_uppercase();
    disk.approve("alice", &RequestState { id: asked.id, words }).ok();
}

#[test]
fn a_request_file_that_was_changed_is_not_believed() {
    let (disk, asked) = Disk::asked();
    let whole = disk.read("req.bgr");
    // The request is the last record, behind which nothing verifies: that reads as a damaged tail.
    for (code, from, to) in [
        (11, "SSO is down", "SSO is gone"),
        (11, r#""fields":["email","password","totp"]"#, r#""fields":["email","password","seed"]"#),
        (11, r#""requester":"carol""#, r#""requester":"alice""#),
        (10, "Example Corp", "Fxample Corp"),
        (10, r#""seq":3"#, r#""seq":4"#),
    ] {
        disk.replace("req.bgr", from, to);
        let run = refused(&disk, code, &asked.words).at("req.bgr, record ");
        run.at(", byte ").next("compare this log with another copy");
        disk.write("req.bgr", &whole);
    }
}

#[test]
fn a_request_file_that_was_cut_is_not_taken() {
    let (disk, asked) = Disk::asked();
    let file = disk.read("req.bgr");
    for size in [0, 100, file.len() / 2, file.len() - 40, file.len() - 2] {
        disk.write("req.bgr", &file[..size]);
        refused(&disk, 3, &asked.words).at("req.bgr").next("breakglass request -o");
    }
    disk.write("req.bgr", &file);
    let whole = disk.content("req.bgr");
    let log = disk.read("escrow/log").len();
    for size in [0, 100, log - 1, log, whole.len() - 1, whole.len() - 40] {
        disk.wrap("req.bgr", Label::Request, &whole[..size]);
        refused(&disk, 3, &asked.words).at("req.bgr").next("breakglass request -o");
    }
    // The records are cut and the shares are not: the log in the file is torn.
    disk.wrap("req.bgr", Label::Request, [&whole[..log - 1], &whole[log..]].concat());
    refused(&disk, 11, &asked.words).at("req.bgr, record 6");
    // The last record is missing altogether: what is left ends with no request.
    let request = whole[..log].windows(3).rposition(|part| part == b"\n\n{").unwrap() + 2;
    disk.wrap("req.bgr", Label::Request, [&whole[..request], &whole[log..]].concat());
    refused(&disk, 3, &asked.words).what("does not end with a request");
}

#[test]
fn an_approver_needs_her_own_share_in_the_file() {
    let (disk, asked) = Disk::asked();
    let text = String::from_utf8(disk.content("req.bgr")).unwrap();
    let begin = "-----BEGIN AGE ENCRYPTED FILE-----\n";
    let parts: Vec<_> = text.split(begin).collect();
    let without = |at: usize| {
        let kept = parts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, part)| *part);
        kept.collect::<Vec<_>>().join(begin)
    };
    disk.wrap("req.bgr", Label::Request, without(1));
    refused(&disk, 5, &asked.words).what("does not have the sealed share of `alice`").at("req.bgr");
    // Bob can do without it.
    disk.approve("bob", &asked).ok();
    disk.wrap("req.bgr", Label::Request, without(2));
    disk.approve("alice", &asked).ok();
}

#[test]
fn another_escrow_with_people_of_the_same_names_is_another_escrow() {
    let (disk, _) = Disk::asked();
    // Mallory's escrow has an alice, too; the real alice's card is not in it.
    let other = Disk::empty();
    for (id, role) in
        [("dan", "administrator"), ("alice", "custodian"), ("bob", "custodian"), ("carol", "custodian")]
    {
        other.person(id, &format!("--role {role}"));
    }
    other.begin("escrow", "").ok();
    other.seal(&row("prod"), "").ok();
    let asked = other.request("--accept-deviation not-in-force");
    fs::write(disk.path("req.bgr"), other.read("req.bgr")).unwrap();
    refused(&disk, 4, &asked.words)
        .what("`alice` is not enrolled in this escrow with the card")
        .at("req.bgr");
}

#[test]
fn a_forged_history_is_not_hers() {
    let (disk, asked) = Disk::asked();
    let real = disk.content("req.bgr");
    // The same people's cards, all genuine, in a second escrow that the administrator began.
    disk.begin("second", "").ok();
    let line = "seal --from - --threshold 2 --custodian alice --custodian bob --custodian carol";
    disk.line(&format!("{line} --as dan/dan --escrow second")).stdin(row("prod")).run().ok();
    let line = format!("{} --as carol/carol -o forged.bgr --escrow second --json", asking("prod"));
    let json = disk.run(&format!("{line} --accept-deviation not-in-force")).ok().json();
    let words = json["session_words"].as_str().unwrap();
    let forged = disk.content("forged.bgr");
    let end_of_log = |bytes: &[u8]| bytes.windows(6).position(|part| part == b"-----B").unwrap();
    // Its log with the real shares: they are not the ones that it names.
    let mixed = [&forged[..end_of_log(&forged)], &real[end_of_log(&real)..]].concat();
    disk.wrap("req.bgr", Label::Request, mixed);
    refused(&disk, 5, words).what("does not have the sealed share of `alice` that the log names");
    // Its genesis before the real records: the chain breaks.
    let first = |bytes: &[u8]| bytes.windows(3).position(|part| part == b"\n\n{").unwrap() + 2;
    let spliced = [&forged[..first(&forged)], &real[first(&real)..]].concat();
    disk.wrap("req.bgr", Label::Request, spliced);
    refused(&disk, 10, &asked.words).at("record 1, byte ");
    let odd = "{\"type\":\"breakglass/v1/genesis\"}\n\n-----BEGIN AGE ENCRYPTED FILE-----\n";
    disk.wrap("req.bgr", Label::Request, odd);
    refused(&disk, 3, words);
}

#[test]
fn a_log_that_contradicts_her_book_is_shown_and_signed() {
    // A copy of the escrow from before alice's second check, from which the request is made.
    let disk = Disk::sealed();
    disk.copy("escrow", "old");
    disk.run("check --as alice/alice").ok();
    disk.run("check --as alice/alice").ok();
    let line = format!("{} --as carol/carol -o req.bgr --escrow old --json", asking("prod"));
    let json = disk.run(&line).ok().json();
    let words = json["session_words"].as_str().unwrap();
    let line = "approve req.bgr --as alice/alice -o alice.bga --session-words";
    let run = disk.refuses_line(4, disk.line(line).arg(words));
    run.what("the log contradicts a book: there are two histories").next("--accept-deviation other-history");
    let run = disk.line(&format!("{line} '{words}' --accept-deviation other-history")).run().ok();
    run.says("DEVIATION: the log contradicts a book: there are two histories");
    // The approval says it, and verify repeats it.
    disk.run("collect alice.bga --as carol/carol --escrow old").ok();
    disk.run("verify --escrow old").exits(14).shows("other-history, in the approval by `alice`");
    // What is no emergency does not go on so.
    let line = format!("{} --as carol/carol -o plan.bgr --escrow old --json", asking("prod"));
    let json = disk.run(&format!("{line} --purpose maintenance")).ok().json();
    let words = json["session_words"].as_str().unwrap();
    let line = "approve plan.bgr --as alice/alice -o plan.bga --session-words";
    disk.refuses_line(13, disk.line(line).arg(words)).what("two histories").next("do not approve");
}

#[test]
fn a_denial_is_a_statement_and_no_veto() {
    let (disk, asked) = Disk::asked();
    let line = "deny req.bgr --as carol/carol --because 'no such incident' -o carol.bgd --json";
    let json = disk.run(line).ok().json();
    assert_eq!((json["person"].as_str(), json["denial"].as_str()), (Some("carol"), Some("carol.bgd")));
    assert_eq!(json["request_id"], asked.id.as_str());
    disk.refuses(2, "deny req.bgr --as carol/carol -o x.bgd").says("--because");
    disk.run("collect carol.bgd --as bob/bob").ok().shows("denial by carol");
    disk.run("log --kind denial").ok().shows("no such incident");
    disk.approve("alice", &asked).ok();
    disk.approve("bob", &asked).ok();
    disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    // A denial is no approval.
    let (disk, asked) = Disk::asked();
    disk.run("deny req.bgr --as bob/bob --because no -o bob.bgd").ok();
    disk.approve("alice", &asked).ok();
    let line = "release req.bgr alice.bga bob.bgd --as carol/carol --print password";
    disk.refuses(3, line).what("not an approval").at("bob.bgd").next("breakglass approve -o");
}

/// What a requester writes is set off, line by line and where a terminal would wrap it: no text of theirs can
/// pass for a line of the screen that an approver decides on.
#[test]
fn no_text_passes_for_a_line_of_the_screen() {
    let disk = Disk::sealed();
    let wide = "東".repeat(33);
    let fake = format!("down\n  account    999999999999\n{wide}  vault      harmless");
    let run = disk
        .line("request prod --reason iam-failure --as carol/carol -o req.bgr --json --ticket")
        .arg(&fake)
        .arg("--justification")
        .arg(&fake)
        .arg("--action")
        .arg(&fake)
        .run()
        .ok();
    let json = run.json();
    let asked = RequestState {
        id: json["request_id"].as_str().unwrap().to_owned(),
        words: json["session_words"].as_str().unwrap().to_owned(),
    };
    let screen = disk.approve("alice", &asked).ok().err;
    let named =
        |name: &str| screen.lines().filter(|line| line.starts_with(&format!("  {name:<10} "))).count();
    assert_eq!((named("account"), named("vault")), (1, 1), "{screen}");
    for line in screen.lines().filter(|line| !line.starts_with("Approving") && !line.starts_with("request "))
    {
        let columns: usize = line.chars().map(|one| if one.is_ascii() { 1 } else { 2 }).sum();
        assert!(columns <= 80, "{line}");
        assert!(!line.contains("harmless") || line.starts_with("             | "), "{line}");
    }
    let log = disk.run("log --kind request").ok().out;
    assert_eq!(log.lines().count(), 1, "{log}");
}
