//! Identity files and shares of people of a world.

use breakglass::ceremony::seal::open_share;
use breakglass::crypto::envelope::{Identity, identity_file, lock_identity_file};
use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::world::World;

/// Cheap, for a passphrase that everybody knows.
const WORK: u8 = 10;

/// What [`locked`] locks with.
pub const PASSPHRASE: &str = "correct horse battery";

/// Somebody's identity file.
pub fn key_file(identity: &Identity) -> Vec<u8> {
    identity_file(identity, "2026-11-23T08:00:00Z").expose_secret().as_bytes().to_vec()
}

/// The same, under [`PASSPHRASE`].
pub fn locked(identity: &Identity) -> Vec<u8> {
    let text = SecretString::from(String::from_utf8(key_file(identity)).unwrap());
    lock_identity_file(&text, &SecretString::from(PASSPHRASE), WORK).unwrap().into_bytes()
}

/// The share text of somebody's share of `prod`.
pub fn share_text(world: &World, who: &str) -> Zeroizing<String> {
    let seal = world.generation("prod").seal.as_ref().clone();
    let sealed = world.sealed(&seal.vault, 1);
    let file = &sealed.sealed_shares.iter().find(|(one, _)| one.as_str() == who).unwrap().1;
    let identity = world.person(who).identity.clone();
    open_share(&[identity], file, &world.id(), &seal, world.person(who).id()).unwrap().text()
}
