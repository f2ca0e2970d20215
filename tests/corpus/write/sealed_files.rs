//! What lies beside a log: payloads and sealed shares, all there, or missing, or others.

use std::collections::BTreeMap;
use std::fs;

use breakglass::audit::files::SealedFiles;
use breakglass::audit::verify::{Evidence, verify};
use breakglass::ceremony::seal::Sealed;
use breakglass::crypto::digest::Digest;
use breakglass::crypto::envelope::{Identity, encrypt, encrypt_armored};
use breakglass::escrow::Reading;
use breakglass::record::finding::Rule;
use breakglass::record::policy::Policy;
use breakglass::record::seal::{Credentials, Kind};
use breakglass::value::names::PersonId;

use super::put::{base, put};
use crate::case::root;
use crate::run::{compared, report_lines};
use crate::world::World;

const THREE: [&str; 3] = ["alice", "bob", "carol"];

pub fn write() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &THREE);
    THREE.iter().for_each(|who| world.check(who));
    let beside = Beside::of(&world);
    beside.case("all-there", "Every sealed file is there.", None, |_| ());
    beside.case("payload-missing", "The payload is missing.", Rule::VaultNotOpenable, |files| {
        files.remove("prod.1.payload.age");
    });
    beside.case("payload-changed", "A byte of the payload is another.", Rule::VaultNotOpenable, |files| {
        files.get_mut("prod.1.payload.age").unwrap()[4000] ^= 1;
    });
    beside.case(
        "share-missing",
        "One share is missing; the others are enough.",
        Rule::FileMissing,
        |files| {
            files.remove("prod.1.alice.share.age");
        },
    );
    beside.case(
        "share-empty",
        "One share is an empty file; the others are enough.",
        Rule::FileChanged,
        |files| {
            files.get_mut("prod.1.alice.share.age").unwrap().clear();
        },
    );
    beside.case(
        "share-of-another",
        "One custodian's share in the place of another's.",
        Rule::FileChanged,
        |files| {
            let alices = files["prod.1.alice.share.age"].clone();
            files.insert("prod.1.bob.share.age".to_owned(), alices);
        },
    );
    beside.case("shares-too-few", "Two of three shares are missing.", Rule::VaultNotOpenable, |files| {
        files.remove("prod.1.alice.share.age");
        files.remove("prod.1.carol.share.age");
    });
    let about = "One share is missing and one is another: the threshold is not met.";
    beside.case("shares-too-few-good", about, Rule::VaultNotOpenable, |files| {
        files.remove("prod.1.alice.share.age");
        files.get_mut("prod.1.bob.share.age").unwrap().push(b'\n');
    });
    beside.case(
        "nothing-there",
        "There is a folder, and nothing in it.",
        Rule::VaultNotOpenable,
        BTreeMap::clear,
    );
    beside.write("no-folder", "There is no folder of sealed files.", Rule::FilesNotExamined, None);
    superseded(&world);
    recipients();
}

/// Files of a generation that nobody needs any more.
fn superseded(world: &World) {
    world.seal("next", Kind::Root, 2, &THREE);
    world.seal("next", Kind::Root, 2, &THREE);
    let about = "The files of a generation are missing, and nobody has confirmed the next one.";
    Beside::of(world).case("superseded-missing", about, Rule::FileMissing, |files| {
        files.retain(|name, _| !name.starts_with("next.1."));
    });
    world.confirm("next", 2, &["dan", "alice"]);
    let about = "The files of a generation are missing whose credentials newer ones replaced.";
    Beside::of(world).case("superseded-and-confirmed-missing", about, Rule::FileMissingSuperseded, |files| {
        files.retain(|name, _| !name.starts_with("next.1."));
    });
}

/// Files that are for others than they should be, as far as their headers show.
fn recipients() {
    let world = World::begin(Policy::default());
    world.seal("prod", Kind::Root, 2, &THREE);
    let beside = Beside::of(&world);
    let bytes = world.bytes();
    let dealt = |name: &str, about: &str, change: &dyn Fn(&mut Sealed)| {
        let mut sealed = world.make_seal("dealt", Kind::Root, 2, &["alice", "bob"], Credentials::New);
        change(&mut sealed);
        sealed.seal.payload = Digest::of(&sealed.payload);
        let share = sealed.seal.shares.first_mut().unwrap();
        share.sealed_share = Digest::of(sealed.sealed_shares[0].1.as_bytes());
        world.append(sealed.seal.clone(), &[world.signs("dan")]).unwrap();
        let rule = Some(Rule::FileRecipients).filter(|_| name != "grease");
        beside.case(name, about, rule, |files| files.extend(files_of(&sealed)));
        world.set_bytes(bytes.clone());
    };
    let people = |count: usize| (0..count).map(|_| Identity::generate().to_recipient()).collect::<Vec<_>>();
    let to = |count: usize| encrypt(&people(count), b"nothing").unwrap();
    let armoured_to = |count: usize| encrypt_armored(&people(count), b"nothing").unwrap();
    // A file of one recipient, with this among its stanzas.
    let with = |stanza: &str| {
        let file = to(1);
        let first = file.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        [&file[..first], stanza.as_bytes(), &file[first..]].concat()
    };
    dealt("payload-to-two", "A payload has a second recipient.", &|sealed| sealed.payload = to(2));
    dealt("payload-to-another-type", "A payload has a recipient of another type.", &|sealed| {
        sealed.payload = with("-> ssh-ed25519 abc\nAAAA\n");
    });
    dealt("payload-in-armour", "A payload is in armour.", &|sealed| {
        sealed.payload = armoured_to(1).into_bytes();
    });
    dealt("payload-without-a-header", "A payload is no age file.", &|sealed| sealed.payload = vec![b'x'; 99]);
    dealt("payload-body-too-long", "A line of a stanza is too long.", &|sealed| {
        sealed.payload = with(&format!("-> X-grease\n{}\n\n", "A".repeat(65)));
    });
    dealt("share-to-two", "A share has a recipient more than the card.", &|sealed| {
        sealed.sealed_shares[0].1 = armoured_to(2);
    });
    dealt("share-in-other-armour", "A share's armour has other line ends.", &|sealed| {
        sealed.sealed_shares[0].1 = armoured_to(1).replace('\n', "\r\n");
    });
    dealt("grease", "Files as age makes them, with a stanza for nobody or without one.", &|_| ());
}

/// The files of a seal, by their names in the corpus.
fn files_of(sealed: &Sealed) -> Files {
    let place = format!("{}.{}", sealed.seal.name, sealed.seal.generation);
    let payload = (format!("{place}.payload.age"), sealed.payload.clone());
    let share = |(custodian, file): &(PersonId, String)| {
        (format!("{place}.{custodian}.share.age"), file.clone().into_bytes())
    };
    std::iter::once(payload).chain(sealed.sealed_shares.iter().map(share)).collect()
}

type Files = BTreeMap<String, Vec<u8>>;

/// A log, and the sealed files beside it.
struct Beside<'a> {
    world: &'a World,
    files: Files,
    folder: String,
}

impl Beside<'_> {
    /// The files as they were sealed. They are kept once, in a folder of their own.
    fn of(world: &World) -> Beside<'_> {
        base(&world.bytes());
        let mut files = Files::new();
        for vault in &world.reading().escrow.vaults {
            let numbers = vault.generations.iter().map(|one| one.seal.generation);
            files.extend(numbers.flat_map(|number| files_of(&world.sealed(&vault.id, number))));
        }
        let folder = format!("{}.files", &Digest::of(&world.bytes()).to_string()[..12]);
        Beside { world, files, folder }
    }

    #[track_caller]
    fn case(&self, name: &str, about: &str, rule: impl Into<Option<Rule>>, spoil: impl FnOnce(&mut Files)) {
        let mut files = self.files.clone();
        spoil(&mut files);
        self.write(name, about, rule, Some(files));
    }

    #[track_caller]
    fn write(&self, name: &str, about: &str, rule: impl Into<Option<Rule>>, files: Option<Files>) {
        let (bytes, now) = (self.world.bytes(), self.world.now());
        let reading = Reading::of(bytes.clone()).unwrap();
        let found = match &files {
            None => SealedFiles::NoFolder,
            Some(files) => compared(&reading.escrow, |name| files.get(name).cloned()),
        };
        let evidence = Evidence { files: found, ..Evidence::default() };
        let report = verify(Ok(reading), &evidence, now);
        match rule.into() {
            Some(rule) => assert!(report.findings.iter().any(|one| one.rule == rule), "{name}: {report:?}"),
            None => assert_eq!(report_lines(&report)[0], "expect: done", "{name}"),
        }
        let mut lines = vec![format!("time: {now}")];
        let mut put_there: Vec<(&str, &[u8])> = vec![("log", &bytes)];
        match &files {
            None => lines.push("vaults: none".to_owned()),
            Some(files) => {
                lines.push(format!("vaults: {}", self.folder));
                let gone = self.files.keys().filter(|name| !files.contains_key(*name));
                lines.extend(gone.map(|name| format!("gone: {name}")));
                let others = files.iter().filter(|(name, bytes)| self.files.get(*name) != Some(bytes));
                put_there.extend(others.map(|(name, bytes)| (name.as_str(), bytes.as_slice())));
            }
        }
        lines.extend(report_lines(&report));
        if root().join("files").join(name).exists() {
            return;
        }
        put(&format!("files/{name}"), about, &lines, &put_there);
        let folder = root().join("base").join(&self.folder);
        fs::create_dir_all(&folder).unwrap();
        self.files.iter().for_each(|(name, bytes)| fs::write(folder.join(name), bytes).unwrap());
    }
}
