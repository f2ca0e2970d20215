//! The name of a canary: computed from who would open it, so that everybody computes the same one.

use crate::crypto::digest::Digest;
use crate::record::seal::{Group, Seal};
use crate::value::names::{PersonId, VaultName};

/// What the digest in a canary's name is bound to.
const DOMAIN: &[u8] = b"breakglass/v1/canary-name\0";

/// The name of the canary of these people: `canary-THRESHOLD-of-TOTAL-HEX8`. The order in which they are named does not
/// matter, nor does which card they have: whoever replaces a lost card keeps their canary.
pub fn canary_name<'a>(threshold: u8, people: impl IntoIterator<Item = &'a PersonId>) -> VaultName {
    let people: Vec<&PersonId> = people.into_iter().collect();
    let structure = format!("threshold {threshold}\n{}", sorted(&people));
    named(threshold, people.len(), &structure)
}

impl Seal {
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
    let name = format!("canary-{threshold}-of-{total}-{digest}");
    name.parse().expect("it is made of letters, digits and hyphens")
}
