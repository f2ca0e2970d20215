//! The rules of damaged tails that were kept.

use std::collections::BTreeMap;

use crate::crypto::digest::Digest;
use crate::crypto::sign::VerifyingKey;
use crate::escrow::place::Place;
use crate::escrow::requests::RequestState;
use crate::escrow::signers::by_one_person;
use crate::escrow::state::Escrow;
use crate::escrow::vaults::{Cause, Released};
use crate::record::chain::LogRecord;
use crate::record::deviation::Deviation;
use crate::record::finding::{Broken, Rule};
use crate::record::note::{Note, beginnings};
use crate::record::repair::{Began, Recovered};
use crate::value::names::KeyName;

pub(super) fn admit(
    escrow: &mut Escrow,
    record: &LogRecord,
    recovered: &Recovered,
    report: &mut impl FnMut(Broken),
) -> Result<(), Broken> {
    let who = by_one_person(record)?;
    let damage = &recovered.damage;
    let tell = |rule: Rule, what: &str| Broken::new(rule, what).size(damage.size).digest(damage.digest);
    let broken = |why: &str| tell(Rule::RecoveredContent, why);
    let kept = damage.kept().ok_or_else(|| broken("size, digest and bytes differ"))?;
    // The zeros at the end tell nothing, unless there is nothing else.
    if Began::of(&kept) != recovered.began {
        let began = recovered.began.and_then(Began::request);
        let broken = broken("it does not tell truly what was begun");
        return Err(broken.where_known(began, Broken::request));
    }
    // What is whole is no damage: nobody can put a record away as if it had been.
    let mut places = std::iter::once(0).chain(beginnings(&kept));
    if places.any(|at| escrow.is_whole_at(&kept[at..])) {
        return Err(broken("it keeps a whole record as if it were damage"));
    }
    let seq = record.frame.seq;
    escrow.expose_signed_in(&kept, seq);
    let mut what = format!("{} bytes, by `{who}`", damage.size);
    if let Some(began) = recovered.began {
        what.push_str(&match began {
            Began::Release(request) => format!(", which began a release for request {}", request.short()),
            Began::Unknown => ", which may have begun a release".to_owned(),
        });
        escrow.expose_begun(began, seq);
    }
    let began = recovered.began.and_then(Began::request);
    let told = tell(Rule::Recovered, &what).signers(&record.frame.by);
    report(told.where_known(began, Broken::request));
    escrow.take_repair(record, Deviation::DamagedLog, report);
    Ok(())
}

impl Escrow {
    /// Marks each generation whose release key signed a note in `rest`, which are not records of the log: whatever is
    /// wrong with them, somebody held the vault key.
    pub(in crate::escrow) fn expose_signed_in(&mut self, rest: &[u8], seq: u64) {
        let released = self.at_damage(seq, Cause::SignedInDamage);
        let places = std::iter::once(0).chain(beginnings(rest));
        let notes = places.filter_map(|at| Note::take(&rest[at..]).ok()).map(|(note, _)| note);
        // Most logs end well: the names are put together once there is a note to compare them with.
        let mut names = None;
        for note in notes.filter(|note| note.signers().any(|name| matches!(name, KeyName::Release { .. }))) {
            let names = names.get_or_insert_with(|| self.release_names());
            let named = note.signers().flat_map(|name| names.get(name).into_iter().flatten());
            let exposed: Vec<_> = named.filter(|(name, key, ..)| note.is_by(name, key)).cloned().collect();
            for (.., vault, seal) in exposed {
                if let Some(one) = self.sealed_mut(&vault, &seal) {
                    one.expose(released.clone());
                }
            }
        }
    }

    /// Every release key by its name, with the vault and the seal's record of the generation that it is of.
    fn release_names(&self) -> BTreeMap<KeyName, Vec<(KeyName, VerifyingKey, Digest, Digest)>> {
        let mut names: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for sealed in self.vaults.iter().flat_map(|vault| &vault.generations) {
            let seal = &sealed.seal;
            let name = KeyName::release(&seal.vault, seal.generation);
            let one = (name.clone(), seal.release_key, seal.vault, sealed.record);
            names.entry(name).or_default().push(one);
        }
        names
    }

    /// Marks what a damaged tail exposes: the generation whose release it began, or, where nobody can tell,
    /// each one for which a request stands open. Nothing was shown without a whole record, but the vault key
    /// was there.
    pub(in crate::escrow) fn expose_begun(&mut self, began: Began, seq: u64) {
        let of = |asked: &RequestState, cause| (asked.request.vault, asked.request.seal, cause);
        let named = began.request().and_then(|request| self.request(&request));
        let exposed: Vec<_> = match named {
            Some(asked) => vec![of(asked, Cause::Begun)],
            None => {
                let open = self.requests.iter().filter(|asked| asked.end.is_none());
                open.map(|asked| of(asked, Cause::MayHaveBegun(asked.request.not_after))).collect()
            }
        };
        for (vault, seal, cause) in exposed {
            let released = self.at_damage(seq, cause);
            if let Some(generation) = self.sealed_mut(&vault, &seal) {
                generation.expose(released);
            }
        }
    }

    /// What a damaged end in the place of the record `seq` exposes happened at the last good record, as far as is known:
    /// whoever puts the damage away has no say in that.
    fn at_damage(&self, seq: u64, cause: Cause) -> Released {
        Released { time: self.time, person: self.last_person(), place: Place::of(seq), cause }
    }
}
