//! `status`: what is due, at a glance, without any secret.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::disk::{Disk, Run, row};

const HOUR: u64 = 3600;

/// So many days from now, as `--time` takes it.
fn days_on(days: u64) -> String {
    hours_on(24 * days)
}

/// So many hours from now.
fn hours_on(hours: u64) -> String {
    let now = SystemTime::now() + Duration::from_secs(hours * HOUR);
    let now = now.duration_since(UNIX_EPOCH).unwrap().as_secs();
    breakglass::value::time::Time::from_unix(now).unwrap().to_string()
}

fn duties(run: &Run) -> Vec<(String, bool)> {
    let json = run.json();
    let duties = json["duties"].as_array().unwrap().iter();
    duties.map(|one| (one["kind"].as_str().unwrap().to_owned(), one["overdue"].as_bool().unwrap())).collect()
}

/// What the status says to type for duties of a kind, as lines for the disk.
fn commands(run: &Run, kind: &str) -> Vec<String> {
    let json = run.json();
    let duties = json["duties"].as_array().unwrap().iter().filter(|one| one["kind"] == kind);
    let typed = duties.map(|one| one["command"].as_str().unwrap().strip_prefix("breakglass ").unwrap());
    typed.map(str::to_owned).collect()
}

#[test]
fn it_needs_the_log_and_nothing_else_and_changes_nothing() {
    let disk = Disk::empty();
    disk.write("escrow/log", Disk::sealed().read("escrow/log"));
    let before = disk.tree();
    let run = disk.run("status").ok();
    assert_eq!(run.err, "");
    for line in run.out.lines() {
        assert!(line.chars().count() <= 80 && !line.contains('\u{1b}'), "{line}");
    }
    assert!(run.out.lines().count() <= 24, "{}", run.out);
    let run = run.shows("Example Corp, at 20").shows("sound as far as it goes: 6 records, the last at 20");
    run.shows("prod                    root    111122223333  1    2 of 3  in force").shows("NOTHING IS DUE");
    assert!(disk.tree() == before);
}

#[test]
fn fifteen_is_overdue() {
    let disk = Disk::sealed();
    let run = disk.run("status --json").ok();
    let json = run.json();
    assert_eq!((json["verdict"].as_str(), json["exit"].as_u64()), (Some("done"), Some(0)));
    assert_eq!(duties(&run), []);
    let line = format!("status --time {}", days_on(93));
    let run = disk.run(&format!("{line} --json")).exits(15);
    let json = run.json();
    assert_eq!((json["verdict"].as_str(), json["exit"].as_u64()), (Some("overdue"), Some(15)));
    assert_eq!(duties(&run).len(), 4);
    assert!(duties(&run).iter().all(|(_, overdue)| *overdue), "{json}");
    disk.run(&line).exits(15).shows("OVERDUE: 4 of 4 things to do");
}

#[test]
fn programs_are_told_the_same() {
    let (disk, asked) = Disk::approved();
    disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    let json = disk.run("status --json").ok().json();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(
        keys(&json),
        "clock_behind duties escrow exit files other_findings requests time trouble upcoming vaults verdict"
    );
    assert_eq!(keys(&json["escrow"]), "head id last_record_time name words");
    let vault = json["vaults"].as_array().unwrap().iter().find(|vault| vault["name"] == "prod").unwrap();
    assert_eq!(
        keys(vault),
        "account canary checks drill exposed first_to_try generation given_up holders id in_force kind missing name \
         newest_generation one_word openable partition retired threshold total_shares undecided"
    );
    assert_eq!(keys(&vault["checks"][0]), "custodian due generation last overdue to_do");
    assert_eq!(keys(&vault["exposed"][0]), "due generation overdue since");
    assert_eq!(vault["canary"], disk.canary().as_str());
    let request = &json["requests"][0];
    assert_eq!(
        keys(request),
        "approved_by assume_shown close_due close_overdue denied_by generation needed progress purpose \
         released request_id requester since unended vault window_until"
    );
    assert_eq!(
        (request["request_id"].as_str(), request["progress"].as_str()),
        (Some(&*asked.id), Some("released"))
    );
    assert_eq!(request["approved_by"], serde_json::json!(["alice", "bob"]));
    assert_eq!(keys(&json["duties"][0]), "at_once command due kind overdue request_id vaults what");
    assert_eq!(keys(&json["upcoming"][0]), "due kind");
}

#[test]
fn what_it_says_to_type_does_what_is_due() {
    let disk = Disk::begun();
    disk.seal(&row("prod"), "").ok();
    let run = disk.run("status --json").ok();
    assert_eq!(duties(&run), vec![("check".to_owned(), false); 3]);
    for line in commands(&run, "check") {
        disk.run(&line).ok();
    }
    assert_eq!(duties(&disk.run("status --json").ok()), []);
    // An emergency, and its closing list.
    let asked = disk.request("");
    disk.run("status").ok().shows("waiting").shows("2 more approvals are needed");
    disk.approve("alice", &asked).ok();
    disk.approve("bob", &asked).ok();
    disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    let run = disk.run("status --json").ok();
    let due: Vec<String> = duties(&run).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(due, ["rotation", "close"]);
    let all = "password-changed mfa-renewed access-keys-checked activity-reviewed ticket-updated \
               stakeholders-told resealed";
    let all: Vec<String> = all.split_whitespace().map(|item| format!("--done {item}")).collect();
    disk.run(&format!("{} {}", commands(&run, "close")[0], all.join(" "))).ok();
    assert_eq!(duties(&disk.run("status --json").ok()).len(), 1);
    // The new credentials are typed in; here a file has them.
    let line = commands(&run, "rotation").remove(0);
    assert_eq!(line, "seal prod --generation 2 --as dan/dan");
    let line = line.replace("seal prod", "seal --from -");
    disk.line(&line).stdin(row("prod")).run().ok();
    // Sealed, they end nothing until somebody has signed in with them.
    let run = disk.run("status --json").ok();
    assert_eq!(duties(&run).iter().filter(|(kind, _)| kind == "rotation").count(), 1);
    for kind in ["rotation", "check"] {
        for line in commands(&run, kind) {
            disk.run(&line).ok();
        }
    }
    let run = disk.run("status --json").ok();
    assert_eq!(duties(&run), []);
    assert_eq!(run.json()["vaults"][0]["generation"], 2);
    // A drill, at its time.
    let run = disk.run(&format!("status --json --time {}", days_on(80))).ok();
    assert_eq!(commands(&run, "drill"), [format!("drill {}", disk.canary())]);
    // It is asked question by question on a terminal; here with flags.
    let request = "--purpose drill --reason other --ticket D --justification d --as carol/carol -o drill.bgr";
    disk.run(&format!("request {} {request}", disk.canary())).ok();
    let run = disk.run("status --json").ok();
    assert_eq!(run.json()["requests"][0]["purpose"], "drill");
    // It was never approved, and is ended. Within a day of the release, whose rotation is overdue after that.
    let run = disk.run(&format!("status --json --time {}", hours_on(12))).ok();
    let line = commands(&run, "end").remove(0).replace("REQUEST-FILE", "drill.bgr");
    disk.run(&line).ok();
    assert_eq!(disk.run("status --json").ok().json()["requests"].as_array().unwrap().len(), 0);
}

#[test]
fn what_it_says_to_type_names_the_log_that_was_looked_at() {
    let disk = Disk::begun();
    disk.seal(&row("prod"), "").ok();
    disk.copy("escrow/log", "usb/log");
    disk.copy("escrow", "with blank");
    let first = |words: crate::disk::CommandLine<'_>| commands(&words.run().ok(), "check").remove(0);
    let line = "check --all --as alice/alice";
    assert_eq!(first(disk.line("status --json")), line);
    assert_eq!(first(disk.line("status --json --log usb/log")), format!("{line} --log usb/log"));
    assert_eq!(first(disk.line("status --json --escrow escrow")), format!("{line} --escrow escrow"));
    assert_eq!(first(disk.line("status --json --escrow 'with blank'")), format!("{line} --escrow PATH"));
    disk.run(&format!("{line} --log usb/log")).ok();
}

#[test]
fn a_log_that_is_not_sound_comes_first() {
    let log = Disk::sealed().read("escrow/log");
    let disk = Disk::empty();
    let late = format!("status --time {}", days_on(95));
    // Torn goes before overdue, and tampered before both.
    disk.write("escrow/log", [&log[..], b"{\"type\":"].concat());
    let run = disk.run(&late).exits(11);
    assert!(
        run.out.starts_with("TORN: The log ends in bytes that are not a record.\n  record 6, byte "),
        "{}",
        run.out
    );
    let run = run.shows("OVERDUE 3d").shows("log     NOT SOUND, see above: 6 records");
    assert!(
        run.out.ends_with("TORN: the log is not sound; see the top, and `breakglass verify`\n"),
        "{}",
        run.out
    );
    let json = disk.run(&format!("{late} --json")).exits(11).json();
    assert_eq!((json["verdict"].as_str(), json["trouble"][0]["code"].as_str()), (Some("torn"), Some("TORN")));
    let at = log.windows(16).position(|part| part == b"\"kind\":\"root\",\"pa").unwrap_or(log.len() / 2);
    let mut changed = log.clone();
    changed[at + 8] ^= 1;
    disk.write("escrow/log", &changed);
    let run = disk.run(&late).exits(10);
    assert!(run.out.starts_with("TAMPERED: "), "{}", run.out);
    let verify = disk.run("verify").exits(10);
    assert!(verify.out.contains("TAMPERED"), "{}", verify.out);
    // Without a genesis there is nothing to tell.
    disk.write("escrow/log", b"nothing\n");
    let verify = disk.run("verify");
    disk.run("status").fails(verify.code).what("RECORD-MALFORMED").at("escrow/log");
    disk.remove("escrow/log");
    disk.run("status").fails(1).what("the log cannot be opened").next("--escrow DIR");
}
