//! Whoever fails is told what to type or do next, and which word they may have meant.

use crate::stage::{Stage, asking};

/// Failing command lines on an escrow with a vault and a request, with their exit codes and a part of what they
/// say to do next.
const FAILING: [(i32, &str, &str); 34] = [
    (2, "verfy", "perhaps verify"),
    (2, "verify --ancor x", "perhaps --anchor"),
    (2, "frobnicate", "`--help` lists"),
    (2, "keygen", "`--help` lists"),
    (1, "verify --escrow nowhere", "--escrow DIR"),
    (3, "verify --anchor x", "64 digits, or 8 words"),
    (3, "verify --head alice/alice.key", "breakglass head -o"),
    (3, "verify --book Alice.book", "under its owner's name"),
    (1, "verify --book bob.book", "check the path"),
    (2, "log --kind releese", "perhaps release; there are: genesis, "),
    (3, "log --request 00000000", "log --kind request"),
    (1, "head -o req.bgr", "choose another name"),
    (3, "check prd --as alice/alice", "the vaults are: prod, canary-"),
    (4, "check --as admin/admin", "--kind seal"),
    (6, "check --as alice/alice -i bob/bob.key", "-i"),
    (3, "check --as alice/alice -i req.bgr", "breakglass keygen"),
    (3, "retire bbo --because x --as admin/admin", "name one of these: bob, "),
    (4, "retire bob --because x --as alice/alice", "--as A --as B"),
    (2, "retire bob --because x --as alice/alice --as alice/alice", "once"),
    (2, "retire bob --because x --as alice/alice --as bob/bob -i bob/bob.key", "-i A.key"),
    (3, "enroll x --name X --contact x --role auditor --recipient x -o x", "breakglass keygen"),
    (1, "keygen -o alice/alice.key --no-passphrase", "choose another name"),
    (3, "init new --name N --cards-compared --card req.bgr --as admin/admin", "breakglass enroll"),
    (3, "init new --name N --card admin/admin.card --as admin/admin --policy req.bgr", "--policy"),
    (3, "collect req.bgr --as alice/alice", "wrote with -o"),
    (3, "approve alice/alice.card --as alice/alice -o x", "breakglass request -o"),
    (4, "approve req.bgr --as admin/admin -o x", "the custodians of it"),
    (3, "approve req.bgr --as alice/alice -o x --session-words x", "8 words"),
    (4, "release req.bgr --as carol/carol --print password", "bring more approvals"),
    (1, "release req.bgr no.bga --as carol/carol --print password", "check the path"),
    (2, "adopt escrow --as alice/alice", "--as A --as B"),
    (1, "compare escrow nowhere", "--escrow DIR"),
    (1, "copy req.bgr/x", "choose another name"),
    (2, "completions bsh", "perhaps bash; there are: bash, zsh"),
];

#[test]
fn every_failure_says_what_to_do_next() {
    let (stage, _) = Stage::asked();
    for (code, line, next) in FAILING {
        let run = stage.refuses(code, line).next(next);
        let json = stage.run(&format!("{line} --json")).exits(code).json();
        let told = json["error"]["next"].as_str().unwrap_or_default();
        assert!(told.contains(next), "{}: {json}", run.line);
    }
    for vault in ["prdo", "prod"] {
        let line = format!("{} --generation 7 --as carol/carol -o x", asking(vault));
        let next = if vault == "prod" { "leave --generation out" } else { "the vaults are: prod, " };
        stage.refuses(3, &line).next(next);
    }
}

#[test]
fn a_wrong_word_brings_the_words_there_are() {
    let stage = Stage::empty();
    let request = "request p --ticket t --justification j --as a -o r";
    for (line, wrong, meant) in [
        (format!("{request} --reason"), "iam-failiure", "iam-failure"),
        (format!("{request} --reason billing --purpose"), "emergancy", "emergency"),
        (format!("{request} --reason billing --accept-deviation"), "time-sett", "time-set"),
        ("seal p --as a --accept-deviation".to_owned(), "weakpassword", "weak-password"),
        ("close --request 1 --as a --done".to_owned(), "mfa-renew", "mfa-renewed"),
        ("enroll p --name n --contact c -i i -o o --role".to_owned(), "custodain", "custodian"),
    ] {
        let run = stage.refuses(2, &format!("{line} {wrong}")).next(&format!("perhaps {meant}; there are: "));
        assert!(
            !run.err.contains(&format!("{wrong} ")) && !run.err.contains(&format!("{wrong}`")),
            "{}",
            run.err
        );
        // What is like none of them is no slip, and what comes is in no order that tells of it.
        let one = stage.refuses(2, &format!("{line} qqqqqqqq"));
        let other = stage.refuses(2, &format!("{line} {}", crate::stage::PASSWORD)).next("there are: ");
        assert_eq!(one.err, other.err);
        assert!(one.err.contains(meant) && !one.err.contains("perhaps") && !one.err.contains("qqq"));
    }
}
