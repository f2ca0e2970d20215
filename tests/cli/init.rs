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
fn a_directory_that_exists_is_left_alone() {
    let stage = Stage::people();
    stage.write("full/file", "precious");
    std::os::unix::fs::symlink("nowhere", stage.path("link")).unwrap();
    for place in ["full", "full/file", "link"] {
        let line = format!("init {place} --name N --cards-compared --card {ADMIN} --as admin/admin");
        stage.refuses(1, &line).what("cannot be written").at(place).next("choose another name");
    }
    let line = format!("init full/file/new --name N --cards-compared --card {ADMIN} --as admin/admin");
    stage.refuses(1, &line).at("full/file/new");
}

#[test]
fn a_full_disk_leaves_no_directory() {
    let stage = Stage::people();
    let line = format!("init new --name N --cards-compared --card {ADMIN} --as admin/admin");
    stage.refuses_words(1, stage.words(&line).file_limit(1)).what("cannot be written").at("new/log");
}

#[test]
fn one_person_has_one_card_one_key_and_their_own_recipients() {
    let stage = Stage::people();
    refused(&stage, 3, &[ADMIN, ALICE, ALICE], "admin/admin", "").at("--card").what("alice");
    // Another card of the same person, and another person's card with the same recipient.
    stage.run("enroll alice --name A --contact x --role custodian -i bob/bob.key -o second").ok();
    refused(&stage, 3, &[ADMIN, ALICE, "second/alice.card"], "admin/admin", "").what("alice");
    stage.run("enroll zoe --name Z --contact x --role custodian -i alice/alice.key -o zoe").ok();
    refused(&stage, 3, &[ADMIN, ALICE, "zoe/zoe.card"], "admin/admin", "").what("recipient");
}

#[test]
fn genesis_is_signed_by_one_of_its_own_administrators() {
    let stage = Stage::people();
    refused(&stage, 3, &[ALICE, "bob/bob.card"], "alice/alice", "").what("administrator");
    refused(&stage, 4, &[ADMIN, ALICE], "alice/alice", "").what("GENESIS-ADMINISTRATOR");
    // An administrator whose card is not among them.
    stage.person("eve", "--role administrator");
    refused(&stage, 4, &[ADMIN, ALICE], "eve/eve", "").what("eve");
    // An administrator with another card than the one that is among them.
    stage.run("enroll admin --name A --contact x --role administrator -i eve/eve.key -o second").ok();
    refused(&stage, 4, &[ADMIN, ALICE], "second/admin", "-i eve/eve.key").what("admin");
}

#[test]
fn a_card_that_was_changed_is_refused() {
    let stage = Stage::people();
    stage.replace(ALICE, "The alice", "The malic");
    refused(&stage, 3, &[ADMIN, ALICE], "admin/admin", "").what("does not verify").at(ALICE);
    stage.write(ALICE, "no card at all");
    refused(&stage, 3, &[ADMIN, ALICE], "admin/admin", "").at(ALICE);
    refused(&stage, 1, &[ADMIN, "nobody.card"], "admin/admin", "").at("nobody.card").next("check the path");
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

#[test]
fn without_a_terminal_cards_are_not_taken_as_compared() {
    let stage = Stage::people();
    let line = format!("init new --name N --card {ADMIN} --as admin/admin");
    stage.refuses(1, &line).what("two words of each card").next("terminal");
}

#[test]
fn a_wrong_identity_signs_nothing() {
    let stage = Stage::people();
    let run = refused(&stage, 6, &[ADMIN, ALICE], "admin/admin", "-i alice/alice.key");
    run.what("signing key in the card of `admin`").at(ADMIN).next("-i");
}

/// Where nobody can be asked, the flags that are missing are named, and nothing is begun.
#[test]
fn init_names_the_flags_that_are_missing() {
    let stage = Stage::people();
    for (line, flags) in [
        ("init", "<DIRECTORY>, --name <NAME>, --card <FILE>, --as <PREFIX>"),
        ("init new --name N", "--card <FILE>, --as <PREFIX>"),
        ("init new --card admin/admin.card --as admin/admin", "--name <NAME>"),
        ("init --name N --card admin/admin.card --as admin/admin", "<DIRECTORY>"),
        ("init new --name N --card admin/admin.card --cards-compared", "--as <PREFIX>"),
    ] {
        stage.refuses(2, line).what(&format!("missing: {flags}")).next("--help");
    }
    stage.refuses(2, "init new --name N --as admin/admin").what("--card");
}
