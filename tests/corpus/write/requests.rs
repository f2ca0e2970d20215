//! Requests and ends.

use breakglass::ceremony::request::{RequestPlan, Session};
use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::request::{End, EndOutcome, MAX_ITEMS, MAX_TOTP_CODES, Purpose, Reason, Request};
use breakglass::record::seal::{Credentials, Kind};
use breakglass::value::names::{FieldName, KeyName};
use breakglass::value::time::Seconds;

use super::log_case::{small, spoiled};
use crate::world::{Asking, CANARY, World, code, rng, text};

pub fn write() {
    let world = small();
    good(&world);
    vaults(&world);
    content(&world);
    let world = small();
    signers(&world);
    keys(&world);
    ends();
}

/// A request of carol's, changed.
fn case(world: &World, name: &str, about: &str, rule: Option<Rule>, change: &dyn Fn(&mut Request)) {
    spoiled(world, name, about, rule, |world| {
        let (mut request, session) = world.make_request("carol", "prod", world.question(Purpose::Emergency));
        request.deviations.clear();
        change(&mut request);
        world.forge(request, &[world.signs("carol"), (KeyName::Session, session.key())])
    });
}

/// A request of carol's, changed so that it breaks a rule.
fn wrong(world: &World, name: &str, about: &str, rule: Rule, change: &dyn Fn(&mut Request)) {
    case(world, name, about, Some(rule), change);
}

/// One of many names of fields.
fn field(at: usize) -> FieldName {
    text(&format!("field-{at}"))
}

fn good(world: &World) {
    case(world, "request", "A request that nothing is wrong with.", None, &|_| {});
    case(world, "request-as-large-as-may-be", "As much as there may be.", None, &|request| {
        request.fields = (0..MAX_ITEMS).map(field).collect();
        request.actions = vec![text("again"); MAX_ITEMS];
        request.totp_codes = MAX_TOTP_CODES;
        request.not_after = request.not_before;
    });
}

fn vaults(world: &World) {
    let rule = Rule::RequestSeal;
    wrong(world, "request-vault-unknown", "It asks for no known vault.", rule, &|request| {
        request.vault = Digest::of(b"another vault");
    });
    wrong(world, "request-generation-unknown", "No such generation.", rule, &|request| {
        request.generation = 2
    });
    wrong(world, "request-seal-other", "Another seal's digest.", rule, &|request| {
        request.seal = Digest::of(b"another seal");
    });
    wrong(world, "request-name-other", "Another vault's name.", rule, &|request| request.name = text(CANARY));
    let rule = Rule::RequestPurpose;
    wrong(world, "request-drill-on-root", "A drill on a root vault.", rule, &|request| {
        request.purpose = Purpose::Drill
    });
    spoiled(world, "request-emergency-on-canary", "An emergency on a canary.", rule, |world| {
        let (mut request, session) = world.make_request("carol", CANARY, world.question(Purpose::Drill));
        request.purpose = Purpose::Emergency;
        world.forge(request, &[world.signs("carol"), (KeyName::Session, session.key())])
    });
}

fn content(world: &World) {
    let rule = Rule::RequestContent;
    wrong(world, "request-window-turned-round", "The window ends before it begins.", rule, &|request| {
        request.not_after = text("2026-11-23T00:00:00Z");
    });
    wrong(world, "request-no-field", "No field is asked for.", rule, &|request| request.fields.clear());
    wrong(world, "request-field-twice", "A field is asked for twice.", rule, &|request| {
        request.fields = vec![text("totp"), text("password"), text("totp")];
    });
    wrong(world, "request-65-fields", "65 fields.", rule, &|request| {
        request.fields = (0..=MAX_ITEMS).map(field).collect()
    });
    wrong(world, "request-65-actions", "65 actions.", rule, &|request| {
        request.actions = vec![text("again"); 65]
    });
    wrong(world, "request-101-codes", "101 codes.", rule, &|request| request.totp_codes = MAX_TOTP_CODES + 1);
    let rule = Rule::ReasonOther;
    wrong(world, "request-reason-other", "None of the four reasons.", rule, &|request| {
        request.reason = Reason::Other
    });
    spoiled(
        world,
        "request-long-window",
        "A longer window than the policy allows.",
        Rule::RequestDeviation,
        |world| {
            let question = RequestPlan { expires: Seconds(48 * 3600), ..world.question(Purpose::Emergency) };
            world.ask("carol", "prod", question)
        },
    );
}

/// A request of carol's for this session.
fn made(world: &World, session: &Session) -> Request {
    let (mut request, _) = world.make_request("carol", "prod", world.question(Purpose::Emergency));
    request.session_key = session.key().verifying_key();
    request
}

fn signers(world: &World) {
    let session = Session::generate(&mut rng());
    let by_session = || (KeyName::Session, session.key());
    for (name, about, signers) in [
        (
            "request-signers-turned-round",
            "The session signs first.",
            vec![by_session(), world.signs("carol")],
        ),
        ("request-by-another", "Somebody else signs it.", vec![world.signs("bob"), by_session()]),
        ("request-without-session", "The session does not sign.", vec![world.signs("carol")]),
        ("request-without-requester", "The requester does not sign.", vec![by_session()]),
    ] {
        spoiled(world, name, about, Rule::RequestSigner, |world| {
            world.forge(made(world, &session), &signers)
        });
    }
}

/// Keys that are of somebody or something else already.
fn keys(world: &World) {
    let session = Session::generate(&mut rng());
    let rule = Rule::RequestSession;
    let (first, prod) = (world.emergency(), world.generation("prod").seal.as_ref().clone());
    for (name, about, recipient) in [
        (
            "request-recipient-again",
            "The recipient is of another session.",
            first.session.identity().to_recipient(),
        ),
        ("request-recipient-of-a-vault", "The recipient is a vault's.", prod.recipient),
        (
            "request-recipient-of-a-person",
            "The recipient is somebody's.",
            world.person("alice").identity.to_recipient(),
        ),
    ] {
        spoiled(world, name, about, rule, |world| {
            let mut request = made(world, &session);
            request.session_recipient = recipient;
            world.forge(request, &[world.signs("carol"), (KeyName::Session, session.key())])
        });
    }
    for (name, about, key) in [
        ("request-session-key-again", "The session key is of another session.", first.session.key()),
        (
            "request-session-key-of-a-person",
            "The session key is somebody's.",
            world.person("alice").signer.key(),
        ),
    ] {
        spoiled(world, name, about, rule, |world| {
            let mut request = made(world, &session);
            request.session_key = key.verifying_key();
            world.forge(request, &[world.signs("carol"), (KeyName::Session, key)])
        });
    }
    spoiled(
        world,
        "seal-recipient-of-a-session",
        "A vault key that is a session's.",
        Rule::SealKeys,
        |world| {
            let mut seal = world.make_seal("other", Kind::Root, 2, &["alice", "bob"], Credentials::New).seal;
            seal.recipient = first.session.identity().to_recipient();
            world.forge(seal, &[world.signs("dan")])
        },
    );
}

/// Ends `asking`, in whatever way.
fn forge_end(world: &World, asking: &Asking, outcome: EndOutcome, change: impl FnOnce(&mut End)) -> u64 {
    let mut end = world.end_of(asking, outcome);
    change(&mut end);
    world.forge(end, &[asking.signs()])
}

fn ends() {
    let world = small();
    let asking = world.emergency();
    let none = EndOutcome::NotReleased;
    spoiled(&world, "end-without-release", "A request is withdrawn by its session.", None, |world| {
        forge_end(world, &asking, none, |_| {})
    });
    spoiled(&world, "end-by-requester", "A request is withdrawn by its requester.", None, |world| {
        world.forge(world.end_of(&asking, none), &[world.signs("carol")])
    });
    spoiled(&world, "end-of-no-request", "An end of an unknown request.", Rule::EndRequest, |world| {
        let end = End { request: Digest::of(b"another request"), ..world.end_of(&asking, none) };
        world.forge(end, &[world.signs("carol")])
    });
    spoiled(&world, "end-twice", "A request ends twice.", Rule::EndTwice, |world| {
        world.end(&asking, none);
        forge_end(world, &asking, none, |_| {})
    });
    spoiled(&world, "end-by-another", "An end by somebody else.", Rule::EndSigner, |world| {
        world.forge(world.end_of(&asking, none), &[world.signs("alice")])
    });
    spoiled(&world, "end-by-two", "An end by session and requester.", Rule::EndSigner, |world| {
        world.forge(world.end_of(&asking, none), &[asking.signs(), world.signs("carol")])
    });
    let rule = Rule::EndShown;
    spoiled(&world, "end-released-without-release", "It says released, and nothing was.", rule, |world| {
        forge_end(world, &asking, EndOutcome::Released, |_| {})
    });
    spoiled(&world, "end-shown-without-release", "A field was shown, and nothing released.", rule, |world| {
        forge_end(world, &asking, none, |end| end.shown = vec![text("password")])
    });
    spoiled(&world, "end-codes-without-release", "A code was shown, and nothing released.", rule, |world| {
        forge_end(world, &asking, none, |end| end.totp_steps = vec![code("totp", 59_000_000)])
    });
    ends_of_a_release(&world, &asking);
}

fn ends_of_a_release(world: &World, asking: &Asking) {
    let none = EndOutcome::NotReleased;
    let files = world.approvals(&["alice", "bob"], asking);
    world.release(asking, &files).unwrap();
    let rule = Rule::EndShown;
    spoiled(world, "end-denies-a-release", "It says not released, and something was.", rule, |world| {
        forge_end(world, asking, none, |_| {})
    });
    let rule = Rule::EndUnasked;
    spoiled(world, "end-field-unasked", "A field was shown that was not asked for.", rule, |world| {
        forge_end(world, asking, EndOutcome::Released, |end| end.shown.push(text("totp-seed")))
    });
    spoiled(world, "end-codes-unasked", "More codes than were asked for.", rule, |world| {
        forge_end(world, asking, EndOutcome::Released, |end| {
            end.totp_steps = [1, 2, 3].map(|at| code("totp", at)).into()
        })
    });
    spoiled(
        world,
        "end-code-of-a-field-unasked",
        "A code of a field that was not asked for.",
        rule,
        |world| forge_end(world, asking, EndOutcome::Released, |end| end.totp_steps = vec![code("other", 1)]),
    );
    spoiled(world, "end-code-shown-twice", "One code shown twice is one code.", None, |world| {
        forge_end(world, asking, EndOutcome::Released, |end| {
            end.totp_steps = [1, 2, 2, 1].map(|at| code("totp", at)).into()
        })
    });
}
