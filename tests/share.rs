//! Shares and quorums: a share is taken in its one spelling, for its own seal, and for the request it was
//! handed over for; and nothing but a threshold of such shares gives the vault key.

use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::vault_recipient;
use breakglass::crypto::shamir::Secret;
use breakglass::secret::quorum::{QuorumError, UntrustedQuorum};
use breakglass::secret::share::{MAX_SHARE, Share, ShareError, commitment};
use breakglass::value::names::PersonId;

#[allow(dead_code, reason = "it is shared with tests/shamir.rs")]
#[path = "shamir/fixtures.rs"]
mod fixtures;
#[path = "share/quorum.rs"]
mod quorum;
#[path = "share/sealing.rs"]
mod sealing;

use sealing::*;

// ── The text ──

#[test]
fn a_share_has_twelve_lines_and_reads_back_as_it_was_written() {
    let sealing = TWO_OF_THREE.sealed();
    for (at, text) in sealing.texts.iter().enumerate() {
        let names: Vec<_> = text.lines().map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(
            names,
            [
                "breakglass/v1/share",
                "escrow",
                "vault",
                "name",
                "account",
                "kind",
                "generation",
                "threshold",
                "total",
                "index",
                "salt",
                "share"
            ]
        );
        let share = Share::parse(text).unwrap();
        assert_eq!((share.text().as_str(), usize::from(u8::from(share.index()))), (text.as_str(), at + 1));
        for custodian in 0..4 {
            let others = Err(ShareError::Contradicts("index"));
            let expected = if custodian == at { Ok(()) } else { others };
            assert_eq!(share.check(&escrow(), &sealing.seal, &person(custodian)), expected);
        }
        assert!(text.len() < MAX_SHARE && text.is_ascii());
    }
}

fn refused_line(lines: &[String]) -> usize {
    let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    match Share::parse(&text) {
        Err(ShareError::Malformed(line)) => line,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_line_that_is_missing_repeated_out_of_order_or_misspelled_is_named() {
    let lines: Vec<String> = TWO_OF_THREE.sealed().texts[0].lines().map(str::to_owned).collect();
    for at in 0..lines.len() {
        let mut missing = lines.clone();
        missing.remove(at);
        assert_eq!(refused_line(&missing), at + 1, "without line {}", at + 1);
        let mut repeated = lines.clone();
        repeated.insert(at, lines[at].clone());
        assert_eq!(refused_line(&repeated), at + 2, "line {} twice", at + 1);
        for other in at + 1..lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(at, other);
            assert_eq!(refused_line(&swapped), at + 1, "lines {} and {}", at + 1, other + 1);
        }
        let line = &lines[at];
        for bad in [
            String::new(),
            format!("{line} "),
            format!("{line}\r"),
            format!(" {line}"),
            format!("{line}\0"),
            line.to_uppercase(),
            line.replacen(' ', "  ", 1) + if at == 0 { " " } else { "" },
            line.replacen(' ', "\t", 1) + if at == 0 { "\t" } else { "" },
            line.replacen(' ', "", 1) + if at == 0 { "x" } else { "" },
            line.split(' ').next().unwrap().to_owned() + " ",
        ] {
            let mut lines = lines.clone();
            lines[at] = bad.clone();
            assert_eq!(refused_line(&lines), at + 1, "{bad:?}");
        }
    }
}

#[test]
fn each_value_has_one_spelling_and_its_range() {
    let sealing = TWO_OF_THREE.sealed();
    let lines: Vec<String> = sealing.texts[0].lines().map(str::to_owned).collect();
    let hex = lines[1].split(' ').nth(1).unwrap();
    for (at, values) in [
        (2, vec![hex[1..].to_owned(), format!("{hex}00"), hex.to_uppercase(), "z".repeat(64)]),
        (3, vec![hex[2..].to_owned(), format!("{hex}0"), "z".repeat(64)]),
        (4, vec!["Prod".into(), "../prod".into(), "con".into(), "-x".into(), "x".repeat(65)]),
        (5, vec!["12\t34".into(), "12 ".into(), "x".repeat(129)]),
        (6, vec!["Root".into(), "real".into(), "root,canary".into()]),
        (7, vec!["0".into(), "01".into(), "+1".into(), "-1".into(), "1.0".into(), "4294967296".into()]),
        (8, vec!["0".into(), "1".into(), "02".into(), "+2".into(), "4".into(), "256".into(), "258".into()]),
        (9, vec!["03".into(), "+3".into(), "-3".into(), "x".into(), "4294967299".into()]),
        (10, vec!["0".into(), "01".into(), "+1".into(), "256".into(), "257".into()]),
        (11, vec![hex[2..].to_owned(), format!("{hex}00"), "0x".repeat(32), "z".repeat(64)]),
        (12, vec![hex[2..].to_owned(), format!("{hex}00"), hex[1..].to_owned(), "z".repeat(64)]),
    ] {
        for value in values {
            let mut lines = lines.clone();
            let name = lines[at - 1].split(' ').next().unwrap().to_owned();
            lines[at - 1] = format!("{name} {value}");
            assert_eq!(refused_line(&lines), at, "{name} {value}");
        }
    }
    // A threshold and a total are judged together, by the line of the threshold.
    for total in ["0", "1", "256", "259"] {
        let mut lines = lines.clone();
        lines[8] = format!("total {total}");
        assert_eq!(refused_line(&lines), 8, "{total}");
    }
}

#[test]
fn a_text_that_ends_early_goes_on_or_is_not_ascii_is_refused() {
    let text = &TWO_OF_THREE.sealed().texts[0];
    for length in 0..text.len() {
        let line = text[..length].matches('\n').count() + 1;
        assert_eq!(Share::parse(&text[..length]).unwrap_err(), ShareError::Malformed(line), "{length}");
    }
    for more in ["\n", "x", "\0", " ", "share 00\n"] {
        assert_eq!(
            Share::parse(&format!("{text}{more}")).unwrap_err(),
            ShareError::Malformed(13),
            "{more:?}"
        );
    }
    let padded = text.replace("prod", &"p".repeat(MAX_SHARE));
    for bad in [padded, text.replace("prod", "pröd"), format!("\u{feff}{text}")] {
        assert_eq!(Share::parse(&bad).unwrap_err(), ShareError::Malformed(1));
    }
}

#[test]
fn debug_shows_neither_value_nor_salt() {
    let sealing = TWO_OF_THREE.sealed();
    let mut quorum = UntrustedQuorum::default();
    quorum.add(person(0), sealing.share(0));
    let shown = format!("{:?} {quorum:?} {:?}", sealing.share(0), sealing.quorum([0, 1]).unwrap());
    assert!(shown.contains("index 1"), "{shown}");
    for secret in sealing.texts[0].lines().skip(10).chain(sealing.texts[1].lines().skip(10)) {
        assert!(!shown.contains(&secret.split(' ').nth(1).unwrap()[..8]), "{shown}");
    }
    let value = format!("{:?}", &sealing.share(0).value().expose_value()[..2]);
    assert!(!shown.contains(value.trim_matches(['[', ']'])), "{shown}");
}

// ── Against the seal ──

#[test]
fn a_share_that_contradicts_its_seal_says_in_what() {
    let sealing = TWO_OF_THREE.sealed();
    let text = &sealing.texts[0];
    let other = Digest::of(b"other").to_string();
    for (from, to, what) in [
        (format!("escrow {}", escrow()), format!("escrow {other}"), "escrow"),
        (format!("vault {}", sealing.seal.vault), format!("vault {other}"), "vault"),
        ("name prod".into(), "name test".into(), "vault name"),
        ("account 123456789012".into(), "account 123456789013".into(), "account"),
        ("kind root".into(), "kind canary".into(), "kind"),
        ("generation 1".into(), "generation 2".into(), "generation"),
        ("threshold 2".into(), "threshold 3".into(), "threshold"),
        ("total 3".into(), "total 4".into(), "threshold"),
        ("index 1".into(), "index 4".into(), "index"),
        ("index 1".into(), "index 255".into(), "index"),
    ] {
        let changed = text.replace(&from, &to);
        assert_ne!(&changed, text, "{from}");
        let share = Share::parse(&changed).unwrap();
        let refusal = share.check(&escrow(), &sealing.seal, &person(0));
        assert_eq!(refusal, Err(ShareError::Contradicts(what)), "{to}");
    }
    assert_eq!(
        sealing.share(0).check(&Digest::of(b"other"), &sealing.seal, &person(0)),
        Err(ShareError::Contradicts("escrow"))
    );
    // An index that somebody else has: the commitment is another's.
    let share = Share::parse(&text.replace("index 1", "index 2")).unwrap();
    assert_eq!(share.check(&escrow(), &sealing.seal, &person(1)), Err(ShareError::Commitment));
}

#[test]
fn a_seal_that_miscounts_its_shares_matches_no_share() {
    let mut sealing = TWO_OF_THREE.sealed();
    sealing.seal.total_shares = 4;
    let refusal = sealing.share(0).check(&escrow(), &sealing.seal, &person(0));
    assert_eq!(refusal, Err(ShareError::Contradicts("threshold")));
}

#[test]
fn the_commitment_is_that_of_the_specification_and_covers_every_byte() {
    let sealing = TWO_OF_THREE.sealed();
    let text = &sealing.texts[0];
    assert_eq!(commitment(text), Digest::of(format!("breakglass/v1/share\0{text}").as_bytes()));
    let (mut readable, mut of_secret) = (0, 0);
    for at in 0..text.len() {
        // The eighth bit would make it no text.
        for bit in 0..7 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            let other = String::from_utf8(bytes).unwrap();
            assert_ne!(commitment(&other), commitment(text), "byte {at}, bit {bit}");
            if let Ok(share) = Share::parse(&other) {
                readable += 1;
                let refusal = share.check(&escrow(), &sealing.seal, &person(0)).unwrap_err();
                of_secret += usize::from(refusal == ShareError::Commitment);
            }
        }
    }
    assert!(
        readable > 400 && of_secret > 200,
        "{readable} changed texts could be read, {of_secret} differ in salt or value"
    );
}

// ── Handed over for one request ──

#[test]
fn an_approved_share_is_bound_to_its_request() {
    let sealing = TWO_OF_THREE.sealed();
    let approved = sealing.share(0).approved_text(&request());
    assert_eq!(
        approved.as_str(),
        format!("breakglass/v1/approved-share\nrequest {}\n{}", request(), sealing.texts[0])
    );
    let share = Share::parse_approved(&approved, &request()).unwrap();
    assert_eq!(share.text().as_str(), sealing.texts[0]);
    let other = Share::parse_approved(&approved, &Digest::of(b"another"));
    assert_eq!(other.unwrap_err(), ShareError::OtherRequest);
}

#[test]
fn a_sealed_share_and_an_approved_one_do_not_stand_in_for_each_other() {
    let sealing = TWO_OF_THREE.sealed();
    let approved = sealing.share(0).approved_text(&request());
    assert_eq!(Share::parse(&approved).unwrap_err(), ShareError::Malformed(1));
    let plain = Share::parse_approved(&sealing.texts[0], &request());
    assert_eq!(plain.unwrap_err(), ShareError::Malformed(1));
    for (from, to, line) in [
        ("approved-share", "Approved-share", 1),
        ("request ", "request  ", 2),
        ("request ", "Request ", 2),
        ("request ", "escrow ", 2),
        (&request().to_string(), &request().to_string().to_uppercase(), 2),
        (&request().to_string(), "", 2),
    ] {
        let bad = approved.replacen(from, to, 1);
        assert_eq!(Share::parse_approved(&bad, &request()).unwrap_err(), ShareError::Malformed(line), "{to}");
    }
    for length in 0..approved.len() {
        let cut = Share::parse_approved(&approved[..length], &request());
        assert!(matches!(cut, Err(ShareError::Malformed(_))), "{length}");
    }
}
