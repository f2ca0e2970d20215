//! A log in hostile hands: whatever is done to its bytes, reading it does not panic, and says so.

#[path = "fixtures/world/mod.rs"]
mod world;

use breakglass::audit::verify::{Evidence, verify};
use breakglass::ceremony::request::RequestPlan;
use breakglass::escrow::Reading;
use breakglass::record::chain::LogRecord;
use breakglass::record::finding::{Rule, Severity};
use breakglass::record::head::{Head, HeadFile};
use breakglass::record::note::NoteError;
use breakglass::record::request::{EndOutcome, Purpose, Reason};
use rand::Rng as _;
use world::{World, rng};

/// A log with every kind of record in it.
fn full() -> World {
    let world = World::ready();
    let asking = world.released();
    world.act("alice", &asking);
    world.end(&asking, EndOutcome::Released);
    world.close("bob", &asking);
    world
}

fn below(limit: usize) -> usize {
    rng().next_u64() as usize % limit
}

/// What verify says of these bytes is bad enough to fail.
#[track_caller]
fn fails(world: &World, bytes: Vec<u8>, what: &str) {
    let report = verify(Reading::of(bytes), &Evidence::default(), world.now());
    assert!(report.worst() >= Some(Severity::Torn), "{what}: {:?}", report.findings);
}

#[test]
fn any_changed_byte_is_found() {
    let world = full();
    let good = world.bytes();
    assert!(world.verify().worst() < Some(Severity::Finding));
    for _ in 0..300 {
        let (at, bit) = (below(good.len()), below(8));
        let mut bytes = good.clone();
        bytes[at] ^= 1 << bit;
        fails(&world, bytes, &format!("bit {bit} of byte {at}"));
    }
}

#[test]
fn any_piece_taken_out_put_in_or_doubled_is_found() {
    let world = full();
    let good = world.bytes();
    for _ in 0..200 {
        let at = below(good.len() - 1);
        let length = 1 + below((good.len() - at - 1).min(2000));
        let piece = at..at + length;
        let mut random = vec![0; length];
        rng().fill_bytes(&mut random);
        let cut = [&good[..at], &good[at + length..]].concat();
        let doubled = [&good[..at + length], &good[at..]].concat();
        let mut overwritten = good.clone();
        overwritten[piece.clone()].copy_from_slice(&random);
        let mut zeroed = good.clone();
        zeroed[piece.clone()].fill(0);
        for (what, bytes) in
            [("cut", cut), ("doubled", doubled), ("overwritten", overwritten), ("zeroed", zeroed)]
        {
            fails(&world, bytes, &format!("{piece:?} {what}"));
        }
    }
}

#[test]
fn a_log_cut_off_within_a_record_is_torn_there() {
    let world = full();
    let good = world.bytes();
    let records = world.records();
    for _ in 0..200 {
        let length = 1 + below(good.len() - 1);
        let bytes = good[..length].to_vec();
        let within =
            records.iter().find(|record| record.start < length as u64 && (length as u64) < record.end);
        match (within, Reading::of(bytes)) {
            (Some(record), Ok(reading)) => {
                let found = reading.findings.last().expect("it is torn");
                let place = (found.rule, found.seq, found.offset);
                assert_eq!(place, (Rule::Torn, Some(record.frame.seq), Some(record.start)), "{length}");
                assert_eq!(reading.good_bytes(), &good[..record.start as usize]);
            }
            // Nothing is left of an escrow whose genesis is torn.
            (Some(record), Err(finding)) => {
                assert_eq!((record.frame.seq, finding.seq), (0, Some(0)), "{length}")
            }
            (None, reading) => assert!(reading.unwrap().unsound().is_none(), "{length}"),
        }
    }
}

#[test]
fn records_in_another_order_are_found() {
    let world = full();
    let good = world.bytes();
    let records = world.records();
    let bytes_of = |at: usize| &good[records[at].start as usize..records[at].end as usize];
    for first in 0..records.len() {
        for second in first + 1..records.len() {
            let mut order: Vec<usize> = (0..records.len()).collect();
            order.swap(first, second);
            let bytes: Vec<u8> = order.into_iter().flat_map(bytes_of).copied().collect();
            fails(&world, bytes, &format!("{first} and {second} swapped"));
        }
    }
}

#[test]
fn heads_are_ancestors_where_they_were_heads_and_nowhere_else() {
    let world = full();
    let escrow = world.reading().escrow;
    for record in world.records() {
        let head = record.head();
        assert!(escrow.is_ancestor(&head));
        for other in [
            Head { size: head.size - 1, ..head },
            Head { seq: head.seq + 1, ..head },
            Head { seq: u64::MAX, ..head },
            Head { hash: world.id(), seq: head.seq.max(1), ..head },
        ] {
            assert!(!escrow.is_ancestor(&other), "{other:?}");
        }
    }
}

/// A damaged record with megabytes behind it, each line of which looks like the beginning of a record.
#[test]
fn a_long_damaged_tail_is_read_in_time_that_grows_with_its_length() {
    let world = World::ready();
    let good = world.bytes();
    let time = |repeats: usize| {
        let bogus =
            b"{\"type\":\"breakglass/v1/statements\",\"x\":1}\n\n\xe2\x80\x94 alice AAAA\n\n".repeat(repeats);
        let opening = b"{\"type\":\"breakglass/v1/statements\",\n".repeat(repeats);
        let glued = b"{\"type\":\"breakglass/v1/".repeat(repeats);
        let bytes = [&good[..], &bogus, &opening, &glued].concat();
        let began = std::time::Instant::now();
        let reading = Reading::of(bytes).unwrap();
        assert_eq!(reading.findings.last().unwrap().rule, Rule::Torn);
        began.elapsed()
    };
    let best = |repeats| (0..3).map(|_| time(repeats)).min().expect("there are three");
    let (short, long) = (best(5_000), best(40_000));
    assert!(long < short * 40, "eight times the bytes took {long:?}, where {short:?} would be one time");
}

#[test]
fn only_a_head_of_this_log_leaves_out_what_was_seen_before() {
    let world = World::ready();
    let before = world.head_file();
    let question = RequestPlan { reason: Reason::Other, ..world.question(Purpose::Emergency) };
    world.ask("carol", "prod", question);
    let after = world.head_file();
    let rules = |since: HeadFile| {
        let since = Some(("the last head".to_owned(), since));
        let report = world.verify_with(&Evidence { since, ..Evidence::default() });
        report.findings.iter().map(|finding| finding.rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(before), [Rule::ReasonOther, Rule::CompletenessUnproven]);
    assert_eq!(rules(after), []);
    let other = world.records()[1].hash;
    assert_eq!(rules(HeadFile { hash: other, ..after }), [Rule::ReasonOther, Rule::HeadFork]);
    assert!(rules(HeadFile { escrow: other, ..after }).contains(&Rule::ReasonOther));
    assert_eq!(rules(HeadFile { seq: 1000, ..after }), [Rule::ReasonOther, Rule::HeadTruncated]);
}

#[test]
fn what_claims_to_adopt_makes_nobody_remember_more_than_can_be_adopted() {
    // Each remembered escrow is a whole one: lines that nobody signed must not ask for thousands.
    let world = World::ready();
    for _ in 0..120 {
        world.check("alice");
    }
    let whole = world.bytes();
    let line =
        |record: &LogRecord| format!("{{\"type\":\"breakglass/v1/adopt\",\"hash\":\"{}\"}}\n", record.hash);
    let lines: String = world.records().iter().map(line).collect();
    let reading = Reading::of([&whole[..], lines.as_bytes()].concat()).unwrap();
    assert_eq!(reading.escrow.remembered(), 0, "nobody signed any of it");
    assert_eq!(Reading::of(whole).unwrap().escrow.remembered(), 0);
}

#[test]
fn what_stands_where_the_empty_line_should_is_told_by_its_line() {
    let world = World::ready();
    // A request has two signatures: the line behind them is the fifth.
    world.emergency();
    let records = world.records();
    let (first, last) = (&records[0], records.last().unwrap());
    assert_eq!((first.note.signers().count(), last.note.signers().count()), (1, 2));
    for (record, line) in [(first, 4), (last, 5)] {
        let bytes = [record.note.as_bytes(), b"x\n"].concat();
        let refused = LogRecord::take_at(&bytes, 0).unwrap_err();
        assert_eq!(refused, NoteError::NotASignatureLine(line));
    }
}
