//! The program names the file: for each kind of file some flips, and the command that meets it.

use crate::stage::{Stage, asking};

/// How many places of a file are tried.
const PLACES: usize = 6;

/// Flips bits of `file` between `from` and `to`; the command must fail each time and name `named`. Unchanged,
/// it does not.
#[track_caller]
fn names(stage: &Stage, file: &str, (from, to): (usize, usize), command: &str, named: &str) {
    let good = stage.read(file);
    let to = to.min(good.len());
    for one in 0..PLACES {
        let mut bad = good.clone();
        bad[from + one * (to - from) / PLACES] ^= 1 << one;
        stage.write(file, &bad);
        let run = stage.run(command);
        assert_ne!(run.code, 0, "{command}: {file} was taken\n{}", run.out);
        assert!(run.out.contains(named) || run.err.contains(named), "{command}: {}{}", run.out, run.err);
        stage.write(file, &good);
    }
}

const ALL: (usize, usize) = (0, usize::MAX);

#[test]
fn files_of_the_escrow_and_of_its_people() {
    let stage = Stage::sealed();
    stage.run("head -o home.head").ok();
    stage.run("verify --head home.head").ok();
    names(&stage, "escrow/log", ALL, "verify --head home.head", "escrow/log");
    names(&stage, "home.head", ALL, "verify --head home.head", "home.head");
    names(&stage, "alice/alice.book", ALL, "verify --book alice/alice.book", "`alice`: record ");
    for file in ["payload.age", "alice.share.age", "bob.share.age", "carol.share.age"] {
        let path = format!("vaults/prod/1/{file}");
        names(&stage, &format!("escrow/{path}"), ALL, "verify", &path);
    }
    let check = "check --as alice/alice -o check.bgs";
    names(&stage, "escrow/log", ALL, check, "escrow/log");
    names(&stage, "alice/alice.card", ALL, check, "alice/alice.card");
    // The owner's own book goes on, with the damaged record kept: it is said, and verify knows.
    let book = stage.read("alice/alice.book");
    let mut bad = book.clone();
    bad[book.len() / 2] ^= 1;
    stage.write("alice/alice.book", &bad);
    stage.run(check).ok().says("alice/alice.book: record 0 of the book: the book ends in damaged bytes");
    stage.run("verify --book alice/alice.book").exits(14).shows("BOOK-SILENT");
    stage.remove("check.bgs");
    stage.write("alice/alice.book", book);
    let key = stage.read("alice/alice.key");
    let secret = key.windows(4).position(|four| four == b"AGE-").unwrap();
    names(&stage, "alice/alice.key", (secret, key.len() - 1), check, "alice/alice");
    names(&stage, "escrow/vaults/prod/1/alice.share.age", ALL, check, "`alice` in prod generation 1");
    stage.run(check).ok();
    names(&stage, "check.bgs", ALL, "collect check.bgs --as bob/bob", "check.bgs");
    stage.run("collect check.bgs --as bob/bob").ok();
    stage.run(&format!("{} --as carol/carol -o req.bgr", asking("prod"))).ok();
}

#[test]
fn files_on_their_way() {
    let (stage, asked) = Stage::approved();
    let release = "release req.bgr alice.bga bob.bga --as carol/carol --print password";
    let approve = format!("approve req.bgr --as carol/carol -o carol.bga --session-words '{}'", asked.words);
    names(&stage, "req.bgr", (0, stage.read("escrow/log").len()), &approve, "req.bgr");
    names(&stage, "req.session.age", ALL, release, "req.session.age");
    names(&stage, "escrow/vaults/prod/1/payload.age", ALL, release, "the payload is not the file");
    for who in ["alice", "bob"] {
        // The ciphertext: the approval is whole, and what goes with it is not.
        let file = format!("{who}.bga");
        let bytes = stage.read(&file);
        let ciphertext = bytes.windows(6).position(|part| part == b"-----B").unwrap() + 40;
        names(&stage, &file, (ciphertext, bytes.len() - 40), release, who);
        names(&stage, &file, (0, ciphertext - 40), release, who);
    }
    stage.run(&approve).ok();
    stage.run(release).ok();
}
