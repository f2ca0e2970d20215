//! The end of a log: cut off, torn at every byte, or there twice.

use breakglass::audit::verify::{Evidence, verify};
use breakglass::escrow::Reading;
use breakglass::record::finding::{Rule, Severity};
use breakglass::record::request::EndOutcome;
use breakglass::record::statements::Statements;

use crate::forge;
use crate::laid::Laid;

fn nothing() -> Statements {
    Statements { statements: Vec::new() }
}

#[test]
fn a_log_without_its_last_entry_is_truncated_for_whoever_has_a_head() {
    let laid = Laid::ready();
    laid.disk.write("head.json", laid.world.head_file().to_line());
    laid.verify("--head head.json").ok().shows("HOLDS");
    let last = laid.world.head().seq;
    let start = laid.world.records()[last as usize].start as usize;
    laid.disk.write("escrow/log", &laid.world.bytes()[..start]);
    let run = laid.verify("--head head.json").exits(12).shows("HEAD-TRUNCATED");
    run.shows(&format!("head.json knows record {last} at "))
        .shows(&format!("ends with record {} at", last - 1));
    // Nothing from outside: it holds, and says what that does not prove. Where proof is required, it fails.
    let run = laid.verify("").ok().shows("HOLDS").shows("COMPLETENESS-UNPROVEN");
    run.shows("Nothing from outside the log proves that its end was not cut off.");
    laid.verify("--require-head").exits(12).shows("HEAD-REQUIRED");
    laid.lay();
    laid.verify("--head head.json").ok();
}

#[test]
fn two_entries_with_one_number_are_tampering() {
    let laid = Laid::ready();
    let good = laid.world.bytes();
    let [alice, bob] = ["alice", "bob"].map(|who| [laid.world.signs(who)]);
    // Both are signed, and both follow from the same entry: only one of them can be the next.
    let first = forge::record(&laid.world, nothing(), &alice, str::to_owned);
    let second = forge::record(&laid.world, nothing(), &bob, str::to_owned);
    let seq = laid.world.head().seq + 1;
    laid.world.set_bytes([&good[..], &first, &second].concat());
    laid.is_judged(10, "CHAIN-SEQ", seq + 1);
    // The second one follows the first, and repeats its number.
    laid.world.set_bytes([&good[..], &first].concat());
    laid.world.forge_framed(nothing(), &bob, |entry| entry.seq = seq);
    laid.is_judged(10, "CHAIN-SEQ", seq + 1);
    // Each alone is a log that holds; whoever took home the one sees that the other is another history.
    laid.restore([&good[..], &first].concat());
    laid.disk.write("head.json", laid.world.head_file().to_line());
    laid.verify("--head head.json").ok();
    laid.restore([&good[..], &second].concat());
    laid.verify("--head head.json").exits(13).shows("HEAD-FORK").shows(&format!("record {seq}"));
}

#[test]
fn a_tail_torn_at_any_byte_is_found_and_never_cut_off() {
    let laid = Laid::ready();
    let asking = laid.emergency();
    let files = laid.world.approvals(&["alice", "bob"], &asking);
    laid.world.release(&asking, &files).unwrap();
    laid.world.end(&asking, EndOutcome::Released);
    let whole = laid.world.bytes();
    let record = laid.world.records().pop().unwrap();
    let (start, seq) = (record.start as usize, record.frame.seq);
    for length in start..=whole.len() {
        let report = verify(Reading::of(whole[..length].to_vec()), &Evidence::default(), laid.now());
        let torn: Vec<_> = report.findings.iter().filter(|one| one.severity() >= Severity::Torn).collect();
        if length == start || length == whole.len() {
            assert!(torn.is_empty(), "{length}: {torn:?}");
        } else {
            let [torn] = torn.as_slice() else { panic!("{length}: {torn:?}") };
            let place = (torn.rule, torn.seq, torn.offset);
            assert_eq!(place, (Rule::Torn, Some(seq), Some(start as u64)), "{length}");
        }
    }
    // The program says the same of some of them, and leaves every byte where it is.
    let dash = start + whole[start..].iter().position(|byte| *byte == 0xe2).unwrap();
    let places = [start + 1, start + 2, (start + dash) / 2, dash, dash + 1, whole.len() - 2, whole.len() - 1];
    for length in places {
        laid.world.set_bytes(whole[..length].to_vec());
        laid.is_judged(11, "TORN", seq);
        let run = laid.verify("").exits(11);
        run.shows(&format!("{} bytes after the last good record", length - start));
    }
    for length in [start, whole.len()] {
        laid.restore(whole[..length].to_vec());
    }
}

#[test]
fn a_release_that_is_torn_off_reveals_nothing_more() {
    // The release was on its way to the medium when the machine died: nothing is released on that log.
    let laid = Laid::ready();
    let asking = laid.emergency();
    let files = ["alice", "bob"].map(|who| (who, laid.world.approve(who, &asking)));
    let whole = laid.world.bytes();
    let notes: Vec<_> = files.iter().map(|(_, file)| file.clone()).collect();
    laid.world.release(&asking, &notes).unwrap();
    let torn = laid.world.bytes();
    laid.world.set_bytes(torn[..torn.len() - 1].to_vec());
    let run = laid.releases_nothing(4, &files);
    run.what("the log is damaged").next("--accept-deviation damaged-log");
    laid.world.set_bytes(whole);
    laid.releases(&files);
}
