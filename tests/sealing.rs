//! What was sealed, opened again: by whoever it was sealed to, and to the share that the seal says they have.

#[path = "fixtures/world/mod.rs"]
mod world;

use breakglass::ceremony::approve::{ApproveError, RequestFile};
use breakglass::ceremony::check::{CheckError, Held, check};
use breakglass::ceremony::seal::{OpenShareError, Plan, SealError, fresh_vault_id, seal};
use breakglass::crypto::threshold::Threshold;
use breakglass::record::book::Book;
use breakglass::record::canary::canary_name;
use breakglass::record::request::Purpose;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::secret::canary::canary_fields;
use breakglass::secret::share::ShareError;
use world::{CANARY, World, environment, fields, rng, text};

#[test]
fn what_was_sealed_is_opened_again_with_the_identities_at_hand() {
    let world = World::ready();
    let escrow = world.id();
    let identity = |who: &str| world.person(who).identity.clone();
    let mut sealed = world.make_seal("another", Kind::Root, 2, &["alice", "bob"], Credentials::New);
    let at_hand = [identity("alice"), identity("carol")];
    assert!(sealed.reopen(&escrow, &at_hand).is_ok());
    // A file that is cut short is nobody's.
    sealed.sealed_shares[0].1.truncate(200);
    assert!(matches!(sealed.reopen(&escrow, &at_hand), Err(SealError::Envelope(_))));

    // Only bob's own identity can tell that he has alice's share.
    let misdealt = world.seal_misdealt("misdealt");
    assert!(misdealt.reopen(&escrow, &at_hand).is_ok());
    let Err(SealError::NotReopened { custodian, why }) = misdealt.reopen(&escrow, &[identity("bob")]) else {
        panic!("it was opened")
    };
    assert_eq!((custodian.as_str(), why), ("bob", ShareError::Contradicts("index")));
}

#[test]
fn whoever_was_given_somebody_elses_share_finds_it_at_their_check_and_hands_it_to_nobody() {
    let world = World::ready();
    let sealed = world.seal_misdealt("misdealt");
    let escrow = world.reading().escrow;
    let generation = escrow.vault_named(&text("misdealt")).unwrap().current();
    let checked = |at: usize| {
        let (custodian, file) = &sealed.sealed_shares[at];
        let held = [Held { generation, file: file.clone() }];
        let identity = world.person(custodian.as_str()).identity.clone();
        check(&escrow, custodian, &[identity], &held)
    };
    assert!(checked(0).is_ok());
    let Err(CheckError::Bad { error: OpenShareError::Share(why), .. }) = checked(1) else {
        panic!("bob's check did not find it")
    };
    assert_eq!(why, ShareError::Contradicts("index"));

    let asking = world.ask("carol", "misdealt", world.question(Purpose::Emergency));
    let examined = |who: &str| {
        let (person, carried) = (world.person(who), RequestFile::parse(&asking.file).unwrap());
        let book = Book::new(person.id().clone());
        carried.examine(&person.card, std::slice::from_ref(&person.identity), &book).map(drop)
    };
    assert!(examined("alice").is_ok());
    let Err(ApproveError::BadShare { error: OpenShareError::Share(why), .. }) = examined("bob") else {
        panic!("bob approved with it")
    };
    assert_eq!(why, ShareError::Contradicts("index"));
}

const OTHERS: [&str; 3] = ["alice", "bob", "erin"];

#[test]
fn a_canary_is_sealed_as_it_follows_from_its_people_and_not_otherwise() {
    let world = World::ready();
    let cards: Vec<_> = OTHERS.iter().map(|id| world.person(id).card.clone()).collect();
    let plan = Plan {
        vault: fresh_vault_id(&mut rng()),
        name: canary_name(2, &OTHERS.map(text)),
        kind: Kind::Canary,
        partition: text("canary"),
        account: text("canary"),
        generation: 1,
        credentials: Credentials::New,
        threshold: Threshold::new(2, 3).unwrap(),
        custodians: cards,
        environment: environment(),
    };
    let sealed = |plan: &Plan, fields| seal(&world.id(), plan, &fields, &[], &mut rng());
    assert!(sealed(&plan, canary_fields(&plan.name)).is_ok());
    for (plan, fields) in [
        (plan.clone(), fields()),
        (plan.clone(), canary_fields(&text(CANARY))),
        (Plan { account: text("111122223333"), ..plan.clone() }, canary_fields(&plan.name)),
        (Plan { partition: text("aws"), ..plan.clone() }, canary_fields(&plan.name)),
        (Plan { name: text(CANARY), ..plan.clone() }, canary_fields(&text(CANARY))),
    ] {
        assert!(
            matches!(sealed(&plan, fields), Err(SealError::NotACanary)),
            "{} {}",
            plan.name,
            plan.account
        );
    }
}
