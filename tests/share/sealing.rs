//! Sealings made by hand, so that there are also some that no honest program makes.

use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::vault_recipient;
use breakglass::crypto::shamir::{Secret, split};
use breakglass::crypto::sign::SigningKey;
use breakglass::crypto::threshold::Threshold;
use breakglass::record::environment::Environment;
use breakglass::record::seal::{Credentials, Kind, Seal, SealedTo};
use breakglass::secret::quorum::{Quorum, QuorumError, UntrustedQuorum};
use breakglass::secret::share::{Share, commitment, set_id};
use breakglass::value::names::PersonId;

use super::fixtures::Seeded;

pub const PEOPLE: [&str; 6] = ["alice", "bob", "carol", "dave", "erin", "frank"];

pub fn escrow() -> Digest {
    Digest::of(b"escrow")
}

pub fn request() -> Digest {
    Digest::of(b"request")
}

pub fn person(at: usize) -> PersonId {
    match PEOPLE.get(at) {
        Some(name) => name.parse().unwrap(),
        None => format!("custodian-{at}").parse().unwrap(),
    }
}

/// The text with another digit at the end of the line that begins with `name`.
pub fn with_another_last_digit(text: &str, name: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(&format!("{name} "))).unwrap();
    let digit = if line.ends_with('0') { "1" } else { "0" };
    text.replace(line, &format!("{}{digit}", &line[..line.len() - 1]))
}

pub fn people(at: &[usize]) -> Vec<PersonId> {
    at.iter().copied().map(person).collect()
}

/// One sealing, with everything that a real one keeps apart.
pub struct Sealing {
    pub key: Secret,
    pub seal: Seal,
    pub texts: Vec<String>,
}

/// What a sealing is of. The rest is the same in all of them.
#[derive(Clone, Copy)]
pub struct Of {
    pub vault: &'static [u8],
    pub generation: u32,
    pub threshold: u8,
    pub total: usize,
}

pub const TWO_OF_THREE: Of = Of { vault: b"vault", generation: 1, threshold: 2, total: 3 };

impl Of {
    pub fn sealed(self) -> Sealing {
        self.sealed_with(|key| key)
    }

    /// Seals a key, and splits what `dealt` makes of it.
    pub fn sealed_with(self, dealt: impl Fn(Secret) -> Secret) -> Sealing {
        let mut rng = Seeded::new("sealing");
        let (key, vault) = (rng.secret(), Digest::of(self.vault));
        let threshold = Threshold::new(self.threshold, self.total).unwrap();
        let mut seal = Seal {
            vault,
            name: "prod".parse().unwrap(),
            title: None,
            kind: Kind::Root,
            provider: None,
            partition: "aws".parse().unwrap(),
            account: "123456789012".parse().unwrap(),
            mfa: None,
            generation: self.generation,
            credentials: Credentials::New,
            new_fields: Vec::new(),
            threshold: self.threshold,
            total_shares: threshold.total_shares(),
            groups: Vec::new(),
            groups_needed: None,
            recipient: vault_recipient(&key),
            release_key: SigningKey::for_release(&key, &vault, self.generation).verifying_key(),
            payload: Digest::of(b"payload"),
            shares: Vec::new(),
            renews: None,
            agrees: Vec::new(),
            environment: Environment::of("test".parse().unwrap(), "test".parse().unwrap()),
        };
        let set = set_id(&escrow(), &vault, self.generation);
        let values = split(&dealt(key.clone()), set, threshold, &mut rng).unwrap();
        let texts = values
            .into_iter()
            .map(|value| Share::new(escrow(), &seal, threshold, value, &mut rng).text().to_string());
        let texts: Vec<String> = texts.collect();
        for (at, text) in texts.iter().enumerate() {
            seal.shares.push(SealedTo {
                index: at as u8 + 1,
                group: None,
                custodian: person(at),
                card: Digest::of(b"card"),
                sealed_share: Digest::of(b"file"),
                commitment: commitment(text),
            });
        }
        Sealing { key, seal, texts }
    }
}

impl Sealing {
    pub fn share(&self, at: usize) -> Share {
        Share::parse(&self.texts[at]).unwrap()
    }

    /// Makes the seal commit to a share with another value: what no honest sealing does.
    pub fn tamper(&mut self, at: usize) {
        self.texts[at] = with_another_last_digit(&self.texts[at], "share");
        self.seal.shares[at].commitment = commitment(&self.texts[at]);
    }

    /// The shares of the custodians `at`.
    pub fn quorum(&self, at: impl IntoIterator<Item = usize>) -> Result<Quorum<'_>, QuorumError> {
        let mut quorum = UntrustedQuorum::default();
        for at in at {
            quorum.add(person(at), self.share(at));
        }
        quorum.check(&escrow(), &self.seal)
    }

    /// Whose shares gave the vault key, once it is seen to be the one that was sealed.
    pub fn combined(&self, at: impl IntoIterator<Item = usize>) -> Result<Vec<PersonId>, QuorumError> {
        let found = self.quorum(at)?.combine()?;
        assert_eq!(found.vault_key, self.key);
        assert_eq!(found.release_key.verifying_key(), self.seal.release_key);
        Ok(found.from)
    }
}
