//! The rules of the house. [`violations`] takes files, wherever they come from, so that the tests can plant
//! some that break a rule.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Named, Token, paths, tokens, without_tests};

/// A file: its path below `src/`, and its text.
pub type File = (String, String);

/// The longest a file may be, in lines.
pub const MAX_LINES: usize = 500;

/// What an auditor's code must not reach.
pub const SECRET_ROOMS: [&str; 3] = ["secret", "crypto/shamir", "crypto/envelope"];

/// Each foreign crate that matters, and the only files that name it. A `/` at the end means a folder.
pub const HOMES: [(&str, &[&str]); 18] = [
    ("age", &["crypto/envelope.rs"]),
    ("ed25519_dalek", &["crypto/sign.rs"]),
    ("hkdf", &["crypto/sign.rs"]),
    ("sharks", &["crypto/shamir.rs"]),
    ("totp_rs", &["secret/totp.rs"]),
    ("zxcvbn", &["secret/password.rs"]),
    ("rpassword", &["cli/terminal/prompt.rs"]),
    ("sha2", &["crypto/digest.rs", "crypto/sign.rs"]),
    ("jiff", &["value/time.rs"]),
    ("bech32", &["crypto/envelope.rs", "crypto/recipient.rs"]),
    ("clap", &["cli/", "main.rs"]),
    ("clap_complete", &["cli/verb/completions.rs"]),
    ("clap_mangen", &["cli/verb/man.rs"]),
    ("strsim", &["cli/say/nearest.rs"]),
    ("landlock", &["hands/sandbox.rs"]),
    ("seccompiler", &["hands/sandbox/calls.rs"]),
    ("libc", &["hands/memory.rs", "hands/memory/linux.rs", "hands/sandbox/calls.rs"]),
    ("rustix", &["cli/", "hands/", "main.rs"]),
];

/// What of the standard library touches the world: only cli and hands may.
const WORLD: [&str; 10] = [
    "std::fs",
    "std::env",
    "std::process",
    "std::net",
    "std::os",
    "std::io::stdin",
    "std::io::stdout",
    "std::io::stderr",
    "std::thread",
    "std::io",
];

/// The files elsewhere that may name the types of `std::io`: the medium's errors, and the reading
/// and writing of memory that age asks for.
const IO_TYPES: [&str; 2] = ["ledger/log.rs", "crypto/envelope.rs"];

/// The module that a file is: `crypto/sign` for `crypto/sign.rs`, `log` for `log/mod.rs`.
pub fn module_of(path: &str) -> String {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    path.strip_suffix("/mod").unwrap_or(path).to_owned()
}

/// The rooms, which are folders, and the floor that each is on.
const ROOMS: [(&str, u8); 11] = [
    ("crypto", 1),
    ("value", 2),
    ("record", 3),
    ("secret", 4),
    ("escrow", 4),
    ("ledger", 5),
    ("audit", 5),
    ("ceremony", 6),
    ("hands", 6),
    ("cli", 7),
    ("main", 8),
];

/// The highest floor on which nothing touches the world.
const PURE: u8 = 5;

/// The room that a module is in.
fn room(module: &str) -> &str {
    module.split('/').next().unwrap_or(module)
}

/// The floor that a module is on; none for one that nobody has given a floor.
pub fn floor(module: &str) -> Option<u8> {
    ROOMS.iter().find(|(name, _)| *name == room(module)).map(|(_, floor)| *floor)
}

/// Whether nothing that the module does reaches disk, terminal, clock or kernel.
fn is_pure(module: &str) -> bool {
    floor(module).is_some_and(|floor| floor <= PURE) || room(module) == "ceremony"
}

/// Whether an auditor's code is made of it.
fn is_auditors(module: &str) -> bool {
    ["record", "escrow", "ledger", "audit"].contains(&room(module))
}

/// A file that was taken apart.
struct Parsed {
    path: String,
    module: String,
    lines: usize,
    tokens: Vec<Token>,
    paths: Vec<Named>,
}

/// One import within the crate.
#[derive(Debug, Clone)]
pub struct Import {
    pub line: usize,
    pub text: String,
    pub to: String,
}

fn at_home(path: &str, homes: &[&str]) -> bool {
    homes.iter().any(|home| if home.ends_with('/') { path.starts_with(home) } else { path == *home })
}

/// Takes the files apart, and leaves out those that are compiled for tests only.
fn parse(files: &[File]) -> Vec<Parsed> {
    let mut tests = BTreeSet::new();
    let mut parsed = Vec::new();
    for (path, text) in files {
        let module = module_of(path);
        let (tokens, declared) = without_tests(&tokens(text));
        let within = if module == "lib" || module == "main" { String::new() } else { format!("{module}/") };
        tests.extend(declared.into_iter().map(|name| format!("{within}{name}")));
        let paths = paths(&tokens);
        parsed.push(Parsed { path: path.clone(), module, lines: text.lines().count(), tokens, paths });
    }
    parsed.retain(|file| !tests.contains(&file.module));
    parsed
}

/// The module that a path within the crate leads to: the longest part of it that is a file. `None` for a path
/// that leads elsewhere; the empty module is the crate's root.
fn resolve(from: &str, parts: &[String], modules: &BTreeSet<String>) -> Option<String> {
    let mut place: Vec<&str> = from.split('/').collect();
    let mut rest = parts;
    match parts.first()?.as_str() {
        "crate" | "breakglass" => (place, rest) = (Vec::new(), &parts[1..]),
        "self" if parts.len() > 1 => rest = &parts[1..],
        "super" => {
            while rest.first().is_some_and(|part| part == "super") {
                place.pop();
                rest = &rest[1..];
            }
        }
        _ => return None,
    }
    for part in rest {
        let deeper = [&place[..], &[part.as_str()]].concat();
        if !modules.contains(&deeper.join("/"))
            && !modules.iter().any(|one| one.starts_with(&format!("{}/", deeper.join("/"))))
        {
            break;
        }
        place = deeper;
    }
    Some(place.join("/"))
}

/// Who imports what, and where.
pub fn imports(files: &[File]) -> BTreeMap<String, Vec<Import>> {
    imports_of(&parse(files))
}

fn imports_of(files: &[Parsed]) -> BTreeMap<String, Vec<Import>> {
    let modules: BTreeSet<String> = files.iter().map(|file| file.module.clone()).collect();
    let mut found: BTreeMap<String, Vec<Import>> = BTreeMap::new();
    for file in files.iter().filter(|file| file.module != "lib") {
        let own = found.entry(file.module.clone()).or_default();
        for named in &file.paths {
            if let Some(to) = resolve(&file.module, &named.parts, &modules).filter(|to| *to != file.module) {
                own.push(Import { line: named.line, text: named.text(), to });
            }
        }
        // A module is a door to those below it: `use crate::crypto` makes `crypto::envelope` nameable.
        for below in modules.iter().filter(|one| one.starts_with(&format!("{}/", file.module))) {
            own.push(Import { line: 1, text: format!("mod {below}"), to: below.clone() });
        }
    }
    found
}

/// Everything in `files` that breaks a rule: file, line, what is named, and the rule.
pub fn violations(files: &[File]) -> Vec<String> {
    let parsed = parse(files);
    let imports = imports_of(&parsed);
    let mut found = Vec::new();
    for file in &parsed {
        check_size(file, &mut found);
        if file.module != "lib" {
            check_imports(file, &imports[&file.module], &mut found);
            check_foreign(file, &mut found);
            check_world(file, &mut found);
        }
        check_words(file, &mut found);
    }
    check_secret_rooms(&parsed, &imports, &mut found);
    found
}

fn check_size(file: &Parsed, found: &mut Vec<String>) {
    if file.lines > MAX_LINES {
        found.push(format!("{}:{}: a file has at most {MAX_LINES} lines", file.path, file.lines));
    }
}

fn check_imports(file: &Parsed, imports: &[Import], found: &mut Vec<String>) {
    let Some(own) = floor(&file.module) else {
        found.push(format!("{}:1: `{}` has no floor: give it one", file.path, file.module));
        return;
    };
    for import in imports {
        let said = format!("{}:{}: `{}`", file.path, import.line, import.text);
        match floor(&import.to) {
            Some(there) if there > own => {
                found.push(format!("{said}: floor {own} does not import floor {there}"));
            }
            Some(there) if there == own && room(&import.to) != room(&file.module) => {
                let (here, other) = (room(&file.module), room(&import.to));
                found.push(format!(
                    "{said}: `{here}` and `{other}` are on one floor, and do not import each other"
                ));
            }
            Some(_) => {}
            // `super::*` in a folder's own module, and the like, name the root and so everything.
            None => found.push(format!("{said} names the crate's root, or a module without a floor")),
        }
    }
}

fn check_foreign(file: &Parsed, found: &mut Vec<String>) {
    for named in &file.paths {
        let Some((name, homes)) = HOMES.iter().find(|(name, _)| named.parts[0] == *name) else { continue };
        // A name alone, outside of `use`, is a variable or a field.
        let is_path = named.parts.len() > 1 || is_used(file, name, named.line);
        if is_path && !at_home(&file.path, homes) {
            let homes = homes.join(", ");
            found.push(format!(
                "{}:{}: `{}`: only {homes} names `{name}`",
                file.path,
                named.line,
                named.text()
            ));
        }
    }
}

/// Whether `use NAME` or `extern crate NAME` stands on that line.
fn is_used(file: &Parsed, name: &str, line: usize) -> bool {
    let keyword = |token: &Token| ["use", "crate", "{", ","].contains(&token.text.as_str());
    let on_line = |token: &Token| token.line == line && token.text == name;
    let statement = |at: usize| {
        let before = file.tokens[..at].iter().rev().take_while(|token| token.text != ";");
        before.into_iter().any(|token| token.text == "use" || token.text == "extern")
    };
    file.tokens
        .windows(2)
        .enumerate()
        .any(|(at, pair)| keyword(&pair[0]) && on_line(&pair[1]) && statement(at + 1))
}

fn check_world(file: &Parsed, found: &mut Vec<String>) {
    let below = is_pure(&file.module);
    for named in &file.paths {
        let text = named.text();
        let said = format!("{}:{}: `{text}`", file.path, named.line);
        let clock = named.parts.iter().any(|part| part == "SystemTime" || part == "Instant");
        if clock && file.path != "hands/clock.rs" {
            found.push(format!("{said}: only hands/clock.rs reads the clock"));
        }
        if !below {
            continue;
        }
        if named.parts.len() > 1 && named.parts.ends_with(&["now".to_owned()]) {
            found.push(format!("{said}: outside of cli and hands nothing reads the clock"));
        }
        let world = WORLD.iter().find(|world| text == **world || text.starts_with(&format!("{world}::")));
        let stream = named.parts.len() > 1
            && ["stdin", "stdout", "stderr"].iter().any(|name| named.parts.ends_with(&[(*name).to_owned()]));
        let types =
            world == Some(&"std::io") && IO_TYPES.contains(&file.path.as_str()) && !text.ends_with('*');
        let whole = text == "std" || text == "std::*";
        if stream || whole || (world.is_some() && !types) {
            found.push(format!("{said}: outside of cli and hands nothing touches the world"));
        }
    }
}

fn check_words(file: &Parsed, found: &mut Vec<String>) {
    let hands = file.path.starts_with("hands/");
    let top = !is_pure(&file.module);
    for (at, token) in file.tokens.iter().enumerate() {
        let next = |more: usize| file.tokens.get(at + more).map_or("", |token| token.text.as_str());
        let said = format!("{}:{}: `{}`", file.path, token.line, token.text);
        match token.text.as_str() {
            "unsafe" if !hands => found.push(format!("{said}: only hands/ may be unsafe")),
            "println" | "eprintln" | "print" | "eprint" | "dbg" if next(1) == "!" && !top => {
                found.push(format!("{said}: outside of cli and hands nothing is printed"));
            }
            "Medium" if next(1) == "for" && file.path != "hands/store.rs" => {
                found.push(format!("{said}: only hands/store.rs implements it"));
            }
            "extern" if next(1) == "crate" => found.push(format!("{said}: crates are named by their paths")),
            // Within a second module of one file, `super` would mean another place than these rules think.
            "mod" if next(2) == "{" => found.push(format!("{said}: a module is a file of its own")),
            "path" if next(1) == "=" && at > 0 && file.tokens[at - 1].text == "[" => {
                found.push(format!("{said}: a module lies where its name says"));
            }
            "include" if next(1) == "!" => {
                found.push(format!("{said}: a module lies where its name says"));
            }
            _ => {}
        }
    }
}

/// Follows the imports of the auditor's rooms as far as they lead.
fn check_secret_rooms(files: &[Parsed], imports: &BTreeMap<String, Vec<Import>>, found: &mut Vec<String>) {
    for file in files.iter().filter(|file| is_auditors(&file.module)) {
        let mut ways: BTreeMap<&str, Vec<String>> = BTreeMap::from([(file.module.as_str(), Vec::new())]);
        let mut next = vec![file.module.as_str()];
        while let Some(module) = next.pop() {
            let way = ways[module].clone();
            for import in imports.get(module).into_iter().flatten() {
                if ways.contains_key(import.to.as_str()) {
                    continue;
                }
                let step = format!("{module}:{}: `{}`", import.line, import.text);
                let way = [&way[..], &[step]].concat();
                if SECRET_ROOMS
                    .iter()
                    .any(|room| import.to == *room || import.to.starts_with(&format!("{room}/")))
                {
                    let way = way.join(", then ");
                    found.push(format!(
                        "{}: the auditor's rooms have no door to `{}`: {way}",
                        file.path, import.to
                    ));
                }
                ways.insert(&import.to, way);
                next.push(&import.to);
            }
        }
    }
}
