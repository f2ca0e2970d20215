//! What the program shows, as text: each file in this directory is a case, and a test of its own. README.md tells how
//! to add one.
#![cfg(target_os = "linux")]

mod case;
#[path = "../fixtures/disk/mod.rs"]
mod disk;
mod expected;
mod play;

/// One test for each case, under the name of its file.
macro_rules! cases {
    ($($folder:ident: $($name:ident)+;)+) => {
        $(mod $folder {
            $(#[test]
            fn $name() {
                crate::play::play(concat!(stringify!($folder), "/", stringify!($name), ".case"));
            })+
        })+

        const CASES: &[&str] = &[$($(concat!(stringify!($folder), "/", stringify!($name), ".case")),+),+];
    };
}

include!("list.rs");

#[test]
fn every_case_is_in_the_list() {
    let mut files: Vec<String> = Vec::new();
    for folder in std::fs::read_dir(play::folder()).unwrap().map(|folder| folder.unwrap().path()) {
        let Ok(names) = std::fs::read_dir(&folder) else { continue };
        for file in names.map(|file| file.unwrap().path()) {
            files.push(file.strip_prefix(play::folder()).unwrap().to_str().unwrap().to_owned());
        }
    }
    files.sort();
    let mut listed = CASES.to_vec();
    listed.sort();
    let missing: Vec<_> = files.iter().filter(|file| !listed.contains(&file.as_str())).collect();
    assert!(missing.is_empty(), "not in tests/cases/list.rs: {missing:?}");
    assert_eq!(files, listed, "in tests/cases/list.rs, and no file");
}
