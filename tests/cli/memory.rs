//! The memory for secrets has room for them, however much else there is; and what a record says of it is what held.

use std::cell::RefCell;
use std::fs;
use std::io;
use std::rc::Rc;

use breakglass::crypto::envelope::IdentityFile;
use breakglass::escrow::Reading;
use breakglass::ledger::bookkeeping::OpenBook;
use breakglass::ledger::draft::Draft;
use breakglass::ledger::log::Ledger;
use breakglass::ledger::medium::Medium;
use breakglass::record::book::StatementDraft;
use breakglass::record::card::VerifiedCard;
use breakglass::record::statement::{Check, CheckedShare, HeadFrom};
use breakglass::record::statements::Statements;
use breakglass::secret::signer::Signer;
use data_encoding::BASE64;
use serde_json::Value;

use crate::common;
use crate::disk::{CommandLine, Disk, THREE, asking};

/// The memory that an ordinary user may lock, usually.
const USUAL: usize = 8 << 20;
/// Enough for what the program begins with, and for no more.
const JUST: usize = 6_400_000;

/// A command for which no more than so many bytes of memory can be locked.
fn limited<'a>(disk: &'a Disk, line: &str, bytes: usize) -> CommandLine<'a> {
    let mut wrapper = vec!["prlimit".to_owned(), format!("--memlock={bytes}:{bytes}")];
    if rustix::process::geteuid().is_root() {
        // No limit holds for whoever has this capability.
        wrapper.extend(["setpriv".to_owned(), "--bounding-set=-ipc_lock".to_owned()]);
    }
    disk.line(line).under(wrapper)
}

fn can_limit(test: &str) -> bool {
    common::have(test, &["prlimit", "setpriv"])
}

/// What the last record of a kind says.
fn last(disk: &Disk, kind: &str) -> Value {
    let log = String::from_utf8(disk.read("escrow/log")).unwrap();
    let head = format!("{{\"type\":\"breakglass/v1/{kind}\"");
    let line = log.lines().rfind(|line| line.starts_with(&head)).unwrap();
    serde_json::from_str::<Value>(line).unwrap()["says"].clone()
}

/// A vault as large as vaults can be, sealed under a limit.
fn sealing_the_largest<'a>(disk: &'a Disk, bytes: usize, more: &str) -> CommandLine<'a> {
    let note = "n".repeat(1_030_000);
    let row = format!("vault,account_id,email,password,note\nbig,1,e,memory-Ocelot-42-turmeric,{note}\n");
    disk.write("big.csv", row);
    limited(disk, &format!("seal --from big.csv --threshold 2 {THREE} --as dan/dan {more}"), bytes)
}

#[test]
fn the_largest_vault_is_sealed_in_the_memory_that_an_ordinary_user_may_lock() {
    if !can_limit("the_largest_vault_is_sealed_in_the_memory_that_an_ordinary_user_may_lock") {
        return;
    }
    let disk = Disk::begun();
    sealing_the_largest(&disk, USUAL, "").run().ok();
    let memory = &last(&disk, "seal")["environment"]["memory"];
    assert!(["secret", "locked"].contains(&memory.as_str().unwrap()), "{memory}");
    disk.run("verify").ok();
}

/// Before the first vault there was memory enough, and the seals must not say so if it ran out later.
#[test]
fn what_a_seal_says_of_the_memory_held_when_all_was_sealed() {
    if !can_limit("what_a_seal_says_of_the_memory_held_when_all_was_sealed") {
        return;
    }
    let disk = Disk::begun();
    let before = disk.tree();
    sealing_the_largest(&disk, JUST, "")
        .run()
        .fails(4)
        .what("more memory for secrets is needed than this user may lock")
        .next("--accept-deviation unlocked-memory");
    disk.remove("big.csv");
    assert_eq!(disk.tree(), before, "something was left behind");
    sealing_the_largest(&disk, JUST, "--accept-deviation unlocked-memory").run().ok();
    assert_eq!(last(&disk, "seal")["environment"]["memory"], "unlocked");
    disk.run("verify").exits(14).shows("unlocked-memory");
}

/// Bytes that outlive whoever writes to them.
struct InMemory(Rc<RefCell<Vec<u8>>>);

impl Medium for InMemory {
    fn read(&mut self) -> io::Result<Vec<u8>> {
        Ok(self.0.borrow().clone())
    }

    fn append(&mut self, _: u64, bytes: &[u8]) -> io::Result<()> {
        self.0.borrow_mut().extend(bytes);
        Ok(())
    }

    fn replace(&mut self, bytes: &[u8]) -> io::Result<()> {
        *self.0.borrow_mut() = bytes.to_vec();
        Ok(())
    }

    fn reread(&mut self, from: u64) -> io::Result<Vec<u8>> {
        Ok(self.0.borrow()[from as usize..].to_vec())
    }
}

/// Lets carol check her share of `prod` over and over, until her book has the size that it has if she holds shares of
/// two thousand vaults.
fn check_for_years(disk: &Disk) {
    let card = VerifiedCard::parse(&disk.read("carol/carol.card")).unwrap();
    let Ok(IdentityFile::Plain(identities)) = IdentityFile::parse(&disk.read("carol/carol.key")) else {
        panic!("carol has a passphrase");
    };
    let carol = Signer::open(&card, &identities).unwrap();
    let [log, book] = ["escrow/log", "carol/carol.book"].map(|file| Rc::new(RefCell::new(disk.read(file))));
    let mut ledger = Ledger::open(InMemory(Rc::clone(&log))).unwrap();
    let owner = carol.person().clone();
    let mut open =
        OpenBook::open(InMemory(Rc::clone(&book)), &owner, &card.card().verifying_key, None).unwrap();
    for number in 0..500_u32 {
        let escrow = ledger.escrow();
        let seal = &escrow.vault_named(&"prod".parse().unwrap()).unwrap().newest().seal;
        let share = CheckedShare {
            vault: seal.vault,
            generation: 1,
            index: seal.share_of(&owner).unwrap().index,
            seal: None,
        };
        let draft = StatementDraft {
            escrow: escrow.id,
            head: escrow.head,
            head_from: HeadFrom::Log,
            time: escrow.time,
            keeps: vec![BASE64.encode(format!("{number:09000}").as_bytes())],
            named: Vec::new(),
            says: Check::of(vec![share]).into(),
        };
        let statement = open.state(draft, None, carol.key()).unwrap();
        let says = Statements { statements: vec![BASE64.encode(statement.note.as_bytes())] };
        let (time, signers) = (ledger.escrow().time, vec![(carol.key_name(), carol.key())]);
        ledger.append(Draft { time, says, signers }).unwrap();
    }
    for (file, bytes) in [("escrow/log", log), ("carol/carol.book", book)] {
        fs::write(disk.path(file), &*bytes.borrow()).unwrap();
    }
    assert!(Reading::of(disk.read("escrow/log")).unwrap().unsound().is_none());
}

#[test]
fn a_large_book_and_a_long_log_leave_the_memory_to_the_secrets() {
    if !can_limit("a_large_book_and_a_long_log_leave_the_memory_to_the_secrets") {
        return;
    }
    let disk = Disk::sealed();
    check_for_years(&disk);
    assert!(disk.read("carol/carol.book").len() > 5 << 20);
    let line = format!("{} --as carol/carol -o req.bgr", asking("prod"));
    limited(&disk, &line, JUST).run().ok();
    let says = last(&disk, "request");
    assert_ne!(says["environment"]["memory"], "unlocked");
    assert_eq!(says["deviations"], Value::Null, "{says}");
}
