//! Shares, payloads, requests and approvals as files.

use breakglass::ceremony::approve::ApprovalFile;
use breakglass::crypto::envelope::encrypt_armored;
use breakglass::record::armour::{self, Label};
use breakglass::record::request::Purpose;
use breakglass::record::seal::Kind;

use super::keys::{key_file, share_text};
use super::log_case::small;
use super::put::put;
use super::{armoured, excerpts, recoveries};
use crate::world::{Asking, CANARY, World};

pub fn write() {
    let world = small();
    shares(&world);
    let asking = world.emergency();
    recoveries::write(&world, &asking);
    approvals(&world, &asking);
    excerpts::write(&world, &asking);
    requests(&world, &asking);
    payloads();
}

fn shares(world: &World) {
    let (log, good) = (world.bytes(), share_text(world, "alice"));
    let case = |name: &str, about: &str, expect: &str, share: &[u8]| {
        let lines = [format!("expect: {expect}")];
        put(&format!("share/{name}"), about, &lines, &[("log", &log), ("share", share)]);
    };
    case("good", "A share text.", "good", good.as_bytes());
    let salt = good.lines().find(|line| line.starts_with("salt ")).unwrap();
    for (name, about, from, to) in [
        ("type-other", "Another first line.", "breakglass/v1/share", "breakglass/v2/share"),
        ("account-other", "Another account.", "account 123456789012", "account 123456789013"),
        ("kind-other", "Another kind.", "kind root", "kind canary"),
        ("generation-other", "Another generation.", "generation 1", "generation 2"),
        ("threshold-other", "Another threshold.", "threshold 2", "threshold 3"),
        ("total-other", "Another number of shares.", "total 3", "total 4"),
        ("index-other", "Another's index.", "index 1", "index 2"),
        ("index-0", "Index 0.", "index 1", "index 0"),
        ("number-zero-led", "A leading zero.", "index 1", "index 01"),
        ("line-missing", "A line is missing.", "kind root\n", ""),
        ("line-feeds-of-dos", "A carriage return.", "kind root\n", "kind root\r\n"),
        ("two-spaces", "Two spaces.", "kind root", "kind  root"),
    ] {
        assert!(good.contains(from));
        case(name, about, "refused", good.replacen(from, to, 1).as_bytes());
    }
    case(
        "salt-in-capitals",
        "The salt in capitals.",
        "refused",
        good.replace(salt, &salt.to_uppercase()).as_bytes(),
    );
    case("followed", "Something follows.", "refused", format!("{}\n", *good).as_bytes());
    case("cut-off", "The last line feed is missing.", "refused", good.trim_end().as_bytes());
}

fn approvals(world: &World, asking: &Asking) {
    let log = world.bytes();
    let carol = world.person("carol").identity.to_recipient();
    let session = asking.session.seal(&[carol]).unwrap().into_bytes();
    let (good, other) = (world.approve("bob", asking), world.approve("alice", asking));
    let elsewhere = small();
    let foreign = elsewhere.approve("bob", &elsewhere.emergency());
    let case = |name: &str, about: &str, expect: &str, file: &[u8]| {
        let carol = key_file(&world.person("carol").identity);
        let files: [(&str, &[u8]); 5] = [
            ("log", &log),
            ("carol.key", &carol),
            ("request.session.age", &session),
            ("approval.bga", file),
            ("other.bga", &other),
        ];
        put(&format!("approval/{name}"), about, &[format!("expect: {expect}")], &files);
    };
    armoured::write(&good, &|name, about, expect, file| case(&format!("armour-{name}"), about, expect, file));
    let content = armour::unwrap_as(Label::Approval, &good).unwrap();
    let text = std::str::from_utf8(&content).unwrap();
    let parsed = ApprovalFile::parse(&good).unwrap();
    let recipient = asking.session.identity().to_recipient();
    let again = encrypt_armored(&[recipient], b"something else").unwrap();
    case("good", "An approval file.", "good", &good);
    case("of-another-escrow", "An approval of another escrow.", "refused", &foreign);
    // From here on it is what the armour holds that is wrong.
    let case = |name: &str, about: &str, content: &[u8]| {
        case(name, about, "refused", &armour::wrap(Label::Approval, content));
    };
    case("followed", "In the armour a line feed follows.", format!("{text}\n").as_bytes());
    case("preceded", "In the armour a line feed stands before it.", format!("\n{text}").as_bytes());
    case(
        "without-ciphertext",
        "The age file is missing.",
        text.split("-----BEGIN").next().unwrap().as_bytes(),
    );
    case(
        "ciphertext-twice",
        "The age file stands there twice.",
        format!("{text}{}", parsed.ciphertext).as_bytes(),
    );
    case(
        "ciphertext-other",
        "Another ciphertext than was signed.",
        text.replace(&parsed.ciphertext, &again).as_bytes(),
    );
    case("line-feeds-of-dos", "Carriage returns.", text.replace('\n', "\r\n").as_bytes());
    case("changed", "What it says was changed.", text.replacen("\"index\":2", "\"index\":3", 1).as_bytes());
}

fn requests(world: &World, asking: &Asking) {
    let content = armour::unwrap_as(Label::Request, &asking.file).unwrap();
    let text = std::str::from_utf8(&content).unwrap();
    let case = |name: &str, about: &str, expect: &str, who: &str, file: &[u8]| {
        let (card, key) = (world.person(who).card.note().as_bytes(), key_file(&world.person(who).identity));
        let files: [(&str, &[u8]); 3] = [("request.bgr", file), ("card", card), ("approver.key", &key)];
        put(&format!("request/{name}"), about, &[format!("expect: {expect}")], &files);
    };
    let armor = text.find("-----BEGIN").unwrap();
    let without_shares = &text[..armor];
    case("good", "A request file.", "good", "alice", &asking.file);
    case("by-no-custodian", "Somebody without a share of it.", "refused", "erin", &asking.file);
    let drill = world.ask("carol", CANARY, world.question(Purpose::Drill));
    case("drill", "A request for a canary.", "good", "alice", &drill.file);
    let bytes = world.bytes();
    world.seal_misdealt("misdealt");
    let misdealt = world.ask("carol", "misdealt", world.question(Purpose::Emergency));
    case("share-of-another", "The approver was given another's share.", "refused", "bob", &misdealt.file);
    world.set_bytes(bytes.clone());
    // From here on it is what the armour holds that is wrong.
    let case = |name: &str, about: &str, expect: &str, who: &str, content: &[u8]| {
        case(name, about, expect, who, &armour::wrap(Label::Request, content));
    };
    case("shares-missing", "Without sealed shares.", "refused", "alice", without_shares.as_bytes());
    case(
        "changed",
        "The ticket was changed.",
        "refused",
        "alice",
        text.replacen("INC-42", "INC-43", 1).as_bytes(),
    );
    case("followed", "Something follows.", "refused", "alice", format!("{text}x\n").as_bytes());
    let (_, second) =
        text[armor..].split_at(text[armor..].find("-----END AGE ENCRYPTED FILE-----\n").unwrap() + 33);
    let torn = format!("{}{second}", &without_shares[..without_shares.len() - 1]);
    case("log-torn", "The log in it is torn.", "refused", "alice", torn.as_bytes());
    case(
        "share-missing",
        "The approver's share is not there.",
        "refused",
        "alice",
        format!("{without_shares}{second}").as_bytes(),
    );
    world.seal("later", Kind::Root, 2, &["alice", "bob"]);
    let log = String::from_utf8(world.bytes()).unwrap();
    case(
        "no-request-at-its-end",
        "A log that does not end with a request.",
        "refused",
        "alice",
        format!("{log}{}", &text[armor..]).as_bytes(),
    );
    world.set_bytes(bytes);
}

fn payloads() {
    let good = crate::world::fields().encode().to_vec();
    let case = |name: &str, about: &str, expect: &str, bytes: &[u8]| {
        put(&format!("payload/{name}"), about, &[format!("expect: {expect}")], &[("payload", bytes)]);
    };
    let padded = |text: &[u8]| {
        let mut bytes = [b"breakglass/v1/payload\n", text].concat();
        bytes.resize(bytes.len().div_ceil(4096) * 4096, 0);
        bytes
    };
    case("good", "A payload.", "good", &good);
    case(
        "two-blocks",
        "A value of more than one block.",
        "good",
        &padded(&[&b"notes 5000\n"[..], &[b'x'; 5000], b"\n"].concat()),
    );
    case("padding-missing", "Without padding.", "refused", &good[..good.len() - 1]);
    case("padding-more", "A block more padding than it needs.", "refused", &[&good[..], &[0; 4096]].concat());
    let mut bytes = good.clone();
    *bytes.last_mut().unwrap() = 1;
    case("padding-not-zero", "The padding is not zeros.", "refused", &bytes);
    for (name, about, text) in [
        ("type-only", "Without a field.", &b""[..]),
        ("field-twice", "A field stands there twice.", b"a 1\nx\na 1\ny\n"),
        ("totp-seed", "A field has a name that is kept back.", b"totp-seed 1\nx\n"),
        ("name-with-hyphen", "A name begins with a hyphen.", b"-a 1\nx\n"),
        ("name-in-capitals", "A name in capitals.", b"A 1\nx\n"),
        ("length-0", "An empty value.", b"a 0\n\n"),
        ("length-zero-led", "A length with a leading zero.", b"a 01\nx\n"),
        ("length-too-large", "A length beyond the end.", b"a 5000\nx\n"),
        ("line-feed-missing", "No line feed behind the value.", b"a 1\nxy\n"),
        ("value-not-utf8", "A value that is not UTF-8.", b"a 1\n\xff\n"),
    ] {
        case(name, about, "refused", &padded(text));
    }
    case("type-other", "Another first line.", "refused", &[b"breakglass/v2", &good[13..]].concat());
}
