//! Runs the library on a case, and says what it found in the lines of an `expect` file.

use breakglass::audit::files::{Found, SealedFile, SealedFiles, generations};
use breakglass::audit::verify::{Evidence, Report, verify};
use breakglass::ceremony::approve::{ApprovalFile, RequestFile};
use breakglass::ceremony::release::gather;
use breakglass::ceremony::request::Session;
use breakglass::ceremony::seal::open_share;
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::{Identity, IdentityFile, decrypt, vault_identity};
use breakglass::escrow::{Escrow, Reading};
use breakglass::record::book::Book;
use breakglass::record::card::VerifiedCard;
use breakglass::record::finding::Severity;
use breakglass::record::frame::FramedRecord;
use breakglass::record::head::HeadFile;
use breakglass::record::note::{Note, NoteError};
use breakglass::record::request::End;
use breakglass::secret::canary::canary_fields;
use breakglass::secret::payload::Fields;
use breakglass::secret::quorum::UntrustedQuorum;
use breakglass::secret::share::Share;
use breakglass::secret::totp::TotpSeed;
use breakglass::value::fingerprint::Words;
use breakglass::value::names::{KeyName, PersonId};
use secrecy::{ExposeSecret as _, SecretString};

use crate::case::Case;
use crate::world::text;

/// What the library says of a case.
pub fn run(case: &Case) -> Vec<String> {
    match case.family().as_str() {
        "log" | "files" => report_lines(&verified(case)),
        "recover" => recovered(case).unwrap_or_else(refused),
        "note" => vec![format!("expect: {}", note(case))],
        "card" => judged(VerifiedCard::parse(&case.file("card")).is_ok()),
        "head" => judged(HeadFile::parse(&case.file("head")).is_ok()),
        "canary" => {
            let name = text(&case.value("vault").unwrap());
            judged(canary_fields(&name).encode()[..] == case.file("payload")[..])
        }
        "payload" => judged(Fields::decode(&case.file("payload")).is_ok()),
        "share" => judged(share(case).is_some()),
        "request" => judged(request(case).is_some()),
        "words" => vec![format!("words: {}", words(case))],
        "approval" => judged(approval(case)),
        other => panic!("no family `{other}`"),
    }
}

fn judged(good: bool) -> Vec<String> {
    vec![format!("expect: {}", if good { "good" } else { "refused" })]
}

fn refused(_why: Refused) -> Vec<String> {
    judged(false)
}

/// What verify says of a case's log, with the heads and books beside it.
pub fn verified(case: &Case) -> Report {
    let heads =
        case.files_of(".head").into_iter().map(|(name, head)| (name, HeadFile::parse(&head).unwrap()));
    let books = case.files_of(".book").into_iter().map(|(owner, book)| (text(&owner), book));
    let evidence = Evidence {
        anchor: case.value("anchor").map(|anchor| anchor.parse().unwrap()),
        heads: heads.collect(),
        books: books.collect(),
        require_head: case.value("require-head").is_some(),
        files: sealed_files(case),
        ..Evidence::default()
    };
    verify(Reading::of(case.file("log")), &evidence, text(&case.value("time").unwrap()))
}

/// The sealed files beside a case's log: those of the folder that it names, with its own in their place, and without
/// those that are gone.
fn sealed_files(case: &Case) -> SealedFiles {
    match case.value("vaults").as_deref() {
        None => SealedFiles::NotInQuestion,
        Some("none") => SealedFiles::NoFolder,
        Some(folder) => {
            let escrow = Reading::of(case.file("log")).unwrap().escrow;
            compared(&escrow, |name| case.sealed_file(folder, name))
        }
    }
}

/// Each sealed file of an escrow, as `read` finds it under its name in the corpus.
pub fn compared(escrow: &Escrow, mut read: impl FnMut(&str) -> Option<Vec<u8>>) -> SealedFiles {
    let mut look = |file: &SealedFile<'_>| {
        let seal = &file.generation.seal;
        let name = match file.custodian {
            Some(custodian) => format!("{}.{}.{custodian}.share.age", seal.name, seal.generation),
            None => format!("{}.{}.payload.age", seal.name, seal.generation),
        };
        let found = match read(&name) {
            Some(bytes) => file.seen(&bytes),
            None => Found::Missing("it is not there".to_owned()),
        };
        (name, found)
    };
    SealedFiles::Compared(generations(escrow).map(|one| one.compare(&mut look)).collect())
}

/// The verdict, the exit code, and each code with the number of its record, once.
pub fn report_lines(report: &Report) -> Vec<String> {
    let (verdict, exit) = match report.worst() {
        None | Some(Severity::Note | Severity::Warning) => ("done", 0),
        Some(Severity::Finding) => ("findings", 14),
        Some(Severity::Torn) => ("torn", 11),
        Some(Severity::Truncated) => ("truncated", 12),
        Some(Severity::Fork) => ("fork", 13),
        Some(Severity::Tampered) => ("tampered", 10),
    };
    let mut places: Vec<_> = report
        .findings
        .iter()
        .map(|one| (one.seq.is_none(), one.seq.unwrap_or_default(), one.rule.code()))
        .collect();
    places.sort_unstable();
    places.dedup();
    let findings = places.into_iter().map(|(nowhere, seq, code)| match nowhere {
        true => format!("finding: {code} -"),
        false => format!("finding: {code} {seq}"),
    });
    [format!("expect: {verdict}"), format!("exit: {exit}")].into_iter().chain(findings).collect()
}

/// That a step of a recovery failed: which one is for the tests of that step.
pub struct Refused;

fn ok<T, E>(result: Result<T, E>) -> Result<T, Refused> {
    result.map_err(|_| Refused)
}

fn identities(case: &Case) -> Vec<Identity> {
    let files = case.files_of(".key").into_iter();
    let opened = files.map(|(name, file)| match IdentityFile::parse(&file).unwrap() {
        IdentityFile::Plain(identities) => identities,
        IdentityFile::Locked(locked) => {
            let passphrase = case.value("passphrase").unwrap_or_else(|| panic!("{name} wants a passphrase"));
            locked.unlock(&SecretString::from(passphrase)).unwrap()
        }
    });
    opened.flatten().collect()
}

/// Opens the payload with the shares that the identities open, or with the approvals that the session does.
fn recovered(case: &Case) -> Result<Vec<String>, Refused> {
    let escrow = Reading::of(case.file("log")).unwrap().escrow;
    let identities = identities(case);
    let vault_key = match case.files_of(".session.age").pop() {
        None => from_shares(case, &escrow, &identities)?,
        Some((_, session)) => {
            let session = ok(Session::open(&identities, &session))?;
            let asked =
                escrow.requests.iter().find(|asked| session.belongs_to(&asked.request)).ok_or(Refused)?;
            let approvals = case.files_of(".bga").into_iter();
            let files =
                approvals.map(|(_, file)| ok(ApprovalFile::parse(&file))).collect::<Result<_, _>>()?;
            let gathered = ok(gather(&escrow, &asked.record, &session, files))?;
            let environment = crate::world::environment();
            let deviations = gathered.deviations(&environment, text(&case.value("time").unwrap()));
            ok(gathered.reconstruct(&case.file("payload.age"), deviations, environment))?;
            return Ok(judged(true));
        }
    };
    let generation = escrow.vault_named(&text("prod")).unwrap().current();
    let payload = case.file("payload.age");
    if Digest::of(&payload) != generation.seal.payload {
        return Err(Refused);
    }
    let plain = ok(decrypt(&[vault_key], &payload, 1 << 20))?;
    let fields = ok(Fields::decode(&plain))?;
    let mut lines = judged(true);
    for name in fields.names() {
        let value = fields.get(name.as_str()).unwrap();
        lines.push(format!("field: {name} {}", value.expose_secret()));
    }
    let totp = TotpSeed::parse(fields.get("totp").unwrap().expose_secret()).unwrap();
    let time: breakglass::value::time::Time = text(&case.value("time").unwrap());
    lines.push(format!("totp: {}", totp.code_at(time.unix()).code.expose_secret()));
    Ok(lines)
}

fn from_shares(case: &Case, escrow: &Escrow, identities: &[Identity]) -> Result<Identity, Refused> {
    let seal = &escrow.vault_named(&text("prod")).unwrap().current().seal;
    let mut quorum = UntrustedQuorum::default();
    let ours: Vec<_> = identities.iter().map(Identity::to_recipient).collect();
    for (custodian, file) in case.files_of(".share.age") {
        let person = &escrow.people[&text::<PersonId>(&custodian)];
        if person.card.card().recipients.iter().any(|recipient| ours.contains(recipient)) {
            let file = std::str::from_utf8(&file).unwrap();
            let digest = Digest::of(file.as_bytes());
            if !seal.shares.iter().any(|share| share.sealed_share == digest) {
                return Err(Refused);
            }
            let custodian: PersonId = text(&custodian);
            let share = ok(open_share(identities, file, &escrow.id, seal, &custodian))?;
            quorum.add(custodian, share);
        }
    }
    let reconstructed = ok(ok(quorum.check(&escrow.id, seal))?.combine())?;
    Ok(vault_identity(&reconstructed.vault_key))
}

/// An `end` by `session`, with the key in the case: which rule it breaks.
fn note(case: &Case) -> &'static str {
    let key = case.value("key").unwrap().parse().unwrap();
    let checked = Note::parse(&case.file("note"))
        .and_then(|note| note.read::<FramedRecord<End>>().map(|entry| (note, entry)))
        .and_then(|(note, entry)| {
            let keys: Vec<_> = entry.by.iter().map(|name| (name.clone(), key)).collect();
            note.verify(&keys)
        });
    match checked {
        Ok(()) => "good",
        Err(NoteError::NonCanonical(_)) => "noncanonical",
        Err(NoteError::Signers { .. }) => "signers",
        Err(NoteError::KeyId(KeyName::Session)) => "key-id",
        Err(NoteError::BadSignature(KeyName::Session)) => "signature",
        Err(_) => "malformed",
    }
}

/// The words of a request's record or of a card.
fn words(case: &Case) -> Words {
    let digest = Digest::of(&case.file("artifact"));
    let words = match case.value("of").unwrap().as_str() {
        "session" => Words::of_session(&digest),
        "card" => Words::of_card(&digest),
        other => panic!("nobody compares words of a `{other}`"),
    };
    words.unwrap()
}

/// A share text against the seal of `prod` in the log beside it.
fn share(case: &Case) -> Option<Share> {
    let escrow = Reading::of(case.file("log")).unwrap().escrow;
    let bytes = case.file("share");
    let share = Share::parse(std::str::from_utf8(&bytes).ok()?).ok()?;
    let seal = &escrow.vault_named(&text("prod")).unwrap().current().seal;
    share.check(&escrow.id, seal, &text("alice")).ok()?;
    Some(share)
}

/// A request file, as the approver with the card beside it examines it, with an empty book.
fn request(case: &Case) -> Option<()> {
    let carried = RequestFile::parse(&case.file("request.bgr")).ok()?;
    let card = VerifiedCard::parse(&case.file("card")).unwrap();
    let book = Book::new(card.card().person.clone());
    carried.examine(&card, &identities(case), &book).ok()?;
    Some(())
}

/// An approval file: it is one of the two that a release needs, where the other is good.
fn approval(case: &Case) -> bool {
    let escrow = Reading::of(case.file("log")).unwrap().escrow;
    let (_, session) = case.files_of(".session.age").pop().unwrap();
    let session = Session::open(&identities(case), &session).unwrap();
    let asked = escrow.requests.iter().find(|asked| session.belongs_to(&asked.request)).unwrap();
    let Ok(file) = ApprovalFile::parse(&case.file("approval.bga")) else { return false };
    let other = ApprovalFile::parse(&case.file("other.bga")).unwrap();
    gather(&escrow, &asked.record, &session, vec![file, other])
        .is_ok_and(|gathered| gathered.enough().is_ok())
}
