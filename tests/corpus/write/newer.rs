//! What a newer program may have written, and what may rest on it.

use breakglass::crypto::digest::Digest;
use breakglass::record::finding::Rule;
use breakglass::record::retire::Retire;
use breakglass::record::statement::{Action, Denial};
use breakglass::record::statements::Statements;
use data_encoding::BASE64;

use super::edits::signed_by;
use super::faults::put;
use super::log_case::{nothing, small, spoiled};
use crate::world::{Asking, Signs, World, text};

pub fn write() {
    let world = small();
    newer(&world);
    references(&world);
    too_large(&world);
    let asking = world.emergency();
    with_a_request(&world, &asking);
    statements(&world, &asking);
}

/// A record of another type that says something else.
fn put_newer(world: &World, kind: &str, says: &str, signers: &[Signs<'_>]) {
    put(world, nothing(), signers, |line| {
        line.replacen("breakglass/v1/statements", kind, 1).replacen(r#"{"statements":[]}"#, says, 1)
    });
}

/// What a newer program may have written, as its type and what it says; and what is wrong with it.
const NEWER: [(&str, &str, &str, &str, Option<Rule>); 11] = [
    ("newer-version", "A version that is not known.", "breakglass/v2/seal", r#"{"a":[{}]}"#, None),
    ("newer-version-9999", "The last version.", "breakglass/v9999/x", "true", None),
    (
        "newer-version-10000",
        "A version of five digits.",
        "breakglass/v10000/x",
        "{}",
        Some(Rule::RecordMalformed),
    ),
    (
        "newer-version-zero-led",
        "A version with a leading zero.",
        "breakglass/v02/x",
        "{}",
        Some(Rule::RecordMalformed),
    ),
    (
        "newer-space",
        "White space in a kind that is not known.",
        "breakglass/v1/novel",
        r#"{"a": 1}"#,
        Some(Rule::RecordNonCanonical),
    ),
    (
        "newer-escape",
        "A letter is escaped in a kind that is not known.",
        "breakglass/v1/novel",
        r#"{"a":"\u0061"}"#,
        Some(Rule::RecordNonCanonical),
    ),
    (
        "newer-null",
        "A null in a kind that is not known.",
        "breakglass/v1/novel",
        r#"{"a":[null]}"#,
        Some(Rule::RecordMalformed),
    ),
    (
        "newer-key-repeated",
        "A key twice in a kind that is not known.",
        "breakglass/v1/novel",
        r#"{"a":{"b":1,"b":2}}"#,
        Some(Rule::RecordMalformed),
    ),
    (
        "newer-number",
        "A fraction in a kind that is not known.",
        "breakglass/v1/novel",
        r#"{"a":1.5}"#,
        Some(Rule::RecordMalformed),
    ),
    (
        "newer-note-within",
        "The beginning of a note in a kind that is not known.",
        "breakglass/v1/novel",
        r#"{"a":{"type":"breakglass/v1/end"}}"#,
        Some(Rule::RecordMalformed),
    ),
    (
        "newer-frame-field",
        "A field more in the frame of a version that is not known.",
        "breakglass/v2/seal",
        r#"{},"also":1"#,
        Some(Rule::RecordField),
    ),
];

fn newer(world: &World) {
    for (name, about, kind, says, rule) in NEWER {
        spoiled(world, name, about, rule, |world| put_newer(world, kind, says, &[world.signs("alice")]));
    }
    for (name, about, depth, rule) in [
        ("newer-depth-64", "As deep as may be.", 63, None),
        ("newer-depth-65", "Deeper than may be.", 64, Some(Rule::RecordMalformed)),
    ] {
        let says = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        spoiled(world, name, about, rule, |world| {
            put_newer(world, "breakglass/v1/novel", &says, &[world.signs("alice")]);
        });
    }
}

/// A record that is larger than one of its kind can be.
fn too_large(world: &World) {
    let says = |size: usize| format!(r#"{{"a":"{}"}}"#, "x".repeat(size));
    spoiled(world, "custody-too-large", "A custody record of 70,000 bytes.", Rule::RecordTooLarge, |world| {
        put_newer(world, "breakglass/v1/custody", &says(70_000), &[world.signs("dan")]);
        world.forge(nothing(), &[world.signs("bob")]);
    });
    let about = "A custody record of 70,000 bytes that nobody signed.";
    spoiled(world, "custody-too-large-unsigned", about, Rule::RecordMalformed, |world| {
        put_newer(world, "breakglass/v1/custody", &says(70_000), &[world.signs("dan")]);
        let at = world.bytes().len() - 1000;
        let mut bytes = world.bytes();
        bytes[at] = b'y';
        world.set_bytes(bytes);
        world.forge(nothing(), &[world.signs("bob")]);
    });
}

/// What rests on something that only a newer record can have brought in.
fn references(world: &World) {
    let zoe = || Retire::of(text("zoe"), text("she left"));
    for (name, about, who, rule) in [
        ("newer-reference", "An administrator's newer record.", "dan", Rule::RecordNewerReference),
        (
            "newer-reference-by-a-custodian",
            "A custodian alone brings in nobody.",
            "alice",
            Rule::RetirePerson,
        ),
    ] {
        spoiled(world, name, about, rule, |world| {
            put_newer(world, "breakglass/v2/admit", "{}", &[world.signs(who)]);
            world.forge(zoe(), &[world.signs("dan")]);
        });
    }
    type Put = fn(&World);
    let others: [(&str, &str, Rule, Put); 4] = [
        ("newer-reference-request", "A request that is not known.", Rule::RecordNewerReference, |world| {
            let denial = Denial { request: Digest::of(b"request"), because: text("no") };
            world.forge_collected("bob", &[&world.state("bob", denial)]);
        }),
        ("newer-reference-vault", "A vault that is not known.", Rule::RecordNewerReference, |world| {
            let (mut asked, session) = world.make_request(
                "carol",
                "prod",
                world.question(breakglass::record::request::Purpose::Emergency),
            );
            asked.vault = Digest::of(b"vault");
            let session = (breakglass::value::names::KeyName::Session, session.key());
            world.forge(asked, &[world.signs("carol"), session]);
        }),
        ("newer-reference-custodian", "A custodian who is not known.", Rule::RecordNewerReference, |world| {
            let mut seal = world.generation("prod").seal.as_ref().clone();
            (seal.generation, seal.shares[0].custodian) = (2, text("zoe"));
            world.forge(seal, &[world.signs("dan")]);
        }),
        ("newer-reference-none", "What is known is judged as ever.", Rule::RetirePerson, |world| {
            let carol = || Retire::of(text("carol"), text("she left"));
            world.forge(carol(), &[world.signs("dan")]);
            world.forge(carol(), &[world.signs("dan")]);
        }),
    ];
    for (name, about, rule, forge) in others {
        spoiled(world, name, about, rule, |world| {
            put_newer(world, "breakglass/v2/admit", "{}", &[world.signs("dan")]);
            forge(world);
        });
    }
}

fn with_a_request(world: &World, asking: &Asking) {
    let key = world.keys("prod").release_key;
    let release = || [(world.release_name("prod"), &key), asking.signs()];
    spoiled(world, "newer-by-a-session", "A newer record, by a session.", None, |world| {
        put_newer(world, "breakglass/v1/novel", "{}", &[asking.signs()]);
    });
    let about = "A newer record by a release key: who signed it held the vault key.";
    spoiled(world, "newer-by-a-release-key", about, Rule::Exposed, |world| {
        put_newer(world, "breakglass/v1/novel", "{}", &release());
    });
    spoiled(world, "newer-torn", "A newer record by a session that is damaged.", Rule::Torn, |world| {
        put_newer(world, "breakglass/v1/novel", "{}", &[asking.signs()]);
        let text = String::from_utf8(world.bytes()).unwrap();
        let at = text.rfind(r#""says":{}"#).unwrap();
        let bytes = [&text.as_bytes()[..at], br#""says":[]"#, &text.as_bytes()[at + 9..]].concat();
        world.set_bytes(bytes);
    });
    let files = world.approvals(&["alice", "bob"], asking);
    let about = "A release with a field that is not known exposes all the same.";
    spoiled(world, "release-field-unknown", about, Rule::Exposed, |world| {
        let says = world.release_of(asking, 1, &files);
        put(world, says, &release(), |line| line.replacen(r#""attempt":1"#, r#""attempt":1,"also":1"#, 1));
    });
    let about = "A release of which nobody can tell for what exposes what its key belongs to.";
    spoiled(world, "release-request-malformed", about, Rule::Exposed, |world| {
        let says = world.release_of(asking, 1, &files);
        put(world, says, &release(), |line| line.replacen(r#""request":""#, r#""request":"x"#, 1));
    });
    let about = "A request whose session key cannot be read, by its requester.";
    spoiled(world, "request-session-key-malformed", about, Rule::RecordMalformed, |world| {
        let purpose = breakglass::record::request::Purpose::Emergency;
        let (asked, session) = world.make_request("carol", "prod", world.question(purpose));
        let signers = [world.signs("carol"), (breakglass::value::names::KeyName::Session, session.key())];
        put(world, asked, &signers, |line| line.replacen(r#""session_key":""#, r#""session_key":"x"#, 1));
        world.forge(nothing(), &[world.signs("bob")]);
    });
    let about = "An end with a field that is not known ends nothing.";
    spoiled(world, "end-field-unknown", about, Rule::RecordField, |world| {
        let says = world.end_of(asking, breakglass::record::request::EndOutcome::NotReleased);
        put(world, says, &[asking.signs()], |line| line.replacen(r#""says":{"#, r#""says":{"also":1,"#, 1));
    });
}

/// Collects these notes as they are.
fn collect(world: &World, notes: &[Vec<u8>]) {
    let statements = notes.iter().map(|note| BASE64.encode(note)).collect();
    world.forge(Statements { statements }, &[world.signs("carol")]);
}

fn statements(world: &World, asking: &Asking) {
    let action = world.state("alice", Action { request: asking.record, done: text("we looked") });
    let line = std::str::from_utf8(action.note.as_bytes()).unwrap().lines().next().unwrap();
    for (name, about, rule, from, to) in [
        (
            "statement-field-unknown",
            "A statement with a field that is not known.",
            Some(Rule::RecordField),
            r#""says":{"#,
            r#""says":{"also":1,"#,
        ),
        (
            "statement-kind-unknown",
            "A statement of a kind that is not known.",
            None,
            "v1/action",
            "v1/witness",
        ),
        ("statement-version-2", "A statement of another version.", None, "v1/action", "v2/action"),
        (
            "statement-kind-unknown-frame",
            "A statement of a kind that is not known, without a book.",
            Some(Rule::RecordField),
            r#"v1/action","escrow""#,
            r#"v1/witness","escrov""#,
        ),
    ] {
        spoiled(world, name, about, rule, |world| {
            let changed = signed_by(&line.replacen(from, to, 1), &[world.signs("alice")]);
            collect(world, &[changed, action.note.as_bytes().to_vec()]);
        });
    }
    let about = "A statement of a kind that is not known, by nobody.";
    spoiled(world, "statement-kind-unknown-signature", about, Rule::StatementSignature, |world| {
        let changed = signed_by(&line.replacen("v1/action", "v1/witness", 1), &[world.signs("bob")]);
        let changed = String::from_utf8(changed).unwrap().replace("\u{2014} bob ", "\u{2014} alice ");
        collect(world, &[changed.into_bytes()]);
    });
}
