//! Releases, and what is due after them.

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::policy::Policy;
use breakglass::record::request::{End, EndOutcome, Purpose, Release};
use breakglass::record::seal::{Credentials, Kind};
use breakglass::record::statement::{Approval, Denial, FramedStatement, SignedStatement, Statement};
use breakglass::value::names::KeyName;
use breakglass::value::time::Seconds;
use data_encoding::BASE64;

use super::log_case::{LogCase, small, spoiled};
use super::put::base;
use crate::world::{Asking, CANARY, World, text};

const ALL: [&str; 3] = ["alice", "bob", "carol"];

struct Open {
    world: World,
    asking: Asking,
    files: Vec<Vec<u8>>,
}

impl Open {
    fn new() -> Open {
        let world = small();
        let asking = world.emergency();
        let files = world.approvals(&["alice", "bob"], &asking);
        world.release(&asking, &files).unwrap();
        base(&world.bytes());
        Open { world, asking, files }
    }

    fn next(&self) -> Release {
        self.world.release_of(&self.asking, 2, &self.files)
    }

    fn forge(&self, release: Release) -> u64 {
        let key = self.world.keys("prod").release_key;
        self.world.forge(release, &[(self.world.release_name("prod"), &key), self.asking.signs()])
    }

    fn forge_with(&self, other: &SignedStatement) -> u64 {
        let mut release = self.next();
        release.approvals[1] = BASE64.encode(other.note.as_bytes());
        self.forge(release)
    }
}

pub fn write() {
    let open = Open::new();
    attempts(&open);
    signers(&open);
    quorums(&open);
    exposed();
    let open = Open::new();
    let second = open.world.emergency();
    approvals(&open, &second);
    approvals_of_others(&open);
    counted();
    due();
    unreleased();
}

fn attempts(open: &Open) {
    let world = &open.world;
    spoiled(world, "release-second-attempt", "The same request, released again.", None, |_| {
        open.forge(open.next())
    });
    spoiled(
        world,
        "release-of-no-request",
        "A release of an unknown request.",
        Rule::ReleaseRequest,
        |world| {
            let release = Release { request: Digest::of(b"another request"), ..open.next() };
            world.forge(release, &[world.signs("carol")])
        },
    );
    spoiled(world, "release-after-end", "A release after the end.", Rule::ReleaseEnded, |world| {
        world.end(&open.asking, EndOutcome::Released);
        open.forge(open.next())
    });
    for (name, about, attempt) in [
        ("release-attempt-0", "Attempt 0.", 0),
        ("release-attempt-again", "An attempt's number was used before.", 1),
        ("release-attempt-left-out", "An attempt's number is left out.", 3),
    ] {
        spoiled(world, name, about, Rule::ReleaseAttempt, |_| open.forge(Release { attempt, ..open.next() }));
    }
}

fn signers(open: &Open) {
    let world = &open.world;
    let (name, key) = (world.release_name("prod"), world.keys("prod").release_key);
    let release_key = || (name.clone(), &key);
    let other = KeyName::release(&Digest::of(b"another vault"), 1);
    for (name, about, signers) in [
        ("release-without-release-key", "The release key does not sign.", vec![open.asking.signs()]),
        ("release-without-session", "The session does not sign.", vec![release_key()]),
        (
            "release-signers-turned-round",
            "The session signs first.",
            vec![open.asking.signs(), release_key()],
        ),
        (
            "release-by-requester",
            "The requester signs, not the session.",
            vec![release_key(), world.signs("carol")],
        ),
        ("release-key-of-another-vault", "Another vault's name.", vec![(other, &key), open.asking.signs()]),
        (
            "release-by-three",
            "The requester signs, too.",
            vec![release_key(), open.asking.signs(), world.signs("carol")],
        ),
    ] {
        spoiled(world, name, about, Rule::ReleaseSigner, |world| world.forge(open.next(), &signers));
    }
}

fn quorums(open: &Open) {
    let world = &open.world;
    let rule = Rule::ReleaseQuorum;
    spoiled(world, "release-one-approval", "One approval where two are needed.", rule, |world| {
        open.forge(world.release_of(&open.asking, 2, &open.files[..1]))
    });
    spoiled(world, "release-no-approval", "No approval.", rule, |world| {
        open.forge(world.release_of(&open.asking, 2, &[]))
    });
}

fn exposed() {
    let world = small();
    let asking = world.emergency();
    let files = world.approvals(&["alice"], &asking);
    let key = world.keys("prod").release_key;
    let release = world.release_of(&asking, 1, &files);
    let about = "A release that does not hold exposes its generation all the same.";
    spoiled(&world, "release-broken-exposes", about, Rule::Exposed, |world| {
        world.forge(release.clone(), &[(world.release_name("prod"), &key), asking.signs()])
    });
    let alone = || (world.release_name("prod"), &key);
    let stranger = || (KeyName::Person(text("mallory")), asking.session.key());
    let about = "The release key alone signs: it exposes its generation all the same.";
    spoiled(&world, "release-by-release-key-alone-exposes", about, Rule::Exposed, |world| {
        world.forge(release.clone(), &[alone()])
    });
    let about = "Somebody whom nobody knows signs beside the release key.";
    spoiled(&world, "release-beside-a-stranger-exposes", about, Rule::Exposed, |world| {
        world.forge(release.clone(), &[alone(), stranger()])
    });
    let about = "The release key signs an end, which it may not.";
    spoiled(&world, "end-by-release-key-exposes", about, Rule::Exposed, |world| {
        world.forge(world.end_of(&asking, EndOutcome::Released), &[alone()])
    });
    let about = "A release stands behind a record that ends the reading.";
    spoiled(&world, "release-behind-the-end-exposes", about, Rule::Exposed, |world| {
        world.forge(world.end_of(&asking, EndOutcome::NotReleased), &[stranger()]);
        world.forge(release.clone(), &[alone()])
    });
}

/// Bob's approval, as it was given.
fn bobs(open: &Open) -> Approval {
    let file = ApprovalFile::parse(&open.files[1]).unwrap();
    match SignedStatement::parse(file.note).unwrap().statement.says {
        Statement::Approval(approval) => approval,
        _ => unreachable!(),
    }
}

fn approvals(open: &Open, second: &Asking) {
    let world = &open.world;
    let approval = bobs(open);
    let denial = Denial { request: open.asking.record, because: text("I cannot tell who asks.") };
    let state = |who: &str, says: Statement| world.forge_statement(world.signs(who), says, |_| {});
    let other = SignedStatement::parse(ApprovalFile::parse(&world.approve("bob", second)).unwrap().note);
    let forged =
        world.forge_statement((world.signs("bob").0, world.signs("carol").1), approval.clone(), |_| {});
    let again = Approval { index: 1.try_into().unwrap(), ..approval.clone() };
    let again = world.forge_statement(world.signs("alice"), again, |_| {});
    for (name, about, bad) in [
        ("approval-is-a-denial", "Among the approvals is a denial.", state("bob", denial.into())),
        ("approval-of-another-request", "An approval of another request.", other.unwrap()),
        ("approval-without-share", "By somebody without a share.", state("erin", approval.clone().into())),
        ("approval-of-anothers-share", "Of another's share.", state("carol", approval.clone().into())),
        ("approval-by-one-custodian-twice", "Two approvals by one custodian.", again),
        ("approval-signed-by-another", "Signed with another's key.", forged),
    ] {
        spoiled(world, name, about, Rule::ReleaseApproval, |_| open.forge_with(&bad));
    }
}

/// Bob's approval, in which something is of something else.
fn approvals_of_others(open: &Open) {
    let world = &open.world;
    let approval = bobs(open);
    let changed = |change: &dyn Fn(&mut FramedStatement<Statement>)| {
        world.forge_statement(world.signs("bob"), approval.clone(), change)
    };
    let canary = world.generation(CANARY).seal.vault;
    let says = |says: Approval| world.forge_statement(world.signs("bob"), says, |_| {});
    for (name, about, bad) in [
        (
            "approval-of-another-generation",
            "Of another generation.",
            says(Approval { generation: 2, ..approval.clone() }),
        ),
        (
            "approval-of-another-vault",
            "Of another vault.",
            says(Approval { vault: canary, ..approval.clone() }),
        ),
        (
            "approval-on-another-history",
            "Made on another history.",
            changed(&|statement| statement.head.size += 1),
        ),
        (
            "approval-of-another-escrow",
            "Of another escrow.",
            changed(&|statement| statement.escrow = Digest::of(b"another escrow")),
        ),
    ] {
        spoiled(world, name, about, Rule::ReleaseApproval, |_| open.forge_with(&bad));
    }
}

fn counted() {
    let world = small();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "carol"], &asking);
    spoiled(&world, "requester-approved", "The requester approved, too.", Rule::RequesterApproved, |world| {
        world.release(&asking, &files).map(|_| ()).unwrap();
    });
    spoiled(
        &world,
        "release-outside-window",
        "After the window; said, and found.",
        Rule::ReleaseWindow,
        |world| {
            world.pass(Seconds(5 * 3600));
            world.release(&asking, &files).map(|_| ()).unwrap();
        },
    );
    let world = World::begin(Policy { requester_may_approve: false, ..Policy::default() });
    world.seal("prod", Kind::Root, 2, &ALL);
    base(&world.bytes());
    let asking = world.emergency();
    let files = world.approvals(&["alice", "carol"], &asking);
    let about = "The requester approved, against the policy.";
    spoiled(&world, "requester-forbidden", about, Rule::RequesterForbidden, |world| {
        world.release(&asking, &files).map(|_| ()).unwrap();
    });
}

fn due() {
    let world = small();
    let asking = world.released();
    let about = "A release without an end, and not closed.";
    LogCase::of("release-without-end", about, Rule::EndMissing).of_world(&world);
    LogCase::of("close-missing", "A release is not closed yet.", Rule::CloseMissing).of_world(&world);
    world.end(&asking, EndOutcome::Released);
    let began = world.began(&asking);
    let at = |name: &str, about: &str, rule: Rule, length: u64| {
        LogCase::of(name, about, rule).write(world.bytes(), began.after(Seconds(length)));
    };
    at("rotation-due", "New credentials are due right now.", Rule::Exposed, 86_400);
    at("rotation-overdue", "New credentials are due for a second.", Rule::RotationOverdue, 86_401);
    at("close-due", "The closing list is due right now.", Rule::CloseMissing, 3 * 86_400);
    at("close-overdue", "The closing list is due for a second.", Rule::CloseOverdue, 3 * 86_400 + 1);
    world.close("alice", &asking);
    LogCase::of("closed", "Closed, and not rotated yet.", Rule::Exposed).of_world(&world);
    rotated(&world, &asking);
    let world = small();
    let asking = world.ask("carol", CANARY, world.question(Purpose::Drill));
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).map(|_| ()).unwrap();
    world.end(&asking, EndOutcome::Released);
    LogCase::of("drill", "A drill, which leaves nothing to be done.", None).of_world(&world);
    let world = small();
    let asking = world.released();
    world.end(&asking, EndOutcome::Released);
    let closing = world.state("carol", world.close_of(&asking));
    world.collect("alice", &[&closing]).unwrap();
    let about = "Closed by the person who requested it.";
    LogCase::of("closed-by-requester", about, Rule::ClosedByRequester).of_world(&world);
}

/// A release that was closed, and what was sealed after it.
fn rotated(world: &World, asking: &Asking) {
    spoiled(
        world,
        "rotated-with-same-credentials",
        "The same credentials, sealed again.",
        Rule::Exposed,
        |world| {
            let sealed = world.make_seal("prod", Kind::Root, 2, &ALL, Credentials::Same);
            world.append(sealed.seal, &[world.signs("dan")]).unwrap();
        },
    );
    spoiled(
        world,
        "rotated",
        "Released, closed, and sealed again: nobody has confirmed it.",
        Rule::Exposed,
        |world| {
            world.seal("prod", Kind::Root, 2, &ALL);
        },
    );
    spoiled(
        world,
        "rotated-and-confirmed",
        "Released, closed, rotated, and confirmed by two.",
        None,
        |world| {
            world.seal("prod", Kind::Root, 2, &ALL);
            world.confirm("prod", 2, &["dan", "alice"]);
        },
    );
    spoiled(world, "closed-twice", "Closed once more, by another.", Rule::Exposed, |world| {
        world.close("bob", asking);
    });
}

fn unreleased() {
    let world = small();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    let about = "One custodian's book tells of an approval that was never released.";
    let case = LogCase::of("approvals-unreleased", about, Rule::ApprovalsUnreleased);
    case.books(&world, &["alice"]).of_world(&world);
    let about = "Books tell of as many approvals as can reconstruct, and no release is logged.";
    let case = LogCase::of("quorum-unreleased-by-books", about, Rule::QuorumUnreleased);
    case.books(&world, &["alice", "bob"]).of_world(&world);
    let bytes = world.bytes();
    let about = "Books whose ends are damaged tell of as many approvals as can reconstruct.";
    for who in ["alice", "bob"] {
        world.state(who, Denial { request: asking.record, because: text("too late") });
        world.person(who).book_bytes.borrow_mut().pop();
    }
    let case = LogCase::of("quorum-unreleased-by-damaged-books", about, Rule::QuorumUnreleased);
    case.books(&world, &["alice", "bob"]).of_world(&world);
    world.set_bytes(bytes);
    let about = "The end tells of as many approvals as can reconstruct, and of no release.";
    spoiled(&world, "quorum-unreleased-by-end", about, Rule::QuorumUnreleased, |world| {
        let approvals = world.release_of(&asking, 1, &files).approvals;
        let end = End { approvals, ..world.end_of(&asking, EndOutcome::NotReleased) };
        world.append(end, &[asking.signs()]).map(|_| ()).unwrap();
    });
    let about = "The end tells of one approval that came.";
    spoiled(&world, "approvals-unreleased-by-end", about, Rule::ApprovalsUnreleased, |world| {
        let approvals = world.release_of(&asking, 1, &files[..1]).approvals;
        let end = End { approvals, ..world.end_of(&asking, EndOutcome::NotReleased) };
        world.append(end, &[asking.signs()]).map(|_| ()).unwrap();
    });
}
