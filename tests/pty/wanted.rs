//! What must not be found where it is looked for.

use std::fs;

use breakglass::ceremony::seal::open_share;
use breakglass::crypto::envelope::{Identity, IdentityFile};
use breakglass::crypto::shamir::{self, Secret};
use breakglass::crypto::sign::SigningKey;
use breakglass::escrow::Reading;
use breakglass::secret::share::{Share, set_id};
use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, HEXLOWER};

use crate::disk::Disk;

/// Something that must not get out, in every form that is looked for.
pub struct Wanted {
    pub name: String,
    pub forms: Vec<Vec<u8>>,
}

/// A secret in each form: raw, hexadecimal, base32 and base64.
pub fn secret(name: &str, bytes: &[u8]) -> Wanted {
    let mut forms =
        vec![bytes.to_vec(), HEXLOWER.encode(bytes).into_bytes(), BASE32_NOPAD.encode(bytes).into()];
    // Within a longer base64 text a secret may begin at any of three places in a group.
    for lead in 0..3 {
        let text = BASE64_NOPAD.encode(&[&vec![0; lead], bytes].concat());
        let skip = [0, 2, 3][lead];
        forms.push(text.as_bytes()[skip..text.len() - 2].to_vec());
    }
    Wanted { name: name.to_owned(), forms }
}

/// Whether it is in there.
pub fn holds(content: &[u8], secret: &Wanted) -> bool {
    secret.forms.iter().any(|form| content.windows(form.len()).any(|window| window == form.as_slice()))
}

/// The identity of a person who has no passphrase.
pub fn identity(disk: &Disk, id: &str) -> Identity {
    let file = fs::read(disk.path(format!("{id}/{id}.key"))).unwrap();
    match IdentityFile::parse(&file).unwrap() {
        IdentityFile::Plain(mut identities) => identities.remove(0),
        IdentityFile::Locked(_) => panic!("{id} has a passphrase"),
    }
}

/// What the sealed files hold: each share's value, and the vault key.
pub fn sealed_secrets(disk: &Disk, vault: &str) -> Vec<Wanted> {
    let reading = Reading::of(fs::read(disk.path("escrow/log")).unwrap()).unwrap();
    let escrow = &reading.escrow;
    let vault = escrow.vault_named(&vault.parse().unwrap()).unwrap();
    let seal = &vault.generations[0].seal;
    let shares: Vec<Share> = ["alice", "bob", "carol"]
        .iter()
        .map(|id| {
            let path = disk.path(format!("escrow/vaults/{}/1/{id}.share.age", vault.name));
            let file = fs::read_to_string(path).unwrap();
            open_share(&[identity(disk, id)], &file, &escrow.id, seal, &id.parse().unwrap()).unwrap()
        })
        .collect();
    let set = set_id(&escrow.id, &seal.vault, 1);
    let two = [shares[0].value(), shares[1].value()];
    let key: Secret = shamir::combine(set, seal.threshold().unwrap(), &two, |_| true).unwrap();
    let mut secrets: Vec<_> = shares
        .iter()
        .map(|share| {
            secret(&format!("share {} of {}", share.index(), vault.name), share.value().expose_value())
        })
        .collect();
    secrets.push(secret(&format!("vault key of {}", vault.name), &key[..]));
    let release = SigningKey::for_release(&key, &seal.vault, 1);
    secrets.push(secret(&format!("release key of {}", vault.name), &release.seed()[..]));
    secrets
}
