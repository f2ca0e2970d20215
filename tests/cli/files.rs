//! The sealed files: compared with their seals by whoever relies on them, before anybody is troubled for nothing.

use std::os::unix::fs::symlink;

use crate::disk::Disk;

/// Every sealed file of a disk on which `prod` was sealed, below the escrow's directory.
fn sealed(disk: &Disk) -> Vec<String> {
    let files = ["payload.age", "alice.share.age", "bob.share.age", "carol.share.age"];
    let vaults = ["prod".to_owned(), disk.canary()];
    vaults.iter().flat_map(|vault| files.map(|file| format!("vaults/{vault}/1/{file}"))).collect()
}

#[test]
fn a_changed_file_is_tampering_and_is_named() {
    let disk = Disk::sealed();
    disk.run("verify").ok();
    for path in sealed(&disk) {
        let (place, named) = (format!("escrow/{path}"), format!("{path} ("));
        let good = disk.read(&place);
        let mut bad = good.clone();
        bad[good.len() / 2] ^= 1;
        for bad in [bad.as_slice(), &good[..good.len() - 1], b"", &vec![0; 3 << 20]] {
            disk.write(&place, bad);
            let run = disk.run("verify").exits(10);
            assert_eq!(run.out.matches("FILE-CHANGED").count(), 1, "{}", run.out);
            run.shows(&named).shows("TAMPERED: escrow/vaults");
        }
        disk.write(&place, good);
    }
    let json = disk.run("verify --json").ok().json();
    assert_eq!(json["findings"].as_array().unwrap().len(), 1, "{json}");
}

#[test]
fn a_link_in_the_place_of_a_file_is_not_followed() {
    let disk = Disk::sealed();
    let place = "escrow/vaults/prod/1/alice.share.age";
    disk.copy(place, "elsewhere");
    disk.remove(place);
    symlink(disk.path("elsewhere"), disk.path(place)).unwrap();
    // It leads to the right bytes; but they are not here, and a copy of this drive does not have them.
    let run = disk.run("verify").exits(14).shows("FILE-MISSING").shows("alice.share.age");
    let run = run.shows("links are not followed");
    assert!(!run.out.contains("FILE-CHANGED"), "{}", run.out);
    disk.remove(place);
    std::fs::create_dir(disk.path(place)).unwrap();
    disk.run("verify").exits(14).shows("FILE-MISSING").shows("not a regular file");
}

#[test]
fn a_missing_file_is_a_finding_and_an_escrow_without_files_was_not_examined() {
    let disk = Disk::sealed();
    let all = sealed(&disk);
    disk.remove(&format!("escrow/{}", all[1]));
    let run = disk.run("verify").exits(14).shows("FINDING   FILE-MISSING").shows("FINDINGS: escrow/vaults");
    assert_eq!(run.out.matches("FILE-").count(), 1, "{}", run.out);
    assert!(!run.out.contains("VAULT-NOT-OPENABLE"), "two shares are left, and enough: {}", run.out);
    run.shows(&format!("{} (prod ", all[1]));
    // A folder that lost everything is told of file by file; without the folder there is nothing to compare.
    disk.remove("escrow/vaults/prod");
    let run = disk.run("verify").exits(14).shows("VAULT-NOT-OPENABLE");
    assert_eq!(run.out.matches("FILE-MISSING").count(), 4, "{}", run.out);
    disk.remove("escrow/vaults");
    let run = disk.run("verify").ok().shows("note      FILES-NOT-EXAMINED");
    assert_eq!(run.out.matches("FILE-").count(), 0, "{}", run.out);
}

#[test]
fn status_begins_with_what_cannot_be_opened() {
    let disk = Disk::sealed();
    disk.run("status").ok();
    let payload = "escrow/vaults/prod/1/payload.age";
    let kept = disk.read(payload);
    disk.remove(payload);
    let run = disk.run("status").exits(14).shows("find the sealed files of prod in another copy");
    let run = run.shows("breakglass copy THE-COPY\n");
    let first = "NOT OPENABLE: prod generation 1: the payload is missing or changed\nFINDING: vaults/prod/1/payload.age";
    assert!(run.out.starts_with(first), "{}", run.out);
    assert!(
        !run.out.contains("NOTHING IS DUE") && run.out.matches("NOT OPENABLE").count() == 3,
        "{}",
        run.out
    );
    let json = disk.run("status --json").exits(14).json();
    assert_eq!(json["vaults"][0]["name"], "prod");
    assert_eq!(
        (&json["vaults"][0]["openable"], &json["vaults"][1]["openable"]),
        (&false.into(), &true.into())
    );
    assert_eq!(json["files"][0]["code"], "VAULT-NOT-OPENABLE");
    assert_eq!(json["duties"][0]["kind"], "files");
    // A payload that was changed opens as little, and is tampering.
    disk.write(payload, &kept[1..]);
    disk.run("status")
        .exits(10)
        .shows("NOT OPENABLE: prod generation 1")
        .shows("TAMPERED: vaults/prod/1/payload.age");
    disk.write(payload, &kept);
    // A share that is not needed today is missing all the same.
    disk.remove("escrow/vaults/prod/1/carol.share.age");
    let run = disk.run("status").exits(14).shows("FINDING: vaults/prod/1/carol.share.age");
    assert!(!run.out.contains("NOT OPENABLE"), "{}", run.out);
    // Beside a log alone nothing is said of files.
    disk.remove("escrow/vaults");
    let json = disk.run("status --json").ok().json();
    assert!(
        json["vaults"][0]["openable"].is_null() && json["files"].as_array().unwrap().is_empty(),
        "{json}"
    );
}

#[test]
fn a_check_says_nothing_is_sound_that_cannot_be_opened() {
    let disk = Disk::sealed();
    let canary = disk.canary();
    disk.remove("escrow/vaults/prod/1/payload.age");
    // The canary can still be stated; of prod nothing is.
    let run = disk.run("check --all --as alice/alice").exits(14).shows("NOT OPENABLE: prod generation 1");
    let run = run.shows(&format!("1 share of alice is sound: {canary} generation 1\n"));
    run.shows("breakglass copy THE-COPY");
    let checks = disk.run("log --kind check --json").ok().json();
    let last = checks.as_array().unwrap().last().unwrap()["what"].as_str().unwrap().to_owned();
    assert_eq!(last, "1 share is sound");
    // Where nothing can be opened, nothing is stated.
    let run = disk.refuses(14, "check prod --as alice/alice").what("NOT OPENABLE: prod generation 1");
    run.next("nothing was stated").next("breakglass copy THE-COPY");
    // Somebody else's share that is missing is told of, and hinders nothing.
    let disk = Disk::sealed();
    disk.remove("escrow/vaults/prod/1/carol.share.age");
    let run = disk.run("check --as alice/alice").exits(14).shows("2 shares of alice are sound");
    run.shows("FILE-MISSING").shows("carol.share.age");
}

/// A request that is made with this accepted, if anything.
fn asking(accepted: &str) -> String {
    format!(
        "request prod --reason iam-failure --ticket INC-42 --justification down --as carol/carol -o req.bgr {accepted}"
    )
}

#[test]
fn a_request_says_what_cannot_be_opened_and_is_not_refused() {
    let accepted = asking("--accept-deviation not-openable");
    for gone in [&["payload"][..], &["alice.share", "bob.share"], &["payload", "alice.share", "bob.share"]] {
        let disk = Disk::sealed();
        gone.iter().for_each(|file| disk.remove(&format!("escrow/vaults/prod/1/{file}.age")));
        let run = disk.refuses(4, &asking("")).says("NOT OPENABLE: prod generation 1: ");
        run.says("breakglass copy THE-COPY").what("not confirmed").next("--accept-deviation not-openable");
        let run = disk.run(&accepted).ok().says("NOT OPENABLE: prod generation 1: ");
        drop(run);
        disk.run("verify").exits(14).shows("DEVIATION record 6").shows("not-openable");
        // The approvers are told, too.
        if gone == ["payload"] {
            let run = disk.run("deny req.bgr --because no --as alice/alice -o no.bgs");
            run.says("DEVIATION: the requester's copy of the escrow has no payload");
        }
    }
    // Without a single share nobody could approve: nothing is logged that is good for nothing.
    let disk = Disk::sealed();
    for who in ["alice", "bob", "carol"] {
        disk.remove(&format!("escrow/vaults/prod/1/{who}.share.age"));
    }
    let run = disk.refuses(5, &accepted).what("no sealed share of prod generation 1");
    run.next("breakglass copy THE-COPY");
    let disk = Disk::sealed();
    disk.remove("escrow/vaults/prod/1/alice.share.age");
    let run = disk.run(&asking("")).ok().says("the sealed share of alice is missing");
    assert!(!run.err.contains("NOT OPENABLE"), "{}", run.err);
}

#[test]
fn an_emergency_goes_through_with_the_files_of_another_copy() {
    let disk = Disk::sealed();
    disk.run("copy safe").ok();
    disk.remove("escrow/vaults/prod/1/payload.age");
    let asked = disk.request("--accept-deviation not-openable");
    disk.approve("alice", &asked).ok();
    disk.approve("bob", &asked).ok();
    let release = "release req.bgr alice.bga bob.bga --print password --as carol/carol";
    disk.refuses(1, release).at("escrow/vaults/prod/1/payload.age").next("another copy of the escrow");
    disk.run("copy safe").ok();
    disk.run(&format!("{release} --escrow safe")).ok();
}

#[test]
fn the_log_is_blamed_for_what_is_wrong_with_the_log() {
    let disk = Disk::sealed();
    disk.write("escrow/vaults/prod/1/payload.age", "other");
    disk.run("verify").exits(10).shows("TAMPERED: escrow/vaults");
    disk.replace("escrow/log", "breakglass/v1/statements", "breakglass/v1/statementz");
    let run = disk.run("verify").exits(10).shows("FILE-CHANGED").shows("TAMPERED: escrow/log");
    assert_eq!(run.out.matches("TAMPERED ").count(), 2, "{}", run.out);
}
