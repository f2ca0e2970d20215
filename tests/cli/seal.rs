//! `seal`: what is written, and that a seal that fails leaves nothing behind.

use std::os::unix::fs::symlink;

use serde_json::Value;

use crate::disk::{Disk, PASSWORD, SEED, THREE, row};

fn names(json: &Value) -> Vec<&str> {
    json["sealed"].as_array().unwrap().iter().map(|one| one["vault"].as_str().unwrap()).collect()
}

#[test]
fn files_are_for_their_owner_alone_and_hold_nothing_in_plain() {
    let disk = Disk::begun();
    let run = disk.seal(&row("prod"), "--json").ok();
    assert!(!run.out.contains(PASSWORD) && !run.err.contains(PASSWORD));
    let json = run.json();
    let [canary, prod] = json["sealed"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!((canary["kind"].as_str(), prod["kind"].as_str()), (Some("canary"), Some("root")));
    assert_eq!((prod["threshold"].as_u64(), prod["total_shares"].as_u64()), (Some(2), Some(3)));
    assert_eq!(prod["generation"], 1);
    assert_eq!(prod["id"].as_str().unwrap().len(), 64);
    assert_eq!(prod["custodians"], serde_json::json!(["alice", "bob", "carol"]));
    let escrow = disk.tree().into_iter().filter(|(path, _)| path.starts_with("escrow"));
    let mut files = 0;
    for (path, (mode, bytes)) in escrow {
        assert_eq!(mode, if bytes.is_some() { 0o600 } else { 0o700 }, "{}", path.display());
        let Some(bytes) = bytes else { continue };
        files += 1;
        for secret in [PASSWORD, SEED] {
            let held = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!held, "{} holds {secret}", path.display());
        }
    }
    assert_eq!(files, 1 + 2 * 4, "the log, and for two vaults a payload and three shares");
}

#[test]
fn a_password_is_made_and_never_shown() {
    let disk = Disk::begun();
    let csv = "vault,account_id,email\nprod,111122223333,r@example.com\n";
    disk.refuses_line(3, disk.sealing(csv, "")).what("password of `prod` is missing").at("row 2");
    let run = disk.seal(csv, "--generate-password").ok();
    assert!(!run.out.contains("password:"));
    let asked = disk.request("--field password --accept-deviation not-in-force");
    disk.approve("alice", &asked).ok();
    disk.approve("bob", &asked).ok();
    let run = disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    assert!(run.out.strip_prefix("password: ").unwrap().trim().len() >= 20, "{}", run.out);
}

#[test]
fn what_is_in_the_way_is_left_alone() {
    let place = |disk: &Disk| disk.sealing(&row("prod"), "").run();
    // A link where the vaults go; a link where the vault goes; a generation that nobody logged.
    let disk = Disk::begun();
    disk.write("elsewhere/file", "precious");
    symlink("../elsewhere", disk.path("escrow/vaults")).unwrap();
    disk.refuses_line(1, disk.sealing(&row("prod"), "")).what("cannot be written").at("escrow/vaults");
    disk.remove("elsewhere");
    disk.refuses_line(1, disk.sealing(&row("prod"), ""));
    let disk = Disk::begun();
    disk.write("escrow/vaults/file", "");
    disk.write("elsewhere/file", "precious");
    symlink("../../elsewhere", disk.path("escrow/vaults/prod")).unwrap();
    disk.refuses_line(1, disk.sealing(&row("prod"), "")).at("escrow/vaults/prod");
    let disk = Disk::begun();
    disk.write("escrow/vaults/prod/1/alice.share.age", "precious");
    disk.refuses_line(1, disk.sealing(&row("prod"), "")).what("no seal of it").next("move that file away");
    disk.remove("escrow/vaults");
    disk.write("escrow/vaults", "a file");
    disk.refuses_line(1, disk.sealing(&row("prod"), "")).at("escrow/vaults");
    disk.remove("escrow/vaults");
    place(&disk).ok();
}

#[test]
fn a_full_disk_leaves_nothing_behind() {
    let disk = Disk::begun();
    // The payload has more than 4 KiB, a share about 1 KiB.
    for blocks in [0, 1, 4] {
        let words = disk.sealing(&row("prod"), "").file_limit(blocks);
        disk.refuses_line(1, words).what("cannot be written").at("escrow/vaults/");
    }
    // Here every file fits but the log, which breaks off in the middle of the seals.
    let mut csv = "vault,account_id,email,password\n".to_owned();
    (0..8).for_each(|n| csv.push_str(&format!("v{n},11112222333{n},r@example.com,{PASSWORD}{n}\n")));
    let words = disk.sealing(&csv, "").file_limit(24);
    let run = disk.refuses_line(1, words).what("the log cannot be written").at("escrow/log");
    run.next("do not use this drive again");
    disk.run("verify").ok();
    disk.seal(&csv, "").ok();
}

#[test]
fn twenty_vaults_make_one_canary_and_a_second_batch_none() {
    let disk = Disk::begun();
    let batch = |letter: char| {
        let mut csv = "vault,account_id,email\n".to_owned();
        (0..20).for_each(|n| csv.push_str(&format!("{letter}{n},1111222233{n:02},r@example.com\n")));
        disk.seal(&csv, "--generate-password --json").ok().json()
    };
    let first = batch('a');
    assert_eq!(names(&first).len(), 21);
    assert_eq!(names(&first).iter().filter(|name| name.starts_with("canary-")).count(), 1);
    let second = batch('b');
    assert!(names(&second).iter().all(|name| name.starts_with('b')) && names(&second).len() == 20);
    // The order of custodians makes no other set; their number and the threshold do.
    let line = "seal --from - --as dan/dan --json --generate-password --threshold";
    let seal = |name: &str, more: &str| {
        let csv = format!("vault,account_id,email\n{name},111122223333,r@example.com\n");
        let json = disk.line(&format!("{line} {more}")).stdin(csv).run().ok().json();
        names(&json).len()
    };
    assert_eq!(seal("turned", "2 --custodian carol --custodian alice --custodian bob"), 1);
    assert_eq!(seal("three", &format!("3 {THREE}")), 2);
    assert_eq!(seal("pair", "2 --custodian alice --custodian bob"), 2);
    disk.run("check --all --as bob/bob").ok().shows("46 shares of bob are sound");
}
