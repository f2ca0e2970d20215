//! Statements, judged by their makers.

use breakglass::crypto::digest::Digest;
use breakglass::record::card::Role;
use breakglass::record::closing::{Close, Obligation};
use breakglass::record::finding::Rule;
use breakglass::record::note::Note;
use breakglass::record::request::{End, EndOutcome, Purpose};
use breakglass::record::statement::{
    Action, Approval, Check, CheckedShare, Denial, FramedStatement, SignedStatement, Statement,
};
use breakglass::record::statements::Statements;
use data_encoding::BASE64;

use super::log_case::{small, spoiled};
use crate::world::{Asking, CANARY, World, actor, embed, text};

fn done(asking: &Asking) -> Action {
    Action { request: asking.record, done: text("something") }
}

fn check(world: &World, generation: u32, index: u8) -> Check {
    let vault = world.generation("prod").seal.vault;
    Check::of(vec![CheckedShare { vault, generation, index, seal: None }])
}

pub fn write() {
    let world = small();
    let asking = world.emergency();
    form(&world, &asking);
    history(&world, &asking);
    parts(&world, &asking);
    shares(&world, &asking);
    said_besides(&world, &asking);
    closings();
}

/// A record of bob's with this statement in it.
fn case(world: &World, name: &str, about: &str, rule: impl Into<Option<Rule>>, bad: &SignedStatement) {
    spoiled(world, name, about, rule, |world| world.forge_collected("bob", &[bad]));
}

fn form(world: &World, asking: &Asking) {
    let action = world.state("alice", done(asking));
    let about = "Statements that two people collected.";
    spoiled(world, "statements-by-two", about, Rule::StatementsSigner, |world| {
        world.forge(embed(&[&action]), &[world.signs("alice"), world.signs("bob")])
    });
    case(world, "statement", "An action by a custodian, carried in by another.", None, &action);
    let good = action.note.as_bytes();
    let spaced = String::from_utf8(good.to_vec()).unwrap().replacen("\"time\":", "\"time\": ", 1);
    for (name, about, bad) in [
        ("statement-no-base64", "A statement is not base64.", "no base64".to_owned()),
        ("statement-no-note", "A statement is not a note.", BASE64.encode(b"no note")),
        ("statement-followed", "A line feed follows the statement.", BASE64.encode(&[good, b"\n"].concat())),
        ("statement-spelled-otherwise", "A statement in another spelling.", BASE64.encode(spaced.as_bytes())),
        (
            "statement-is-a-card",
            "A card where a statement belongs.",
            BASE64.encode(world.person("alice").card.note().as_bytes()),
        ),
    ] {
        spoiled(world, name, about, Rule::StatementMalformed, |world| {
            world.forge(Statements { statements: vec![bad] }, &[world.signs("alice")])
        });
    }
    let mallory = actor("mallory", &[Role::Custodian]);
    let stranger = world.forge_statement(mallory.signs(), done(asking), |_| {});
    case(world, "statement-by-a-stranger", "By somebody unknown.", Rule::StatementPerson, &stranger);
    let (alice, bob) = (world.signs("alice"), world.signs("bob"));
    let FramedStatement { escrow, head, head_from, book, time, .. } = action.statement.clone();
    let by = vec![alice.0.clone(), bob.0.clone()];
    let two = FramedStatement { escrow, head, head_from, book, time, by, says: done(asking) };
    let two = SignedStatement { note: Note::sign(&two, &[alice, bob]), ..action.clone() };
    case(world, "statement-by-two", "One statement by two people.", Rule::StatementPerson, &two);
    let forged = (world.signs("alice").0, world.signs("bob").1);
    let forged = world.forge_statement(forged, done(asking), |_| {});
    case(world, "statement-signed-by-another", "With another's key.", Rule::StatementSignature, &forged);
    let words = String::from_utf8(good.to_vec()).unwrap().replace("something", "all of it");
    let changed = SignedStatement { note: Note::parse(words.as_bytes()).unwrap(), ..action.clone() };
    case(world, "statement-changed", "What it says was changed.", Rule::StatementSignature, &changed);
    let about = "A bad statement takes the good one in its record with it.";
    spoiled(world, "statement-bad-takes-good", about, Rule::StatementSignature, |world| {
        let good = world.forge_statement(world.signs("alice"), check(world, 1, 1), |_| {});
        world.forge_collected("bob", &[&good, &changed])
    });
    let about = "Among the approvals of an end is an action.";
    spoiled(world, "end-receives-an-action", about, Rule::StatementMalformed, |world| {
        forge_end(world, asking, &action)
    });
}

fn forge_end(world: &World, asking: &Asking, received: &SignedStatement) -> u64 {
    let approvals = vec![BASE64.encode(received.note.as_bytes())];
    world.forge(End { approvals, ..world.end_of(asking, EndOutcome::NotReleased) }, &[asking.signs()])
}

fn history(world: &World, asking: &Asking) {
    let state = |change: &dyn Fn(&mut FramedStatement<Statement>)| {
        world.forge_statement(world.signs("alice"), done(asking), change)
    };
    let other = state(&|statement| statement.escrow = Digest::of(b"another escrow"));
    case(world, "statement-of-another-escrow", "Of another escrow.", Rule::StatementEscrow, &other);
    for (name, about, bad) in [
        (
            "statement-head-hash",
            "Its head has another digest.",
            state(&|statement| {
                statement.head.hash = Digest::of(b"another record");
            }),
        ),
        ("statement-head-size", "Its head has another size.", state(&|statement| statement.head.size += 1)),
        ("statement-head-older", "Its head has another number.", state(&|statement| statement.head.seq -= 1)),
        (
            "statement-head-of-tomorrow",
            "Its head is not there yet.",
            state(&|statement| statement.head.seq += 1),
        ),
    ] {
        case(world, name, about, Rule::StatementHead, &bad);
    }
    let about = "One statement was collected twice, by two people.";
    spoiled(world, "statement-twice", about, Rule::StatementTwice, |world| {
        let action = world.state("alice", done(asking));
        world.forge_collected("alice", &[&action]);
        world.forge_collected("bob", &[&action])
    });
    let about = "One statement stands twice in one record.";
    spoiled(world, "statement-twice-in-one-record", about, Rule::StatementTwice, |world| {
        let action = world.state("alice", done(asking));
        world.forge_collected("bob", &[&action, &action])
    });
    let about = "Two statements of one person name different records under one number of their book.";
    spoiled(world, "book-forked", about, Rule::BookForked, |world| {
        for ticket in ["this", "that"] {
            let action = Action { request: asking.record, done: text(ticket) };
            let twisted = world.forge_statement(world.signs("alice"), action, |statement| {
                statement.book.number = 7;
                statement.book.hash = Digest::of(ticket.as_bytes());
            });
            world.forge_collected("alice", &[&twisted]);
        }
    });
}

/// Alice's approval, with a ciphertext that nobody has.
fn approval(world: &World, asking: &Asking, change: impl FnOnce(&mut Approval)) -> Approval {
    let seal = world.generation("prod").seal.as_ref().clone();
    let mut says = Approval {
        request: asking.record,
        vault: seal.vault,
        generation: seal.generation,
        index: 1.try_into().unwrap(),
        ciphertext: Digest::of(b"a ciphertext"),
        compared: Vec::new(),
        deviations: Vec::new(),
        environment: None,
    };
    change(&mut says);
    says
}

fn parts(world: &World, asking: &Asking) {
    let denial = || Denial { request: asking.record, because: text("I cannot tell who asks.") };
    let state = |who: &str, says: Statement| world.forge_statement(world.signs(who), says, |_| {});
    let unknown = Digest::of(b"another request");
    for (name, about, says) in [
        (
            "action-of-no-request",
            "An action of an unknown request.",
            Action { request: unknown, ..done(asking) }.into(),
        ),
        (
            "denial-of-no-request",
            "A denial of an unknown request.",
            Denial { request: unknown, ..denial() }.into(),
        ),
        (
            "close-of-no-request",
            "A closing of an unknown request.",
            Close { request: unknown, ..world.close_of(asking) }.into(),
        ),
        (
            "approval-of-no-request",
            "An approval of an unknown request.",
            approval(world, asking, |one| one.request = unknown).into(),
        ),
    ] {
        case(world, name, about, Rule::StatementRequest, &state("alice", says));
    }
    let role = Rule::StatementRole;
    case(world, "denial-by-an-auditor", "A denial by an auditor.", role, &state("fred", denial().into()));
    case(
        world,
        "denial-by-an-administrator",
        "A denial by an administrator.",
        role,
        &state("dan", denial().into()),
    );
    case(
        world,
        "denial-without-a-share",
        "By a custodian who holds no share here.",
        None,
        &state("erin", denial().into()),
    );
    case(world, "denial", "A denial, which is no veto.", None, &state("bob", denial().into()));
    case(
        world,
        "action-by-an-auditor",
        "An action by an auditor.",
        role,
        &state("fred", done(asking).into()),
    );
}

fn shares(world: &World, asking: &Asking) {
    let check_by = |who: &str, says: Check| world.forge_statement(world.signs(who), says, |_| {});
    let twice = Check::of([check(world, 1, 1).shares, check(world, 1, 1).shares].concat());
    let mut elsewhere = check(world, 1, 1);
    elsewhere.shares[0].vault = Digest::of(b"another vault");
    for (name, about, bad) in [
        ("check-of-anothers-share", "A check of another's share.", check_by("alice", check(world, 1, 2))),
        (
            "check-of-no-generation",
            "Of a generation that there is not.",
            check_by("alice", check(world, 2, 1)),
        ),
        ("check-of-no-vault", "Of a vault that there is not.", check_by("alice", elsewhere)),
        ("check-of-a-share-twice", "Of one share twice.", check_by("alice", twice)),
        ("check-of-nothing", "Of nothing.", check_by("alice", Check::of(Vec::new()))),
        ("check-without-share", "By somebody without a share.", check_by("erin", check(world, 1, 1))),
    ] {
        case(world, name, about, Rule::CheckShare, &bad);
    }
    let canary = world.generation(CANARY).seal.vault;
    let state = |who: &str, says: Approval| world.forge_statement(world.signs(who), says, |_| {});
    for (name, about, bad) in [
        (
            "approval-index",
            "Another index.",
            state("alice", approval(world, asking, |one| one.index = 2.try_into().unwrap())),
        ),
        (
            "approval-generation",
            "Another generation.",
            state("alice", approval(world, asking, |one| one.generation = 2)),
        ),
        (
            "approval-vault",
            "Another vault.",
            state("alice", approval(world, asking, |one| one.vault = canary)),
        ),
        (
            "approval-by-no-custodian",
            "By somebody without a share.",
            state("erin", approval(world, asking, |_| {})),
        ),
    ] {
        case(world, name, about, Rule::ApprovalShare, &bad);
    }
    let good = state("alice", approval(world, asking, |_| {}));
    case(
        world,
        "approval-collected",
        "An approval in the log, without a release.",
        Rule::ApprovalsUnreleased,
        &good,
    );
    let about = "An end receives an approval of another request.";
    let other = world.emergency();
    spoiled(world, "end-receives-anothers-approval", about, Rule::StatementRequest, |world| {
        forge_end(world, &other, &good)
    });
}

fn closings() {
    let world = small();
    let asking = world.ask("dan", "prod", world.question(Purpose::Emergency));
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).map(|_| ()).unwrap();
    let closing = |who: &str, change: &dyn Fn(&mut Close)| {
        let mut close = world.close_of(&asking);
        change(&mut close);
        world.forge_statement(world.signs(who), close, |_| {})
    };
    for (name, about, change) in [
        (
            "close-item-left-out",
            "An obligation is left out.",
            (&|close: &mut Close| close.items.truncate(6)) as &dyn Fn(&mut Close),
        ),
        ("close-items-out-of-order", "Obligations out of order.", &|close| close.items.swap(0, 1)),
        ("close-item-twice", "An obligation stands there twice.", &|close| {
            close.items[6].obligation = Obligation::PasswordChanged;
        }),
        ("close-without-items", "No obligation.", &|close| close.items.clear()),
    ] {
        case(&world, name, about, Rule::CloseItems, &closing("alice", change));
    }
    case(
        &world,
        "close-by-an-auditor",
        "A closing by an auditor.",
        Rule::StatementRole,
        &closing("fred", &|_| {}),
    );
    case(
        &world,
        "close-by-no-custodian-requester",
        "By a requester who is no custodian.",
        Rule::ClosedByRequester,
        &closing("dan", &|_| {}),
    );
    let act = world.forge_statement(world.signs("dan"), done(&asking), |_| {});
    case(
        &world,
        "action-by-the-requester",
        "An action by a requester who is no custodian.",
        Rule::EndMissing,
        &act,
    );
}

/// Bags, and the machine that a check or an approval was made on.
fn said_besides(world: &World, asking: &Asking) {
    let bags = || vec![text("A 0018273"), text("A 0018274")];
    let known = || Some(crate::world::environment());
    let of = |says: Statement| world.state("alice", says);
    let full = Check { bags: bags(), environment: known(), ..check(world, 1, 1) };
    case(world, "check-of-bags", "A check names bags and its machine.", None, &of(full.clone().into()));
    let approved = approval(world, asking, |approval| approval.environment = known());
    case(world, "approval-of-a-machine", "An approval names its machine.", None, &of(approved.into()));
    let twice = Check { bags: [bags(), bags()].concat(), environment: None, ..full };
    case(world, "check-of-bags-twice", "A bag that is named twice.", None, &of(twice.into()));
    let released = world.released();
    world.end(&released, EndOutcome::Released);
    let close = Close { bags: bags(), ..world.close_of(&released) };
    case(world, "close-of-bags", "A closing names bags.", Rule::Exposed, &of(close.into()));
}
