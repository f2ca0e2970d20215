//! A session: two keys, and both have to be those that the request names.

mod world;

use breakglass::ceremony::release::{ReleaseError, gather};
use breakglass::ceremony::request::Session;
use breakglass::crypto::envelope::{self, Identity};
use world::World;

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
