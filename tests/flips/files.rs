//! What is no chain: cards, identities, sealed files, and what travels between people.

use breakglass::audit::files::{Found, generations};
use breakglass::ceremony::approve::{ApprovalFile, RequestFile};
use breakglass::ceremony::check::{Held, check};
use breakglass::ceremony::release::{ReleaseError, gather};
use breakglass::ceremony::request::Session;
use breakglass::ceremony::seal::open_share;
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::{IdentityFile, decrypt};
use breakglass::escrow::Generation;
use breakglass::record::armour::{Label, unwrap, unwrap_as, wrap};
use breakglass::record::bundle::Bundle;
use breakglass::record::card::VerifiedCard;
use breakglass::record::finding::Rule;
use breakglass::record::note::Note;
use breakglass::secret::payload::MAX_SIZE;
use breakglass::secret::signer::Signer;
use breakglass::value::names::PersonId;

use crate::attempts::{Change, File, holds};
use crate::escrow::{Custodian, SmallEscrow, small_escrow};
use crate::world::{environment, text};

/// How a ciphertext in armour ends.
const END: &str = "-----END AGE ENCRYPTED FILE-----\n";

fn all<'a>(name: &'a str, bytes: &'a [u8]) -> File<'a> {
    File { name, bytes, flips: 2000, cuts: 300, special: &[] }
}

fn generation(small: &SmallEscrow) -> &Generation {
    small.escrow.vault_named(&text("prod")).unwrap().current()
}

/// A card is itself, and the one that genesis brought in.
#[test]
fn a_card() {
    let small = small_escrow();
    for one in &small.custodians {
        let name = format!("{}.card", one.id);
        all(&name, one.card.note().as_bytes()).all_refused("", |bytes| {
            let card = VerifiedCard::parse(bytes).map_err(|error| error.to_string())?;
            let known = small.escrow.people.get(&card.card().person).map(|known| known.card.digest());
            holds(known == Some(card.digest()), || "another card than the one in genesis".to_owned())
        });
    }
}

/// The line of an identity file that is the secret. The lines before it are remarks that nothing reads.
#[test]
fn an_identity() {
    let small = small_escrow();
    let alice = small.custodian("alice");
    let start = alice.identity_file.windows(4).position(|four| four == b"AGE-").unwrap();
    let line = &alice.identity_file[start..alice.identity_file.len() - 1];
    let judge = |line: &[u8]| {
        let bytes = [&alice.identity_file[..start], line, b"\n"].concat();
        match IdentityFile::parse(&bytes).map_err(|error| error.to_string())? {
            IdentityFile::Plain(identities) => {
                Signer::open(&alice.card, &identities).map(drop).map_err(|error| error.to_string())
            }
            IdentityFile::Locked(_) => Err("it is locked".to_owned()),
        }
    };
    let file = File { name: "alice.key", bytes: line, flips: 1000, cuts: 1000, special: &[] };
    file.all_refused("", judge);
    assert_eq!(alice.identity.to_recipient(), alice.recipient);
}

/// What `verify` says of `bytes` in the place of a file of `prod`, while the others are as they were sealed.
fn compared(small: &SmallEscrow, of: Option<&PersonId>, path: &str, bytes: &[u8]) -> Result<(), String> {
    let files = generations(&small.escrow).next().unwrap().compare(|file| {
        let seal = &file.generation.seal;
        let digest = match file.custodian {
            found if found == of => Digest::of(bytes),
            None => seal.payload,
            Some(custodian) => seal.share_of(custodian).unwrap().sealed_share,
        };
        (if file.custodian == of { path } else { "another" }.to_owned(), Found::File(digest, None))
    });
    let changed = files.findings().into_iter().find(|found| found.rule == Rule::FileChanged);
    changed.map_or(Ok(()), |found| Err(found.detail))
}

/// What `verify` and `check` say of a sealed share. And the share itself, as if no digest were there: it does
/// not open to what was sealed.
#[test]
fn a_sealed_share() {
    let small = small_escrow();
    let generation = generation(small);
    for one in &small.custodians {
        let path = format!("vaults/prod/1/{}.share.age", one.id);
        let share = one.sealed_share.as_bytes();
        all(&path, share).all_refused(&path, |bytes| compared(small, Some(&one.id), &path, bytes));
        let named = format!("`{}` in prod generation 1", one.id);
        all(&path, share).all_refused(&named, |bytes| {
            let file = String::from_utf8(bytes.to_vec()).map_err(|_| format!("{named} is not text"))?;
            let held = [Held { generation, file }];
            let identity = std::slice::from_ref(&one.identity);
            let checked = check(&small.escrow, &one.id, identity, &held);
            checked.map(drop).map_err(|error| error.to_string())
        });
    }
    let alice = small.custodian("alice");
    let share = alice.sealed_share.as_bytes();
    all("alice.share.age, without its digest", share).all_refused_but_a_line_feed(|bytes| {
        let file = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
        let identity = std::slice::from_ref(&alice.identity);
        let opened = open_share(identity, file, &small.escrow.id, &generation.seal, &alice.id);
        opened.map(drop).map_err(|error| error.to_string())
    });
}

/// What `verify` and a release say of a payload. And the payload itself, as if no digest were there.
#[test]
fn a_payload() {
    let small = small_escrow();
    let path = "vaults/prod/1/payload.age";
    all(path, &small.payload).all_refused(path, |bytes| compared(small, None, path, bytes));
    let session = small.session();
    all(path, &small.payload).all_refused("the payload is not the file that was sealed", |bytes| {
        let approvals = ["alice", "bob"].map(|who| &small.custodian(who).approval);
        let approvals = approvals.map(|file| ApprovalFile::parse(file).unwrap()).into();
        let gathered = gather(&small.asked, &small.request, &session, approvals).unwrap();
        let released = gathered.reconstruct(bytes, Vec::new(), environment());
        released.map(drop).map_err(|error| error.to_string())
    });
    all("payload.age, without its digest", &small.payload).all_refused("", |bytes| {
        let opened = decrypt(std::slice::from_ref(&small.vault_identity), bytes, MAX_SIZE);
        opened.map(drop).map_err(|error| error.to_string())
    });
}

/// What a custodian says of a request file: their own error names them where their own share is at fault.
fn examine(carried: &RequestFile, one: &Custodian) -> Result<(), String> {
    let identity = std::slice::from_ref(&one.identity);
    carried.examine(&one.card, identity, &one.book).map(drop).map_err(|error| error.to_string())
}

/// The log in a request file is everybody's matter. A sealed share in it is its custodian's: the others do not
/// read it, and need not.
#[test]
fn a_request_file() {
    let small = small_escrow();
    let bytes = &unwrap_as(Label::Request, &small.request_file).unwrap();
    let bundle = Bundle::parse(bytes).unwrap();
    // Where each custodian's share begins, and where the last ends.
    let mut starts = vec![bundle.records.len()];
    for share in &bundle.ciphertexts {
        starts.push(starts[starts.len() - 1] + share.len());
    }
    assert_eq!((starts.len(), starts[3]), (4, bytes.len()));
    let judge = |bytes: &[u8]| match RequestFile::parse(&wrap(Label::Request, bytes)) {
        Err(error) => Err(error.to_string()),
        Ok(carried) => Ok(small.custodians.iter().map(|one| examine(&carried, one)).collect::<Vec<_>>()),
    };
    assert_eq!(judge(bytes), Ok(vec![Ok(()); 3]), "the control");
    let file = File { name: "req.bgr, in its armour", bytes, flips: 2400, cuts: 300, special: &starts };
    file.try_all(|change, changed| {
        let answers = match judge(changed) {
            Err(_) => return Ok(()),
            Ok(answers) => answers,
        };
        let whose = starts.iter().rposition(|start| *start <= change.at()).unwrap();
        let in_the_log = change.at() < starts[0];
        holds(!in_the_log, || "a log that was changed is believed".to_owned())?;
        for (at, (answer, one)) in answers.iter().zip(&small.custodians).enumerate() {
            let own = if matches!(change, Change::Cut { .. }) { at >= whose } else { at == whose };
            // A share whose last line is broken takes the next one with it: nothing else tells them apart.
            let may = own || (at == whose + 1 && change.at() + END.len() >= starts[at]);
            match answer {
                Ok(()) => holds(!own, || format!("{} takes it", one.id))?,
                Err(why) => holds(may && why.contains(&format!("`{}`", one.id)), || why.clone())?,
            }
        }
        Ok(())
    });
}

/// An approval that was changed is set aside by name, and the other one still counts.
#[test]
fn an_approval() {
    let small = small_escrow();
    let session = small.session();
    for (who, other) in [("alice", "bob"), ("bob", "alice")] {
        let good = ApprovalFile::parse(&small.custodian(other).approval).unwrap();
        let name = format!("{who}.bga");
        let content = unwrap_as(Label::Approval, &small.custodian(who).approval).unwrap();
        let judge = |bytes: &[u8]| -> Result<(), String> {
            let file = ApprovalFile::of(bytes).map_err(|error| format!("{name}: {error}"))?;
            let signer = file.note.signers().next().unwrap().to_string();
            let again = ApprovalFile { note: good.note.clone(), ciphertext: good.ciphertext.clone() };
            let gathered = gather(&small.asked, &small.request, &session, vec![file, again]).unwrap();
            let approvers: Vec<_> = gathered.approvers().iter().map(|one| one.as_str()).collect();
            if approvers == ["alice", "bob"] && gathered.set_aside.is_empty() {
                return Ok(());
            }
            assert_eq!(approvers, [other], "the other approval counts");
            assert!(matches!(gathered.enough(), Err(ReleaseError::NotEnough { .. })));
            let [aside] = gathered.set_aside.as_slice() else { panic!("{:?}", gathered.set_aside) };
            let custodian = aside.custodian.as_ref().map(ToString::to_string);
            assert_eq!(custodian, Some(signer), "it is named as it names itself");
            Err(format!("{name}: {}", aside.why))
        };
        all(&name, &content).all_refused(&name, judge);
    }
}

/// Armour that was changed is refused, or what is in it is what it was: a reader ignores how hard the writer tried to
/// compress it, and the bits behind its end.
#[test]
fn armour() {
    let small = small_escrow();
    let alice = &small.custodian("alice").approval;
    for (name, bytes) in [("req.bgr", &small.request_file), ("alice.bga", alice)] {
        let good = unwrap(bytes).unwrap();
        all(name, bytes).try_all(|_, changed| match unwrap(changed) {
            Ok(found) => holds(found == good, || "other bytes than were wrapped".to_owned()),
            Err(_) => Ok(()),
        });
    }
}

/// A statement on its way to the log.
#[test]
fn a_statement() {
    let small = small_escrow();
    for (name, bytes) in &small.statements {
        all(name, bytes).all_refused("", |bytes| {
            let note = bytes.strip_suffix(b"\n").ok_or("it does not end as a record does")?;
            let note = Note::parse(note).map_err(|error| error.to_string())?;
            small
                .escrow
                .verify_statement(note)
                .map(drop)
                .map_err(|broken| format!("{}: {broken}", broken.rule))
        });
    }
}

/// A session opens, and is the request's. Nothing but its own armour says that it is whole.
#[test]
fn a_session() {
    let small = small_escrow();
    let carol = std::slice::from_ref(&small.custodian("carol").identity);
    let request = &small.asked.request(&small.request).unwrap().request;
    all("req.session.age", small.session_file.as_bytes()).all_refused_but_a_line_feed(|bytes| {
        let session = Session::open(carol, bytes).map_err(|error| error.to_string())?;
        holds(session.belongs_to(request), || "it belongs to another request".to_owned())
    });
}
