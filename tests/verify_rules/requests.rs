//! Requests and ends.

use breakglass::ceremony::request::Session;
use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::request::{End, EndOutcome, MAX_ITEMS, MAX_TOTP_CODES, Purpose, Reason, Request};
use breakglass::value::names::KeyName;
use breakglass::value::time::Seconds;

use crate::world::{Asking, CANARY, World, code, rng, text};
use crate::{Case, Spoil};

/// Forges carol's request for `prod`, changed.
fn forge(world: &World, change: impl FnOnce(&mut Request)) -> u64 {
    let (mut request, session) = world.make_request("carol", "prod", world.question(Purpose::Emergency));
    change(&mut request);
    world.forge(request, &[world.signs("carol"), (KeyName::Session, session.key())])
}

/// Each change makes a good request into one that breaks `rule`.
#[track_caller]
fn each_breaks(rule: Rule, changes: &[&dyn Fn(&mut Request)]) {
    let world = World::ready();
    let case = Case::of(&world);
    let spoils = changes.iter().map(|change| -> Spoil<'_> { Box::new(move |world| forge(world, change)) });
    case.each_breaks(rule, spoils.collect());
    // The control: without the change, nothing is wrong.
    forge(&world, |_| {});
    assert_eq!(world.verify().findings.len(), case.before.findings.len());
}

#[test]
fn request_seal() {
    each_breaks(
        Rule::RequestSeal,
        &[
            &|request| request.vault = Digest::of(b"another vault"),
            &|request| request.generation = 2,
            &|request| request.generation = 0,
            &|request| request.seal = Digest::of(b"another seal"),
            &|request| request.name = text(CANARY),
        ],
    );
}

#[test]
fn request_signer() {
    let world = World::ready();
    let case = Case::of(&world);
    let sign = |by: &dyn Fn(&Session) -> u64| by(&Session::generate(&mut rng()));
    let made = |session: &Session| {
        let (mut request, _) = world.make_request("carol", "prod", world.question(Purpose::Emergency));
        request.session_key = session.key().verifying_key();
        request
    };
    let (carol, bob) = (world.signs("carol"), world.signs("bob"));
    let bytes = world.bytes();
    let by: [&dyn Fn(&Session) -> u64; 4] = [
        &|session| world.forge(made(session), &[(KeyName::Session, session.key()), carol.clone()]),
        &|session| world.forge(made(session), &[bob.clone(), (KeyName::Session, session.key())]),
        &|session| world.forge(made(session), std::slice::from_ref(&carol)),
        &|session| world.forge(made(session), &[(KeyName::Session, session.key())]),
    ];
    for by in by {
        let seq = sign(by);
        case.breaks(Rule::RequestSigner, seq);
        world.set_bytes(bytes.clone());
    }
}

#[test]
fn request_session() {
    let world = World::ready();
    let first = world.emergency();
    let case = Case::of(&world);
    let (prod, alice) = (world.generation("prod").seal, world.person("alice"));
    // The session's recipient is somebody's already.
    let used =
        [first.session.identity().to_recipient(), prod.recipient.clone(), alice.identity.to_recipient()];
    let bytes = world.bytes();
    for recipient in used {
        let seq = forge(&world, |request| request.session_recipient = recipient);
        case.breaks(Rule::RequestSession, seq);
        world.set_bytes(bytes.clone());
    }
    // The session's key is.
    for key in [first.session.key(), alice.signer.key()] {
        let (mut request, _) = world.make_request("carol", "prod", world.question(Purpose::Emergency));
        request.session_key = key.verifying_key();
        let seq = world.forge(request, &[world.signs("carol"), (KeyName::Session, key)]);
        case.breaks(Rule::RequestSession, seq);
        world.set_bytes(bytes.clone());
    }
}

#[test]
fn request_purpose() {
    each_breaks(Rule::RequestPurpose, &[&|request| request.purpose = Purpose::Drill]);
    let world = World::ready();
    for purpose in [Purpose::Emergency, Purpose::Maintenance] {
        let case = Case::of(&world);
        let (mut request, session) = world.make_request("carol", CANARY, world.question(Purpose::Drill));
        request.purpose = purpose;
        let bytes = world.bytes();
        let seq = world.forge(request, &[world.signs("carol"), (KeyName::Session, session.key())]);
        case.breaks(Rule::RequestPurpose, seq);
        world.set_bytes(bytes);
    }
}

#[test]
fn request_content() {
    let field = |at: usize| text(&format!("field-{at}"));
    each_breaks(
        Rule::RequestContent,
        &[
            &|request| request.not_after = text("2026-11-23T00:00:00Z"),
            &|request| request.fields.clear(),
            &|request| request.fields = vec![text("totp"), text("password"), text("totp")],
            &|request| request.fields = (0..=MAX_ITEMS).map(field).collect(),
            &|request| request.actions = vec![text("again"); MAX_ITEMS + 1],
            &|request| request.totp_codes = MAX_TOTP_CODES + 1,
        ],
    );
    // As much as there may be is not too much.
    let world = World::ready();
    let before = world.verify().findings.len();
    forge(&world, |request| {
        request.fields = (0..MAX_ITEMS).map(field).collect();
        request.actions = vec![text("again"); MAX_ITEMS];
        request.totp_codes = MAX_TOTP_CODES;
        request.not_after = request.not_before;
    });
    assert_eq!(world.verify().findings.len(), before);
}

#[test]
fn reason_other() {
    let world = World::ready();
    let case = Case::of(&world);
    let question = world.question(Purpose::Emergency);
    world.ask(
        "carol",
        "prod",
        breakglass::ceremony::request::RequestPlan { reason: Reason::Other, ..question },
    );
    case.breaks(Rule::ReasonOther, world.head().seq);
}

#[test]
fn deviation() {
    // In the request.
    let world = World::ready();
    let case = Case::of(&world);
    let mut question = world.question(Purpose::Emergency);
    question.expires = Seconds(48 * 3600);
    world.ask("carol", "prod", question);
    case.breaks(Rule::RequestDeviation, world.head().seq);
    // In the release.
    let world = World::ready();
    let asking = world.emergency();
    let files = world.approvals(&["alice", "bob"], &asking);
    let case = Case::of(&world);
    world.pass(Seconds(5 * 3600));
    world.release(&asking, &files).unwrap();
    let also = [Rule::ReleaseWindow, Rule::EndMissing, Rule::Exposed, Rule::CloseMissing];
    case.breaks_and(Rule::RequestDeviation, world.head().seq, &also);
}

/// Forges the end of `asking`, changed.
fn forge_end(world: &World, asking: &Asking, outcome: EndOutcome, change: impl FnOnce(&mut End)) -> u64 {
    let mut end = world.end_of(asking, outcome);
    change(&mut end);
    world.forge(end, &[asking.signs()])
}

#[test]
fn end_request() {
    let world = World::ready();
    let asking = world.emergency();
    let case = Case::of(&world);
    let mut end = world.end_of(&asking, EndOutcome::NotReleased);
    end.request = Digest::of(b"another request");
    let seq = world.forge(end, &[world.signs("carol")]);
    case.breaks(Rule::EndRequest, seq);
}

#[test]
fn end_twice() {
    let world = World::ready();
    let asking = world.emergency();
    world.end(&asking, EndOutcome::NotReleased);
    let case = Case::of(&world);
    let seq = forge_end(&world, &asking, EndOutcome::NotReleased, |_| {});
    case.breaks(Rule::EndTwice, seq);
}

#[test]
fn end_signer() {
    let world = World::ready();
    let asking = world.emergency();
    let end = || world.end_of(&asking, EndOutcome::NotReleased);
    let case = Case::of(&world);
    case.each_breaks(
        Rule::EndSigner,
        vec![
            Box::new(|world| world.forge(end(), &[world.signs("alice")])),
            Box::new(|world| world.forge(end(), &[asking.signs(), world.signs("carol")])),
        ],
    );
    // The requester may, without the session's key.
    world.append(end(), &[world.signs("carol")]).unwrap();
}

#[test]
fn end_shown() {
    let world = World::ready();
    let asking = world.emergency();
    let nothing = EndOutcome::NotReleased;
    Case::of(&world).each_breaks(
        Rule::EndShown,
        vec![
            Box::new(|world| forge_end(world, &asking, EndOutcome::Released, |_| {})),
            Box::new(|world| forge_end(world, &asking, nothing, |end| end.shown = vec![text("password")])),
            Box::new(|world| {
                forge_end(world, &asking, nothing, |end| end.totp_steps = vec![code("totp", 59_000_000)])
            }),
        ],
    );
    let files = world.approvals(&["alice", "bob"], &asking);
    world.release(&asking, &files).unwrap();
    let case = Case::of(&world);
    let seq = forge_end(&world, &asking, nothing, |_| {});
    case.breaks(Rule::EndShown, seq);
    crate::canaries::other_ends_contradict_the_log();
}

#[test]
fn end_unasked() {
    let world = World::ready();
    let asking = world.released();
    let case = Case::of(&world);
    let bytes = world.bytes();
    let more: [&dyn Fn(&mut End); 3] = [
        &|end| end.shown.push(text("totp-seed")),
        &|end| end.totp_steps = [1, 2, 3].map(|at| code("totp", at)).into(),
        &|end| end.totp_steps = vec![code("email", 1)],
    ];
    for change in more {
        let seq = forge_end(&world, &asking, EndOutcome::Released, change);
        case.breaks(Rule::EndUnasked, seq);
        world.set_bytes(bytes.clone());
    }
    // One code shown twice is one code.
    forge_end(&world, &asking, EndOutcome::Released, |end| {
        end.totp_steps = [1, 2, 2, 1].map(|at| code("totp", at)).into()
    });
    assert!(world.verify().findings.iter().all(|finding| finding.rule != Rule::EndUnasked));
}
