//! One test for each rule that verify knows, named after the rule's code. Each breaks the rule in a world
//! where it holds, and fails when the rule is not checked. `docs/spec/verify-rules.md` lists them.

mod branches;
mod canaries;
mod deviations;
mod disavowals;
mod evidence;
mod files;
mod generations;
mod genesis;
mod notices;
mod obligations;
mod offices;
mod records;
mod releases;
mod renewals;
mod repairs;
mod requests;
mod retirements;
mod seals;
mod statements;
mod time;
#[path = "../fixtures/world/mod.rs"]
mod world;

use breakglass::audit::verify::{Evidence, Report};
use breakglass::record::finding::{Finding, Rule};
use world::World;

/// Breaks a rule in a world; gives the number of the record that breaks it.
type Spoil<'a> = Box<dyn Fn(&World) -> u64 + 'a>;

/// A world that keeps all rules but those it is known to break, and what verify said of it then.
struct Case<'a> {
    world: &'a World,
    before: Report,
    /// Where each record begins, and where the next one would.
    places: Vec<u64>,
}

impl<'a> Case<'a> {
    /// What verify says of the log alone.
    fn of(world: &'a World) -> Case<'a> {
        Case::with(world, &Evidence::default())
    }

    /// What verify says, given evidence.
    fn with(world: &'a World, evidence: &Evidence) -> Case<'a> {
        let mut places: Vec<u64> = world.records().iter().map(|record| record.start).collect();
        places.push(world.head().size);
        Case { world, before: world.verify_with(evidence), places }
    }

    /// Verify now reports that the record `seq` breaks `rule`, and nothing else that it did not report before.
    #[track_caller]
    fn breaks(&self, rule: Rule, seq: u64) {
        self.breaks_and(rule, seq, &[]);
    }

    /// The same, where `also` is reported too, as a consequence.
    #[track_caller]
    fn breaks_and(&self, rule: Rule, seq: u64, also: &[Rule]) {
        let found = self.new_finding(&self.world.verify(), rule, also);
        assert_eq!(found.seq, Some(seq), "{found:?}");
        assert_eq!(found.offset, Some(self.places[seq as usize]), "{found:?}");
    }

    /// Verify now says `rule`, not about one place in the log, and nothing else that it did not say before.
    #[track_caller]
    fn says(&self, after: &Report, rule: Rule, seq: Option<u64>, also: &[Rule]) -> Finding {
        let found = self.new_finding(after, rule, also);
        assert_eq!((found.seq, found.offset), (seq, None), "{found:?}");
        found
    }

    /// What is new in `after` is one finding of `rule`, and one of each of `also`.
    #[track_caller]
    fn new_finding(&self, after: &Report, rule: Rule, also: &[Rule]) -> Finding {
        let known = self.before.findings.iter().any(|finding| finding.rule == rule);
        assert!(!known, "{rule} is reported before it is broken: {:?}", self.before.findings);
        let mut old: Vec<_> = self.before.findings.iter().map(place).collect();
        let mut new = after.findings.clone();
        new.retain(|finding| match old.iter().position(|known| *known == place(finding)) {
            Some(at) => {
                old.swap_remove(at);
                false
            }
            None => true,
        });
        let mut rules: Vec<Rule> = new.iter().map(|finding| finding.rule).collect();
        let mut expected = [&[rule], also].concat();
        rules.sort();
        expected.sort();
        assert_eq!(rules, expected, "{new:?}");
        new.into_iter().find(|finding| finding.rule == rule).expect("it is among them")
    }

    /// Each of `spoils` breaks `rule` in the record that it gives the number of; the log is restored after
    /// each.
    #[track_caller]
    fn each_breaks(&self, rule: Rule, spoils: Vec<Spoil<'_>>) {
        let bytes = self.world.bytes();
        for spoil in spoils {
            let seq = spoil(self.world);
            self.breaks(rule, seq);
            self.world.set_bytes(bytes.clone());
        }
    }
}

fn place(finding: &Finding) -> (Rule, Option<u64>) {
    (finding.rule, finding.seq)
}
