//! A finding as programs get it: `verify --json` gives its particulars as fields, next to what every finding has. The
//! logs are those of `tests/vectors/log`, so that each value is known.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::disk::Disk;

/// A disk with the log, the heads and the books of a case, and the time at which it is looked at.
fn case(name: &str) -> (Disk, String) {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors");
    let folder = vectors.join("log").join(name);
    let expect = fs::read_to_string(folder.join("expect")).unwrap();
    let line = |key: &str| expect.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
    let disk = Disk::empty();
    for file in fs::read_dir(&folder).unwrap() {
        let path = file.unwrap().path();
        disk.write(path.file_name().unwrap().to_str().unwrap(), fs::read(&path).unwrap());
    }
    let base = line("base").map_or(Vec::new(), |base| fs::read(vectors.join("base").join(base)).unwrap());
    disk.write("escrow/log", [base, disk.read("log")].concat());
    (disk, line("time").unwrap().to_owned())
}

/// The one finding of that code is exactly this.
#[track_caller]
fn tells(name: &str, evidence: &str, expected: &Value) {
    let (disk, time) = case(name);
    let json = disk.run(&format!("verify --json --time {time} {evidence}")).json();
    let findings = json["findings"].as_array().unwrap();
    let found: Vec<_> = findings.iter().filter(|one| one["code"] == expected["code"]).collect();
    assert_eq!(found, [expected]);
}

#[test]
fn a_chain_tells_both_numbers_and_both_digests() {
    tells(
        "chain-record-removed",
        "",
        &json!({
            "code": "CHAIN-SEQ", "severity": "tampered", "seq": 2, "offset": 9255,
            "meaning": "A record's number is not the next one.",
            "detail": "it is numbered 3, not 2",
            "expected": 2, "found": 3, "size": 365,
        }),
    );
    tells(
        "chain-prev",
        "",
        &json!({
            "code": "CHAIN-PREV", "severity": "tampered", "seq": 4, "offset": 9989,
            "meaning": "A record does not follow from the record before it.",
            "detail": "it follows d9298a10, not 798da55d",
            "size": 369, "expected": "798da55d54a548a85409d3bf58df3c033c8ca60ce06c507917576db74df23710",
            "found": "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa",
        }),
    );
}

#[test]
fn signatures_tell_who_should_have_signed_and_who_did() {
    tells(
        "signers-fewer",
        "",
        &json!({
            "code": "RECORD-SIGNERS", "severity": "tampered", "seq": 2, "offset": 9411,
            "meaning": "The signature lines are not those of the signers that the record names.",
            "detail": "it names [\"alice\", \"bob\"] as its signers, but carries signatures of [\"alice\"]",
            "expected": ["alice", "bob"], "found": ["alice"], "kind": "statements", "size": 740,
        }),
    );
}

#[test]
fn a_damaged_end_tells_its_size_and_what_it_looks_like() {
    tells(
        "torn-zeros",
        "",
        &json!({
            "code": "TORN", "severity": "torn", "seq": 4, "offset": 9961,
            "meaning": "The log ends in bytes that are not a record.",
            "detail": "512 bytes after the last good record: the first line is not a breakglass object",
            "cause": "RECORD-MALFORMED", "size": 512,
        }),
    );
}

#[test]
fn times_are_told_as_times() {
    tells(
        "time-backwards",
        "",
        &json!({
            "code": "TIME-BACKWARDS", "severity": "warning", "seq": 4, "offset": 9989,
            "meaning": "A record's time is before that of the record before it.",
            "detail": "2026-11-23T08:00:00Z after 2026-11-23T08:04:00Z",
            "expected": "2026-11-23T08:04:00Z", "found": "2026-11-23T08:00:00Z",
        }),
    );
    tells(
        "close-overdue",
        "",
        &json!({
            "code": "CLOSE-OVERDUE", "severity": "finding", "seq": 6, "offset": null,
            "meaning": "A release was not closed in time.",
            "detail": "request 422639cc: due by 2026-11-26T08:12:00Z",
            "due": "2026-11-26T08:12:00Z", "generation": 1, "since": "2026-11-23T08:12:00Z", "vault": "prod",
            "request": "422639cca6d2aa77aa6a16fa99fcc2369bc6e99a7f607c1be6c820dbad9c33db",
        }),
    );
}

#[test]
fn a_release_tells_its_request_and_its_vault() {
    tells(
        "release-attempt-0",
        "",
        &json!({
            "code": "RELEASE-ATTEMPT", "severity": "tampered", "seq": 8, "offset": 20257,
            "meaning": "A release's attempt number is not the next one.",
            "detail": "attempt 0, where 2 is next",
            "expected": 2, "found": 0, "generation": 1, "vault": "prod",
            "request": "249fb2289a5239f36112a623aab18d0a116150a1aac17aa20f2469aa82122994",
        }),
    );
    tells(
        "approval-of-another-escrow",
        "",
        &json!({
            "code": "RELEASE-APPROVAL", "severity": "tampered", "seq": 9, "offset": 21547,
            "meaning": "A release rests on an approval that does not hold.",
            "detail": "a `approval` by `bob`: escrow aecc8515",
            "cause": "STATEMENT-ESCROW", "generation": 1, "kind": "approval", "person": "bob", "statement": 2,
            "vault": "prod", "expected": "8676b6642e1f972cb6fd16c2d605f978a9ca366037a56d7e7ba70d979fda36c2",
            "found": "aecc85152954e1f07ab16214eae4fed3190366c74cf6ce7c590850b5c8fd7f1b",
            "request": "6f5924d0bb21d6c2dec3e8677c337c262ebbe555d18559f0889ba173965cdff5",
        }),
    );
}

#[test]
fn a_deviation_is_told_by_its_code() {
    tells(
        "request-long-window",
        "",
        &json!({
            "code": "DEVIATION", "severity": "finding", "seq": 6, "offset": 16528,
            "meaning": "Something was not as it should be, and was confirmed by hand.",
            "detail": "long-window, in the request for prod generation 1",
            "deviation": "long-window", "generation": 1, "person": "carol", "vault": "prod",
            "request": "0e47c13609dcd2d08e0e229593273b7324d09e0d910a20819a9435e9060f98b9",
        }),
    );
}

#[test]
fn a_statement_tells_its_maker_its_kind_and_its_request() {
    tells(
        "close-items-out-of-order",
        "",
        &json!({
            "code": "CLOSE-ITEMS", "severity": "tampered", "seq": 8, "offset": 20363,
            "meaning": "A closing list does not answer each obligation once, in order.",
            "detail": "a `close` by `alice`: the list",
            "kind": "close", "person": "alice", "statement": 1,
            "expected": [
                "password-changed", "mfa-renewed", "access-keys-checked", "activity-reviewed", "ticket-updated",
                "stakeholders-told", "resealed",
            ],

            "found": [
                "mfa-renewed", "password-changed", "access-keys-checked", "activity-reviewed", "ticket-updated",
                "stakeholders-told", "resealed",
            ],
            "request": "86ac7e7211045d00517a5ce204fb907d473feb89298dce7fcebfb734598683b7",
        }),
    );
}

#[test]
fn people_are_a_list_even_of_one() {
    tells(
        "seal-not-in-force",
        "",
        &json!({
            "code": "NOT-IN-FORCE", "severity": "warning", "seq": 1, "offset": null,
            "meaning": "Not every custodian has checked their share yet.",
            "detail": "prod generation 1 waits for the check of `bob`",
            "generation": 1, "people": ["bob"], "vault": "prod",
        }),
    );
}

#[test]
fn evidence_tells_where_it_was_kept() {
    tells(
        "head-truncated",
        "--head 0.head",
        &json!({
            "code": "HEAD-TRUNCATED", "severity": "truncated", "seq": 6, "offset": null,
            "meaning": "The log is shorter than a head that was taken home.",
            "detail": "0.head knows record 6 at 17534 bytes, but the log ends with record 5 at 16388 bytes",
            "expected": 6, "file": "0.head", "found": 5,
            "head": {"hash": "2f5f0af49ee5f9dde6f945ff0ece6f0ca58f105e9290263369715e1a0ed0295e", "seq": 6, "size": 17534},
        }),
    );
    tells(
        "book-silent",
        "--book alice.book",
        &json!({
            "code": "BOOK-SILENT", "severity": "finding", "seq": 10, "offset": null,
            "meaning": "The log holds a statement that its maker's book does not tell of.",
            "detail": "action by `alice`: it names record 1009 of the book",
            "book_record": 1009, "kind": "action", "person": "alice",
            "request": "99a1f7fcb957b4b3523ddd04cac34c5f610a7870e1b08e80535d191acd9c5ec3",
        }),
    );
}

/// What `status` says of a log that is not sound is told in the same way.
#[test]
fn trouble_tells_the_same() {
    let (disk, time) = case("torn-zeros");
    let json = disk.run(&format!("status --json --time {time}")).exits(11).json();
    let trouble = &json["trouble"][0];
    assert_eq!(
        (trouble["code"].as_str(), trouble["cause"].as_str()),
        (Some("TORN"), Some("RECORD-MALFORMED"))
    );
    assert_eq!((trouble["size"].as_u64(), trouble["offset"].as_u64()), (Some(512), Some(9961)));
}

/// A sealed file, which no vector is about: its vault, its custodian, and both digests.
#[test]
fn a_file_that_was_changed_tells_whose_it_is() {
    let disk = Disk::sealed();
    let share = "escrow/vaults/prod/1/alice.share.age";
    disk.write(share, "something else");
    let json = disk.run("verify --json").exits(10).json();
    let findings = json["findings"].as_array().unwrap();
    let found = findings.iter().find(|one| one["code"] == "FILE-CHANGED").unwrap();
    assert_eq!((found["vault"].as_str(), found["generation"].as_u64()), (Some("prod"), Some(1)));
    assert_eq!(found["person"], "alice");
    assert_eq!(found["found"], breakglass::crypto::digest::Digest::of(b"something else").to_string());
    assert_eq!(found["expected"].as_str().unwrap().len(), 64);
    assert!(found["file"].as_str().unwrap().ends_with("alice.share.age"), "{found}");
}
