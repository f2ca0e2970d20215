//! `request`.

use crate::stage::{Run, Stage, asking};

#[track_caller]
fn refused(stage: &Stage, code: i32, vault: &str, more: &str) -> Run {
    stage.refuses(code, &format!("{} --as carol/carol -o req.bgr {more}", asking(vault)))
}

#[test]
fn a_request_writes_its_file_and_a_session_that_is_sealed() {
    let stage = Stage::sealed();
    let line = format!("{} --as carol/carol -o out/req.bgr --action 'fix it' --json", asking("prod"));
    let json = stage.run(&line).ok().json();
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
        assert_eq!(stage.mode(file), 0o600, "{file}");
    }
    let session = String::from_utf8(stage.read("out/req.session.age")).unwrap();
    assert!(session.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"), "{session}");
    assert!(!session.contains("breakglass/v1/session"));
    let request = String::from_utf8(stage.read("out/req.bgr")).unwrap();
    assert_eq!(request.matches("BEGIN AGE ENCRYPTED FILE").count(), 3, "one sealed share for each custodian");
}

#[test]
fn a_vault_that_is_not_there_is_answered_with_those_that_are() {
    let stage = Stage::sealed();
    refused(&stage, 3, "nothing", "").what("there is no vault `nothing`").next("prod");
    refused(&stage, 3, "prod", "--generation 2").what("has no generation 2; the newest is 1");
    refused(&stage, 2, "Prod!", "").says("a-z");
}

#[test]
fn reason_and_purpose_are_words_of_the_list() {
    let stage = Stage::sealed();
    let line = "request prod --ticket T --justification J --as carol/carol -o req.bgr --reason";
    stage.refuses(2, &format!("{line} boredom")).says("iam-failure");
    stage.refuses(2, &line.replace(" --reason", "")).says("--reason");
    refused(&stage, 2, "prod", "--purpose fun").says("emergency");
    refused(&stage, 2, "prod", "--expires soon").says("--expires");
    refused(&stage, 2, "prod", "--field password --field password").what("name each field once");
}

#[test]
fn a_drill_is_made_on_a_canary_and_only_there() {
    let stage = Stage::sealed();
    refused(&stage, 4, "prod", "--purpose drill").what("a drill is made on a canary, and only there");
    let canary = stage.canary();
    for purpose in ["emergency", "maintenance"] {
        refused(&stage, 4, &canary, &format!("--purpose {purpose}")).what("is a canary vault");
    }
    let line = format!("{} --as carol/carol -o req.bgr --purpose drill", asking(&canary));
    stage.run(&line).ok();
}

#[test]
fn what_is_out_of_order_is_confirmed_and_recorded() {
    let stage = Stage::sealed();
    let run = refused(&stage, 4, "prod", "--expires 48h").what("longer than the policy allows");
    run.next("--accept-deviation long-window");
    refused(&stage, 4, "prod", "--expires 48h --accept-deviation time-set").what("not confirmed");
    let time = "--time 2031-01-01T00:00:00Z";
    refused(&stage, 4, "prod", time).what("the time was set by hand").next("time-set");
    refused(&stage, 2, "prod", "--accept-deviation everything").says("--accept-deviation");
    let line = format!("{} --as carol/carol -o req.bgr --json --expires 48h {time}", asking("prod"));
    let accepted = "--accept-deviation long-window --accept-deviation time-set";
    let json = stage.run(&format!("{line} {accepted}")).ok().json();
    assert_eq!(json["deviations"], serde_json::json!(["long-window", "time-set"]));
    let line = "approve req.bgr --as alice/alice -o alice.bga --accept-deviation outside-window --accept-deviation clock-behind --session-words";
    let words = stage.words(line);
    let run = words.arg(json["session_words"].as_str().unwrap()).run().ok();
    run.says("OUT OF ORDER: the request's window is longer").says("OUT OF ORDER: the time was set by hand");
    stage.run("verify").exits(14).shows("DEVIATION");
}

#[test]
fn a_vault_that_is_not_in_force_can_be_asked_for_all_the_same() {
    let stage = Stage::begun();
    stage.seal(&crate::stage::row("prod"), "").ok();
    stage.run("check --as alice/alice").ok();
    refused(&stage, 4, "prod", "").what("fewer custodians than the threshold").next("not-in-force");
    stage.request("--accept-deviation not-in-force");
}

#[test]
fn hostile_text_stays_outside_and_off_the_screen() {
    let stage = Stage::sealed();
    let line = "request prod --reason billing --as carol/carol -o req.bgr";
    let long = "x".repeat(4097);
    let huge = "x".repeat(120_000);
    let texts = ["\u{1b}]0;x\u{7}", "a\u{202e}b", "a\u{200b}b", "a\rb", "a\tb", "\u{9b}2J", "", &long, &huge];
    for text in texts {
        for (named, other) in [("--justification", "--ticket"), ("--ticket", "--justification")] {
            let words = stage.words(line).arg(other).arg("fine").arg(named).arg(text);
            let run = stage.refuses_words(2, words).says(named);
            let raw = run.err.chars().find(|one| *one != '\n' && breakglass::value::text::is_hostile(*one));
            assert_eq!(raw, None, "{text:?} came back raw");
            assert!(run.err.len() < 20_000, "{} bytes came back", run.err.len());
        }
        let words = stage.words(line).arg("--ticket").arg("T").arg("--justification").arg("J");
        stage.refuses_words(2, words.arg("--action").arg(text));
    }
    // What is harmless is taken as it is, in any script.
    let words = stage.words(line).arg("--ticket").arg("Fälle-№7").arg("--justification");
    words.arg("two\nlines, 東京").run().ok().shows("two\\nlines, 東京");
}

#[test]
fn output_that_exists_is_left_alone() {
    let stage = Stage::sealed();
    stage.write("req.bgr", "precious");
    refused(&stage, 1, "prod", "").what("cannot be written").at("req.bgr").next("choose another name");
    stage.remove("req.bgr");
    stage.write("req.session.age", "precious");
    refused(&stage, 1, "prod", "").what("cannot be written").at("req.session.age");
    stage.remove("req.session.age");
    stage.write("file", "");
    let line = format!("{} --as carol/carol -o file/req.bgr", asking("prod"));
    stage.refuses(1, &line).at("file/req.session.age");
}

#[test]
fn only_who_is_enrolled_asks() {
    let stage = Stage::sealed();
    stage.person("eve", "--role custodian");
    let line = format!("{} -o req.bgr --as", asking("prod"));
    stage.refuses(4, &format!("{line} eve/eve")).what("`eve` is not enrolled");
    stage.refuses(6, &format!("{line} carol/carol -i eve/eve.key"));
    // An administrator without a share may ask; approving is another matter.
    stage.run(&format!("{line} admin/admin")).ok();
}

#[test]
fn a_missing_share_is_named_and_stops_nothing_while_enough_are_left() {
    let stage = Stage::sealed();
    stage.remove("escrow/vaults/prod/1/alice.share.age");
    let line = format!("{} --as carol/carol -o req.bgr", asking("prod"));
    stage.run(&line).ok().says("warning: the sealed share of alice is missing or damaged");
    stage.remove("req.bgr");
    stage.remove("req.session.age");
    stage.write("escrow/vaults/prod/1/bob.share.age", "damaged");
    let run = refused(&stage, 5, "prod", "").what("only 1 of the 2 sealed shares");
    run.says("share of bob is missing or damaged").next("another copy of the escrow");
}

#[test]
fn a_full_disk_leaves_no_session_and_no_entry() {
    let stage = Stage::sealed();
    let line = format!("{} --as carol/carol -o req.bgr", asking("prod"));
    let blocks = u32::try_from(stage.read("escrow/log").len() / 512).unwrap() + 1;
    stage.refuses_words(1, stage.words(&line).file_limit(blocks)).what("the log cannot be written");
    stage.refuses_words(1, stage.words(&line).file_limit(0)).at("req.session.age");
    stage.run(&line).ok();
}

#[test]
fn where_the_request_file_does_not_fit_the_person_is_told_what_is_logged() {
    let stage = Stage::sealed();
    let line = format!("{} --as carol/carol -o req.bgr", asking("prod"));
    // The log has room for one more record, and the request file, with its shares, has not.
    let blocks = u32::try_from((stage.read("escrow/log").len() + 2300) / 512).unwrap();
    let run = stage.words(&line).file_limit(blocks).run().fails(1).what("cannot be written").at("req.bgr");
    run.next("the request is logged, and").next("make a new one, with another place for its file");
    assert!(!stage.exists("req.bgr") && !stage.exists("req.session.age"));
    stage.run("log --kind request").ok().shows("INC-42");
    stage.run(&line.replace("req.bgr", "again.bgr")).ok();
    stage.run("verify").ok();
}
