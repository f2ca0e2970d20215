//! Whole recoveries: a log, a payload, and what its custodians bring.

use std::rc::Rc;

use breakglass::ceremony::seal::Sealed;
use breakglass::crypto::envelope::encrypt_armored;
use breakglass::secret::totp::TotpSeed;
use secrecy::ExposeSecret as _;

use super::keys::{PASSPHRASE, key_file, locked, share_text};
use super::put::put;
use crate::world::{Asking, World};

const SEED: &str = "otpauth://totp/root?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

type Files<'a> = &'a [(&'a str, Vec<u8>)];

pub fn write(world: &World, asking: &Asking) {
    let vault = Vault::of(world);
    from_shares(&vault);
    from_too_little(&vault);
    from_approvals(&vault, asking);
}

/// The vault `prod` of a world, and what its people have of it.
struct Vault<'a> {
    world: &'a World,
    log: Vec<u8>,
    sealed: Rc<Sealed>,
}

impl Vault<'_> {
    fn of(world: &World) -> Vault<'_> {
        let sealed = world.sealed(&world.generation("prod").seal.vault, 1);
        Vault { world, log: world.bytes(), sealed }
    }

    /// Somebody's sealed share.
    fn share(&self, who: &str) -> Vec<u8> {
        let found = self.sealed.sealed_shares.iter().find(|(one, _)| one.as_str() == who);
        found.unwrap().1.as_bytes().to_vec()
    }

    /// Somebody's identity file.
    fn key(&self, who: &str) -> Vec<u8> {
        key_file(&self.world.person(who).identity)
    }

    fn case(&self, name: &str, about: &str, told: &[String], files: Files<'_>) {
        let mut lines = vec![format!("time: {}", self.world.now()), format!("passphrase: {PASSPHRASE}")];
        lines.extend_from_slice(told);
        let mut all: Vec<(&str, &[u8])> = files.iter().map(|(name, file)| (*name, &file[..])).collect();
        all.push(("log", &self.log));
        if !all.iter().any(|(name, _)| *name == "payload.age") {
            all.push(("payload.age", &self.sealed.payload));
        }
        put(&format!("recover/{name}"), about, &lines, &all);
    }

    /// A case that opens, with what is in it.
    fn opens(&self, name: &str, about: &str, files: Files<'_>) {
        let code = TotpSeed::parse(SEED).unwrap().code_at(self.world.now().unix());
        let told = [
            "expect: good".to_owned(),
            "field: account-id 123456789012".to_owned(),
            "field: email root@example.com".to_owned(),
            "field: password correct horse battery staple".to_owned(),
            format!("field: totp {SEED}"),
            format!("totp: {}", code.code.expose_secret()),
        ];
        self.case(name, about, &told, files);
    }

    /// A case that does not open.
    fn refused(&self, name: &str, about: &str, files: Files<'_>) {
        self.case(name, about, &["expect: refused".to_owned()], files);
    }
}

fn from_shares(vault: &Vault<'_>) {
    let [a, b, c] = ["alice", "bob", "carol"].map(|who| vault.share(who));
    vault.opens(
        "from-shares",
        "Two custodians with their identity files.",
        &[
            ("alice.share.age", a.clone()),
            ("carol.share.age", c.clone()),
            ("alice.key", vault.key("alice")),
            ("carol.key", vault.key("carol")),
        ],
    );
    vault.opens(
        "from-shares-under-a-passphrase",
        "One identity file is under a passphrase.",
        &[
            ("bob.share.age", b.clone()),
            ("carol.share.age", c.clone()),
            ("bob.key", locked(&vault.world.person("bob").identity)),
            ("carol.key", vault.key("carol")),
        ],
    );
    vault.opens(
        "from-all-shares",
        "All three custodians.",
        &[
            ("alice.share.age", a),
            ("bob.share.age", b),
            ("carol.share.age", c),
            ("alice.key", vault.key("alice")),
            ("bob.key", vault.key("bob")),
            ("carol.key", vault.key("carol")),
        ],
    );
}

fn from_too_little(vault: &Vault<'_>) {
    let [a, b] = ["alice", "bob"].map(|who| vault.share(who));
    vault.refused(
        "from-one-share",
        "One custodian where two are needed.",
        &[("alice.share.age", a.clone()), ("alice.key", vault.key("alice"))],
    );
    let bob = vault.world.person("bob").identity.to_recipient();
    let again = encrypt_armored(&[bob], share_text(vault.world, "bob").as_bytes()).unwrap();
    vault.refused(
        "share-sealed-again",
        "A sealed share with another digest.",
        &[
            ("alice.share.age", a.clone()),
            ("bob.share.age", again.into_bytes()),
            ("alice.key", vault.key("alice")),
            ("bob.key", vault.key("bob")),
        ],
    );
    let mut payload = vault.sealed.payload.clone();
    let at = payload.len() - 20;
    payload[at] ^= 1;
    vault.refused(
        "payload-changed",
        "A payload with another digest.",
        &[
            ("alice.share.age", a),
            ("bob.share.age", b),
            ("alice.key", vault.key("alice")),
            ("bob.key", vault.key("bob")),
            ("payload.age", payload),
        ],
    );
}

fn from_approvals(vault: &Vault<'_>, asking: &Asking) {
    let carol = vault.world.person("carol").identity.to_recipient();
    let session = asking.session.seal(&[carol]).unwrap().into_bytes();
    vault.case(
        "from-approvals",
        "Two approvals and the session.",
        &["expect: good".to_owned()],
        &[
            ("carol.key", vault.key("carol")),
            ("request.session.age", session.clone()),
            ("alice.bga", vault.world.approve("alice", asking)),
            ("bob.bga", vault.world.approve("bob", asking)),
        ],
    );
    vault.refused(
        "from-one-approval",
        "One approval where two are needed.",
        &[
            ("carol.key", vault.key("carol")),
            ("request.session.age", session),
            ("alice.bga", vault.world.approve("alice", asking)),
        ],
    );
}
