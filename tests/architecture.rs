//! The house holds: imports only go down and never round, the auditor's rooms have no door to secrets, and each
//! thing that matters has one place. `tests/architecture/rules` says the rules; each is tried here on a planted
//! file that breaks it, and on what only looks so.

use std::sync::LazyLock;

use house::{Harmless, Planted, files_of, house, with};
use modules::{File, Modules};
use rooms::floor;
use rules::foreign::HOMES;
use rules::sizes::{MAX_FILE, MAX_FUNCTION};
use rules::{of_source, of_tests};

#[path = "architecture/contributing.rs"]
mod contributing;
#[path = "architecture/house.rs"]
mod house;
#[path = "architecture/maps.rs"]
mod maps;
#[path = "architecture/modules.rs"]
mod modules;
#[path = "architecture/rooms.rs"]
mod rooms;
#[path = "architecture/rules/mod.rs"]
mod rules;
#[path = "architecture/source.rs"]
mod source;

// ── What is there ──

static SOURCE: LazyLock<Modules> = LazyLock::new(|| Modules::of_source(&files_of("src")));

#[test]
fn the_source_and_the_tests_keep_the_rules() {
    let maps = maps::check(&files_of("src"), &contributing::text("CONTRIBUTING.md"));
    let found = [of_source(&SOURCE), of_tests(&files_of("tests")), maps, contributing::check()].concat();
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// What the rules are tried on is there, and its imports are seen: the test above does not pass on nothing.
#[test]
fn the_source_is_seen() {
    let imports = SOURCE.imports();
    for (from, to) in [
        ("main", "cli/args"),
        ("ceremony/request", "record/request"),
        ("secret/quorum", "crypto/shamir"),
        ("secret/share", "crypto/shamir"),
        ("record/note", "crypto/sign"),
        ("ceremony/release", "secret/quorum"),
        ("hands/store", "ledger/medium"),
    ] {
        assert!(imports[from].iter().any(|import| import.to == to), "{from} imports {to}, unseen");
    }
    assert!(imports.values().map(Vec::len).sum::<usize>() > 500);
    // Test code is left out: `password` measures time there, and has a seeded generator.
    assert!(!imports["secret/password"].iter().any(|import| import.to == "crypto/testing"));
    assert!(!imports.contains_key("crypto/testing") && !imports.contains_key("cli/reveal/tests/pictures"));
    for file in SOURCE.code().filter(|file| file.module != "lib") {
        assert!(floor(&file.module).is_some(), "{} has no floor", file.path);
    }
}

#[test]
fn the_tests_are_seen() {
    let files = files_of("tests");
    let by_path = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let imports = Modules::of_test(&by_path, "tests/vectors.rs").imports();
    for (from, to) in [
        ("", "case"),
        ("", "write"),
        ("run", "world/basics"),
        ("write", "write/genesis"),
        ("write/genesis", "write/log_case"),
        ("write/put", "case"),
        ("world/escrow", "world/people"),
    ] {
        assert!(imports[from].iter().any(|import| import.to == to), "{from} imports {to}, unseen");
    }
}

#[test]
fn each_foreign_crate_is_named_in_its_home() {
    for (name, homes) in HOMES {
        for home in homes {
            let at_home = |path: &str| path == *home || (home.ends_with('/') && path.starts_with(home));
            let mut files = SOURCE.code().filter(|file| at_home(file.below_src()));
            let named = files.any(|file| file.paths.iter().any(|path| path.parts[0] == name));
            assert!(named, "{home} does not name `{name}`: the rule would be empty");
        }
    }
}

/// The page names much of the tree, and a path that is wrong in it is found.
#[test]
fn a_path_that_is_not_there_is_found() {
    let real = contributing::paths(&contributing::text("CONTRIBUTING.md"));
    assert!(real.len() > 40 && real.contains("src/record/statement.rs"), "{real:?}");
    let page = "`src/record/lost.rs` [a](docs/lost.md#part) [b](https://example.com/x.md) `lost.toml` `mod.rs`\n\
                `crypto/sign.rs` `src/record/<kind>.lost` `src/record/<kind>.rs` [c](docs/spec/log.md#statements)\n\
                ```sh\ncat `src/block.rs`\n```\n`src/cli/` `a b/c.rs`";
    let lost: Vec<_> =
        contributing::paths(page).into_iter().filter(|path| !contributing::exists(path)).collect();
    let expected =
        ["crypto/sign.rs", "docs/lost.md", "lost.toml", "src/record/<kind>.lost", "src/record/lost.rs"];
    assert_eq!(lost, expected);
}

#[test]
fn a_name_that_one_of_two_places_lacks_is_found() {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let mut found = Vec::new();
    contributing::compare("here", &names(&["a", "b"]), "all", &names(&["b", "c"]), &mut found);
    assert_eq!(found, ["here: `c` is missing, of all", "here: `a` is not among all"]);
}

#[test]
fn a_map_that_says_something_else_is_found() {
    let (files, page) = (files_of("src"), contributing::text("CONTRIBUTING.md"));
    let before = maps::check(&files, &page);
    let changed = |path: &str, from: &str, to: &str| {
        let change = |(one, text): &File| match one == path {
            true => (one.clone(), text.replacen(from, to, 1)),
            false => (one.clone(), text.clone()),
        };
        files.iter().map(change).collect::<Vec<_>>()
    };
    let on = |floor: u8| {
        format!("src/lib.rs: the map has `record` on floor {floor}, the table in rooms.rs has not")
    };
    let off = |floor: u8| format!("src/lib.rs: the map does not have `record` on floor {floor}");
    for (files, page, expected) in [
        (changed("src/lib.rs", "3  record", "4  record"), page.clone(), vec![off(3), on(4)]),
        (changed("src/lib.rs", "//!  3  record", "//!     record"), page.clone(), vec![off(3), on(4)]),
        (
            files.clone(),
            page.replacen("| 2 | `value` |", "| 2 | `values` |", 1),
            vec![
                "CONTRIBUTING.md: the map does not have `value` on floor 2".to_owned(),
                "CONTRIBUTING.md: the map has `values` on floor 2, the table in rooms.rs has not".to_owned(),
            ],
        ),
        (
            with(files.clone(), "attic/box.rs", ""),
            page.clone(),
            vec!["src: `attic` is there and has no floor in tests/architecture/rooms.rs".to_owned()],
        ),
        (
            files.iter().filter(|(path, _)| !path.starts_with("src/value/")).cloned().collect(),
            page.clone(),
            vec!["src: `value` has a floor in tests/architecture/rooms.rs and is not there".to_owned()],
        ),
    ] {
        let found = maps::check(&files, &page).into_iter().filter(|one| !before.contains(one));
        assert_eq!(found.collect::<Vec<_>>(), expected);
    }
}

// ── What is planted ──

fn all_planted() -> Vec<Planted> {
    use rules::{auditors, circles, declarations, floors, foreign, type_names, words, world};
    [
        auditors::PLANTED,
        circles::PLANTED,
        declarations::PLANTED,
        floors::PLANTED,
        foreign::PLANTED,
        type_names::PLANTED,
        words::PLANTED,
        world::PLANTED,
    ]
    .concat()
}

fn all_harmless() -> Vec<Harmless> {
    use rules::{auditors, circles, declarations, floors, foreign, type_names, words, world};
    [
        auditors::HARMLESS,
        circles::HARMLESS,
        declarations::HARMLESS,
        floors::HARMLESS,
        foreign::HARMLESS,
        type_names::HARMLESS,
        words::HARMLESS,
        world::HARMLESS,
    ]
    .concat()
}

/// What is found in the small house with `more` at the end of the file `path`.
fn planted(path: &str, more: &str) -> Vec<String> {
    of_source(&Modules::of_source(&with(house(), path, more)))
}

#[test]
fn a_house_that_keeps_the_rules_passes() {
    assert_eq!(of_source(&Modules::of_source(&house())), Vec::<String>::new());
}

#[test]
fn each_planted_violation_is_found_with_file_line_and_what_is_wrong() {
    let mut missed = Vec::new();
    for (path, more, expected) in all_planted() {
        let found = planted(path, more);
        if !found.iter().any(|one| one.starts_with(expected)) {
            missed.push(format!("in {path}:\n{more}is not found as\n{expected}, but:\n{}", found.join("\n")));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n\n"));
}

#[test]
fn what_only_looks_like_a_violation_is_none() {
    for (path, more) in all_harmless() {
        assert_eq!(planted(path, more), Vec::<String>::new(), "{path}: {more}");
    }
}

/// A function of so many lines, from its `fn` on, below attributes and with what only looks like its end.
fn function_of(lines: usize) -> String {
    let begin = "\n#[must_use]\n#[inline]\nfn long(a: [u8; 2]) -> fn(u8)\nwhere\n    A: B,\n{\n    let a = \"\n}\n\";\n";
    format!("{begin}{}}}\n", "\n".repeat(lines - 8))
}

#[test]
fn a_file_that_is_too_long_is_found() {
    assert_eq!(planted("record/note.rs", &"\n".repeat(MAX_FILE - 1)), Vec::<String>::new());
    let found = planted("record/note.rs", &"\n".repeat(MAX_FILE));
    assert_eq!(found, ["src/record/note.rs:401: a file has at most 400 lines"]);
}

#[test]
fn a_function_that_is_too_long_is_found() {
    assert_eq!(planted("record/note.rs", &function_of(MAX_FUNCTION)), Vec::<String>::new());
    let expected = "src/record/note.rs:5: `fn long`: a function has at most 60 lines, and not 61";
    assert_eq!(planted("record/note.rs", &function_of(MAX_FUNCTION + 1)), [expected]);
    let within = format!("#[cfg(test)]\nmod tests {{{}}}\n", function_of(MAX_FUNCTION + 1));
    let expected = "src/record/note.rs:6: `fn long`: a function has at most 60 lines, and not 61";
    assert_eq!(planted("record/note.rs", &within), [expected]);
    let declared = format!("trait A {{\n    fn a(\n        self,\n{}    );\n}}\n", "\n".repeat(MAX_FUNCTION));
    assert_eq!(planted("record/note.rs", &declared), Vec::<String>::new());
}

/// Tests: two crates, of which one takes a module from the other's folder.
fn tests_with(path: &str, more: &str) -> Vec<String> {
    let files = [
        (
            "tests/one.rs",
            "#[path = \"one/part.rs\"]\nmod part;\n#[path = \"world/mod.rs\"]\nmod world;\nuse part::f;\n",
        ),
        ("tests/one/part.rs", "use crate::world::World;\nuse breakglass::part;\n"),
        (
            "tests/two/main.rs",
            "include!(\"list.rs\");\nmod scene;\n#[path = \"../world/mod.rs\"]\nmod world;\n",
        ),
        ("tests/two/list.rs", ""),
        ("tests/two/scene.rs", "use super::world::people::Person;\n"),
        ("tests/world/mod.rs", "mod people;\npub use people::Person;\npub struct World;\n"),
        ("tests/world/people.rs", ""),
    ];
    let owned = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let mut files: Vec<File> = owned.to_vec();
    match files.iter_mut().find(|(one, _)| one == path) {
        Some((_, text)) => text.push_str(more),
        None => files.push((path.to_owned(), more.to_owned())),
    }
    of_tests(&files)
}

#[test]
fn what_is_planted_in_tests_is_found() {
    for (path, more, expected) in [
        (
            "tests/world/people.rs",
            "use super::World;\n",
            "tests/world/mod.rs:2: a circle of 2 files: tests/world/mod.rs:2: `people::Person`, then \
             tests/world/people.rs:1: `super::World`",
        ),
        (
            "tests/one/part.rs",
            "fn f() { crate::g() }\n",
            "tests/one.rs:5: a circle of 2 files: tests/one.rs:5: `part::f`, then tests/one/part.rs:3: `crate::g`",
        ),
        (
            "tests/world/people.rs",
            "use crate::scene::Scene;\n",
            "tests/two/scene.rs:1: a circle of 2 files: tests/two/scene.rs:1: `super::world::people::Person`, then",
        ),
        ("tests/world/lost.rs", "", "tests/world/lost.rs:1: no test has it as a module"),
    ] {
        let found = tests_with(path, more);
        assert!(found.iter().any(|one| one.starts_with(expected)), "{expected}, but: {found:?}");
    }
    let found = tests_with("tests/two/scene.rs", &function_of(MAX_FUNCTION + 1));
    assert_eq!(found, ["tests/two/scene.rs:5: `fn long`: a function has at most 60 lines, and not 61"]);
    let found = tests_with("tests/world/people.rs", &"\n".repeat(MAX_FILE + 1));
    assert_eq!(found, ["tests/world/people.rs:401: a file has at most 400 lines"]);
    for (path, more) in [
        ("tests/two/main.rs", ""),
        ("tests/one.rs", "fn g() { world::people() }\n"),
        ("tests/two/scene.rs", "use breakglass::scene::f;\n"),
        ("tests/two/scene.rs", "use crate::world::{Person, World};\n"),
    ] {
        assert_eq!(tests_with(path, more), Vec::<String>::new(), "{path}: {more}");
    }
}

/// Not only in the small house: the real source with one import more is refused too.
#[test]
fn the_real_source_with_a_few_imports_more_is_found() {
    let mut source = files_of("src");
    let plants = [
        ("record/head.rs", "use crate::secret::share::Share;", "no door to `secret/share`: record/head:"),
        ("value/names.rs", "use crate::record::head::Head;", "floor 2 does not import floor 3"),
        ("crypto/shamir.rs", "use std::fs;", "touches the world"),
        (
            "secret/share.rs",
            "use super::quorum::UntrustedQuorum;",
            "a circle of 2 files: src/secret/quorum.rs",
        ),
        ("secret/signer.rs", "pub struct Share;", "has a public type of this name too"),
    ];
    for (path, more, _) in plants {
        source = with(source, path, &format!("\n{more}\n"));
    }
    let found = of_source(&Modules::of_source(&source));
    for (path, _, expected) in plants {
        assert!(found.iter().any(|one| one.contains(expected)), "{path}: {found:?}");
    }
}
