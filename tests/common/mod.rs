//! What several test files share: finding the other tools that a test compares with, and saying so where one
//! is missing.

#![allow(dead_code, reason = "each test file uses its own part of this")]

use std::env;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where the tool `name` lies, if it is on the PATH and may be executed.
pub fn tool(name: &str) -> Option<PathBuf> {
    let executable = |path: &Path| {
        path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
    };
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|folder| folder.join(name)).find(|path| executable(path))
}

/// Says that `test` was not run for want of `tool`. It is written to the real standard error, which the test
/// harness does not swallow: a test that did not run must not look like one that passed.
pub fn skipped(test: &str, tool: &str) {
    said_skipped(test, &format!("`{tool}` is not installed"));
}

/// The same, for another reason.
pub fn said_skipped(test: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "SKIPPED: {test}: {why}");
}

/// Whether all of `tools` are here; where one is not, it says so for `test`.
pub fn have(test: &str, tools: &[&str]) -> bool {
    let missing = tools.iter().find(|name| tool(name).is_none());
    if let Some(name) = missing {
        skipped(test, name);
    }
    missing.is_none()
}

/// As [`tool`]; where it is missing, says that `test` is skipped.
pub fn tool_or_skip(test: &str, name: &str) -> Option<PathBuf> {
    let found = tool(name);
    if found.is_none() {
        skipped(test, name);
    }
    found
}

/// The interpreter for the other reader; where it or the library that it needs is missing, says that `test` is skipped.
pub fn python_of_the_reader(test: &str) -> Option<PathBuf> {
    let python = tool_or_skip(test, "python3")?;
    let import = Command::new(&python).args(["-c", "import cryptography"]).output().unwrap();
    if !import.status.success() {
        skipped(test, "python3-cryptography");
        return None;
    }
    Some(python)
}
