//! Writes one case down: its files, and the lines of its `expect`.

use std::fs;
use std::sync::Mutex;

use breakglass::crypto::digest::Digest;

use crate::case::root;

/// Logs that others begin with. They are kept once.
static BASES: Mutex<Vec<(String, Vec<u8>)>> = Mutex::new(Vec::new());

/// From now on a log that begins with this one is written without it.
pub fn base(log: &[u8]) {
    let mut bases = BASES.lock().unwrap();
    let name = format!("{}.log", &Digest::of(log).to_string()[..12]);
    bases.push((name, log.to_vec()));
}

/// The longest log that this one begins with, and how it goes on.
fn based(log: &[u8]) -> Option<(String, &[u8])> {
    let bases = BASES.lock().unwrap();
    let longest =
        bases.iter().filter(|(_, base)| log.starts_with(base)).max_by_key(|(_, base)| base.len())?;
    Some((longest.0.clone(), &log[longest.1.len()..]))
}

/// Files of a case, and its lines.
pub fn put(name: &str, about: &str, lines: &[String], files: &[(&str, &[u8])]) {
    let folder = root().join(name);
    if folder.exists() {
        return;
    }
    fs::create_dir_all(&folder).unwrap();
    let mut begins = String::new();
    for (file, bytes) in files {
        let mut bytes = *bytes;
        if *file == "log"
            && let Some((base, rest)) = based(bytes)
        {
            fs::create_dir_all(root().join("base")).unwrap();
            fs::write(root().join("base").join(&base), &bytes[..bytes.len() - rest.len()]).unwrap();
            (begins, bytes) = (format!("base: {base}\n"), rest);
        }
        fs::write(folder.join(file), bytes).unwrap();
    }
    let expect =
        [format!("about: {about}\n"), begins, lines.iter().map(|line| format!("{line}\n")).collect()];
    fs::write(folder.join("expect"), expect.concat()).unwrap();
}
