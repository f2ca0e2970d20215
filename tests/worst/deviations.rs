//! A requester with a program of her own, who says nothing of what is not as it should be. The genuine programs of those
//! who approve, release and verify find out for themselves, say so, and refuse nobody.

use breakglass::crypto::digest::Digest;
use breakglass::record::deviation::Deviation;
use breakglass::record::environment::{Memory, Sandbox};
use breakglass::record::head::Head;
use breakglass::record::request::Request;
use breakglass::record::retire::Retire;
use breakglass::record::seal::Kind;
use breakglass::value::fingerprint::Words;

use crate::disk::Run;
use crate::judged::PASSWORD;
use crate::laid::{Laid, THREE};
use crate::world::{Asking, text};

/// Carol's silent request on what the log of `laid` is now, in `req.bgr`.
fn silent(laid: &Laid, change: impl FnOnce(&mut Request)) -> Asking {
    let asking = laid.world.ask_silently(change);
    laid.lay_asking(&asking);
    asking
}

/// `approve`, by the genuine program, where these deviations are accepted.
fn approve(laid: &Laid, who: &str, asking: &Asking, accepted: &[&str]) -> Run {
    let accepted: String = accepted.iter().map(|code| format!(" --accept-deviation {code}")).collect();
    let (now, words) = (laid.now(), Words::of_session(&asking.record).unwrap());
    let line = format!("approve req.bgr --as {who}/{who} -o {who}.bga --time {now}{accepted}");
    laid.disk.line(&line).arg("--session-words").arg(words.to_string()).run()
}

/// Asserts that alice is told of each of these, and has to confirm each before she signs.
#[track_caller]
fn are_told(laid: &Laid, asking: &Asking, told: &[(&str, &str)]) {
    let codes: Vec<&str> = told.iter().map(|(code, _)| *code).collect();
    for (code, meaning) in told {
        let others: Vec<&str> = codes.iter().copied().filter(|other| other != code).collect();
        let run = approve(laid, "alice", asking, &others).fails(4);
        let run = run.says(&format!("NOT DECLARED by carol: {meaning}"));
        run.what("not confirmed").next(&format!("--accept-deviation {code}"));
        assert!(!laid.disk.exists("alice.bga"));
    }
    approve(laid, "alice", asking, &codes).ok();
    let file = String::from_utf8(laid.disk.content("alice.bga")).unwrap();
    for code in codes {
        assert!(file.contains(&format!("\"{code}\"")), "she signs {code}: {file}");
    }
}

fn retire(laid: &Laid, who: &str) {
    let says = Retire::of(text(who), text("left the company"));
    laid.world.append(says, &[laid.world.signs("dan")]).unwrap();
}

#[test]
fn a_retired_requester_who_lists_nothing_is_found_out_and_not_refused() {
    let laid = Laid::ready();
    retire(&laid, "carol");
    let asking = silent(&laid, |request| request.not_after = text("9999-12-30T22:00:00Z"));
    let told = [("long-window", "the request's time window is longer"), ("retired-person", "the requester")];
    are_told(&laid, &asking, &told);
    let codes = told.map(|(code, _)| code);
    approve(&laid, "bob", &asking, &codes).ok();
    // Her own genuine program says it once more, and the release lists it.
    let line = format!(
        "release req.bgr alice.bga bob.bga --as carol/carol --print password --time {} --accept-deviation time-set",
        laid.now()
    );
    laid.disk
        .refuses(4, &format!("{line} --accept-deviation retired-person"))
        .next("--accept-deviation long-window");
    let run =
        laid.disk.run(&format!("{line} --accept-deviation retired-person --accept-deviation long-window"));
    assert_eq!(run.ok().out, PASSWORD);
    let verified = laid.verify("").exits(14).shows("DEVIATION-UNDECLARED");
    for (code, _) in told {
        let verified = format!("{code}, not listed in the request for prod generation 1");
        laid.verify("").exits(14).shows(&verified).shows(&format!("{code}, in the release of prod"));
        laid.verify("").exits(14).shows(&format!("{code}, in the approval by `bob`"));
    }
    assert!(
        !verified.out.contains("not listed in the approval")
            && !verified.out.contains("not listed in the release")
    );
}

#[test]
fn an_invented_gap_does_not_hide_what_an_approver_knows() {
    let laid = Laid::ready();
    retire(&laid, "carol");
    laid.world.check("alice");
    let known = laid.world.records()[6].head();
    // Records 0 to 3, then a gap as wide as may be, and a hash that is nobody's.
    let records = laid.world.records();
    let start = laid.world.bytes()[..records[3].end as usize].to_vec();
    laid.world.set_bytes(start);
    let far = Head { size: 1 << 40, seq: 1 << 53, hash: Digest::of(b"nobody's") };
    laid.world.continue_after("carol", far);
    let asking = silent(&laid, |_| {});
    let told = [
        ("not-in-force", "too few checks"),
        ("continued-elsewhere", "the log is continued in another file"),
        ("missing-records", "records that should be in this log are missing"),
    ];
    are_told(&laid, &asking, &told);
    laid.disk.remove("alice.bga");
    let run = approve(&laid, "alice", &asking, &told.map(|(code, _)| code)).ok();
    run.says(&format!("MISSING: your book knows record {}", known.seq));
    laid.verify("").exits(12).shows("DEVIATION-UNDECLARED");
    // It is hers to confirm, though the request lists that records are missing.
    laid.disk.remove("alice.bga");
    let asking = silent(&laid, |request| request.deviations = Deviation::ALL.to_vec());
    approve(&laid, "alice", &asking, &[]).fails(4).next("--accept-deviation missing-records");
}

#[test]
fn a_list_in_the_request_does_not_speak_for_an_approvers_book() {
    let laid = Laid::ready();
    let world = &laid.world;
    let start = world.bytes();
    world.check("alice");
    world.check("alice");
    world.set_bytes(start);
    // The request lists whatever there is, so that nobody should be asked about anything.
    let asking = silent(&laid, |request| request.deviations = Deviation::ALL.to_vec());
    let run = approve(&laid, "alice", &asking, &[]).fails(4);
    run.next("--accept-deviation other-history");
    approve(&laid, "alice", &asking, &["other-history"]).ok();
    assert!(String::from_utf8(laid.disk.content("alice.bga")).unwrap().contains("other-history"));
}

#[test]
fn what_a_request_says_of_its_own_machine_is_a_deviation_though_it_is_not_listed() {
    let laid = Laid::ready();
    let asking = silent(&laid, |request| {
        request.environment.swap = Some(vec![text("/dev/sda2")]);
        request.environment.memory = Some(Memory::Unlocked);
        request.environment.sandbox = Some(Sandbox::None);
    });
    let told = [
        ("swap-on", "this machine has swap on"),
        ("unlocked-memory", "the memory for secrets"),
        ("no-sandbox", "the kernel does not"),
    ];
    are_told(&laid, &asking, &told);
}

#[test]
fn a_generation_that_is_not_current_is_told_though_it_is_not_listed() {
    let laid = Laid::ready();
    let sealed = laid.world.seal("prod", Kind::Root, 2, &THREE);
    laid.lay_sealed(&sealed);
    let record = laid.world.head().hash;
    let asking = silent(&laid, |request| (request.generation, request.seal) = (2, record));
    let told = [
        ("not-current", "this is not the current generation of the vault"),
        ("not-in-force", "too few checks"),
        ("undecided", "a newer generation is neither confirmed nor given up"),
    ];
    are_told(&laid, &asking, &told);
    laid.verify("").exits(14).shows("not-current, not listed in the request for prod generation 2");
}

#[test]
fn a_word_of_a_later_version_is_shown_as_it_is() {
    let laid = Laid::ready();
    let word = serde_json::from_str("\"left-handed\"").unwrap();
    let asking = silent(&laid, |request| request.deviations = vec![word]);
    let run = approve(&laid, "alice", &asking, &[]).ok();
    run.says("DEVIATION: `left-handed`, a word that this version does not know");
    laid.verify("").exits(14).shows("left-handed, in the request for prod generation 1");
}

#[test]
fn whoever_approves_a_renewal_is_told_to_whom_it_goes() {
    let laid = Laid::ready();
    let cards = ["alice", "bob", "carol", "erin"].map(|who| laid.world.person(who).card.digest());
    let asking = silent(&laid, |request| request.renews = cards.into());
    let run = approve(&laid, "alice", &asking, &[]).ok();
    let run = run.says("carol may seal the next generation, to alice, bob, carol, erin");
    run.says("holds no share of this one");
}
