//! Custodians before their own share: what they approve, and what they check off.

use super::*;

/// What becomes of a request file in `who`'s hands.
fn examine(world: &World, who: &str, file: &[u8], book: &Book) -> Result<(), ApproveError> {
    let actor = world.person(who);
    let carried = RequestFile::parse(file)?;
    carried.examine(&actor.card, std::slice::from_ref(&actor.identity), book).map(|_| ())
}

#[test]
fn an_approver_is_not_led_astray() {
    let world = World::ready();
    let asking = world.emergency();
    let (alice, empty) = (world.person("alice"), Book::new(text("alice")));
    let ours = |file: &[u8]| examine(&world, "alice", file, &alice.book.borrow());
    ours(&asking.file).unwrap();
    // Not of this escrow, without a share, with another card.
    assert!(matches!(examine(&world, "erin", &asking.file, &empty), Err(ApproveError::NoShare { .. })));
    let mallory = actor("alice", &[Role::Custodian]);
    let carried = RequestFile::parse(&asking.file).unwrap();
    let refused = carried.examine(&mallory.card, std::slice::from_ref(&mallory.identity), &empty);
    assert!(matches!(refused, Err(ApproveError::NotEnrolled(_))));
    // Her sealed share is missing, or her identity is another.
    let sealed = world.sealed(&world.generation("prod").seal.vault, 1);
    let others = sealed.sealed_shares[1..].iter().map(|(_, file)| file.as_str());
    assert!(matches!(ours(&request_file(&world.bytes(), others)), Err(ApproveError::ShareMissing(_))));
    let refused = carried.examine(&alice.card, std::slice::from_ref(&mallory.identity), &empty);
    let no_key = |error: &OpenShareError| matches!(error, OpenShareError::Envelope(_));
    assert!(matches!(refused, Err(ApproveError::BadShare { ref error, .. }) if no_key(error)));
    // A log that does not end with a request, that is torn, or that was tampered with.
    let shares: Vec<&str> = sealed.sealed_shares.iter().map(|(_, file)| file.as_str()).collect();
    let with = |log: &[u8]| request_file(log, shares.iter().copied());
    let (log, request) = (world.bytes(), world.records().pop().unwrap());
    assert!(matches!(ours(&with(&log[..request.start as usize])), Err(ApproveError::NoRequest)));
    world.append(Statements { statements: Vec::new() }, &[world.signs("bob")]).unwrap();
    assert!(matches!(ours(&with(&world.bytes())), Err(ApproveError::NoRequest)));
    world.set_bytes(log.clone());
    assert!(
        matches!(ours(&with(&log[..log.len() - 1])), Err(ApproveError::Unsound(found)) if found.rule == Rule::Torn)
    );
    let mut flipped = log.clone();
    flipped[request.start as usize - 40] ^= 1;
    assert!(matches!(ours(&with(&flipped)), Err(ApproveError::Unsound(_))));
    // Real credentials asked for as a drill: past the request ceremony, and not past the approver.
    let (mut drill, session) = world.make_request("carol", "prod", world.question(Purpose::Emergency));
    drill.purpose = Purpose::Drill;
    world.forge(drill, &[world.signs("carol"), (KeyName::Session, session.key())]);
    let refused = ours(&with(&world.bytes()));
    assert!(matches!(refused, Err(ApproveError::Unsound(found)) if found.rule == Rule::RequestPurpose));
}

#[test]
fn an_approver_notices_another_history() {
    let world = World::ready();
    let sealed = world.sealed(&world.generation("prod").seal.vault, 1);
    let shares = || sealed.sealed_shares.iter().map(|(_, file)| file.as_str());
    let before = world.bytes();
    let first = world.emergency();
    world.approve("alice", &first);
    let known = world.head().seq;
    let alice = world.person("alice");
    let ours = |file: &[u8]| {
        let carried = RequestFile::parse(file).unwrap();
        let identity = std::slice::from_ref(&alice.identity);
        match carried.examine(&alice.card, identity, &alice.book.borrow()) {
            Ok(examined) => Ok(examined.deviations(world.now())),
            Err(ApproveError::OtherHistory { seq }) => Err(seq),
            Err(error) => panic!("{error}"),
        }
    };
    // What she approved is cut off, and something else asked instead.
    world.set_bytes(before);
    let second = world.emergency();
    assert_eq!(ours(&second.file), Ok(vec![Deviation::OtherHistory]));
    world.emergency();
    let longer = request_file(&world.bytes(), shares());
    assert_eq!(ours(&longer), Ok(vec![Deviation::OtherHistory]));
    // Only an emergency goes on all the same.
    world.ask("carol", "prod", world.question(Purpose::Maintenance));
    let planned = request_file(&world.bytes(), shares());
    assert_eq!(ours(&planned), Err(known));
    // To somebody whose book does not know that much, it is a history like any other.
    examine(&world, "bob", &second.file, &world.person("bob").book.borrow()).unwrap();
    // On her own history she is told of what she approved and was never released.
    let world = World::ready();
    let first = world.emergency();
    world.approve("alice", &first);
    let second = world.emergency();
    let (alice, carried) = (world.person("alice"), RequestFile::parse(&second.file).unwrap());
    let book = alice.book.borrow();
    let examined = carried.examine(&alice.card, std::slice::from_ref(&alice.identity), &book).unwrap();
    let told: Vec<_> = examined.unreleased.iter().map(|one| (one.person.as_str(), one.request)).collect();
    assert_eq!(told, [("alice", first.record)]);
}

#[test]
fn a_forged_escrow_with_the_same_people_gets_no_share() {
    let world = World::ready();
    let seal = world.generation("prod").seal.as_ref().clone();
    let sealed = world.sealed(&seal.vault, 1);
    // Mallory's own genesis, with everybody's true card, and the true seal copied.
    let mallory = actor("mallory", &[Role::Administrator]);
    let people = ["alice", "bob", "carol", "dan"].map(|id| world.person(id).card.clone());
    let cards = people.into_iter().chain([mallory.card.clone()]).collect();
    let beginning = Beginning { name: text("Example Corp"), cards, policy: Policy::default() };
    let forged = world;
    let first = genesis(&beginning, &mallory.signer, dawn(), &mut rng()).unwrap();
    forged.set_bytes(LogRecord::bytes_of(&first));
    forged.append(seal.clone(), &[mallory.signs()]).unwrap();
    let question = forged.question(Purpose::Emergency);
    let (request, session) = forged.make_request("carol", "prod", question);
    let request = breakglass::record::request::Request { requester: mallory.id().clone(), ..request };
    forged.append(request, &[mallory.signs(), (KeyName::Session, session.key())]).unwrap();
    let file = request_file(&forged.bytes(), sealed.sealed_shares.iter().map(|(_, file)| file.as_str()));
    // Alice's book is lost, and still the share itself says whose it is.
    match examine(&forged, "alice", &file, &Book::new(text("alice"))) {
        Err(ApproveError::BadShare { error: OpenShareError::Share(error), .. }) => {
            assert_eq!(error, ShareError::Contradicts("escrow"));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_share_that_is_not_the_sealed_one_is_not_checked_off() {
    let world = World::ready();
    let escrow = world.reading().escrow;
    let (alice, generation) = (world.person("alice"), world.generation("prod"));
    let sealed = world.sealed(&generation.seal.vault, 1);
    let held = |file: &str| [Held { generation: &generation, file: file.to_owned() }];
    let try_check =
        |identity, file: &str| check(&escrow, alice.id(), std::slice::from_ref(identity), &held(file));
    assert!(try_check(&alice.identity, &sealed.sealed_shares[0].1).is_ok());
    let refused = try_check(&alice.identity, &sealed.sealed_shares[1].1);
    assert!(matches!(refused, Err(CheckError::OtherFile { .. })));
    let refused = try_check(&world.person("bob").identity, &sealed.sealed_shares[0].1);
    assert!(matches!(refused, Err(CheckError::Bad { .. })));
    let nothing = check(&escrow, alice.id(), &[], &[]);
    assert!(matches!(nothing, Err(CheckError::Nothing(_))));
}
