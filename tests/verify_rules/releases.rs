//! Releases: what they answer, who signs them, and what they rest on.

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::policy::Policy;
use breakglass::record::request::{EndOutcome, Purpose, Release};
use breakglass::record::statement::{Denial, SignedStatement, Statement};
use breakglass::value::names::KeyName;
use breakglass::value::time::Seconds;
use data_encoding::BASE64;

use crate::world::{Asking, CANARY, World, text};
use crate::{Case, Spoil};

/// A world where carol's emergency was released on alice's and bob's approvals: one more release exposes
/// nothing more.
struct Open {
    world: World,
    asking: Asking,
    files: Vec<Vec<u8>>,
}

impl Open {
    fn new() -> Open {
        let world = World::ready();
        let asking = world.emergency();
        let files = world.approvals(&["alice", "bob"], &asking);
        world.release(&asking, &files).unwrap();
        Open { world, asking, files }
    }

    /// The next release, on the same approvals.
    fn next(&self) -> Release {
        self.world.release_of(&self.asking, 2, &self.files)
    }

    /// Forges a release with the keys that it takes.
    fn forge(&self, release: Release) -> u64 {
        let key = self.world.keys("prod").release_key;
        let signers = [(self.world.release_name("prod"), &key), self.asking.signs()];
        self.world.forge(release, &signers)
    }

    /// Forges a release on alice's approval and this other one.
    fn forge_with(&self, other: &SignedStatement) -> u64 {
        let mut release = self.next();
        release.approvals[1] = BASE64.encode(other.note.as_bytes());
        self.forge(release)
    }

    /// What bob approved.
    fn approved(&self) -> SignedStatement {
        let file = ApprovalFile::parse(&self.files[1]).unwrap();
        SignedStatement::parse(file.note).unwrap()
    }
}

#[test]
fn release_request() {
    let open = Open::new();
    let case = Case::of(&open.world);
    let mut release = open.next();
    release.request = Digest::of(b"another request");
    let seq = open.world.forge(release, &[open.world.signs("carol")]);
    case.breaks(Rule::ReleaseRequest, seq);
}

#[test]
fn release_ended() {
    let open = Open::new();
    open.world.end(&open.asking, EndOutcome::Released);
    let case = Case::of(&open.world);
    let seq = open.forge(open.next());
    case.breaks(Rule::ReleaseEnded, seq);
}

#[test]
fn release_signer() {
    let open = Open::new();
    let world = &open.world;
    let (name, key) = (world.release_name("prod"), world.keys("prod").release_key);
    let release_key = || (name.clone(), &key);
    Case::of(world).each_breaks(
        Rule::ReleaseSigner,
        vec![
            Box::new(|world| world.forge(open.next(), &[open.asking.signs()])),
            Box::new(|world| world.forge(open.next(), &[release_key()])),
            Box::new(|world| world.forge(open.next(), &[open.asking.signs(), release_key()])),
            Box::new(|world| world.forge(open.next(), &[release_key(), world.signs("carol")])),
            Box::new(|world| {
                let other = KeyName::release(&Digest::of(b"another vault"), 1);
                world.forge(open.next(), &[(other, &key), open.asking.signs()])
            }),
            Box::new(|world| {
                world.forge(open.next(), &[release_key(), open.asking.signs(), world.signs("carol")])
            }),
        ],
    );
    let case = Case::of(world);
    open.forge(open.next());
    assert_eq!(world.verify().findings.len(), case.before.findings.len(), "the control is a good release");
}

#[test]
fn release_attempt() {
    let open = Open::new();
    Case::of(&open.world).each_breaks(
        Rule::ReleaseAttempt,
        [0, 1, 3, u32::MAX]
            .map(|attempt| -> Spoil<'_> {
                let open = &open;
                Box::new(move |_| open.forge(Release { attempt, ..open.next() }))
            })
            .into(),
    );
}

#[test]
fn release_approval() {
    let open = Open::new();
    let world = &open.world;
    let second = world.emergency();
    let approved = open.approved();
    let Statement::Approval(approval) = &approved.statement.says else { unreachable!() };
    let denial = Denial { request: open.asking.record, because: text("I cannot tell who asks.") };
    let state = |who: &str, says: Statement| world.forge_statement(world.signs(who), says, |_| {});
    let other_request = world.approve("bob", &second);
    let bad = [
        // Not an approval; of another request; by somebody without a share; of another's share.
        state("bob", denial.into()),
        SignedStatement::parse(ApprovalFile::parse(&other_request).unwrap().note).unwrap(),
        state("erin", approval.clone().into()),
        state("carol", approval.clone().into()),
        // The same custodian once more.
        world.forge_statement(world.signs("alice"), approval.clone(), |statement| {
            if let Statement::Approval(approval) = &mut statement.says {
                approval.index = 1.try_into().unwrap();
            }
        }),
        // Of another generation, of another vault.
        world.forge_statement(world.signs("bob"), approval.clone(), |statement| {
            if let Statement::Approval(approval) = &mut statement.says {
                approval.generation = 2;
            }
        }),
        world.forge_statement(world.signs("bob"), approval.clone(), |statement| {
            if let Statement::Approval(approval) = &mut statement.says {
                approval.vault = world.generation(CANARY).seal.vault;
            }
        }),
        // On another history, of another escrow, signed by another.
        world.forge_statement(world.signs("bob"), approval.clone(), |statement| statement.head.size += 1),
        world.forge_statement(world.signs("bob"), approval.clone(), |statement| {
            statement.escrow = Digest::of(b"another escrow");
        }),
        world.forge_statement((world.signs("bob").0, world.signs("carol").1), approval.clone(), |_| {}),
    ];
    let spoils = bad.iter().map(|bad| -> Spoil<'_> { Box::new(|_| open.forge_with(bad)) });
    let case = Case::of(world);
    case.each_breaks(Rule::ReleaseApproval, spoils.collect());
    // The control: bob's own approval, stated anew.
    open.forge_with(&state("bob", approval.clone().into()));
    let after = world.verify();
    assert!(
        after.findings.iter().all(|finding| finding.rule != Rule::ReleaseApproval),
        "{:?}",
        after.findings
    );
}

#[test]
fn release_quorum() {
    let open = Open::new();
    Case::of(&open.world).each_breaks(
        Rule::ReleaseQuorum,
        vec![
            Box::new(|_| open.forge(open.world.release_of(&open.asking, 2, &open.files[..1]))),
            Box::new(|_| open.forge(open.world.release_of(&open.asking, 2, &[]))),
        ],
    );
    // Whoever signed it held the vault key: the generation is exposed, though the release does not hold.
    let world = World::ready();
    let asking = world.emergency();
    let files = world.approvals(&["alice"], &asking);
    let case = Case::of(&world);
    let key = world.keys("prod").release_key;
    let release = world.release_of(&asking, 1, &files);
    let seq = world.forge(release, &[(world.release_name("prod"), &key), asking.signs()]);
    case.breaks_and(Rule::ReleaseQuorum, seq, &[Rule::Exposed]);
    assert!(!world.reading().escrow.requests[0].is_released());
}

#[test]
fn release_window() {
    let world = World::ready();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    let also = [Rule::RequestDeviation, Rule::EndMissing, Rule::Exposed, Rule::CloseMissing];
    let case = Case::of(&world);
    world.pass(Seconds(5 * 3600));
    world.release(&asking, &files).unwrap();
    case.breaks_and(Rule::ReleaseWindow, world.head().seq, &also);
    // Before the window, and by a tool that says nothing of it.
    let open = Open::new();
    let case = Case::of(&open.world);
    let release = open.next();
    let key = open.world.keys("prod").release_key;
    let signers = [(open.world.release_name("prod"), &key), open.asking.signs()];
    let seq = open.world.forge_framed(release, &signers, |entry| entry.time = text("2026-11-23T00:00:00Z"));
    case.breaks_and(Rule::ReleaseWindow, seq, &[Rule::TimeBackwards, Rule::DeviationUndeclared]);
}

#[test]
fn requester_approved() {
    let world = World::ready();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "carol"], &asking);
    let case = Case::of(&world);
    world.release(&asking, &files).unwrap();
    let also = [Rule::EndMissing, Rule::Exposed, Rule::CloseMissing];
    case.breaks_and(Rule::RequesterApproved, world.head().seq, &also);
}

#[test]
fn requester_forbidden() {
    let world = World::ready_with(Policy { requester_may_approve: false, ..Policy::default() });
    let asking = world.emergency();
    let files = world.approvals(&["alice", "carol"], &asking);
    let case = Case::of(&world);
    world.release(&asking, &files).unwrap();
    // It is listed in the requester's approval, and in the release.
    let listed = [Rule::RequestDeviation; 2];
    let also = [&listed[..], &[Rule::EndMissing, Rule::Exposed, Rule::CloseMissing]].concat();
    case.breaks_and(Rule::RequesterForbidden, world.head().seq, &also);
}

#[test]
fn end_missing() {
    let world = World::ready();
    let asking = world.ask("carol", CANARY, world.question(Purpose::Drill));
    let files = world.approvals(&["alice", "bob"], &asking);
    let case = Case::of(&world);
    let request = world.head().seq;
    world.release(&asking, &files).unwrap();
    let found = case.says(&world.verify(), Rule::EndMissing, Some(request), &[]);
    assert!(found.detail.ends_with("assume that password, totp were shown"), "{}", found.detail);
    world.end(&asking, EndOutcome::Released);
    assert_eq!(world.verify().findings.len(), case.before.findings.len());
}
