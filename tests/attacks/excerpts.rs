//! The small form of a request: what travels of a log that is too large.

use breakglass::ceremony::approve::{RequestFile, request_file};
use breakglass::ceremony::carried::{CarriedLog, carried};
use breakglass::ceremony::continuation::base;
use breakglass::ledger::draft::Draft;
use breakglass::ledger::log::Ledger;
use breakglass::record::armour::{Label, unwrap_as, wrap};
use breakglass::record::bundle::Bundle;
use breakglass::record::retire::Retire;
use breakglass::record::statements::Statements;
use secrecy::ExposeSecret as _;

use crate::world::{Asking, World, text};

/// Carol's emergency, as it travels if no log is small enough.
fn small(world: &World) -> Asking {
    let asking = world.emergency();
    let sealed = world.sealed(&world.generation("prod").seal.vault, 1);
    let reading = world.reading();
    let shares = sealed.sealed_shares.iter().map(|(_, file)| file.as_str());
    Asking { file: request_file(&carried(&reading, 0), shares), ..asking }
}

fn password(world: &World, asking: &Asking, files: &[Vec<u8>]) -> String {
    let fields = world.release(asking, files).unwrap();
    fields.get("password").unwrap().expose_secret().to_owned()
}

#[test]
fn approvals_of_the_small_form_count_in_the_whole_log() {
    let world = World::ready();
    let asking = small(&world);
    let carried = RequestFile::parse(&asking.file).unwrap();
    assert!(matches!(carried.log(), CarriedLog::Excerpt(_)));
    let (there, here) = (carried.escrow(), world.reading().escrow);
    assert_eq!((there.id, there.head, there.policy.clone()), (here.id, here.head, here.policy.clone()));
    assert!(there.has_gaps(), "records are missing from it, and it says so");
    let generation = |escrow: &breakglass::escrow::Escrow| {
        escrow.vault_named(&text("prod")).unwrap().current().checks.clone()
    };
    assert_eq!(generation(there), generation(&here), "who checked is known");
    let files = world.approvals(&["alice", "bob"], &asking);
    password(&world, &asking, &files);
}

#[test]
fn who_retired_is_known_in_the_small_form() {
    let world = World::ready();
    let retire = Retire::of(text("carol"), text("left"));
    world.append(retire, &[world.signs("dan")]).unwrap();
    let asking = small(&world);
    let carried = RequestFile::parse(&asking.file).unwrap();
    assert!(carried.escrow().has_retired(&text("carol")) && !carried.escrow().has_retired(&text("bob")));
}

#[test]
fn a_log_that_is_lost_is_continued_from_the_small_form() {
    let whole = World::ready();
    let before = whole.bytes();
    whole.append(Retire::of(text("erin"), text("left")), &[whole.signs("dan")]).unwrap();
    let asking = small(&whole);
    let files = whole.approvals(&["alice", "bob"], &asking);
    let carried = RequestFile::parse(&asking.file).unwrap();
    let went_another_way = {
        let log = whole.bytes();
        whole.set_bytes(before.clone());
        whole.emergency();
        let other = whole.bytes();
        whole.set_bytes(log);
        other
    };
    // Nothing is left; a copy that is behind; a copy that went another way; and one that is damaged.
    for left in
        [None, Some(before.clone()), Some(went_another_way), Some(before[..before.len() - 9].to_vec())]
    {
        let base = base(left.as_deref(), Some(&carried), None, &|_| false).unwrap();
        assert!(base.missing);
        whole.set_bytes(Vec::new());
        let draft = Draft { time: whole.tick(), says: base.says, signers: vec![whole.signs("carol")] };
        Ledger::continue_on(whole.medium(), &base.records, draft).unwrap();
        password(&whole, &asking, &files);
        let reading = whole.reading();
        assert!(reading.escrow.has_retired(&text("erin")), "what was kept counts");
        let serious = reading.unsound().map(|found| found.rule);
        assert_eq!(serious, None);
    }
}

/// The small form with its content changed.
fn changed(asking: &Asking, change: impl Fn(&[String], &str) -> String) -> Vec<u8> {
    let content = unwrap_as(Label::Request, &asking.file).unwrap();
    let bundle = Bundle::parse(&content).unwrap();
    let text = String::from_utf8(bundle.records.to_vec()).unwrap();
    let (head, records) = text.split_once('\n').unwrap();
    let records: Vec<String> = records.split_inclusive("\n\n").map(str::to_owned).collect();
    // A record is two such pieces: its line, and its signatures.
    let records: Vec<String> = records.chunks(2).map(<[String]>::concat).collect();
    assert!(records.len() >= 4, "genesis, kept ones and the request");
    let changed = change(&records, &format!("{head}\n"));
    assert_ne!(changed, text, "it is changed");
    let shares: String = bundle.ciphertexts.concat();
    wrap(Label::Request, format!("{changed}{shares}").as_bytes())
}

fn refused(asking: &Asking, what: &str, change: impl Fn(&[String], &str) -> String) {
    assert!(RequestFile::parse(&changed(asking, change)).is_err(), "{what}");
}

#[test]
fn a_small_form_that_was_changed_is_refused() {
    let world = World::ready();
    let asking = small(&world);
    RequestFile::parse(&asking.file).unwrap();
    let before = world.reading().records().nth(world.head().seq as usize - 1).unwrap().head();
    let all = |records: &[String]| records.concat();
    let (id, hash) = (world.id().to_string(), before.hash.to_string());
    refused(&asking, "another escrow", |records, head| head.replacen(&id, &hash, 1) + &all(records));
    refused(&asking, "another head", |records, head| head.replace(&hash, &id) + &all(records));
    refused(&asking, "no head", |records, _| records[0].clone() + &records[2..].concat());
    refused(&asking, "a size beyond all logs", |records, head| {
        head.replace(&format!("\"size\":{}", before.size), &format!("\"size\":{}", u64::MAX)) + &all(records)
    });
    refused(&asking, "nothing left out", |records, head| {
        head.replace(&format!("\"seq\":{}", before.seq), "\"seq\":0") + &all(records)
    });
    refused(&asking, "without genesis", |records, head| head.to_owned() + &records[1..].concat());
    refused(&asking, "without the request", |records, head| {
        head.to_owned() + &records[..records.len() - 1].concat()
    });
    refused(&asking, "the request twice", |records, head| {
        head.to_owned() + &all(records) + &records[records.len() - 1]
    });
    refused(&asking, "in another order", |records, head| {
        let mut records = records.to_vec();
        records.swap(1, 2);
        head.to_owned() + &all(&records)
    });
    refused(&asking, "a seal that was changed", |records, head| {
        head.to_owned() + &all(records).replacen("\"threshold\":2", "\"threshold\":3", 1)
    });
    refused(&asking, "a request that was changed", |records, head| {
        head.to_owned() + &all(records).replacen("INC-42", "INC-43", 1)
    });
}

#[test]
fn what_may_be_kept_of_missing_records_is_judged_as_it_was_signed() {
    let world = World::ready();
    // A retirement by one custodian alone is none, wherever it stands.
    let retirement = |by: &str, who: &str| {
        let before = world.bytes();
        let retire = Retire::of(text(who), text("left"));
        world.forge(retire, &[world.signs(by)]);
        let record = String::from_utf8(world.bytes()[before.len()..].to_vec()).unwrap();
        world.set_bytes(before);
        record
    };
    let (by_alice, by_dan) = (retirement("alice", "erin"), retirement("dan", "erin"));
    for _ in 0..2 {
        world.append(Statements { statements: Vec::new() }, &[world.signs("bob")]).unwrap();
    }
    let asking = small(&world);
    let with = |record: String| {
        move |records: &[String], head: &str| {
            let (request, kept) = records.split_last().unwrap();
            head.to_owned() + &kept.concat() + &record + request
        }
    };
    refused(&asking, "a retirement by one custodian", with(by_alice));
    let file = changed(&asking, with(by_dan));
    assert!(RequestFile::parse(&file).unwrap().escrow().has_retired(&text("erin")), "the control");
}
