//! Books: a chain of one person's records, in which nothing can be changed, left out or moved unseen.

use std::collections::BTreeSet;

use breakglass::crypto::digest::Digest;
use breakglass::crypto::sign::SigningKey;
use breakglass::record::book::{Book, BookError, BookRecord, MAX_KEPT, StatementDraft};
use breakglass::record::head::Head;
use breakglass::record::note::{Note, NoteError};
use breakglass::record::repair::Damage;
use breakglass::record::statement::{BookRef, Check, CheckedShare, HeadFrom, Statement};
use breakglass::value::names::{KeyName, PersonId};
use breakglass::value::time::Time;

fn alice() -> PersonId {
    "alice".parse().unwrap()
}

fn key(who: &str) -> SigningKey {
    SigningKey::from_seed(Digest::of(who.as_bytes()).as_bytes())
}

fn head(seq: u64) -> Head {
    Head { size: 1000 * (seq + 1), seq, hash: Digest::of(&seq.to_be_bytes()) }
}

fn draft(escrow: &[u8], seq: u64, keeps: &[&str]) -> StatementDraft {
    let share = CheckedShare { vault: Digest::of(b"vault"), generation: 1, index: 1, seal: None };
    StatementDraft {
        time: Time::from_unix(1_800_000_000 + seq).unwrap(),
        escrow: Digest::of(escrow),
        head: head(seq),
        head_from: HeadFrom::Log,
        keeps: keeps.iter().map(|record| (*record).to_owned()).collect(),
        named: Vec::new(),
        says: Statement::Check(Check::of(vec![share])),
    }
}

/// A book of `count` records, each as its own bytes.
fn records(count: u64) -> Vec<Vec<u8>> {
    let mut book = Book::new(alice());
    (0..count).map(|seq| book.write(&key("alice"), &draft(b"escrow", seq, &["a"]), None).0).collect()
}

fn read(bytes: &[u8]) -> Result<Book, BookError> {
    Book::read(&alice(), &key("alice").verifying_key(), bytes)
}

/// What refuses the records when they are read one after another.
fn refusal(records: &[&[u8]]) -> BookError {
    read(&records.concat()).unwrap_err()
}

/// A record spelled by hand and properly signed.
fn forged(record: &BookRecord) -> Vec<u8> {
    let note = Note::sign(record, &[(KeyName::Person(alice()), &key("alice"))]);
    [note.as_bytes(), b"\n"].concat()
}

fn entry_of(record: &[u8]) -> BookRecord {
    Note::take(record).unwrap().0.read().unwrap()
}

// ── Writing and reading back ──

#[test]
fn a_book_reads_back_as_it_was_written() {
    let mut book = Book::new(alice());
    let mut bytes = Vec::new();
    for seq in 0..4 {
        let (record, at) = book.write(&key("alice"), &draft(b"escrow", seq, &[]), None);
        assert_eq!((at.number, at.hash), (seq, Digest::of(&record)));
        assert_eq!(book.last(), Some(at));
        bytes.extend(record);
        let again = read(&bytes).unwrap();
        assert_eq!(again.owner(), &alice());
        assert!(again.records().eq(book.records()), "after record {seq}");
    }
    let records: Vec<_> = book.records().collect();
    assert_eq!(records[0].1.prev, Digest::ZERO);
    for pair in records.windows(2) {
        assert_eq!(pair[1].1.prev, pair[0].0.hash);
    }
}

#[test]
fn a_book_that_was_read_goes_on_as_if_it_had_been_kept() {
    let records = records(3);
    let mut book = read(&records[..2].concat()).unwrap();
    assert_eq!(book.write(&key("alice"), &draft(b"escrow", 2, &["a"]), None).0, records[2]);
}

#[test]
fn no_bytes_are_an_empty_book() {
    let book = read(b"").unwrap();
    assert_eq!(
        (book.records().count(), book.last(), book.newest_head(&Digest::of(b"escrow"), u64::MAX)),
        (0, None, None)
    );
}

#[test]
fn the_newest_head_is_the_highest_of_that_escrow_wherever_it_stands() {
    let mut book = Book::new(alice());
    for (escrow, seq) in [("one", 4), ("one", 9), ("two", 20), ("one", 7)] {
        book.write(&key("alice"), &draft(escrow.as_bytes(), seq, &[]), None);
    }
    assert_eq!(book.newest_head(&Digest::of(b"one"), 20), Some(head(9)));
    assert_eq!(book.newest_head(&Digest::of(b"two"), 20), Some(head(20)));
    assert_eq!(book.newest_head(&Digest::of(b"three"), 20), None);
    assert_eq!(book.newest_head(&Digest::of(b"one"), 8), Some(head(7)));
}

#[test]
fn a_record_worth_keeping_is_kept_once() {
    let mut book = Book::new(alice());
    let mut bytes = Vec::new();
    let written = [&["genesis", "seal"][..], &["genesis", "seal", "next"], &["next"]];
    for (seq, keeps) in (0..).zip(written) {
        bytes.extend(book.write(&key("alice"), &draft(b"escrow", seq, keeps), None).0);
        // Also a book that was read again knows what it keeps.
        book = read(&bytes).unwrap();
    }
    let kept: Vec<_> = book.records().map(|(_, record)| record.keeps.clone()).collect();
    assert_eq!(kept, [vec!["genesis".to_owned(), "seal".to_owned()], vec!["next".to_owned()], vec![]]);
    assert!(book.keeps("genesis") && book.keeps("next") && !book.keeps("other"));
}

#[test]
fn what_does_not_fit_into_a_record_is_kept_by_a_later_one() {
    let half = MAX_KEPT / 2;
    let wanted = ["a".repeat(half), "b".repeat(MAX_KEPT - half), "c".to_owned(), "d".to_owned()];
    let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
    let mut book = Book::new(alice());
    book.write(&key("alice"), &draft(b"escrow", 0, &wanted), None);
    book.write(&key("alice"), &draft(b"escrow", 1, &wanted), None);
    let kept: Vec<Vec<&str>> =
        book.records().map(|(_, record)| record.keeps.iter().map(String::as_str).collect()).collect();
    assert!(kept == [&wanted[..2], &wanted[2..]]);

    // One byte more is too much for the first.
    let larger = format!("{}b", wanted[1]);
    let mut book = Book::new(alice());
    book.write(&key("alice"), &draft(b"escrow", 0, &[wanted[0], &larger, "c"]), None);
    let (_, first) = book.records().next().unwrap();
    assert_eq!(first.keeps.len(), 1);
}

#[test]
fn damage_is_kept_whole_or_told_by_its_digest() {
    let with = |damage| forged(&BookRecord { damage, ..entry_of(&records(1)[0]) });
    let whole = Damage::of_tail(b"torn").unwrap();
    for good in [None, Some(whole.clone()), Some(Damage::of_file(b"torn"))] {
        assert!(read(&with(good)).is_ok());
    }
    let other = Damage { digest: Digest::of(b"other"), ..whole };
    assert_eq!(refusal(&[&with(Some(other))]), BookError::Broken { number: 0 });
}

// ── Signatures ──

#[test]
fn a_book_under_another_key_or_another_name_is_refused() {
    let bytes = records(2).concat();
    let owner = KeyName::Person(alice());
    let other_key = Book::read(&alice(), &key("bob").verifying_key(), &bytes);
    assert_eq!(other_key.unwrap_err(), BookError::Note { number: 0, error: NoteError::KeyId(owner) });
    let bob: PersonId = "bob".parse().unwrap();
    match Book::read(&bob, &key("alice").verifying_key(), &bytes).unwrap_err() {
        BookError::Note { number: 0, error: NoteError::Signers { named, signed } } => {
            assert_eq!((named, signed), (vec!["bob".to_owned()], vec!["alice".to_owned()]));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_record_by_somebody_else_is_refused_where_it_stands() {
    let records = records(2);
    let mut bobs = Book::new(alice());
    bobs.write(&key("alice"), &draft(b"escrow", 0, &["a"]), None);
    let (record, _) = bobs.write(&key("bob"), &draft(b"escrow", 1, &["a"]), None);
    let error = NoteError::KeyId(KeyName::Person(alice()));
    assert_eq!(refusal(&[&records[0], &record]), BookError::Note { number: 1, error });
}

#[test]
fn a_record_that_names_another_signer_is_refused() {
    let good = entry_of(&records(1)[0]);
    assert!(read(&forged(&good)).is_ok(), "the control");
    let bob = KeyName::Person("bob".parse().unwrap());
    for by in [vec![], vec![bob.clone()], vec![good.by[0].clone(), bob], vec![KeyName::Session]] {
        let refused = refusal(&[&forged(&BookRecord { by, ..good.clone() })]);
        assert_eq!(refused, BookError::Broken { number: 0 });
    }
}

#[test]
fn a_note_of_another_kind_is_no_record_of_a_book() {
    let records = records(2);
    let text = String::from_utf8(records[1].clone()).unwrap().replacen("v1/book", "v1/check", 1);
    let error = NoteError::WrongType { expected: "book", found: "check".to_owned() };
    assert_eq!(refusal(&[&records[0], text.as_bytes()]), BookError::Note { number: 1, error });
}

// ── The chain ──

#[test]
fn gaps_and_other_orders_are_refused_at_the_first_record_out_of_place() {
    let records = records(4);
    for (order, number) in [
        (&[1, 2, 3][..], 0),
        (&[0, 2, 3], 1),
        (&[0, 1, 3], 2),
        (&[1, 0], 0),
        (&[0, 2, 1, 3], 1),
        (&[0, 1, 3, 2], 2),
        (&[0, 0], 1),
        (&[0, 1, 1], 2),
        (&[0, 1, 0], 2),
    ] {
        let given: Vec<&[u8]> = order.iter().map(|at: &usize| &records[*at][..]).collect();
        assert_eq!(refusal(&given), BookError::Broken { number }, "{order:?}");
    }
}

#[test]
fn a_record_follows_by_number_and_by_digest() {
    let records = records(2);
    let good = entry_of(&records[1]);
    assert_eq!(forged(&good), records[1], "the control");
    for record in [
        BookRecord { number: 2, ..good.clone() },
        BookRecord { number: 0, ..good.clone() },
        BookRecord { prev: Digest::ZERO, ..good.clone() },
        // The digest of the note without the empty line, which is part of the record.
        BookRecord { prev: Digest::of(&records[0][..records[0].len() - 1]), ..good.clone() },
    ] {
        assert_eq!(refusal(&[&records[0], &forged(&record)]), BookError::Broken { number: 1 }, "{record:?}");
    }
    let first = BookRecord { prev: Digest::of(b"an earlier page"), ..entry_of(&records[0]) };
    assert_eq!(refusal(&[&forged(&first)]), BookError::Broken { number: 0 });
}

#[test]
fn two_books_of_one_person_do_not_mix() {
    let records = records(2);
    let mut other = Book::new(alice());
    let (first, _) = other.write(&key("alice"), &draft(b"another escrow", 0, &[]), None);
    assert_eq!(refusal(&[&first, &records[1]]), BookError::Broken { number: 1 });
}

// ── Loss ──

fn at(number: u64, of: &[u8]) -> BookRef {
    BookRef { number, hash: Digest::of(of) }
}

/// What the book writes when the log names these records of it, as it is read again.
fn goes_on(book: &[u8], named: &[BookRef]) -> (BookRecord, Book) {
    let mut open = read(book).unwrap();
    let draft = StatementDraft { named: named.to_vec(), ..draft(b"escrow", 9, &[]) };
    let (record, _) = open.write(&key("alice"), &draft, None);
    let again = read(&[book, &record].concat()).unwrap();
    assert!(named.iter().all(|name| name.number >= 1 << 53 || again.accounts_for(name)), "it is said once");
    (entry_of(&record), again)
}

#[test]
fn a_book_that_was_lost_goes_on_after_the_newest_record_that_is_known() {
    let records = records(4);
    let (two, nothing) = (records[..2].concat(), Vec::new());
    for (book, named, (number, prev, lost)) in [
        (&nothing, vec![at(5, b"five"), at(3, b"three")], (6, at(5, b"five").hash, Some(0))),
        (&two, vec![at(5, b"five")], (6, at(5, b"five").hash, Some(2))),
        (&two, vec![at(2, &records[2]), at(3, &records[3])], (4, Digest::of(&records[3]), Some(2))),
        // Another history of the book: nothing is skipped, and what was in the other one is lost.
        (&two, vec![at(1, b"one")], (2, Digest::of(&records[1]), Some(1))),
        (&two, vec![at(0, b"zero"), at(3, b"three")], (4, at(3, b"three").hash, Some(0))),
        // Nothing is lost.
        (&two, vec![at(0, &records[0]), at(1, &records[1])], (2, Digest::of(&records[1]), None)),
        (&two, vec![], (2, Digest::of(&records[1]), None)),
        // No honest book gets there.
        (&two, vec![at(1 << 53, b"far"), at(u64::MAX, b"farther")], (2, Digest::of(&records[1]), None)),
        (&nothing, vec![at((1 << 53) - 1, b"far")], (1 << 53, at(0, b"far").hash, Some(0))),
    ] {
        let (record, _) = goes_on(book, &named);
        assert_eq!((record.number, record.prev, record.lost), (number, prev, lost), "{named:?}");
    }
    // Of two logs each names records of its own, and each is compared in its turn.
    let (first, again) = goes_on(&nothing, &[at(2, b"two")]);
    assert_eq!((first.number, again.lost(&[at(2, b"two")])), (3, None));
    let lost = again.lost(&[at(1, b"one"), at(3, b"three"), at(4, b"four")]).unwrap();
    assert_eq!((lost.first, lost.newest), (3, at(4, b"four")));
}

#[test]
fn a_record_skips_numbers_only_where_it_says_what_is_lost() {
    let records = records(2);
    let (good, _) = goes_on(&records.concat(), &[at(5, b"five")]);
    for record in [
        BookRecord { lost: None, ..good.clone() },
        // More than there can be, less than there was, and too much.
        BookRecord { lost: Some(3), ..good.clone() },
        BookRecord { number: 1, ..good.clone() },
        BookRecord { number: 0, ..good.clone() },
        BookRecord { number: (1 << 53) + 1, ..good.clone() },
        BookRecord { number: u64::MAX, ..good.clone() },
        // Nothing is skipped: then the chain holds, and something before it is lost.
        BookRecord { number: 2, lost: Some(1), ..good.clone() },
        BookRecord { number: 2, prev: Digest::of(&records[1]), ..good.clone() },
    ] {
        let refused = refusal(&[&records[0], &records[1], &forged(&record)]);
        assert_eq!(refused, BookError::Broken { number: 2 }, "{record:?}");
    }
    let chained = BookRecord { number: 2, prev: Digest::of(&records[1]), lost: Some(1), ..good };
    assert!(read(&[records.concat(), forged(&chained)].concat()).is_ok(), "the control");
}

// ── Damage ──

/// A book cut within a record is torn. Cut between two records it is a shorter book, and reads as one: that
/// its end is missing is seen by those who hold a reference to a later record.
#[test]
fn a_cut_within_a_record_is_seen_and_one_between_records_is_a_shorter_book() {
    let records = records(3);
    let bytes = records.concat();
    let mut end = 0;
    let ends: BTreeSet<usize> = records
        .iter()
        .map(|record| {
            end += record.len();
            end
        })
        .collect();
    for length in 0..bytes.len() {
        let whole = ends.iter().filter(|end| **end <= length).count();
        match read(&bytes[..length]) {
            Ok(book) => {
                assert!(length == 0 || ends.contains(&length), "{length}");
                assert_eq!(book.records().count(), whole);
            }
            Err(error) => {
                assert!(!ends.contains(&length) && length > 0, "{length}");
                let torn = matches!(error, BookError::Torn { number, .. } if number == whole as u64);
                assert!(torn, "{length}: {error}");
            }
        }
    }
}

#[test]
fn bytes_that_are_no_record_are_refused_wherever_they_stand() {
    let records = records(2);
    for rubbish in [&b"\n"[..], b"x", &[0; 512], b"\n\n", b"{}\n\n"] {
        assert!(read(&[&records[0], &records[1][..], rubbish].concat()).is_err(), "{rubbish:?} behind");
        assert!(read(&[&records[0], rubbish, &records[1]].concat()).is_err(), "{rubbish:?} between");
        assert!(read(&[rubbish, &records[0], &records[1]].concat()).is_err(), "{rubbish:?} before");
    }
    // The empty line is part of the record.
    let without = &records[0][..records[0].len() - 1];
    let refused = refusal(&[without, &records[1]]);
    assert!(
        matches!(refused, BookError::Note { number: 0, error: NoteError::NotASignatureLine(_) }),
        "{refused:?}"
    );
}

#[test]
fn every_flipped_bit_is_refused() {
    let good = records(2).concat();
    assert!(read(&good).is_ok());
    for at in 0..good.len() {
        for bit in 0..8 {
            let mut bad = good.clone();
            bad[at] ^= 1 << bit;
            assert!(read(&bad).is_err(), "byte {at}, bit {bit}");
        }
    }
}
