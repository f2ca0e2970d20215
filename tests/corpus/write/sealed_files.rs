//! What lies beside a log: payloads and sealed shares, all there, or missing, or others.

use std::collections::BTreeMap;
use std::fs;

use breakglass::audit::files::SealedFiles;
use breakglass::audit::verify::{Evidence, verify};
use breakglass::crypto::digest::Digest;
use breakglass::escrow::Reading;
use breakglass::record::finding::Rule;
use breakglass::record::policy::Policy;
use breakglass::record::seal::Kind;

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
    world.seal("next", Kind::Root, 2, &THREE);
    world.seal("next", Kind::Root, 2, &THREE);
    let about = "The files of a generation are missing whose credentials newer ones replaced.";
    Beside::of(&world).case("superseded-missing", about, Rule::FileMissingSuperseded, |files| {
        files.retain(|name, _| !name.starts_with("next.1."));
    });
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
        for seal in
            world.reading().escrow.vaults.iter().flat_map(|vault| &vault.generations).map(|one| &one.seal)
        {
            let (made, place) =
                (world.sealed(&seal.vault, seal.generation), format!("{}.{}", seal.name, seal.generation));
            files.insert(format!("{place}.payload.age"), made.payload.clone());
            for (custodian, share) in &made.sealed_shares {
                files.insert(format!("{place}.{custodian}.share.age"), share.clone().into_bytes());
            }
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
