//! Every file of every corpus, and simple changes of each, through its target, without a fuzzer.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use breakglass_fuzz::{TARGETS, corpus};

#[test]
fn every_target_has_a_check_a_corpus_and_a_program() {
    let names = |folder: &str| -> BTreeSet<String> {
        let files = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap();
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let targets: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("fuzz_targets"), targets);
    assert_eq!(names("corpus"), targets);
    for (name, _) in TARGETS {
        assert!(corpus(name).len() >= 5, "{name}: hardly a corpus");
    }
}

#[test]
fn the_corpora_hold() {
    for (name, check) in TARGETS {
        for file in corpus(name) {
            check(&file);
            check(&[file.as_slice(), &file].concat());
            check(&[file.as_slice(), b"\n"].concat());
            for part in 1..16 {
                let at = file.len() * part / 16;
                check(&file[..at]);
                check(&file[at..]);
                let mut changed = file.clone();
                if let Some(byte) = changed.get_mut(at) {
                    *byte ^= 1 << (part % 8);
                    check(&changed);
                }
            }
        }
    }
}
