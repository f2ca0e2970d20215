//! What is appended, and what is not: a record that breaks a rule, on a medium that fails, to a log that is not sound.

use super::*;

/// A draft of carol's, and of a stranger's that breaks a rule.
#[test]
fn a_record_is_as_large_as_a_line_may_be_and_no_larger() {
    let world = World::ready();
    let record = |length: usize| {
        let says = Adopt { from: world.head(), parts: 0, records: "A".repeat(length) };
        let draft = Draft { time: dawn(), says, signers: vec![world.signs("alice")] };
        draft.at(world.id(), 1, Digest::ZERO)
    };
    let line = |note: &Note| note.as_bytes().iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let rest = line(&record(0).unwrap());
    let largest = record(MAX_LINE - rest).unwrap();
    assert_eq!(line(&largest), MAX_LINE);
    assert!(Note::parse(largest.as_bytes()).is_ok());
    let larger = record(MAX_LINE - rest + 1);
    assert!(matches!(larger, Err(LedgerError::TooLarge { size, .. }) if size == MAX_LINE + 1));
}

fn draft<'a>(world: &'a World, who: &str) -> Draft<'a, Statements> {
    Draft { time: world.tick(), says: Statements { statements: Vec::new() }, signers: vec![world.signs(who)] }
}

/// What is called an end and has nothing of one.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
struct NoEnd {
    ends: u64,
}

impl RecordBody for NoEnd {
    const KIND: &'static str = End::KIND;
}

#[test]
fn a_record_that_breaks_a_rule_is_refused_and_nothing_is_written() {
    #[track_caller]
    fn refused<S: RecordBody>(world: &World, rule: Rule, says: S, signers: &[world::Signs<'_>]) {
        let before = world.bytes();
        let mut ledger = world.ledger();
        let draft = Draft { time: world.tick(), says, signers: signers.to_vec() };
        match ledger.append(draft).unwrap_err() {
            LedgerError::Refused(finding) => {
                assert_eq!((finding.rule, finding.seq), (rule, Some(world.head().seq + 1)), "{finding:?}");
                assert_eq!(finding.offset, Some(before.len() as u64));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(world.bytes(), before);
        // The ledger is as good as before.
        ledger.append(self::draft(world, "alice")).unwrap();
        world.set_bytes(before);
    }
    let world = World::ready();
    let asking = world.emergency();
    let seal = world.generation("prod").seal.as_ref().clone();
    let (alice, dan) = (world.signs("alice"), world.signs("dan"));
    let mallory = actor("mallory", &[Role::Administrator]);
    refused(&world, Rule::RecordField, NoEnd { ends: 1 }, std::slice::from_ref(&dan));
    refused(&world, Rule::SealGeneration, seal.clone(), std::slice::from_ref(&dan));
    refused(&world, Rule::SealSigner, seal.clone(), std::slice::from_ref(&alice));
    refused(&world, Rule::RecordSignerUnknown, seal, &[mallory.signs()]);
    refused(&world, Rule::EndShown, world.end_of(&asking, EndOutcome::Released), &[asking.signs()]);
    let files = world.approvals(&["alice"], &asking);
    let Reconstructed { release_key, .. } = world.keys("prod");
    let signers = [(world.release_name("prod"), &release_key), asking.signs()];
    refused(&world, Rule::ReleaseQuorum, world.release_of(&asking, 1, &files), &signers);
    // All of several, or none.
    let before = world.bytes();
    let mut ledger = world.ledger();
    let several = vec![
        draft(&world, "alice"),
        draft(&world, "dan"),
        Draft { signers: vec![mallory.signs()], ..draft(&world, "bob") },
    ];
    assert!(matches!(ledger.append_all(several), Err(LedgerError::Refused(_))));
    assert_eq!(world.bytes(), before);
    let heads = ledger.append_all(vec![draft(&world, "alice"), draft(&world, "dan")]).unwrap();
    assert_eq!(heads[1].head(), world.head());
    assert_eq!(world.reading().escrow.head, world.head());
}

#[test]
fn a_medium_that_fails_gives_no_proof_and_is_not_used_again() {
    for fault in [Fault::Fails, Fault::Loses, Fault::Changes, Fault::Tears, Fault::FailsToReread] {
        let world = World::ready();
        let asking = world.emergency();
        let approvals = world.approvals(&["alice", "bob"], &asking);
        let mut ledger = Ledger::open(world.medium().failing(fault)).unwrap().sound().unwrap();
        let escrow = ledger.escrow().clone();
        let gathered = gather(&escrow, &asking.record, &asking.session, files(&approvals)).unwrap();
        let authorized = gathered.reconstruct(&payload(&world), Vec::new(), environment()).unwrap();
        assert_eq!(format!("{authorized:?}"), "Authorized(attempt 1, …)");
        let failed = ledger.append(authorized.draft(&asking.session, world.tick())).unwrap_err();
        match fault {
            Fault::Fails | Fault::FailsToReread => {
                assert!(matches!(failed, LedgerError::Io { .. }), "{failed:?}")
            }
            _ => assert!(matches!(failed, LedgerError::Unfaithful), "{failed:?}"),
        }
        assert_eq!(ledger.escrow().head, escrow.head, "{fault:?}");
        let size = world.bytes().len();
        assert!(matches!(ledger.append(draft(&world, "alice")), Err(LedgerError::Unusable)));
        assert_eq!(world.bytes().len(), size, "{fault:?}: nothing is written any more");
    }
}

#[test]
fn a_log_that_is_not_sound_is_not_built_on() {
    let world = World::ready();
    let torn = world.bytes().len() - 1;
    world.set_bytes(world.bytes()[..torn].to_vec());
    let mut ledger = Ledger::open(world.medium()).unwrap();
    assert!(
        matches!(ledger.append(draft(&world, "alice")), Err(LedgerError::Unsound(found)) if found.rule == Rule::Torn)
    );
    assert_eq!(world.bytes().len(), torn);
    assert!(matches!(ledger.sound(), Err(LedgerError::Unsound(_))));
    world.set_bytes(Vec::new());
    assert!(matches!(Ledger::open(world.medium()), Err(LedgerError::Unsound(_))));
}
