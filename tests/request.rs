//! A request, and its session: what it may ask for, and two keys that both have to be those that it names.

#[path = "fixtures/world/mod.rs"]
mod world;

use breakglass::ceremony::release::{ReleaseError, gather};
use breakglass::ceremony::request::{RequestError, RequestPlan, Session, SessionError, request};
use breakglass::crypto::envelope::{self, Identity};
use breakglass::escrow::NotNamed;
use breakglass::record::deviation::Deviation;
use breakglass::record::request::{MAX_ITEMS, Purpose};
use breakglass::value::time::Seconds;
use world::{CANARY, World, rng, text};

/// A session file with the identity of one session and the signing key of another, opened.
fn mixed_session(identity: &Session, key: &Session) -> Session {
    let owner = Identity::generate();
    let plain = |session: &Session| {
        let file = session.seal(&[owner.to_recipient()]).unwrap();
        let text = envelope::decrypt(std::slice::from_ref(&owner), file.as_bytes(), 1024).unwrap();
        String::from_utf8(text.to_vec()).unwrap()
    };
    let (of_identity, of_key) = (plain(identity), plain(key));
    let seed = |text: &str| text.find("seed ").unwrap();
    let text = format!("{}{}", &of_identity[..seed(&of_identity)], &of_key[seed(&of_key)..]);
    let file = envelope::encrypt_armored(&[owner.to_recipient()], text.as_bytes()).unwrap();
    Session::open(std::slice::from_ref(&owner), file.as_bytes()).unwrap()
}

#[test]
fn a_session_is_read_back_whole_or_not_at_all() {
    let owner = Identity::generate();
    let open = |text: &str| {
        let file = envelope::encrypt_armored(&[owner.to_recipient()], text.as_bytes()).unwrap();
        Session::open(std::slice::from_ref(&owner), file.as_bytes())
    };
    let session = Session::generate(&mut rng());
    let file = session.seal(&[owner.to_recipient()]).unwrap();
    let plain = envelope::decrypt(std::slice::from_ref(&owner), file.as_bytes(), 1024).unwrap();
    let whole = std::str::from_utf8(&plain).unwrap();
    let again = open(whole).unwrap();
    assert_eq!(again.identity().to_recipient(), session.identity().to_recipient());
    assert_eq!(again.key().verifying_key(), session.key().verifying_key());
    assert_eq!(format!("{again:?}"), "Session(…)");

    let seed = whole.find("seed ").unwrap() + "seed ".len();
    let changed = [
        whole[..whole.len() - 1].to_owned(),
        format!("{whole}\n"),
        format!("{}\n", &whole[..whole.len() - 2]),
        format!("{}\n", &whole[..whole.len() - 3]),
        format!("{}00\n", &whole[..whole.len() - 1]),
        format!("{}\n", &whole[..seed]),
        format!("{}zz{}", &whole[..seed], &whole[seed + 2..]),
        whole.replacen("seed ", "key ", 1),
        whole.replacen("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-2", 1),
        whole.lines().skip(1).fold(String::new(), |all, line| all + line + "\n"),
    ];
    for wrong in changed {
        assert!(matches!(open(&wrong), Err(SessionError::Malformed)), "{}", wrong.len());
    }
}

#[test]
fn both_keys_are_those_of_the_request() {
    let world = World::ready();
    let (ours, theirs) = (world.emergency(), world.emergency());
    let escrow = world.reading().escrow;
    for (identity, key) in [(&theirs, &ours), (&ours, &theirs), (&theirs, &theirs)] {
        let mixed = mixed_session(&identity.session, &key.session);
        let refused = gather(&escrow, &ours.record, &mixed, Vec::new());
        assert!(matches!(refused, Err(ReleaseError::OtherSession)));
    }
    let whole = mixed_session(&ours.session, &ours.session);
    assert!(gather(&escrow, &ours.record, &whole, Vec::new()).is_ok());
}

#[test]
fn a_request_is_refused_where_it_makes_no_sense() {
    let world = World::ready();
    let escrow = world.reading().escrow;
    let carol = world.person("carol").id();
    let ask = |vault: &str, question| {
        let session = Session::generate(&mut rng());
        request(&escrow, escrow.vault_named(&text(vault)).unwrap(), question, carol.clone(), &session)
            .unwrap_err()
    };
    let drill = || world.question(Purpose::Drill);
    assert!(matches!(ask("prod", drill()), RequestError::Purpose { .. }));
    assert!(matches!(ask(CANARY, world.question(Purpose::Emergency)), RequestError::Purpose { .. }));
    let mut question = drill();
    question.generation = Some(2.into());
    assert!(matches!(
        ask(CANARY, question),
        RequestError::Generation { error: NotNamed::NoGeneration { newest: 1, .. }, .. }
    ));
    let mut question = drill();
    question.fields.clear();
    assert_eq!(ask(CANARY, question), RequestError::Fields);
    let twice = RequestPlan { fields: vec![text("password"); 2], ..drill() };
    assert_eq!(ask(CANARY, twice), RequestError::Fields);
}

#[test]
fn a_request_takes_so_many_fields_and_actions_and_no_more() {
    let world = World::ready();
    let escrow = world.reading().escrow;
    let canary = escrow.vault_named(&text(CANARY)).unwrap();
    let ask = |fields: usize, actions: usize| {
        let field = |number| text(&format!("field-{number}"));
        let question = RequestPlan {
            fields: (0..fields).map(field).collect(),
            actions: vec![text("again"); actions],
            ..world.question(Purpose::Drill)
        };
        let session = Session::generate(&mut rng());
        request(&escrow, canary, question, world.person("carol").id().clone(), &session)
    };
    assert!(ask(MAX_ITEMS, MAX_ITEMS).is_ok());
    assert_eq!(ask(MAX_ITEMS + 1, 1), Err(RequestError::TooMany));
    assert_eq!(ask(1, MAX_ITEMS + 1), Err(RequestError::TooMany));
}

#[test]
fn a_request_says_from_which_moment_on_it_is_out_of_order() {
    let world = World::ready();
    let escrow = world.reading().escrow;
    let (longest, newest) = (escrow.policy.max_request_window, escrow.time);
    let asked = |expires: u64, not_before| {
        let question =
            RequestPlan { expires: Seconds(expires), not_before, ..world.question(Purpose::Drill) };
        world.make_request("carol", CANARY, question).0.deviations
    };
    let usual = asked(longest.0, newest);
    assert!(!usual.contains(&Deviation::LongWindow) && !usual.contains(&Deviation::ClockBehind));
    assert!(asked(longest.0 + 1, newest).contains(&Deviation::LongWindow));
    let earlier = breakglass::value::time::Time::from_unix(newest.unix() - 1).unwrap();
    assert!(asked(longest.0, earlier).contains(&Deviation::ClockBehind));
}
