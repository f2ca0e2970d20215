//! `verify` and the sealed files: compared with their seals, where they are there.

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
    disk.run("verify").exits(10).shows("FILE-CHANGED").shows("alice.share.age").shows("not a regular file");
}

#[test]
fn a_missing_file_is_a_warning_and_an_escrow_without_files_is_only_its_log() {
    let disk = Disk::sealed();
    let all = sealed(&disk);
    disk.remove(&format!("escrow/{}", all[1]));
    let run = disk.run("verify").ok().shows("warning   FILE-MISSING").shows("HOLDS: ");
    assert_eq!(run.out.matches("FILE-").count(), 1, "{}", run.out);
    run.shows(&format!("{} (prod ", all[1]));
    // A folder that lost everything is told of file by file; without the folder there is nothing to compare.
    disk.remove("escrow/vaults/prod");
    let run = disk.run("verify").ok();
    assert_eq!(run.out.matches("FILE-MISSING").count(), 4, "{}", run.out);
    disk.remove("escrow/vaults");
    let run = disk.run("verify").ok();
    assert!(!run.out.contains("FILE-"), "{}", run.out);
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
