//! The rules of the house, one in each file, with what is planted to break it. [`of_source`] and [`of_tests`]
//! take what there is, wherever it comes from, so that the tests can plant some.

pub mod auditors;
pub mod circles;
pub mod declarations;
pub mod floors;
pub mod foreign;
pub mod sizes;
pub mod type_names;
pub mod words;
pub mod world;

use std::collections::{BTreeMap, BTreeSet};

use crate::modules::{File, Modules};

/// Everything in the source that breaks a rule: file, line, what is named, and the rule.
pub fn of_source(modules: &Modules) -> Vec<String> {
    let imports = modules.imports();
    let mut found = Vec::new();
    for file in &modules.files {
        sizes::check(file, &mut found);
        declarations::check(file, &mut found);
    }
    for file in modules.code().filter(|file| file.module != "lib") {
        floors::check(file, &imports[&file.module], &mut found);
        foreign::check(file, &mut found);
        world::check(file, &mut found);
        words::check(file, &mut found);
    }
    circles::check(modules, &imports, &mut found);
    type_names::check(modules, &mut found);
    auditors::check(modules, &imports, &mut found);
    found
}

/// Everything in the tests that breaks one of the rules that hold for tests too.
pub fn of_tests(files: &[File]) -> Vec<String> {
    let by_path: BTreeMap<&str, &str> =
        files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (mut found, mut measured) = (BTreeSet::new(), BTreeSet::new());
    for root in by_path.keys().filter(|path| is_root(path)) {
        let modules = Modules::of_test(&by_path, root);
        let mut of_crate = Vec::new();
        for file in modules.files.iter().filter(|file| measured.insert(file.path.clone())) {
            sizes::check(file, &mut of_crate);
        }
        circles::check(&modules, &modules.imports(), &mut of_crate);
        // What two crates have in common is found in both.
        found.extend(of_crate);
    }
    let unread = by_path.keys().filter(|path| !measured.contains(**path));
    found.extend(unread.map(|path| format!("{path}:1: no test has it as a module")));
    found.into_iter().collect()
}

/// Whether a file below `tests/` is the root of a crate.
fn is_root(path: &str) -> bool {
    match path.split('/').collect::<Vec<_>>()[..] {
        [_, _] => true,
        [_, _, file] => file == "main.rs",
        _ => false,
    }
}
