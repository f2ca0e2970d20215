//! `init`: whatever fails, there is no directory.

use crate::disk::{Disk, Run};

fn cards(these: &[&str]) -> String {
    these.iter().map(|card| format!("--card {card} ")).collect()
}

/// Asserts that no escrow begins with these cards, signed by `signer`.
#[track_caller]
fn refused(disk: &Disk, code: i32, these: &[&str], signer: &str, more: &str) -> Run {
    let cards = cards(these);
    let line = format!("init new --name N --cards-compared {cards} --as {signer} {more}");
    let run = disk.refuses(code, &line);
    assert!(!disk.exists("new"));
    run
}

const ADMIN: &str = "dan/dan.card";
const ALICE: &str = "alice/alice.card";

#[test]
fn an_escrow_begins_with_a_fingerprint_for_paper() {
    let disk = Disk::people();
    let json = disk.begin("deep/er/escrow", "--json").ok().json();
    assert_eq!(json["escrow"].as_str().unwrap().len(), 64);
    assert_eq!(json["words"].as_str().unwrap().split(' ').count(), 8);
    assert_eq!(json["directory"], "deep/er/escrow");
    assert_eq!((disk.mode("deep/er/escrow"), disk.mode("deep/er/escrow/log")), (0o700, 0o600));
    // Either spelling of it is an anchor.
    for anchor in [json["escrow"].as_str().unwrap(), json["words"].as_str().unwrap()] {
        disk.run(&format!("verify --escrow deep/er/escrow --anchor '{anchor}'")).ok();
    }
    let json = disk.begin("other", "--json").ok().json();
    let anchor = json["words"].as_str().unwrap();
    disk.run(&format!("verify --escrow deep/er/escrow --anchor '{anchor}'")).exits(10).shows("ANCHOR");
}

#[test]
fn a_full_disk_leaves_no_directory() {
    let disk = Disk::people();
    let line = format!("init new --name N --cards-compared --card {ADMIN} --as dan/dan");
    disk.refuses_line(1, disk.line(&line).file_limit(1)).what("cannot be written").at("new/log");
}

#[test]
fn a_policy_is_read_whole_or_not_at_all() {
    let disk = Disk::people();
    for bad in ["close_withn = \"2h\"", "close_within = 7200", "close_within = \"soon\"", "[", "\u{0}"] {
        disk.write("policy.toml", bad);
        refused(&disk, 3, &[ADMIN, ALICE], "dan/dan", "--policy policy.toml").at("policy.toml");
    }
    disk.write("policy.toml", vec![b'#'; 100_000]);
    refused(&disk, 3, &[ADMIN, ALICE], "dan/dan", "--policy policy.toml").at("policy.toml");
    disk.write("policy.toml", "close_within = \"2h\"\nrequester_may_approve = false\n");
    disk.begin("escrow", "--policy policy.toml").ok();
    let log = String::from_utf8(disk.read("escrow/log")).unwrap();
    assert!(log.contains(r#""requester_may_approve":false"#), "the policy is in genesis");
}
