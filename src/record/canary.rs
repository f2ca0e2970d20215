//! What the seal of a canary says: computed from who would open it, so that everybody computes the same.

use crate::crypto::digest::Digest;
use crate::record::seal::{AccountId, Group, Kind, Seal};
use crate::value::names::{PersonId, VaultName};

/// What the digest in a canary's name is bound to.
const DOMAIN: &[u8] = b"breakglass/v1/canary-name\0";

/// What the name of each canary begins with, and of no other vault.
const PREFIX: &str = "canary-";

/// The account, and the partition, of each canary.
const NOWHERE: &str = "canary";

/// The account of each canary: none.
pub fn canary_account() -> AccountId {
    NOWHERE.parse().expect("it is printable ASCII")
}

/// The partition of each canary: no provider's.
pub fn canary_partition() -> VaultName {
    NOWHERE.parse().expect("it is made of letters")
}

/// Whether only a canary may have this name.
pub fn is_canarys(name: &VaultName) -> bool {
    name.as_str().starts_with(PREFIX)
}

/// The name of the canary of these people: `canary-THRESHOLD-of-TOTAL-HEX8`. The order in which they are named does not
/// matter, nor does which card they have: whoever replaces a lost card keeps their canary.
pub fn canary_name<'a>(threshold: u8, people: impl IntoIterator<Item = &'a PersonId>) -> VaultName {
    let people: Vec<&PersonId> = people.into_iter().collect();
    let structure = format!("threshold {threshold}\n{}", sorted(&people));
    named(threshold, people.len(), &structure)
}

impl Seal {
    /// Whether it says what the seal of a vault of its kind says: a canary's is computed, and no other vault has the name
    /// of one.
    pub fn is_true_to_its_kind(&self) -> bool {
        match self.kind {
            Kind::Root => !is_canarys(&self.name),
            Kind::Canary => {
                let plain = self.title.is_none() && self.provider.is_none() && self.mfa.is_none();
                plain
                    && self.new_fields.is_empty()
                    && self.renews.is_none()
                    && self.account == canary_account()
                    && self.partition == canary_partition()
                    && self.name == self.canary_name()
            }
        }
    }

    /// The name that the canary of this seal's people has, with the same threshold and groups.
    pub fn canary_name(&self) -> VaultName {
        let people: Vec<&PersonId> = self.shares.iter().map(|share| &share.custodian).collect();
        let Some(needed) = self.groups_needed else { return canary_name(self.threshold, people) };
        let mut structure = format!("groups-needed {needed}\n");
        for Group { name, threshold, .. } in &self.groups {
            let own = self.shares.iter().filter(|share| share.group.as_ref() == Some(name));
            let own: Vec<&PersonId> = own.map(|share| &share.custodian).collect();
            structure.push_str(&format!("group {name} {threshold}\n{}", sorted(&own)));
        }
        named(self.threshold, people.len(), &structure)
    }
}

/// Each id on a line of its own, in the order of their bytes.
fn sorted(people: &[&PersonId]) -> String {
    let mut people: Vec<&str> = people.iter().map(|id| id.as_str()).collect();
    people.sort_unstable();
    people.iter().map(|id| format!("{id}\n")).collect()
}

fn named(threshold: u8, total: usize, structure: &str) -> VaultName {
    let digest = Digest::of_parts(&[DOMAIN, structure.as_bytes()]).short();
    let name = format!("{PREFIX}{threshold}-of-{total}-{digest}");
    name.parse().expect("it is made of letters, digits and hyphens")
}
