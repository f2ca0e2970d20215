//! What people really bring: every table under `tests/inputs`, sealed or refused as its file says, and opened again.

use std::collections::BTreeMap;
use std::fs;
use std::panic::AssertUnwindSafe;
use std::path::Path;

use serde::Deserialize;

use crate::disk::{Disk, PASSWORD, RequestState, SEED, asking, code_now};

/// One file of `tests/inputs`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    from: String,
    must: String,
    #[serde(default)]
    flags: String,
    #[serde(default)]
    encoding: String,
    #[serde(default)]
    code: i32,
    #[serde(default)]
    says: Vec<String>,
    #[serde(default)]
    shows: Vec<String>,
    #[serde(default = "prod")]
    vault: String,
    table: String,
    #[serde(default)]
    prints: BTreeMap<String, String>,
}

fn prod() -> String {
    "prod".to_owned()
}

fn filled(text: &str) -> String {
    text.replace("{password}", PASSWORD).replace("{seed}", SEED).replace("{code}", &code_now())
}

impl Input {
    /// The file's bytes.
    fn bytes(&self) -> Vec<u8> {
        let text = filled(&self.table);
        match self.encoding.as_str() {
            "" => text.into_bytes(),
            "utf-8-mark" => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            "utf-16le" => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "utf-16be" => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
            "utf-16le-bare" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "latin-1" => text.chars().map(|one| u8::try_from(one).unwrap()).collect(),
            other => panic!("{other} is not an encoding"),
        }
    }

    fn come_to_pass(&self, name: &str) {
        assert!(!self.from.is_empty() && !self.must.is_empty(), "{name}");
        let disk = Disk::begun();
        disk.write("accounts.csv", self.bytes());
        let line = "seal --from accounts.csv --threshold 2 --custodian alice --custodian bob --as dan/dan";
        let line = disk.line(&format!("{line} {}", self.flags));
        let run = if self.code == 0 { line.run() } else { disk.refuses_line(self.code, line) };
        assert_eq!(run.code, self.code, "{name}: {run:?}");
        for part in &self.says {
            assert!(run.err.contains(&filled(part)), "{name}: no `{part}` in {}", run.err);
        }
        for part in &self.shows {
            assert!(run.out.contains(&filled(part)), "{name}: no `{part}` in {}", run.out);
        }
        if !self.prints.is_empty() {
            self.open(&disk, name);
        }
    }

    /// Opens the vault, and compares what comes out.
    fn open(&self, disk: &Disk, name: &str) {
        let fields: String = self.prints.keys().map(|field| format!(" --field {field}")).collect();
        let request = format!("{}{fields} --as carol/carol -o req.bgr --json", asking(&self.vault));
        let json = disk.run(&format!("{request} --accept-deviation not-in-force")).ok().json();
        let text = |key: &str| json[key].as_str().unwrap().to_owned();
        let asked = RequestState { id: text("request_id"), words: text("session_words") };
        for who in ["alice", "bob"] {
            disk.approve(who, &asked).ok();
        }
        let prints: String = self.prints.keys().map(|field| format!(" --print {field}")).collect();
        let release = format!("release req.bgr alice.bga bob.bga --as carol/carol{prints}");
        let line = |(field, value): (&String, &String)| {
            let value = filled(value);
            value.split('\n').map(|line| format!("{field}: {line}\n")).collect::<String>()
        };
        let expected: String = self.prints.iter().map(line).collect();
        assert_eq!(disk.run(&release).ok().out, expected, "{name}");
    }
}

/// Every file of a folder, in the order of their names.
fn inputs(kind: &str) -> Vec<(String, Input)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs").join(kind);
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    let read = |path: &std::path::PathBuf| {
        let name = path.display().to_string();
        let input = toml::from_str(&fs::read_to_string(path).unwrap());
        (name.clone(), input.unwrap_or_else(|error| panic!("{name}: {error}")))
    };
    found.iter().map(read).collect()
}

fn all_of(kind: &str) {
    let inputs = inputs(kind);
    assert!(inputs.len() >= 3, "{kind}");
    // Each is tried, whatever became of the others.
    let goes_wrong = |(name, input): &&(String, Input)| {
        std::panic::catch_unwind(AssertUnwindSafe(|| input.come_to_pass(name))).is_err()
    };
    let wrong: Vec<&str> = inputs.iter().filter(goes_wrong).map(|(name, _)| name.as_str()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn tables_are_sealed_as_they_are_or_refused_where_they_are_wrong() {
    all_of("tables");
}

#[test]
fn seeds_are_read_as_every_authenticator_does_or_refused_by_name() {
    all_of("seeds");
}
