//! `release`: nothing without a quorum, nothing without a record, nothing that was not asked for.

use breakglass::record::armour::Label;

use crate::disk::{Disk, PASSWORD, RequestState, Run, SEED, asking, code_now, row};

const RELEASE: &str = "release req.bgr alice.bga bob.bga --as carol/carol";
const PRINT: &str = "release req.bgr alice.bga bob.bga --as carol/carol --print password";

/// Asserts that carol's release fails, and changes nothing: no log entry, and the session is still there.
#[track_caller]
fn refused(disk: &Disk, code: i32, approvals: &str, more: &str) -> Run {
    let line = format!("release req.bgr {approvals} --as carol/carol --print password {more}");
    disk.refuses(code, &line)
}

#[track_caller]
fn logged(disk: &Disk, kind: &str) -> usize {
    disk.run(&format!("log --kind {kind} --json")).ok().json().as_array().unwrap().len()
}

#[test]
fn what_is_printed_is_the_lines_and_nothing_else() {
    let (disk, asked) = Disk::approved();
    let before = code_now();
    let run = disk.run(&format!("{RELEASE} --print password --print totp")).ok();
    let after = code_now();
    let lines: Vec<_> = run.out.lines().collect();
    let [password, code, left] = lines.as_slice() else { panic!("{}", run.out) };
    assert_eq!(*password, format!("password: {PASSWORD}"));
    assert!([&before, &after].map(|code| format!("totp: {code}")).iter().any(|line| line == code), "{code}");
    let left: u64 = left.strip_prefix("totp-seconds-left: ").unwrap().parse().unwrap();
    assert!((1..=30).contains(&left));
    let run = run.says("released on the approvals of alice and bob; logged as record 7");
    let run = run.says(&format!("breakglass close --request {}", &asked.id[..8]));
    assert!(!run.err.contains(PASSWORD) && !run.err.contains(SEED), "{}", run.err);
    assert!(!disk.exists("req.session.age"), "the session is destroyed");
    disk.run("log --kind end").ok().shows("released; shown: password totp");
}

#[test]
fn a_bad_approval_is_named_and_the_good_ones_still_release() {
    let (disk, asked) = Disk::approved();
    disk.approve("carol", &asked).ok();
    // Bob's ciphertext under alice's approval.
    let alice = String::from_utf8(disk.content("alice.bga")).unwrap();
    let bob = String::from_utf8(disk.content("bob.bga")).unwrap();
    let armour = |text: &str| text.find("-----BEGIN").unwrap();
    disk.wrap("mixed.bga", Label::Approval, [&alice[..armour(&alice)], &bob[armour(&bob)..]].concat());
    let run =
        refused(&disk, 5, "mixed.bga bob.bga", "").what("1 of the 2 approvals").at("approval by `alice`");
    run.says("the ciphertext is not the one that its approval names");
    // A signature that does not verify.
    disk.wrap("forged.bga", Label::Approval, alice.replace(r#""index":1"#, r#""index":3"#));
    refused(&disk, 5, "forged.bga bob.bga", "").at("approval by `alice`").says("STATEMENT-SIGNATURE");
    let line = "release req.bgr mixed.bga forged.bga bob.bga carol.bga --as carol/carol --print password";
    let run = disk.run(line).ok().says("set aside: approval by `alice`: the ciphertext is not the one");
    assert_eq!(run.out, format!("password: {PASSWORD}\n"));
    let run = run.says("released on the approvals of bob and carol");
    drop(run);
    assert!(String::from_utf8(disk.read("escrow/log")).unwrap().contains(r#""bad_shares":["alice"]"#));
}

#[test]
fn a_payload_that_is_not_the_sealed_one_is_not_opened() {
    let (disk, _) = Disk::approved();
    let payload = "escrow/vaults/prod/1/payload.age";
    let whole = disk.read(payload);
    disk.copy(&format!("escrow/vaults/{}/1/payload.age", disk.canary()), payload);
    let run = refused(&disk, 10, "alice.bga bob.bga", "").what("not the file that was sealed");
    run.next("another copy of the escrow");
    disk.write(payload, &whole[..whole.len() - 1]);
    refused(&disk, 10, "alice.bga bob.bga", "");
    disk.remove(payload);
    refused(&disk, 1, "alice.bga bob.bga", "").at(payload);
    disk.write(payload, &whole);
    disk.run(PRINT).ok();
}

#[test]
fn nothing_is_built_on_a_damaged_log_unasked() {
    let (disk, _) = Disk::approved();
    let whole = disk.read("escrow/log");
    disk.replace("escrow/log", "Example Corp", "Fxample Corp");
    let run = refused(&disk, 10, "alice.bga bob.bga", "").at("escrow/log, record 0, byte 0");
    run.next("breakglass verify");
    disk.write("escrow/log", [&whole[..], b"torn"].concat());
    let run = refused(&disk, 4, "alice.bga bob.bga", "").what("the log is damaged");
    run.next("--accept-deviation damaged-log");
    // A log from before the request.
    let last = whole.windows(3).rposition(|part| part == b"\n\n{").unwrap() + 2;
    disk.write("escrow/log", &whole[..last]);
    let run =
        refused(&disk, 4, "alice.bga bob.bga", "").what("records that should be in this log are missing");
    run.next("--accept-deviation missing-records");
}

#[test]
fn a_request_can_be_withdrawn_with_what_came_on_record() {
    let (disk, asked) = Disk::approved();
    let line = "release req.bgr alice.bga --as carol/carol --withdraw --json";
    let json = disk.run(line).ok().json();
    assert_eq!(json["request_id"], asked.id.as_str());
    assert_eq!(json["outcome"], "not-released");
    assert!(!disk.exists("req.session.age"));
    assert_eq!((logged(&disk, "release"), logged(&disk, "end")), (0, 1));
    disk.run("log --kind end").ok().shows("shown: nothing");
    disk.run("verify").ok().shows("APPROVALS-UNRELEASED");
    disk.refuses(2, &format!("{PRINT} --withdraw")).says("cannot be used with");
}

#[test]
fn nothing_is_printed_into_the_void() {
    let (disk, _) = Disk::approved();
    let run = disk.line(PRINT).stdout("/dev/null").run().exits(2);
    run.what("standard output, which leads nowhere").next("pipe it to where it is needed");
    // What was closed is the same by the time that the program looks.
    let closed = ["sh", "-c", "exec \"$0\" \"$@\" >&-"].map(str::to_owned).to_vec();
    disk.line(PRINT).under(closed).run().exits(2).what("leads nowhere");
    assert_eq!((logged(&disk, "release"), logged(&disk, "end")), (0, 0));
    disk.run(PRINT).ok();
}

#[test]
fn where_showing_fails_the_same_command_shows_again_as_the_next_attempt() {
    let (disk, _) = Disk::approved();
    let run = disk.line(PRINT).stdout("/dev/full").run().exits(1);
    run.what("standard output failed").next("run the same command again, with the same approvals");
    assert!(disk.exists("req.session.age"), "the session is still needed");
    assert_eq!((logged(&disk, "release"), logged(&disk, "end")), (1, 0));
    disk.run("verify").ok().shows("END-MISSING").shows("EXPOSED");
    let run = disk.run(PRINT).ok();
    assert_eq!(run.out, format!("password: {PASSWORD}\n"));
    assert!(!disk.exists("req.session.age"));
    disk.run("log --kind release").ok().shows("attempt 1").shows("attempt 2");
    disk.run("verify").ok();
}

#[test]
fn a_withdrawal_does_not_deny_a_release_that_was_cut_off() {
    let (disk, _) = Disk::approved();
    disk.line(PRINT).stdout("/dev/full").run().exits(1);
    let json = disk.run("release req.bgr --as carol/carol --withdraw --json").ok().json();
    assert_eq!(json["outcome"], "released");
    disk.run("log --kind end").ok().shows("shown: email password totp");
    disk.run("verify").ok().shows("EXPOSED");
}

#[test]
fn a_full_disk_releases_nothing_and_costs_nothing() {
    let (disk, _) = Disk::approved();
    let blocks = u32::try_from(disk.read("escrow/log").len() / 512).unwrap() + 1;
    disk.refuses_line(1, disk.line(PRINT).file_limit(blocks)).what("the log cannot be written");
    disk.run(PRINT).ok();
    disk.run("verify").ok();
}

#[test]
fn a_release_outside_its_window_is_confirmed_and_a_finding() {
    let (disk, _) = Disk::approved();
    let late = "--time 2040-01-01T00:00:00Z";
    refused(&disk, 4, "alice.bga bob.bga", late)
        .what("time window has not begun, or is over")
        .next("outside-window");
    let both = "--accept-deviation outside-window --accept-deviation time-set";
    disk.run(&format!("{PRINT} {late} {both}")).ok();
    disk.run("verify").exits(14).shows("RELEASE-WINDOW");
    let run = disk.run("log --kind release").ok();
    run.shows("alice and bob; deviations: outside-window").shows("time-set");
    let json = disk.run("log --json").ok().json();
    let deviations = |kind: &str| {
        let line = json.as_array().unwrap().iter().find(|line| line["kind"] == kind).unwrap();
        line["deviations"].as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect::<Vec<_>>()
    };
    assert!(deviations("release").contains(&"outside-window") && deviations("request").is_empty());
}

#[test]
fn a_requester_who_approves_is_marked_or_by_policy_a_deviation() {
    let (disk, asked) = Disk::asked();
    disk.approve("alice", &asked).ok();
    disk.approve("carol", &asked).ok();
    disk.run("release req.bgr alice.bga carol.bga --as carol/carol --print password").ok();
    disk.run("verify").ok().shows("REQUESTER-APPROVED");
    let disk = Disk::people();
    disk.write("policy.toml", "requester_may_approve = false\n");
    disk.begin("escrow", "--policy policy.toml").ok();
    disk.seal(&row("prod"), "").ok();
    let asked = disk.request("--accept-deviation not-in-force");
    disk.approve("alice", &asked).ok();
    disk.approve("carol", &asked).fails(4).what("which the policy forbids");
    let line = "approve req.bgr --as carol/carol -o carol.bga --accept-deviation requester-approves";
    disk.line(line).arg("--session-words").arg(&asked.words).run().ok();
    let run = refused(&disk, 4, "alice.bga carol.bga", "").what("which the policy forbids");
    run.next("requester-approves");
    let line = "release req.bgr alice.bga carol.bga --as carol/carol --print password";
    disk.run(&format!("{line} --accept-deviation requester-approves")).ok();
    disk.run("verify").exits(14).shows("REQUESTER-FORBIDDEN");
}

#[test]
fn a_drill_walks_the_whole_path_and_exposes_nothing() {
    let disk = Disk::sealed();
    let line = format!("{} --purpose drill --as carol/carol -o req.bgr --json", asking(&disk.canary()));
    let json = disk.run(&line).ok().json();
    let text = |key: &str| json[key].as_str().unwrap().to_owned();
    let asked = RequestState { id: text("request_id"), words: text("session_words") };
    disk.approve("alice", &asked).ok().says("(canary)");
    disk.approve("bob", &asked).ok();
    let run = disk.run(&format!("{RELEASE} --print totp")).ok();
    assert!(run.out.starts_with("totp: "));
    let run = disk.run("verify").ok();
    assert!(!run.out.contains("EXPOSED"), "{}", run.out);
}
