//! `seal`: what is written, and that a seal that fails leaves nothing behind.

use std::os::unix::fs::symlink;

use serde_json::Value;

use crate::stage::{PASSWORD, SEED, Stage, THREE, row};

fn names(json: &Value) -> Vec<&str> {
    json["sealed"].as_array().unwrap().iter().map(|one| one["vault"].as_str().unwrap()).collect()
}

#[test]
fn files_are_for_their_owner_alone_and_hold_nothing_in_plain() {
    let stage = Stage::begun();
    let run = stage.seal(&row("prod"), "--json").ok();
    assert!(!run.out.contains(PASSWORD) && !run.err.contains(PASSWORD));
    let json = run.json();
    let [canary, prod] = json["sealed"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!((canary["kind"].as_str(), prod["kind"].as_str()), (Some("canary"), Some("root")));
    assert_eq!((prod["threshold"].as_u64(), prod["total_shares"].as_u64()), (Some(2), Some(3)));
    assert_eq!(prod["generation"], 1);
    assert_eq!(prod["id"].as_str().unwrap().len(), 64);
    assert_eq!(prod["custodians"], serde_json::json!(["alice", "bob", "carol"]));
    let escrow = stage.tree().into_iter().filter(|(path, _)| path.starts_with("escrow"));
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
    let stage = Stage::begun();
    let csv = "vault,account_id,email\nprod,111122223333,r@example.com\n";
    stage.refuses_words(3, stage.sealing(csv, "")).what("password of `prod` is missing").at("row 2");
    let run = stage.seal(csv, "--generate-password").ok();
    assert!(!run.out.contains("password:"));
    let asked = stage.request("--field password --accept-deviation not-in-force");
    stage.approve("alice", &asked).ok();
    stage.approve("bob", &asked).ok();
    let run = stage.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    assert!(run.out.strip_prefix("password: ").unwrap().trim().len() >= 20, "{}", run.out);
}

#[test]
fn what_is_in_the_way_is_left_alone() {
    let place = |stage: &Stage| stage.sealing(&row("prod"), "").run();
    // A link where the vaults go; a link where the vault goes; a generation that nobody logged.
    let stage = Stage::begun();
    stage.write("elsewhere/file", "precious");
    symlink("../elsewhere", stage.path("escrow/vaults")).unwrap();
    stage.refuses_words(1, stage.sealing(&row("prod"), "")).what("cannot be written").at("escrow/vaults");
    stage.remove("elsewhere");
    stage.refuses_words(1, stage.sealing(&row("prod"), ""));
    let stage = Stage::begun();
    stage.write("escrow/vaults/file", "");
    stage.write("elsewhere/file", "precious");
    symlink("../../elsewhere", stage.path("escrow/vaults/prod")).unwrap();
    stage.refuses_words(1, stage.sealing(&row("prod"), "")).at("escrow/vaults/prod");
    let stage = Stage::begun();
    stage.write("escrow/vaults/prod/1/alice.share.age", "precious");
    stage.refuses_words(1, stage.sealing(&row("prod"), "")).what("no seal of it").next("move that file away");
    stage.remove("escrow/vaults");
    stage.write("escrow/vaults", "a file");
    stage.refuses_words(1, stage.sealing(&row("prod"), "")).at("escrow/vaults");
    stage.remove("escrow/vaults");
    place(&stage).ok();
}

#[test]
fn what_a_crash_left_half_done_is_named() {
    let stage = Stage::begun();
    stage.write("escrow/vaults/prod/1.partial/payload.age", "half");
    let run = stage.refuses_words(1, stage.sealing(&row("prod"), ""));
    run.what("1.partial").next("move that file away");
}

#[test]
fn a_full_disk_leaves_nothing_behind() {
    let stage = Stage::begun();
    // The payload has more than 4 KiB, a share about 1 KiB.
    for blocks in [0, 1, 4] {
        let words = stage.sealing(&row("prod"), "").file_limit(blocks);
        stage.refuses_words(1, words).what("cannot be written").at("escrow/vaults/");
    }
    // Here every file fits but the log, which breaks off in the middle of the seals.
    let mut csv = "vault,account_id,email,password\n".to_owned();
    (0..8).for_each(|n| csv.push_str(&format!("v{n},11112222333{n},r@example.com,{PASSWORD}{n}\n")));
    let words = stage.sealing(&csv, "").file_limit(24);
    let run = stage.refuses_words(1, words).what("the log cannot be written").at("escrow/log");
    run.next("do not use this medium again");
    stage.run("verify").ok();
    stage.seal(&csv, "").ok();
}

#[test]
fn a_vault_is_never_sealed_over_nor_a_canary_by_hand() {
    let stage = Stage::sealed();
    let run = stage.refuses_words(3, stage.sealing(&row("prod"), ""));
    run.what("there is a vault `prod` already").next("choose another name");
    let line = format!("seal prod --threshold 2 {THREE} --as admin/admin --generate-password");
    stage.refuses(3, &line).what("there is a vault `prod` already");
    for name in ["canary-x", "canary-2-of-3-00000000"] {
        stage.refuses_words(3, stage.sealing(&row(name), "")).what("is a canary's name");
    }
    let twice = row("other") + row("other").lines().nth(1).unwrap();
    let words = stage.sealing(&twice, "--accept-deviation reused-password");
    stage.refuses_words(3, words).what("`other` is named twice");
}

#[test]
fn only_an_administrator_of_this_escrow_seals() {
    let stage = Stage::begun();
    let line = format!("seal --from - --threshold 2 {THREE} --as");
    let words = |who: &str| stage.words(&line).arg(who).stdin(row("prod"));
    stage.refuses_words(4, words("alice/alice")).what("`alice` is not an administrator");
    stage.person("eve", "--role administrator");
    stage.refuses_words(4, words("eve/eve")).what("`eve` is not enrolled");
    // Another card of the administrator's is not the one that genesis knows.
    stage.run("enroll admin --name A --contact x --role administrator -i eve/eve.key -o second").ok();
    stage.refuses_words(4, words("second/admin").arg("-i").arg("eve/eve.key")).what("with this card");
    stage.refuses_words(6, words("admin/admin").arg("-i").arg("eve/eve.key")).next("-i");
}

#[test]
fn custodians_and_threshold_have_to_make_sense() {
    let stage = Stage::begun();
    let refused = |code: i32, people: &str, threshold: &str| {
        let line = format!("seal --from - {threshold} {people} --as admin/admin");
        stage.refuses_words(code, stage.words(&line).stdin(row("prod")))
    };
    refused(3, "--custodian alice --custodian alice", "--threshold 2").what("`alice` is named twice");
    refused(3, "--custodian alice --custodian zoe", "--threshold 2").what("`zoe` is not a custodian");
    refused(3, "--custodian alice --custodian admin", "--threshold 2").what("`admin` is not a custodian");
    refused(3, THREE, "--threshold 0").what("the least is 2").at("prod");
    refused(3, THREE, "--threshold 1").what("the least is 2").at("prod");
    refused(3, THREE, "--threshold 4").what("cannot be met by 3 shares").at("prod");
    refused(3, "", "--threshold 2").what("cannot be met by 0 shares");
    refused(2, THREE, "").what("how many custodians").next("--threshold 2");
    refused(2, THREE, "--threshold 256").says("--threshold");
    refused(2, THREE, "--threshold -1").says("error: ");
}

#[test]
fn fragile_and_loose_thresholds_are_warned_of_and_recorded() {
    let stage = Stage::begun();
    stage.person("dave", "--role custodian");
    stage.seal(&row("prod"), "").ok();
    let csv = row("all").replace(PASSWORD, "another-Vumble!rast-9931");
    let line = format!("seal --from - --threshold 3 {THREE} --as admin/admin");
    stage.words(&line).stdin(csv).run().ok().says("warning: `all` is 3 of 3: one lost share loses it");
    stage.run("verify").ok().shows("THRESHOLD-FRAGILE");
}

#[test]
fn a_weak_password_needs_a_yes() {
    let stage = Stage::begun();
    let csv = "vault,account_id,email,password\nprod,111122223333,r@example.com,prod1234\n";
    let run = stage.refuses_words(4, stage.sealing(csv, ""));
    let run = run.what("the password of `prod` is weak").next("--accept-deviation weak-password");
    assert!(!run.err.contains("prod1234"), "{}", run.err);
    stage.seal(csv, "--accept-deviation weak-password").ok();
}

#[test]
fn a_password_of_two_vaults_needs_a_yes() {
    let stage = Stage::begun();
    let csv = row("one") + &row("two").lines().nth(1).unwrap().replace("111122223333", "999999999999");
    let run = stage.refuses_words(4, stage.sealing(&csv, ""));
    run.what("`one` and `two` have the same password").next("--accept-deviation reused-password");
    stage.seal(&csv, "--accept-deviation reused-password").ok();
}

#[test]
fn a_seed_is_proven_by_a_code_or_accepted_unproven() {
    let stage = Stage::begun();
    let csv = |code: &str| format!("{},{code}\n", row("prod").rsplit_once(',').unwrap().0);
    let run = stage.refuses_words(4, stage.sealing(&csv(""), ""));
    run.what("the TOTP seed of `prod` is not proven").next("--accept-deviation totp-unproven");
    for wrong in ["000000", "12345", "abcdef", "1234567"] {
        // A wrong code is not the same as none: no yes helps.
        let words = stage.sealing(&csv(wrong), "--accept-deviation totp-unproven");
        stage.refuses_words(3, words).what("is not one of its seed now").next("clock").at("row 2");
    }
    stage.seal(&csv(""), "--accept-deviation totp-unproven").ok();
    stage.seal(&row("right").replace(PASSWORD, "another-Vumble!rast-9931"), "").ok();
}

#[test]
fn a_seed_that_is_short_or_mistyped_is_judged_without_being_shown() {
    let stage = Stage::begun();
    // RFC 4226 asks for 128 bits at least.
    let csv = row("prod").replace(SEED, "JBSWY3DPEHPK3PXP");
    stage.refuses_words(3, stage.sealing(&csv, "")).what("the seed has 80 bits; at least 128").at("row 2");
    for bad in ["JBSWY3DP", "JBSWY3DPEHPK3PX1", "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP", "https://x"] {
        let csv = row("prod").replace(SEED, bad);
        let run = stage.refuses_words(3, stage.sealing(&csv, "")).what("the TOTP seed of `prod`");
        assert!(!run.err.contains("JBSWY3DP"), "{}", run.err);
    }
}

#[test]
fn twenty_vaults_make_one_canary_and_a_second_batch_none() {
    let stage = Stage::begun();
    let batch = |letter: char| {
        let mut csv = "vault,account_id,email\n".to_owned();
        (0..20).for_each(|n| csv.push_str(&format!("{letter}{n},1111222233{n:02},r@example.com\n")));
        stage.seal(&csv, "--generate-password --json").ok().json()
    };
    let first = batch('a');
    assert_eq!(names(&first).len(), 21);
    assert_eq!(names(&first).iter().filter(|name| name.starts_with("canary-")).count(), 1);
    let second = batch('b');
    assert!(names(&second).iter().all(|name| name.starts_with('b')) && names(&second).len() == 20);
    // The order of custodians makes no other set; their number and the threshold do.
    let line = "seal --from - --as admin/admin --json --generate-password --threshold";
    let seal = |name: &str, more: &str| {
        let csv = format!("vault,account_id,email\n{name},111122223333,r@example.com\n");
        let json = stage.words(&format!("{line} {more}")).stdin(csv).run().ok().json();
        names(&json).len()
    };
    assert_eq!(seal("turned", "2 --custodian carol --custodian alice --custodian bob"), 1);
    assert_eq!(seal("three", &format!("3 {THREE}")), 2);
    assert_eq!(seal("pair", "2 --custodian alice --custodian bob"), 2);
    stage.run("check --all --as bob/bob").ok().shows("46 shares of bob are sound");
}

#[test]
fn a_sealed_share_is_opened_again_with_a_key_that_is_at_hand() {
    let stage = Stage::begun();
    stage.seal(&row("prod"), "--reopen-with alice/alice.key --reopen-with bob/bob.key").ok();
    let words = stage.sealing(&row("other"), "--reopen-with nobody.key");
    stage.refuses_words(1, words).at("nobody.key");
    let words = stage.sealing(&row("other"), "--reopen-with escrow/log");
    stage.refuses_words(3, words).at("escrow/log");
}

#[test]
fn without_a_terminal_nothing_secret_is_asked_for() {
    let stage = Stage::begun();
    let line = format!("seal prod --threshold 2 {THREE} --as admin/admin");
    stage.refuses(1, &line).what("no terminal to ask for the credentials").next("terminal");
    let line = "seal --threshold 2 --as admin/admin";
    stage.refuses(2, line).says("<VAULT>");
    stage.refuses(2, "seal prod --from - --threshold 2 --as admin/admin").says("does not go with");
}

/// Where nobody can be asked, the flags that are missing are named, and nothing is sealed.
#[test]
fn seal_names_the_flags_that_are_missing() {
    let stage = Stage::begun();
    for (line, flags) in [
        ("seal", "<VAULT>, --threshold <NUMBER>, --custodian <PERSON>, --as <PREFIX>"),
        ("seal prod --threshold 2 --as admin/admin", "--custodian <PERSON>"),
        ("seal prod --custodian alice --custodian bob --as admin/admin", "--threshold <NUMBER>"),
        ("seal --from none.csv --threshold 2", "--as <PREFIX>"),
    ] {
        stage
            .refuses(2, &format!("{line} --escrow escrow"))
            .what(&format!("missing: {flags}"))
            .next("--help");
    }
}
