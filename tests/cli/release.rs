//! `release`: nothing without a quorum, nothing without a record, nothing that was not asked for.

use crate::stage::{Asked, PASSWORD, Run, SEED, Stage, asking, code_now, row};

const RELEASE: &str = "release req.bgr alice.bga bob.bga --as carol/carol";
const PRINT: &str = "release req.bgr alice.bga bob.bga --as carol/carol --print password";

/// Asserts that carol's release fails, and changes nothing: no log entry, and the session is still there.
#[track_caller]
fn refused(stage: &Stage, code: i32, approvals: &str, more: &str) -> Run {
    let line = format!("release req.bgr {approvals} --as carol/carol --print password {more}");
    stage.refuses(code, &line)
}

#[track_caller]
fn logged(stage: &Stage, kind: &str) -> usize {
    stage.run(&format!("log --kind {kind} --json")).ok().json().as_array().unwrap().len()
}

fn approved(more: &str) -> (Stage, Asked) {
    let stage = Stage::sealed();
    let asked = stage.request(more);
    stage.approve("alice", &asked).ok();
    stage.approve("bob", &asked).ok();
    (stage, asked)
}

#[test]
fn what_is_printed_is_the_lines_and_nothing_else() {
    let (stage, asked) = Stage::approved();
    let before = code_now();
    let run = stage.run(&format!("{RELEASE} --print password --print totp")).ok();
    let after = code_now();
    let lines: Vec<_> = run.out.lines().collect();
    let [password, code, left] = lines.as_slice() else { panic!("{}", run.out) };
    assert_eq!(*password, format!("password: {PASSWORD}"));
    assert!([&before, &after].map(|code| format!("totp: {code}")).iter().any(|line| line == code), "{code}");
    let left: u64 = left.strip_prefix("totp-seconds-left: ").unwrap().parse().unwrap();
    assert!((1..=30).contains(&left));
    let run = run.says("released on the approvals of alice and bob; logged as entry 7");
    let run = run.says(&format!("breakglass close --request {}", &asked.id[..8]));
    assert!(!run.err.contains(PASSWORD) && !run.err.contains(SEED), "{}", run.err);
    assert!(!stage.exists("req.session.age"), "the session is destroyed");
    stage.run("log --kind end").ok().shows("released; shown: password totp");
}

#[test]
fn a_bad_approval_is_named_and_the_good_ones_still_release() {
    let (stage, asked) = Stage::approved();
    stage.approve("carol", &asked).ok();
    // Bob's ciphertext under alice's approval.
    let alice = String::from_utf8(stage.read("alice.bga")).unwrap();
    let bob = String::from_utf8(stage.read("bob.bga")).unwrap();
    let armour = |text: &str| text.find("-----BEGIN").unwrap();
    stage.write("mixed.bga", [&alice[..armour(&alice)], &bob[armour(&bob)..]].concat());
    let run =
        refused(&stage, 5, "mixed.bga bob.bga", "").what("1 of the 2 approvals").at("approval of `alice`");
    run.says("the ciphertext is not the one that its approval names");
    // A signature that does not verify.
    stage.write("forged.bga", alice.replace(r#""index":1"#, r#""index":3"#));
    refused(&stage, 5, "forged.bga bob.bga", "").at("approval of `alice`").says("STATEMENT-SIGNATURE");
    let line = "release req.bgr mixed.bga forged.bga bob.bga carol.bga --as carol/carol --print password";
    let run = stage.run(line).ok().says("set aside: approval of `alice`: the ciphertext is not the one");
    assert_eq!(run.out, format!("password: {PASSWORD}\n"));
    let run = run.says("released on the approvals of bob and carol");
    drop(run);
    assert!(String::from_utf8(stage.read("escrow/log")).unwrap().contains(r#""bad_shares":["alice"]"#));
}

#[test]
fn an_approval_of_another_request_does_not_count() {
    let (stage, _) = Stage::approved();
    for file in ["req.bgr", "req.session.age", "alice.bga"] {
        stage.copy(file, &format!("first/{file}"));
        stage.remove(file);
    }
    stage.remove("bob.bga");
    let second = stage.request("");
    stage.approve("bob", &second).ok();
    let run = refused(&stage, 5, "first/alice.bga bob.bga", "").at("`alice`");
    run.says("is of another request");
    // Nor does the session of another request open anything.
    let run = refused(&stage, 4, "bob.bga", "--session first/req.session.age");
    run.what("the session file belongs to another request").next("--session FILE");
}

#[test]
fn no_more_codes_are_printed_than_were_asked_for() {
    let (stage, _) = approved("--totp-codes 0");
    let run = stage.refuses(4, &format!("{RELEASE} --print totp")).what("TOTP codes");
    run.next("make a new request");
    let (stage, _) = approved("--totp-codes 1");
    stage.refuses(4, &format!("{RELEASE} --print totp --print totp")).what("TOTP codes");
    stage.run(&format!("{RELEASE} --print totp")).ok();
    stage.run("verify").ok();
}

#[test]
fn a_payload_that_is_not_the_sealed_one_is_not_opened() {
    let (stage, _) = Stage::approved();
    let payload = "escrow/vaults/prod/1/payload.age";
    let whole = stage.read(payload);
    stage.copy(&format!("escrow/vaults/{}/1/payload.age", stage.canary()), payload);
    let run = refused(&stage, 10, "alice.bga bob.bga", "").what("not the file that was sealed");
    run.next("another copy of the escrow");
    stage.write(payload, &whole[..whole.len() - 1]);
    refused(&stage, 10, "alice.bga bob.bga", "");
    stage.remove(payload);
    refused(&stage, 1, "alice.bga bob.bga", "").at(payload);
    stage.write(payload, &whole);
    stage.run(PRINT).ok();
}

#[test]
fn nothing_is_built_on_a_damaged_log_unasked() {
    let (stage, _) = Stage::approved();
    let whole = stage.read("escrow/log");
    stage.replace("escrow/log", "Example Corp", "Fxample Corp");
    let run = refused(&stage, 10, "alice.bga bob.bga", "").at("escrow/log, entry 0, byte 0");
    run.next("breakglass verify");
    stage.write("escrow/log", [&whole[..], b"torn"].concat());
    let run = refused(&stage, 4, "alice.bga bob.bga", "").what("the log is damaged");
    run.next("--accept-deviation damaged-log");
    // A log from before the request.
    let last = whole.windows(3).rposition(|part| part == b"\n\n{").unwrap() + 2;
    stage.write("escrow/log", &whole[..last]);
    let run = refused(&stage, 4, "alice.bga bob.bga", "").what("lacks records that are known of");
    run.next("--accept-deviation missing-records");
}

#[test]
fn a_request_can_be_withdrawn_with_what_came_on_record() {
    let (stage, asked) = Stage::approved();
    let line = "release req.bgr alice.bga --as carol/carol --withdraw --json";
    let json = stage.run(line).ok().json();
    assert_eq!(json["request_id"], asked.id.as_str());
    assert_eq!(json["outcome"], "not-released");
    assert!(!stage.exists("req.session.age"));
    assert_eq!((logged(&stage, "release"), logged(&stage, "end")), (0, 1));
    stage.run("log --kind end").ok().shows("shown: nothing");
    stage.run("verify").ok().shows("APPROVALS-UNRELEASED");
    stage.refuses(2, &format!("{PRINT} --withdraw")).says("does not go with");
}

#[test]
fn nothing_is_printed_into_the_void() {
    let (stage, _) = Stage::approved();
    let run = stage.words(PRINT).stdout("/dev/null").run().exits(2);
    run.what("standard output, which leads nowhere").next("pipe it to where it is needed");
    // What was closed is the same by the time that the program looks.
    let closed = ["sh", "-c", "exec \"$0\" \"$@\" >&-"].map(str::to_owned).to_vec();
    stage.words(PRINT).under(closed).run().exits(2).what("leads nowhere");
    assert_eq!((logged(&stage, "release"), logged(&stage, "end")), (0, 0));
    stage.run(PRINT).ok();
}

#[test]
fn where_showing_fails_the_same_command_shows_again_as_the_next_attempt() {
    let (stage, _) = Stage::approved();
    let run = stage.words(PRINT).stdout("/dev/full").run().exits(1);
    run.what("standard output failed").next("run the same command again, with the same approvals");
    assert!(stage.exists("req.session.age"), "the session is still needed");
    assert_eq!((logged(&stage, "release"), logged(&stage, "end")), (1, 0));
    stage.run("verify").ok().shows("END-MISSING").shows("EXPOSED");
    let run = stage.run(PRINT).ok();
    assert_eq!(run.out, format!("password: {PASSWORD}\n"));
    assert!(!stage.exists("req.session.age"));
    stage.run("log --kind release").ok().shows("attempt 1").shows("attempt 2");
    stage.run("verify").ok();
}

#[test]
fn a_withdrawal_does_not_deny_a_release_that_was_cut_off() {
    let (stage, _) = Stage::approved();
    stage.words(PRINT).stdout("/dev/full").run().exits(1);
    let json = stage.run("release req.bgr --as carol/carol --withdraw --json").ok().json();
    assert_eq!(json["outcome"], "released");
    stage.run("log --kind end").ok().shows("shown: email password totp");
    stage.run("verify").ok().shows("EXPOSED");
}

#[test]
fn a_full_disk_releases_nothing_and_costs_nothing() {
    let (stage, _) = Stage::approved();
    let blocks = u32::try_from(stage.read("escrow/log").len() / 512).unwrap() + 1;
    stage.refuses_words(1, stage.words(PRINT).file_limit(blocks)).what("the log cannot be written");
    stage.run(PRINT).ok();
    stage.run("verify").ok();
}

#[test]
fn a_release_outside_its_window_is_confirmed_and_a_finding() {
    let (stage, _) = Stage::approved();
    let late = "--time 2040-01-01T00:00:00Z";
    refused(&stage, 4, "alice.bga bob.bga", late).what("window is not now").next("outside-window");
    let both = "--accept-deviation outside-window --accept-deviation time-set";
    stage.run(&format!("{PRINT} {late} {both}")).ok();
    stage.run("verify").exits(14).shows("RELEASE-WINDOW");
    let run = stage.run("log --kind release").ok();
    run.shows("alice and bob; deviations: outside-window").shows("time-set");
    let json = stage.run("log --json").ok().json();
    let deviations = |kind: &str| {
        let line = json.as_array().unwrap().iter().find(|line| line["kind"] == kind).unwrap();
        line["deviations"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>()
    };
    assert!(deviations("release").contains(&"outside-window") && deviations("request").is_empty());
}

#[test]
fn a_requester_who_approves_is_marked_or_by_policy_a_deviation() {
    let (stage, asked) = Stage::asked();
    stage.approve("alice", &asked).ok();
    stage.approve("carol", &asked).ok();
    stage.run("release req.bgr alice.bga carol.bga --as carol/carol --print password").ok();
    stage.run("verify").ok().shows("REQUESTER-APPROVED");
    let stage = Stage::people();
    stage.write("policy.toml", "requester_may_approve = false\n");
    stage.begin("escrow", "--policy policy.toml").ok();
    stage.seal(&row("prod"), "").ok();
    let asked = stage.request("--accept-deviation not-in-force");
    stage.approve("alice", &asked).ok();
    stage.approve("carol", &asked).ok();
    let run = refused(&stage, 4, "alice.bga carol.bga", "").what("which the policy forbids");
    run.next("requester-approves");
    let line = "release req.bgr alice.bga carol.bga --as carol/carol --print password";
    stage.run(&format!("{line} --accept-deviation requester-approves")).ok();
    stage.run("verify").exits(14).shows("REQUESTER-FORBIDDEN");
}

#[test]
fn a_drill_walks_the_whole_path_and_exposes_nothing() {
    let stage = Stage::sealed();
    let line = format!("{} --purpose drill --as carol/carol -o req.bgr --json", asking(&stage.canary()));
    let json = stage.run(&line).ok().json();
    let text = |key: &str| json[key].as_str().unwrap().to_owned();
    let asked = Asked { id: text("request_id"), words: text("session_words") };
    stage.approve("alice", &asked).ok().says("(canary)");
    stage.approve("bob", &asked).ok();
    let run = stage.run(&format!("{RELEASE} --print totp")).ok();
    assert!(run.out.starts_with("totp: "));
    let run = stage.run("verify").ok();
    assert!(!run.out.contains("EXPOSED"), "{}", run.out);
}
