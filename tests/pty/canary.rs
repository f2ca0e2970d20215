//! No argument, environment variable, error, log line or temporary file carries a secret. Distinctive secrets
//! go through every command, typed and by file, at the highest verbosity, going well and going wrong; then
//! everything that was written or shown is searched for them.

use std::fs;
use std::process::Output;

use breakglass::ceremony::request::Session;
use breakglass::ceremony::seal::open_share;
use breakglass::crypto::sign::SigningKey;
use breakglass::escrow::Reading;
use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, HEXLOWER};
use secrecy::ExposeSecret as _;

use crate::disk::Disk;
use crate::people::{self, SEED};
use crate::terminal::Terminal;
use crate::wanted::{holds, identity, sealed_secrets, secret};

const PASSWORD: &str = "canary-Quetzal-71-marzipan";
const PIN: &str = "canary-Quetzal-71-marzipan-pin";
const TYPED: &str = "canary-Wombat-88-saffron";
const PASSPHRASE: &str = "canary-Ibis-93-thimble";

/// The search finds each form of a secret, and does not find what is not there.
#[test]
fn the_search_finds_what_is_planted() {
    let wanted = secret("x", PASSWORD.as_bytes());
    for planted in [
        PASSWORD.to_owned(),
        HEXLOWER.encode(PASSWORD.as_bytes()),
        BASE32_NOPAD.encode(PASSWORD.as_bytes()),
        BASE64_NOPAD.encode(format!("{PASSWORD} and more").as_bytes()),
        BASE64_NOPAD.encode(format!("a{PASSWORD} and more").as_bytes()),
        BASE64_NOPAD.encode(format!("ab{PASSWORD} and more").as_bytes()),
    ] {
        assert!(holds(format!("… {planted} …").as_bytes(), &wanted), "{planted}");
    }
    assert!(!holds(TYPED.as_bytes(), &wanted));
}

/// Everything that was shown, by what showed it.
#[derive(Default)]
struct Shown(Vec<(String, Vec<u8>)>);

impl Shown {
    fn keep(&mut self, words: &[&str], output: &Output) {
        self.0.push((words.join(" "), [output.stdout.as_slice(), &output.stderr].concat()));
    }
}

#[test]
fn no_secret_leaves_by_a_side_door() {
    let disk = people::sealed(PASSWORD);
    let mut shown = Shown::default();
    begun(&disk, &mut shown);
    typed(&disk, &mut shown);
    emergency(&disk, &mut shown);
    failures(&disk, &mut shown);
    audit(&disk, &mut shown);

    let seed = BASE32_NOPAD.decode(SEED.as_bytes()).unwrap();
    let mut secrets = vec![
        secret("password", PASSWORD.as_bytes()),
        secret("pin", PIN.as_bytes()),
        secret("typed password", TYPED.as_bytes()),
        secret("passphrase", PASSPHRASE.as_bytes()),
        secret("seed as text", SEED.as_bytes()),
        secret("seed", &seed),
    ];
    for vault in ["prod", "typed"] {
        secrets.extend(sealed_secrets(&disk, vault));
    }
    for id in ["dan", "alice", "bob", "carol", "eve"] {
        let text = identity(&disk, id).expose_text();
        secrets.push(secret(&format!("identity of {id}"), text.expose_secret().as_bytes()));
    }
    // The one thing that may be seen, where it was asked for and released.
    let released = |what: &str, name: &str| what.starts_with("release: ") && name == "password";
    // The files that hold a secret because they are what holds it.
    let own = |path: &str, name: &str| {
        (path == "accounts.csv" && ["password", "pin", "seed", "seed as text"].contains(&name))
            || name.strip_prefix("identity of ").is_some_and(|id| path == format!("{id}/{id}.key"))
    };
    let (mut in_place, mut seen) = (0, 0);
    for secret in &secrets {
        for (what, content) in &shown.0 {
            assert!(!what.contains("canary-"), "the test itself gave a secret as an argument: {what}");
            if holds(content, secret) {
                assert!(released(what, &secret.name), "`{}` is in what `{what}` showed", secret.name);
                seen += 1;
            }
        }
        for (path, content) in disk.files() {
            if holds(&content, secret) {
                let path = path.display().to_string();
                assert!(own(&path, &secret.name), "`{}` is in the file {path}", secret.name);
                in_place += 1;
            }
        }
    }
    // The search is not blind: it finds the five identities, the CSV's secrets, and what was released.
    assert!(in_place >= 9 && seen >= 1, "{in_place} and {seen}");
    assert!(fs::read_dir(disk.path("tmp")).unwrap().next().is_none(), "a temporary file is left");
}

/// A person and an escrow, made without a terminal.
fn begun(disk: &Disk, shown: &mut Shown) {
    for line in [
        "keygen --no-passphrase -o eve/eve.key",
        "enroll eve --name E --contact e --role administrator -i eve/eve.key -o eve",
        "init second --name S --card eve/eve.card --as eve/eve --cards-compared",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        shown.keep(&words, &disk.ok(&words));
    }
}

/// Secrets that are typed: a passphrase, and a vault by questions.
fn typed(disk: &Disk, shown: &mut Shown) {
    let mut keygen = Terminal::start(disk.root(), &["keygen", "-o", "ida/ida.key"], false);
    keygen.expect("New passphrase:").enter(PASSPHRASE).expect("again:").enter(PASSPHRASE);
    shown.0.push(("keygen".to_owned(), keygen.end().screen.into()));
    let enroll = "enroll ida --name I --contact c --role auditor -i ida/ida.key -o ida";
    let enroll = enroll.split(' ').collect::<Vec<_>>();
    let mut enroll = Terminal::start(disk.root(), &enroll, false);
    enroll
        .expect("Passphrase of")
        .enter(TYPED)
        .expect("not the passphrase")
        .expect("Passphrase of")
        .enter(PASSPHRASE);
    shown.0.push(("enroll".to_owned(), enroll.end().screen.into()));
    let mut words = vec!["--escrow", "escrow", "seal", "typed", "--threshold", "2", "--as", "dan/dan"];
    for id in ["alice", "bob", "carol"] {
        words.extend(["--custodian", id]);
    }
    words.extend(["--accept-deviation", "totp-unproven", "--account-id", "1", "--email", "e"]);
    let mut seal = Terminal::start(disk.root(), &words, false);
    seal.expect("Password:").enter(TYPED).expect("again:").enter(PASSPHRASE).expect("differ");
    seal.expect("Password:").enter(TYPED).expect("again:").enter(TYPED);
    seal.expect("TOTP seed").enter(TYPED).expect("TOTP seed").enter(SEED);
    seal.expect("Code that").enter("123").expect("Code that").enter(TYPED).expect("Code that").enter("000");
    let ended = seal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    shown.0.push(("seal".to_owned(), ended.screen.into()));
    for id in ["alice", "bob", "carol"] {
        let prefix = format!("{id}/{id}");
        let words = ["check", "--all", "--json", "--as", &prefix];
        shown.keep(&words, &disk.ok(&words));
    }
}

fn emergency(disk: &Disk, shown: &mut Shown) {
    for (request, print, json) in [("one.bgr", "password", false), ("two.bgr", "account-id", true)] {
        let words = disk.ask(request, &["password", "totp", "account-id"]);
        let wrong = ["approve", request, "--as", "alice/alice", "-o", "x.bga", "--session-words", "abandon"];
        shown.keep(&wrong, &disk.output(&wrong));
        for id in ["alice", "bob"] {
            let (prefix, output) = (format!("{id}/{id}"), format!("{request}.{id}.bga"));
            let spoken = words.join(" ");
            let mut line =
                vec!["approve", request, "--as", &prefix, "--session-words", &spoken, "-o", &output];
            line.extend(json.then_some("--json"));
            shown.keep(&line, &disk.ok(&line));
        }
        let denied = format!("{request}.bgd");
        let deny = ["deny", request, "--as", "carol/carol", "--because", "no", "-o", &denied];
        shown.keep(&deny, &disk.ok(&deny));
        let collect = ["collect", &denied, "--as", "bob/bob"];
        shown.keep(&collect, &disk.ok(&collect));
        let files = [format!("{request}.alice.bga"), format!("{request}.bob.bga")];
        let few = ["release", request, &files[0], "--as", "carol/carol", "--print", "password"];
        shown.keep(&few, &disk.output(&few));
        let other = ["release", request, &files[0], &files[1], "--as", "carol/carol", "--print", "pin"];
        shown.keep(&other, &disk.output(&other));
        let release = ["release", request, &files[0], &files[1], "--as", "carol/carol", "--print", print];
        let output = disk.ok(&release);
        let what =
            if print == "password" { "release: printed" } else { "a release that printed something else" };
        shown.0.push((what.to_owned(), output.stdout));
        shown.0.push(("release, on standard error".to_owned(), output.stderr));
    }
    // The same on a terminal.
    let words = disk.ask("three.bgr", &["password", "pin"]);
    disk.approve_by_words("three.bgr", "alice", &words);
    disk.approve_by_words("three.bgr", "bob", &words);
    let release = "--escrow escrow release three.bgr three.bgr.alice.bga three.bgr.bob.bga --as carol/carol";
    let release = release.split(' ').collect::<Vec<_>>();
    let mut reveal = Terminal::start(disk.root(), &release, true);
    reveal
        .expect("Type yes")
        .enter("yes")
        .see("not looked at")
        .press("1")
        .see("cana")
        .press("h")
        .see("hidden")
        .press("q")
        .see("End?")
        .press("q");
    let ended = reveal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    shown.0.push(("release: on the terminal".to_owned(), ended.screen.into()));
    shown.0.push(("a release on the terminal, standard output".to_owned(), ended.piped.into()));
}

/// Bad input that holds secrets: an error must say what is wrong, and not what was there.
fn failures(disk: &Disk, shown: &mut Shown) {
    for (name, csv) in [
        ("cells.csv", format!("vault,account_id,email,password\na,1,e,{PASSWORD},extra\n")),
        ("header.csv", format!("vault,{PASSWORD}\na,b\n")),
        ("vault.csv", format!("vault,account_id,email,password\n{PASSWORD},1,e,p\n")),
        ("account.csv", format!("vault,account_id,email,password\na,{PASSWORD} x,e,p\n")),
        ("seed.csv", format!("vault,account_id,email,password,totp\na,1,e,{PASSWORD},{PASSWORD}\n")),
        ("weak.csv", format!("vault,account_id,email,password\na,1,{PASSWORD},{PASSWORD}\n")),
        ("reused.csv", format!("vault,account_id,email,password\na,1,e,{PASSWORD}\nb,1,e,{PASSWORD}\n")),
        ("threshold.csv", format!("vault,account_id,email,password,threshold\na,1,e,p,{PASSWORD}\n")),
        ("quote.csv", format!("vault,account_id,email,password\na,1,e,\"{PASSWORD}\n")),
    ] {
        fs::write(disk.path(name), csv).unwrap();
        for json in [None, Some("--json")] {
            let mut seal = vec!["seal", "--from", name, "--threshold", "2", "--as", "dan/dan"];
            seal.extend(["--custodian", "alice", "--custodian", "bob"]);
            seal.extend(json);
            let output = disk.output(&seal);
            assert!(!output.status.success(), "{name}");
            shown.keep(&seal, &output);
        }
        fs::remove_file(disk.path(name)).unwrap();
    }
    // A secret file in the disk of every other kind of file.
    fs::copy(disk.path("alice/alice.key"), disk.path("key")).unwrap();
    for line in [
        "init other --name N --cards-compared --card key --as dan/dan",
        "init other --name N --cards-compared --card dan/dan.card --policy key --as dan/dan",
        "init other --name N --cards-compared --card dan/dan.card --policy accounts.csv --as dan/dan",
        "approve key --as alice/alice -o y.bga --session-words x",
        "approve accounts.csv --as alice/alice -o y.bga --session-words x",
        "release one.bgr key --as carol/carol --print password",
        "release one.bgr accounts.csv --session key --as carol/carol --print password",
        "collect key accounts.csv --as bob/bob",
        "verify --head key",
        "verify --book alice/alice.key",
        "check --as alice/alice -i accounts.csv",
        "check --as alice/alice -i bob/bob.key",
        "enroll zed --name Z --contact z --role custodian -i accounts.csv -o zed",
        "log --escrow alice",
    ] {
        for json in [None, Some("--json")] {
            let words: Vec<&str> = line.split(' ').chain(json).collect();
            let output = disk.output(&words);
            assert!(!output.status.success(), "{line}");
            shown.keep(&words, &output);
        }
    }
    fs::remove_file(disk.path("key")).unwrap();
}

fn audit(disk: &Disk, shown: &mut Shown) {
    let log: serde_json::Value =
        serde_json::from_slice(&disk.ok(&["log", "--json", "--kind", "request"]).stdout).unwrap();
    let id = log[0]["request_id"].as_str().unwrap()[..8].to_owned();
    let action = ["action", "did it", "--request", &id, "--as", "carol/carol"];
    shown.keep(&action, &disk.ok(&action));
    let mut close = vec!["close", "--request", &id, "--as", "alice/alice"];
    for item in
        ["password-changed", "mfa-renewed", "access-keys-checked", "activity-reviewed", "ticket-updated"]
    {
        close.extend(["--done", item]);
    }
    close.extend(["--done", "stakeholders-told", "--done", "resealed"]);
    shown.keep(&close, &disk.ok(&close));
    for line in [
        "log",
        "log --json",
        "head",
        "head --json",
        "verify --book alice/alice.book",
        "verify --json",
        "demo",
    ] {
        let words: Vec<&str> = line.split(' ').collect();
        shown.keep(&words, &disk.ok(&words));
    }
}

#[test]
fn debug_of_what_holds_secrets_shows_none() {
    let disk = people::sealed(PASSWORD);
    let identity = identity(&disk, "alice");
    let key = SigningKey::from_seed(&[7; 32]);
    let seed = breakglass::secret::totp::TotpSeed::parse(SEED).unwrap();
    let session = Session::generate(&mut rand::rand_core::UnwrapErr(rand::rngs::SysRng));
    let name = |name: &str| name.parse().unwrap();
    let fields = breakglass::secret::payload::Fields::new(vec![(name("password"), PASSWORD.into())]).unwrap();
    let reading = Reading::of(fs::read(disk.path("escrow/log")).unwrap()).unwrap();
    let vault = reading.escrow.vault_named(&"prod".parse().unwrap()).unwrap();
    let file = fs::read_to_string(disk.path("escrow/vaults/prod/1/alice.share.age")).unwrap();
    let seal = &vault.generations[0].seal;
    let alice = "alice".parse().unwrap();
    let share = open_share(std::slice::from_ref(&identity), &file, &reading.escrow.id, seal, &alice).unwrap();
    let debug = format!("{identity:?} {key:?} {seed:?} {session:?} {fields:?} {share:?} {:?}", share.value());
    let secrets = [
        secret("identity", identity.expose_text().expose_secret().as_bytes()),
        secret("key", &[7; 32]),
        secret("seed", SEED.as_bytes()),
        secret("session", session.identity().expose_text().expose_secret().as_bytes()),
        secret("session key", &session.key().seed()[..]),
        secret("password", PASSWORD.as_bytes()),
        secret("share", share.value().expose_value()),
    ];
    for secret in &secrets {
        assert!(!holds(debug.as_bytes(), secret), "{}: {debug}", secret.name);
    }
    let list = format!("{:?}", share.value().expose_value());
    assert!(!debug.contains(&list[1..list.len() - 1]), "{debug}");
}
