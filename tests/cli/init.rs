//! `init`: whatever fails, there is no directory.

use crate::stage::{Run, Stage};

fn cards(these: &[&str]) -> String {
    these.iter().map(|card| format!("--card {card} ")).collect()
}

/// Asserts that no escrow begins with these cards, signed by `signer`.
#[track_caller]
fn refused(stage: &Stage, code: i32, these: &[&str], signer: &str, more: &str) -> Run {
    let cards = cards(these);
    let line = format!("init new --name N --cards-compared {cards} --as {signer} {more}");
    let run = stage.refuses(code, &line);
    assert!(!stage.exists("new"));
    run
}

const ADMIN: &str = "admin/admin.card";
const ALICE: &str = "alice/alice.card";

#[test]
fn an_escrow_begins_with_a_fingerprint_for_paper() {
    let stage = Stage::people();
    let json = stage.begin("deep/er/escrow", "--json").ok().json();
    assert_eq!(json["escrow"].as_str().unwrap().len(), 64);
    assert_eq!(json["words"].as_str().unwrap().split(' ').count(), 8);
    assert_eq!(json["directory"], "deep/er/escrow");
    assert_eq!((stage.mode("deep/er/escrow"), stage.mode("deep/er/escrow/log")), (0o700, 0o600));
    // Either spelling of it is an anchor.
    for anchor in [json["escrow"].as_str().unwrap(), json["words"].as_str().unwrap()] {
        stage.run(&format!("verify --escrow deep/er/escrow --anchor '{anchor}'")).ok();
    }
    let json = stage.begin("other", "--json").ok().json();
    let anchor = json["words"].as_str().unwrap();
    stage.run(&format!("verify --escrow deep/er/escrow --anchor '{anchor}'")).exits(10).shows("ANCHOR");
}

#[test]
fn a_full_disk_leaves_no_directory() {
    let stage = Stage::people();
    let line = format!("init new --name N --cards-compared --card {ADMIN} --as admin/admin");
    stage.refuses_words(1, stage.words(&line).file_limit(1)).what("cannot be written").at("new/log");
}

#[test]
fn a_policy_is_read_whole_or_not_at_all() {
    let stage = Stage::people();
    for bad in ["close_withn = \"2h\"", "close_within = 7200", "close_within = \"soon\"", "[", "\u{0}"] {
        stage.write("policy.toml", bad);
        refused(&stage, 3, &[ADMIN, ALICE], "admin/admin", "--policy policy.toml").at("policy.toml");
    }
    stage.write("policy.toml", vec![b'#'; 100_000]);
    refused(&stage, 3, &[ADMIN, ALICE], "admin/admin", "--policy policy.toml").at("policy.toml");
    stage.write("policy.toml", "close_within = \"2h\"\nrequester_may_approve = false\n");
    stage.begin("escrow", "--policy policy.toml").ok();
    let log = String::from_utf8(stage.read("escrow/log")).unwrap();
    assert!(log.contains(r#""requester_may_approve":false"#), "the policy is in genesis");
}
