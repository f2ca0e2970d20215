//! Files as modules of a crate, and which of them imports which.

use std::collections::{BTreeMap, BTreeSet};

use crate::source::{Named, Token, paths, tokens, without_tests};

/// A file: its path in the repository, and its text.
pub type File = (String, String);

/// A file that was taken apart.
pub struct Parsed {
    /// Its path in the repository.
    pub path: String,
    /// Its module: `crypto/sign` for `src/crypto/sign.rs`, `escrow` for `src/escrow/mod.rs`; the crate's root is
    /// empty.
    pub module: String,
    /// How many lines it has.
    pub lines: usize,
    /// All of its tokens.
    pub whole: Vec<Token>,
    /// Its tokens without what is compiled for tests only.
    pub tokens: Vec<Token>,
    /// The paths that those name.
    pub paths: Vec<Named>,
    /// Whether all of it is compiled for tests only.
    pub is_test: bool,
}

impl Parsed {
    fn of(path: &str, module: String, text: &str) -> (Parsed, Vec<String>) {
        let whole = tokens(text);
        let (tokens, tests) = without_tests(&whole);
        let (path, lines, paths) = (path.to_owned(), text.lines().count(), paths(&tokens));
        (Parsed { path, module, lines, whole, tokens, paths, is_test: false }, tests)
    }

    /// Its path below `src/`.
    pub fn below_src(&self) -> &str {
        self.path.strip_prefix("src/").unwrap_or(&self.path)
    }
}

/// One import within a crate.
#[derive(Debug, Clone)]
pub struct Import {
    pub line: usize,
    pub text: String,
    pub to: String,
}

/// The files of one crate.
pub struct Modules {
    pub files: Vec<Parsed>,
    /// Which of the files a module is.
    places: BTreeMap<String, usize>,
    /// The modules, and the folders above them.
    names: BTreeSet<String>,
    /// Whether it is what the files of tests call `breakglass`.
    is_source: bool,
}

/// `name` below `module`.
pub fn below(module: &str, name: &str) -> String {
    if module.is_empty() { name.to_owned() } else { format!("{module}/{name}") }
}

/// What the module is in; nothing is above the root.
fn above(module: &str) -> &str {
    module.rsplit_once('/').map_or("", |(above, _)| above)
}

impl Modules {
    fn new(files: Vec<Parsed>, is_source: bool) -> Modules {
        let of_code = files.iter().enumerate().filter(|(_, file)| !file.is_test);
        let places: BTreeMap<_, _> = of_code.map(|(at, file)| (file.module.clone(), at)).collect();
        let mut names = BTreeSet::new();
        for module in places.keys() {
            let mut name = module.as_str();
            while !name.is_empty() && names.insert(name.to_owned()) {
                name = above(name);
            }
        }
        Modules { files, places, names, is_source }
    }

    /// The library and its `main`, where a module lies where its name says.
    pub fn of_source(files: &[File]) -> Modules {
        let (mut tests, mut parsed) = (BTreeSet::new(), Vec::new());
        for (path, text) in files {
            let module = path.strip_prefix("src/").unwrap_or(path).trim_end_matches(".rs");
            let module = module.strip_suffix("/mod").unwrap_or(module);
            let (file, of_tests) = Parsed::of(path, module.to_owned(), text);
            let within = if module == "lib" { "" } else { module };
            tests.extend(of_tests.iter().map(|name| below(within, name)));
            parsed.push(file);
        }
        for file in &mut parsed {
            let mut name = file.module.as_str();
            while !name.is_empty() && !file.is_test {
                file.is_test = tests.contains(name);
                name = above(name);
            }
        }
        Modules::new(parsed, true)
    }

    /// The crate whose root is the file `root`, where modules lie where the files that declare them say.
    pub fn of_test(files: &BTreeMap<&str, &str>, root: &str) -> Modules {
        let (mut parsed, mut next) = (Vec::new(), vec![(root.to_owned(), String::new())]);
        while let Some((path, module)) = next.pop() {
            let file = Parsed::of(&path, module, files[path.as_str()]).0;
            next.extend(declared(&file, root, files));
            parsed.push(file);
        }
        Modules::new(parsed, false)
    }

    /// The code: every file but those that are compiled for tests only.
    pub fn code(&self) -> impl Iterator<Item = &Parsed> {
        self.files.iter().filter(|file| !file.is_test)
    }

    /// The file of a module.
    pub fn file(&self, module: &str) -> Option<&Parsed> {
        self.places.get(module).map(|at| &self.files[*at])
    }

    /// The modules below one.
    pub fn all_below(&self, module: &str) -> impl Iterator<Item = &str> {
        let within = format!("{module}/");
        self.places.keys().map(String::as_str).filter(move |name| name.starts_with(&within))
    }

    /// The module that a path which `from` names leads to: the longest part of it that is a file, or the file
    /// that a re-export on the way is of. `None` for a path that leads out of the crate.
    fn resolve(&self, from: &str, named: &Named) -> Option<String> {
        let (place, rest) = self.begin(from, &named.parts, named.name.is_some())?;
        Some(self.follow(place, rest, 0))
    }

    /// Where a path begins, and what is left of it.
    fn begin<'a>(&self, from: &str, parts: &'a [String], used: bool) -> Option<(String, &'a [String])> {
        let mut place = from.to_owned();
        let mut rest = parts;
        match parts.first()?.as_str() {
            "crate" => return Some((String::new(), &parts[1..])),
            "breakglass" if self.is_source => return Some((String::new(), &parts[1..])),
            "self" if parts.len() > 1 => rest = &parts[1..],
            "super" => {
                while rest.first().is_some_and(|part| part == "super") {
                    place = above(&place).to_owned();
                    rest = &rest[1..];
                }
            }
            // A name alone, outside of `use`, is a variable or a field.
            child if (used || parts.len() > 1) && self.names.contains(&below(from, child)) => {}
            _ => return None,
        }
        Some((place, rest))
    }

    /// Follows a path down from `place`, and through re-exports.
    fn follow(&self, mut place: String, rest: &[String], depth: usize) -> String {
        for (at, part) in rest.iter().enumerate() {
            let deeper = below(&place, part);
            if self.names.contains(&deeper) {
                place = deeper;
                continue;
            }
            let uses = self.file(&place).map_or(&[][..], |file| &file.paths);
            let exported = uses.iter().find(|one| one.public && one.name.as_ref() == Some(part));
            let begun = exported.and_then(|one| self.begin(&place, &one.parts, true));
            // A re-export of a re-export ends somewhere, or does not compile.
            return match begun {
                Some((from, parts)) if depth < 8 => {
                    self.follow(from, &[parts, &rest[at + 1..]].concat(), depth + 1)
                }
                _ => place,
            };
        }
        place
    }

    /// Who imports what, and where. A module that is declared is not imported by that.
    pub fn imports(&self) -> BTreeMap<String, Vec<Import>> {
        let mut found: BTreeMap<String, Vec<Import>> = BTreeMap::new();
        for file in self.code() {
            let own = found.entry(file.module.clone()).or_default();
            for named in self.named(file) {
                if let Some(to) = self.resolve(&file.module, &named).filter(|to| *to != file.module) {
                    own.push(Import { line: named.line, text: named.text(), to });
                }
            }
        }
        found
    }

    /// The paths that a file names; those that begin with a name which a `use` brought in are written out,
    /// where they lead further than the `use` does.
    fn named(&self, file: &Parsed) -> Vec<Named> {
        let brought: BTreeMap<&str, &Named> =
            file.paths.iter().filter_map(|named| Some((named.name.as_deref()?, named))).collect();
        let written_out = |named: &Named| {
            let by = brought.get(named.parts[0].as_str()).filter(|by| by.parts != named.parts)?;
            let parts = [&by.parts[..], &named.parts[1..]].concat();
            let whole = Named { parts, name: Some(String::new()), ..named.clone() };
            let further = self.resolve(&file.module, &whole) != self.resolve(&file.module, by);
            further.then_some(whole)
        };
        file.paths.iter().map(|named| written_out(named).unwrap_or_else(|| named.clone())).collect()
    }
}

/// The modules that a file of tests declares: their paths, and their names.
fn declared(file: &Parsed, root: &str, files: &BTreeMap<&str, &str>) -> Vec<(String, String)> {
    let folder = above(&file.path);
    let own_folder = match file.path.rsplit('/').next() {
        Some("mod.rs" | "main.rs") => folder.to_owned(),
        _ if file.path == root => folder.to_owned(),
        _ => file.path.trim_end_matches(".rs").to_owned(),
    };
    let mut found = Vec::new();
    for (at, three) in file.whole.windows(3).enumerate() {
        let [keyword, name, end] = three else { unreachable!() };
        if keyword.text != "mod" || end.text != ";" {
            continue;
        }
        let attributes = file.whole[..at].iter().rev();
        let attributes: Vec<_> = attributes.take_while(|one| one.text != ";" && one.text != "}").collect();
        let said = attributes.windows(3).find(|three| three[2].text == "path" && three[1].text == "=");
        let below_it = format!("{own_folder}/{}", name.text);
        let paths = match said {
            Some(path) => vec![flat(&format!("{folder}/{}", path[0].text.trim_matches('"')))],
            None => vec![format!("{below_it}.rs"), format!("{below_it}/mod.rs")],
        };
        let path = paths.into_iter().find(|path| files.contains_key(path.as_str()));
        let path = path.unwrap_or_else(|| panic!("{}: `mod {}` is no file", file.path, name.text));
        found.push((path, below(&file.module, &name.text)));
    }
    found.extend(included(file));
    found
}

/// What a file of tests takes in with `include!`, as a module of its own.
fn included(file: &Parsed) -> impl Iterator<Item = (String, String)> {
    let four = file.whole.windows(4).filter(|four| four[0].text == "include" && four[1].text == "!");
    let names = four.map(|four| four[3].text.trim_matches('"'));
    names.map(|name| (flat(&format!("{}/{name}", above(&file.path))), below(&file.module, name)))
}

/// A path without `..`.
fn flat(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        if part == ".." { parts.pop().map(drop).unwrap_or_default() } else { parts.push(part) }
    }
    parts.join("/")
}
