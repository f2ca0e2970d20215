//! Blocks of the pages that a test makes: it compares them with what the program shows, or writes them.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

/// Compares the blocks of the pages that begin with `fence` and a name with what was shown under that name; every
/// block has something that was shown, and the other way round. `BREAKGLASS_BLESS=1` writes the blocks.
pub fn compare(pages: &[PathBuf], fence: &str, shown: &BTreeMap<String, String>) {
    let bless = std::env::var_os("BREAKGLASS_BLESS").is_some();
    let mut left: BTreeMap<&str, &str> =
        shown.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let mut wrong = Vec::new();
    for path in pages {
        let page = fs::read_to_string(path).unwrap();
        let mut blessed = String::new();
        let mut lines = page.lines();
        while let Some(line) = lines.next() {
            blessed.push_str(&format!("{line}\n"));
            let Some(name) = line.strip_prefix(fence) else { continue };
            let block: String =
                lines.by_ref().take_while(|line| *line != "```").map(|line| format!("{line}\n")).collect();
            let text = left.remove(name).unwrap_or_else(|| {
                panic!("{}: nothing that is called {name} is shown, or it stands twice", path.display())
            });
            if block != text {
                wrong.push(format!(
                    "{}, {name}: the page has\n{block}and the program shows\n{text}",
                    path.display()
                ));
            }
            blessed.push_str(&format!("{text}```\n"));
        }
        if bless {
            fs::write(path, blessed).unwrap();
        }
    }
    assert!(bless || wrong.is_empty(), "{}\nBREAKGLASS_BLESS=1 writes them", wrong.join("\n"));
    assert!(left.is_empty(), "no page shows {:?}", left.keys());
}
