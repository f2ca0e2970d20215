//! The program names the file: for each kind of file some flips, and the command that meets it.

use breakglass::record::armour;

use crate::disk::{Disk, asking};

/// How many places of a file are tried.
const PLACES: usize = 6;

/// Flips bits of `file` between `from` and `to`; the command must fail each time and name `named`. Unchanged,
/// it does not.
#[track_caller]
fn names(disk: &Disk, file: &str, (from, to): (usize, usize), command: &str, named: &str) {
    let whole = disk.read(file);
    // What is in armour is changed within it: the armour itself is tried as a file.
    let (label, good) = match armour::unwrap(&whole) {
        Ok((label, content)) => (Some(label), content),
        Err(_) => (None, whole.clone()),
    };
    let to = to.min(good.len());
    for one in 0..PLACES {
        let mut bad = good.clone();
        bad[from + one * (to - from) / PLACES] ^= 1 << one;
        match label {
            Some(label) => disk.wrap(file, label, &bad),
            None => disk.write(file, &bad),
        }
        let run = disk.run(command);
        assert_ne!(run.code, 0, "{command}: {file} was taken\n{}", run.out);
        assert!(run.out.contains(named) || run.err.contains(named), "{command}: {}{}", run.out, run.err);
        disk.write(file, &whole);
    }
}

const ALL: (usize, usize) = (0, usize::MAX);

#[test]
fn files_of_the_escrow_and_of_its_people() {
    let disk = Disk::sealed();
    disk.run("head -o home.head").ok();
    disk.run("verify --head home.head").ok();
    names(&disk, "escrow/log", ALL, "verify --head home.head", "escrow/log");
    names(&disk, "home.head", ALL, "verify --head home.head", "home.head");
    names(&disk, "alice/alice.book", ALL, "verify --book alice/alice.book", "`alice`: record ");
    for file in ["payload.age", "alice.share.age", "bob.share.age", "carol.share.age"] {
        let path = format!("vaults/prod/1/{file}");
        names(&disk, &format!("escrow/{path}"), ALL, "verify", &path);
    }
    let check = "check --as alice/alice -o check.bgs";
    names(&disk, "escrow/log", ALL, check, "escrow/log");
    names(&disk, "alice/alice.card", ALL, check, "alice/alice.card");
    // The owner's own book goes on, with the damaged record kept: it is said, and verify knows. The log has the statement
    // that the damaged record was of.
    let book = disk.read("alice/alice.book");
    let mut bad = book.clone();
    bad[book.len() / 2] ^= 1;
    disk.write("alice/alice.book", &bad);
    disk.run(check).ok().says("alice/alice.book: record 0 of the book: the book ends in damaged bytes");
    disk.run("verify --book alice/alice.book").exits(14).shows("BOOK-LOST");
    disk.remove("check.bgs");
    disk.write("alice/alice.book", book);
    let key = disk.read("alice/alice.key");
    let secret = key.windows(4).position(|four| four == b"AGE-").unwrap();
    names(&disk, "alice/alice.key", (secret, key.len() - 1), check, "alice/alice");
    names(&disk, "escrow/vaults/prod/1/alice.share.age", ALL, check, "`alice` in prod generation 1");
    disk.run(check).ok();
    names(&disk, "check.bgs", ALL, "collect check.bgs --as bob/bob", "check.bgs");
    disk.run("collect check.bgs --as bob/bob").ok();
    disk.run(&format!("{} --as carol/carol -o req.bgr", asking("prod"))).ok();
}

#[test]
fn files_on_their_way() {
    let (disk, asked) = Disk::approved();
    let release = "release req.bgr alice.bga bob.bga --as carol/carol --print password";
    let approve = format!("approve req.bgr --as carol/carol -o carol.bga --session-words '{}'", asked.words);
    names(&disk, "req.bgr", (0, disk.read("escrow/log").len()), &approve, "req.bgr");
    names(&disk, "req.session.age", ALL, release, "req.session.age");
    names(&disk, "escrow/vaults/prod/1/payload.age", ALL, release, "the payload is not the file");
    for who in ["alice", "bob"] {
        // The ciphertext: the approval is whole, and what goes with it is not.
        let file = format!("{who}.bga");
        let bytes = disk.content(&file);
        let ciphertext = bytes.windows(6).position(|part| part == b"-----B").unwrap() + 40;
        names(&disk, &file, (ciphertext, bytes.len() - 40), release, who);
        names(&disk, &file, (0, ciphertext - 40), release, who);
    }
    disk.run(&approve).ok();
    disk.run(release).ok();
}
