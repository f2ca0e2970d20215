//! A case: a folder with artifacts and a file `expect` of lines `name: value`.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the corpus.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

/// One case of the corpus.
pub struct Case {
    folder: PathBuf,
    lines: Vec<(String, String)>,
}

impl Case {
    /// Every case, by name.
    pub fn all() -> Vec<Case> {
        let expects = Case::files().into_iter().filter(|path| path.ends_with("expect"));
        expects.map(|path| Case::read(path.parent().unwrap())).collect()
    }

    /// Every file of the corpus, sorted.
    pub fn files() -> Vec<PathBuf> {
        let (mut found, mut folders) = (Vec::new(), vec![root()]);
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() { folders.push(path) } else { found.push(path) }
            }
        }
        found.sort();
        found
    }

    fn read(folder: &Path) -> Case {
        let text = fs::read_to_string(folder.join("expect")).unwrap();
        let lines = text.lines().map(|line| {
            let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{folder:?}: {line}"));
            (name.to_owned(), value.to_owned())
        });
        Case { folder: folder.to_owned(), lines: lines.collect() }
    }

    /// Its name in the corpus, as `log/chain-prev`.
    pub fn name(&self) -> String {
        self.folder.strip_prefix(root()).unwrap().to_str().unwrap().to_owned()
    }

    /// The family that it belongs to: the first part of its name.
    pub fn family(&self) -> String {
        self.name().split('/').next().unwrap().to_owned()
    }

    /// The bytes of one of its files. Where the case has a `base`, its log is that one, and goes on.
    pub fn file(&self, name: &str) -> Vec<u8> {
        let read = |path: PathBuf| fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        let base = self.value("base").filter(|_| name == "log");
        let before = base.map(|base| read(root().join("base").join(base))).unwrap_or_default();
        [before, read(self.folder.join(name))].concat()
    }

    /// A sealed file beside its log: its own, or that of the folder; `None` if it is gone.
    pub fn sealed_file(&self, folder: &str, name: &str) -> Option<Vec<u8>> {
        if self.values("gone").iter().any(|gone| gone == name) {
            return None;
        }
        let own = self.folder.join(name);
        let path = if own.exists() { own } else { root().join("base").join(folder).join(name) };
        Some(fs::read(&path).unwrap_or_else(|error| panic!("{path:?}: {error}")))
    }

    /// Its files whose names end so, with the beginning of their names.
    pub fn files_of(&self, ending: &str) -> Vec<(String, Vec<u8>)> {
        let paths = Case::files().into_iter().filter(|path| path.parent() == Some(&self.folder));
        let names = paths.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
        let stems = names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned));
        stems.map(|stem| (stem.clone(), self.file(&format!("{stem}{ending}")))).collect()
    }

    /// The values of the lines of this name.
    pub fn values(&self, name: &str) -> Vec<String> {
        self.lines.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    /// The value of the one line of this name, if there is one.
    pub fn value(&self, name: &str) -> Option<String> {
        self.values(name).into_iter().next()
    }

    /// What a reader has to say: the lines `expect`, `exit`, `finding`, `field`, `totp` and `words`.
    pub fn expected(&self) -> Vec<String> {
        let told = ["expect", "exit", "finding", "field", "totp", "words"];
        let lines = self.lines.iter().filter(|(name, _)| told.contains(&name.as_str()));
        lines.map(|(name, value)| format!("{name}: {value}")).collect()
    }
}
