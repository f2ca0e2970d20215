//! `request`.

use crate::disk::{Disk, Run, asking};

#[track_caller]
fn refused(disk: &Disk, code: i32, vault: &str, more: &str) -> Run {
    disk.refuses(code, &format!("{} --as carol/carol -o req.bgr {more}", asking(vault)))
}

#[test]
fn a_request_writes_its_file_and_a_session_that_is_sealed() {
    let disk = Disk::sealed();
    let line = format!("{} --as carol/carol -o out/req.bgr --action 'fix it' --json", asking("prod"));
    let json = disk.run(&line).ok().json();
    assert_eq!(json["request_id"].as_str().unwrap().len(), 64);
    let words = json["session_words"].as_str().unwrap();
    assert_eq!(words.split(' ').count(), 8);
    assert_eq!(
        (json["request_file"].as_str(), json["deviations"].as_array().unwrap().len()),
        (Some("out/req.bgr"), 0)
    );
    assert_eq!(json["session_file"], "out/req.session.age");
    assert!(json["not_after"].as_str().unwrap().ends_with('Z'));
    let ticket = json["ticket_text"].as_str().unwrap();
    // A ticket is no voice: whoever can edit it could put other words there.
    assert!(!ticket.contains(words) && ticket.contains("SSO is down"), "{ticket}");
    for file in ["out/req.bgr", "out/req.session.age"] {
        assert_eq!(disk.mode(file), 0o600, "{file}");
    }
    let session = String::from_utf8(disk.read("out/req.session.age")).unwrap();
    assert!(session.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"), "{session}");
    assert!(!session.contains("breakglass/v1/session"));
    assert!(disk.read("out/req.bgr").is_ascii());
    let request = String::from_utf8(disk.content("out/req.bgr")).unwrap();
    assert_eq!(request.matches("BEGIN AGE ENCRYPTED FILE").count(), 3, "one sealed share for each custodian");
}

#[test]
fn what_is_out_of_order_is_confirmed_and_recorded() {
    let disk = Disk::sealed();
    let run = refused(&disk, 4, "prod", "--expires 48h").what("longer than the policy allows");
    run.next("--accept-deviation long-window");
    refused(&disk, 4, "prod", "--expires 48h --accept-deviation time-set").what("not confirmed");
    let time = "--time 2031-01-01T00:00:00Z";
    refused(&disk, 4, "prod", time).what("the time was set by hand").next("time-set");
    refused(&disk, 2, "prod", "--accept-deviation everything").says("--accept-deviation");
    let line = format!("{} --as carol/carol -o req.bgr --json --expires 48h {time}", asking("prod"));
    let accepted = "--accept-deviation long-window --accept-deviation time-set";
    let json = disk.run(&format!("{line} {accepted}")).ok().json();
    assert_eq!(json["deviations"], serde_json::json!(["long-window", "time-set"]));
    let line = "approve req.bgr --as alice/alice -o alice.bga --accept-deviation outside-window --accept-deviation clock-behind --session-words";
    let words = disk.line(line);
    let run = words.arg(json["session_words"].as_str().unwrap()).run().ok();
    run.says("DEVIATION: the request's time window is longer").says("DEVIATION: the time was set by hand");
    disk.run("verify").exits(14).shows("DEVIATION");
}

#[test]
fn hostile_text_stays_outside_and_off_the_screen() {
    let disk = Disk::sealed();
    let line = "request prod --reason billing --as carol/carol -o req.bgr";
    let long = "x".repeat(4097);
    let huge = "x".repeat(120_000);
    let texts = ["\u{1b}]0;x\u{7}", "a\u{202e}b", "a\u{200b}b", "a\rb", "a\tb", "\u{9b}2J", "", &long, &huge];
    for text in texts {
        for (named, other) in [("--justification", "--ticket"), ("--ticket", "--justification")] {
            let words = disk.line(line).arg(other).arg("fine").arg(named).arg(text);
            let run = disk.refuses_line(2, words).says(named);
            let raw = run.err.chars().find(|one| *one != '\n' && breakglass::value::text::is_hostile(*one));
            assert_eq!(raw, None, "{text:?} came back raw");
            assert!(run.err.len() < 20_000, "{} bytes came back", run.err.len());
        }
        let words = disk.line(line).arg("--ticket").arg("T").arg("--justification").arg("J");
        disk.refuses_line(2, words.arg("--action").arg(text));
    }
    // What is harmless is taken as it is, in any script.
    let words = disk.line(line).arg("--ticket").arg("Fälle-№7").arg("--justification");
    words.arg("two\nlines, 東京").run().ok().shows("two\\nlines, 東京");
}

#[test]
fn a_full_disk_leaves_no_session_and_no_entry() {
    let disk = Disk::sealed();
    let line = format!("{} --as carol/carol -o req.bgr", asking("prod"));
    let blocks = u32::try_from(disk.read("escrow/log").len() / 512).unwrap() + 1;
    disk.refuses_line(1, disk.line(&line).file_limit(blocks)).what("the log cannot be written");
    disk.refuses_line(1, disk.line(&line).file_limit(0)).at("req.session.age");
    disk.run(&line).ok();
}

#[test]
fn where_the_request_file_does_not_fit_the_person_is_told_what_is_logged() {
    let disk = Disk::sealed();
    let line = format!("{} --as carol/carol -o req.bgr", asking("prod"));
    // No file system takes a name of 256 bytes; the session's is shorter.
    let long = format!("req.{}", "x".repeat(252));
    let run = disk.run(&line.replace("req.bgr", &long)).fails(1).what("cannot be written").at("req.xxx");
    run.next("the request is logged, and").next("make a new one, and write its file elsewhere");
    assert!(!disk.exists(&long) && !disk.exists("req.session.age"));
    disk.run("log --kind request").ok().shows("INC-42");
    disk.run(&line.replace("req.bgr", "again.bgr")).ok();
    disk.run("verify").ok();
}
