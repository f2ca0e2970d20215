//! What is sealed in a canary: computed from its name, so that everybody can tell that it opens nothing. Whoever seals
//! chooses nothing of it, and so cannot hide in it what a drill would show.

use data_encoding::{BASE32_NOPAD, HEXLOWER};

use crate::crypto::digest::Digest;
use crate::secret::payload::{ACCOUNT_ID, EMAIL, Fields, PASSWORD, TOTP};
use crate::value::names::VaultName;

/// What the digest that a canary's password and seed are made of is bound to.
const DOMAIN: &[u8] = b"breakglass/v1/canary-payload\0";

/// How many bytes of the digest are in the password.
const IN_PASSWORD: usize = 15;

/// How many of them are in each of its groups, in half bytes.
const GROUP: usize = 5;

/// How many bytes of the digest, its last, are the seed.
const IN_SEED: usize = 16;

/// The fields of the canary of that name: like real ones, and known to everybody.
pub fn canary_fields(name: &VaultName) -> Fields {
    let digest = Digest::of_parts(&[DOMAIN, name.as_str().as_bytes()]);
    let bytes = digest.as_bytes();
    let hexadecimal = HEXLOWER.encode(&bytes[..IN_PASSWORD]);
    let groups: Vec<&str> =
        (0..hexadecimal.len()).step_by(GROUP).map(|at| &hexadecimal[at..at + GROUP]).collect();
    let seed = BASE32_NOPAD.encode(&bytes[bytes.len() - IN_SEED..]);
    let totp = format!("otpauth://totp/{name}?secret={seed}&algorithm=SHA1&digits=6&period=30");
    let field = |field: &str, value: String| (field.parse().expect("it is a field's name"), value.into());
    Fields::new(vec![
        field(ACCOUNT_ID, "canary".into()),
        field(EMAIL, "nobody@canary.invalid".into()),
        field(PASSWORD, groups.join("-")),
        field(TOTP, totp),
    ])
    .expect("they are a few short fields of different names")
}

/// Whether the plaintext of a payload is that of the canary of that name.
pub(crate) fn is_canary_payload(name: &VaultName, payload: &[u8]) -> bool {
    canary_fields(name).encode()[..] == *payload
}
