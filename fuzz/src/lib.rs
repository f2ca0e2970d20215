//! What must hold of every parser, whatever it is given: it does not panic, and what it takes is written again with the
//! same bytes. Each function here is a fuzz target, and is replayed over its corpus by `cargo test`.

use std::fmt::Display;
use std::fs;
use std::path::Path;

use breakglass::record::armour::{Label, unwrap, wrap};
use breakglass::record::bundle::{Bundle, compose};
use breakglass::record::card::VerifiedCard;
use breakglass::ceremony::approve::{ApprovalFile, RequestFile};
use breakglass::cli::files::sealing::consent::{Consent, SealDeviation};
use breakglass::cli::files::sealing::csv::CsvBatch;
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::{Identity, IdentityFile, decrypt};
use breakglass::escrow::Reading;
use breakglass::record::frame::FramedRecord;
use breakglass::record::genesis::Genesis;
use breakglass::record::statements::Statements;
use breakglass::record::head::HeadFile;
use breakglass::record::note::{Signed, Note};
use breakglass::secret::payload::Fields;
use breakglass::record::policy::Policy;
use breakglass::record::request::{End, Release, Request};
use breakglass::secret::share::Share;
use breakglass::value::text::is_hostile;
use breakglass::secret::totp::TotpSeed;
use breakglass::record::seal::Seal;
use secrecy::ExposeSecret as _;

/// Every target, by its name.
pub const TARGETS: [(&str, fn(&[u8])); 15] = [
    ("note", note),
    ("card", card),
    ("seal", seal),
    ("armour", armour),
    ("request_file", request_file),
    ("approval", approval),
    ("log", log),
    ("head", head),
    ("share", share),
    ("payload", payload),
    ("otpauth", otpauth),
    ("csv", csv),
    ("policy", policy),
    ("identity", identity),
    ("envelope", envelope),
];

/// Every file of a target's corpus.
///
/// # Panics
/// Where it cannot be read.
pub fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    files.map(|file| fs::read(file.unwrap().path()).unwrap()).collect()
}

/// What stands for a secret in the corpora. No error may repeat it.
const CANARY: &str = "wq7-Vumble";

/// The key that opens the corpus of `envelope`.
pub const KEY: &str = "AGE-SECRET-KEY-1G7RU2LY6STR985N75U468FV5V5J4ZZMCLQCDLGGYQWT8QZF59CVSSEXSNA";

/// An error of a parser of secrets repeats none of what it was given.
fn is_silent(error: &impl Display) {
    assert!(!error.to_string().contains(CANARY), "a secret is in an error");
    is_harmless(error);
}

/// An error is shown on terminals.
fn is_harmless(error: &impl Display) {
    let text = error.to_string();
    assert!(!text.chars().any(is_hostile), "an error holds what a terminal obeys: {text:?}");
}

/// The container: the bytes of a note are the note.
pub fn note(data: &[u8]) {
    match Note::take(data) {
        Ok((note, length)) => {
            assert_eq!(note.as_bytes(), &data[..length]);
            assert_eq!(Note::parse(&data[..length]).as_ref(), Ok(&note));
            assert!(note.signers().count() >= 1);
        }
        Err(error) => is_harmless(&error),
    }
}

/// A card is a note.
pub fn card(data: &[u8]) {
    match VerifiedCard::parse(data) {
        Ok(card) => assert_eq!(card.note().as_bytes(), data),
        Err(error) => is_harmless(&error),
    }
}

/// The line of a note has one spelling, whatever it says.
fn one_spelling<B: Signed>(note: &Note) {
    match note.read::<B>() {
        Ok(body) => {
            let length = Note::line_length(&body);
            assert_eq!(note.as_bytes()[length - 1], b'\n');
            assert_eq!(note.as_bytes()[length], b'\n', "the signed line is not as long as it is spelled");
        }
        Err(error) => is_harmless(&error),
    }
}

/// Seals, and every other record.
pub fn seal(data: &[u8]) {
    let Ok((note, _)) = Note::take(data) else { return };
    one_spelling::<FramedRecord<Seal>>(&note);
    one_spelling::<FramedRecord<Genesis>>(&note);
    one_spelling::<FramedRecord<Request>>(&note);
    one_spelling::<FramedRecord<Release>>(&note);
    one_spelling::<FramedRecord<End>>(&note);
    one_spelling::<FramedRecord<Statements>>(&note);
}

/// Armour holds no more than it may, and what is in it can be wrapped again.
pub fn armour(data: &[u8]) {
    match unwrap(data) {
        Ok((label, content)) => {
            assert!(content.len() <= label.limit());
            assert_eq!(unwrap(&wrap(label, &content)), Ok((label, content)));
        }
        Err(error) => is_harmless(&error),
    }
}

/// What is in the armour of a request: a log, and sealed shares behind it.
pub fn request_file(data: &[u8]) {
    match Bundle::parse(data) {
        Ok(bundle) => assert_eq!(compose(bundle.records, bundle.ciphertexts.iter().copied()), data),
        Err(error) => is_harmless(&error),
    }
    match RequestFile::parse(&wrap(Label::Request, data)) {
        Ok(carried) => drop(carried.asked().request.name.to_string()),
        Err(error) => is_harmless(&error),
    }
}

/// What is in the armour of an approval: a record and a ciphertext.
pub fn approval(data: &[u8]) {
    match ApprovalFile::of(data) {
        Ok(file) => {
            let record = [file.note.as_bytes(), b"\n"].concat();
            assert_eq!(compose(&record, [file.ciphertext.as_str()]), data);
        }
        Err(error) => is_harmless(&error),
    }
}

/// What is good of a log and what is behind it are the log; the good part alone reads as the same.
pub fn log(data: &[u8]) {
    let reading = match Reading::of(data.to_vec()) {
        Ok(reading) => reading,
        Err(finding) => return is_harmless(&finding.detail),
    };
    assert_eq!([reading.good_bytes(), reading.tail()].concat(), data);
    assert_eq!(reading.records().count() as u64, reading.escrow.head.seq + 1);
    let again = Reading::of(reading.good_bytes().to_vec()).expect("it was good before");
    assert_eq!(again.escrow.head, reading.escrow.head);
    assert!(again.tail().is_empty());
}

/// A head has one spelling.
pub fn head(data: &[u8]) {
    match HeadFile::parse(data) {
        Ok(head) => assert_eq!(head.to_line().as_bytes(), data),
        Err(error) => is_harmless(&error),
    }
}

/// A share's text has one spelling, alone and in an approval.
pub fn share(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match Share::parse(text) {
        Ok(share) => {
            assert_eq!(share.text().as_str(), text);
            let request = Digest::of(data);
            let approved = share.approved_text(&request);
            assert_eq!(Share::parse_approved(&approved, &request).unwrap().text().as_str(), text);
            assert!(Share::parse_approved(&approved, &Digest::of(b"another")).is_err());
        }
        Err(error) => is_silent(&error),
    }
}

/// A payload has one spelling, its padding included.
pub fn payload(data: &[u8]) {
    match Fields::decode(data) {
        Ok(fields) => assert_eq!(fields.encode().as_slice(), data),
        Err(error) => is_silent(&error),
    }
}

/// A seed means the same after it was written as a link.
pub fn otpauth(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    match TotpSeed::parse(text) {
        Ok(seed) => {
            let link = seed.to_uri("vault");
            let again = TotpSeed::parse(link.expose_secret()).expect("what was written is read");
            assert_eq!(again.to_uri("vault").expose_secret(), link.expose_secret());
            for moment in [0, 59, 1_111_111_109, 20_000_000_000] {
                let (one, other) = (seed.code_at(moment), again.code_at(moment));
                assert_eq!(one.code.expose_secret(), other.code.expose_secret());
                assert_eq!((one.step, one.seconds_left), (other.step, other.seconds_left));
            }
        }
        Err(error) => is_silent(&error),
    }
}

/// What comes out of a CSV can be sealed, and is read again from there.
pub fn csv(data: &[u8]) {
    let accepted = [SealDeviation::WeakPassword, SealDeviation::ReusedPassword, SealDeviation::TotpUnproven];
    let mut consent = Consent::beforehand(&accepted);
    match CsvBatch::parse(data.to_vec(), Path::new("accounts.csv"), false, &mut consent) {
        Ok(batch) => {
            for at in 0..batch.count() {
                let fields = batch.fields(at).expect("what was judged is read again");
                let again = Fields::decode(&fields.encode()).expect("what was written is read");
                assert!(again.names().eq(fields.names()));
            }
        }
        Err(failure) => is_silent(&failure.painted().shown(false).replace('\n', " ")),
    }
}

/// A policy means the same in the genesis as in its file.
pub fn policy(data: &[u8]) {
    match Policy::from_toml(data) {
        Ok(policy) => {
            let json = serde_json::to_string(&policy).unwrap();
            assert_eq!(serde_json::from_str::<Policy>(&json).unwrap(), policy);
        }
        Err(error) => is_harmless(&error),
    }
}

/// Identities in plain stand in their file as they are.
pub fn identity(data: &[u8]) {
    match IdentityFile::parse(data) {
        Ok(IdentityFile::Plain(identities)) => {
            let text = std::str::from_utf8(data).expect("it was read as text");
            for identity in identities {
                assert!(text.contains(identity.expose_text().expose_secret()));
            }
        }
        Ok(IdentityFile::Locked(_)) => {}
        Err(error) => is_silent(&error),
    }
}

/// An age file opens to no more than it may.
pub fn envelope(data: &[u8]) {
    let key = Identity::from_text(KEY).expect("a key");
    match decrypt(&[key], data, 4096) {
        Ok(plain) => assert!(plain.len() <= 4096),
        Err(error) => is_silent(&error),
    }
}
