//! Seals: impossible thresholds, and old seals brought back.

use breakglass::record::chain::LogRecord;
use breakglass::record::seal::{Kind, Seal};

use crate::disk::{self, Disk, row};
use crate::laid::{Laid, THREE};
use crate::world::World;

/// A seal that `change` spoils is tampering; without the change it is none.
#[track_caller]
fn impossible(change: impl Fn(&mut Seal)) {
    let laid = Laid::ready();
    let good = laid.made("other");
    let mut bad = good.seal.clone();
    change(&mut bad);
    laid.breaks("SEAL-THRESHOLD", bad, &[laid.world.signs("dan")]);
    laid.world.forge(good.seal.clone(), &[laid.world.signs("dan")]);
    laid.lay_sealed(&good);
    laid.restore(laid.world.bytes());
}

/// `--threshold`, and the column of that name, with three custodians.
#[track_caller]
fn refused(threshold: &str, why: &str) {
    let disk = Disk::begun();
    let line = format!("seal --from - --threshold {threshold} {} --as dan/dan", disk::THREE);
    disk.refuses_line(3, disk.line(&line).stdin(row("prod"))).what(why).at("prod");
    let csv = row("prod").replace("\nprod,", &format!("\n{threshold},prod,"));
    let words = disk.line(&format!("seal --from - --threshold 2 {} --as dan/dan", disk::THREE));
    disk.refuses_line(3, words.stdin(format!("threshold,{csv}"))).what(why).at("prod");
}

#[test]
fn a_threshold_of_0_is_impossible() {
    refused("0", "a threshold of 0 lets one person open the vault alone");
    impossible(|seal| seal.threshold = 0);
}

#[test]
fn a_threshold_of_1_is_impossible() {
    refused("1", "a threshold of 1 lets one person open the vault alone");
    impossible(|seal| seal.threshold = 1);
}

#[test]
fn a_threshold_above_the_total_is_impossible() {
    refused("4", "a threshold of 4 cannot be met by 3 shares");
    impossible(|seal| seal.threshold = 4);
    impossible(|seal| seal.total_shares = 1);
}

#[test]
fn a_threshold_that_is_no_small_number_is_usage() {
    let disk = Disk::begun();
    for threshold in ["256", "-1", "2.0", "two", "4294967298"] {
        let line = format!("seal --from - --threshold={threshold} {} --as dan/dan", disk::THREE);
        disk.refuses_line(2, disk.line(&line).stdin(row("prod"))).what("--threshold");
    }
}

/// A world with two generations of `prod`, of which the second is checked by all.
fn rotated() -> Laid {
    let world = World::ready();
    world.seal("prod", Kind::Root, 2, &THREE);
    for who in THREE {
        world.check(who);
    }
    world.confirm("prod", 2, &["dan", "alice"]);
    Laid::of(world)
}

#[test]
fn an_older_seal_signed_again_is_tampering() {
    let laid = rotated();
    let older = laid.sealed("prod", 1).seal.clone();
    laid.breaks("SEAL-GENERATION", older.clone(), &[laid.world.signs("dan")]);
    // Nor does it come back as the next generation: its keys were used before.
    let back = Seal { generation: 3, ..older };
    laid.breaks("SEAL-KEYS", back, &[laid.world.signs("dan")]);
}

#[test]
fn an_older_seal_replayed_to_the_byte_is_tampering() {
    let laid = rotated();
    let records = laid.world.records();
    let older = LogRecord::bytes_of(&records[1].note);
    assert_eq!(records[1].says.kind(), "seal");
    let seq = laid.world.head().seq + 1;
    laid.world.set_bytes([laid.world.bytes(), older].concat());
    laid.is_judged(10, "CHAIN-SEQ", seq);
}

#[test]
fn an_older_generations_files_put_back_as_the_current_are_not_opened() {
    let laid = rotated();
    let new = laid.sealed("prod", 2);
    let asking = laid.ask(&new);
    let files = ["alice", "bob"].map(|who| (who, laid.world.approve(who, &asking)));
    laid.disk.copy("escrow/vaults/prod/2", "kept");
    for file in ["payload.age", "alice.share.age", "bob.share.age", "carol.share.age"] {
        laid.disk.copy(&format!("escrow/vaults/prod/1/{file}"), &format!("escrow/vaults/prod/2/{file}"));
    }
    let run = laid.disk.run("check prod --as alice/alice").exits(10);
    let run = run.shows("NOT OPENABLE: prod generation 2").shows("vaults/prod/2/alice.share.age");
    assert!(!run.out.contains("sound: prod generation 2"), "{}", run.out);
    laid.lay();
    let run = laid.releases_nothing(10, &files).what("the payload is not the file that was sealed");
    run.at("escrow/vaults/prod/2/payload.age").next("another copy of the escrow");
    laid.disk.copy("kept/payload.age", "escrow/vaults/prod/2/payload.age");
    laid.releases(&files);
}

#[test]
fn a_log_put_back_to_an_older_seal_is_shorter_than_what_was_seen() {
    let laid = rotated();
    laid.disk.write("head.json", laid.world.head_file().to_line());
    let records = laid.world.records();
    let seal = records.iter().rposition(|record| record.says.kind() == "seal").unwrap();
    let older = laid.world.bytes()[..records[seal].start as usize].to_vec();
    laid.disk.write("escrow/log", older);
    laid.verify("--head head.json").exits(12).shows("HEAD-TRUNCATED").shows("head.json");
    // Whoever saw the newer log states nothing on the older one.
    let run = laid.disk.refuses(12, "check prod --as alice/alice");
    run.what("HEAD-TRUNCATED").at("escrow/log");
}
