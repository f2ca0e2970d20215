//! The kernel's sandbox: what this process cannot do any more, whatever becomes of it.
//!
//! seccomp closes the network, other programs and other processes; it knows system calls and their numbers, and
//! no paths. Landlock limits the files to those that the command names; it knows paths, and no datagrams. Each is a door
//! that the kernel shuts from the inside: none of it can be opened again.
//!
//! seccomp forbids by name instead of allowing by name: a list of what is allowed would break with the next C library,
//! at three in the morning. What is not in the list here reaches no network and no other process.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};

use crate::record::environment::Sandbox;

#[cfg(target_os = "linux")]
mod calls;

/// The files that a command needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileAccess {
    /// Files and directories, with all below them, to be read.
    pub read: Vec<PathBuf>,
    /// Directories, with all below them, in which files and directories are made, changed and removed.
    pub change: Vec<PathBuf>,
}

impl FileAccess {
    /// All files: a person is going to be asked for paths. No program can be run even so, and no device, socket, pipe or
    /// link be made.
    pub fn everything() -> FileAccess {
        FileAccess { read: Vec::new(), change: vec!["/".into()] }
    }

    /// Adds a file or directory that is read.
    pub fn reads(&mut self, path: &Path) {
        self.read.push(path.to_owned());
    }

    /// Adds the directory that a file is in, or will be in: the nearest one above it that exists.
    pub(crate) fn changes_beside(&mut self, file: &Path) {
        let above =
            file.ancestors().skip(1).map(|path| if path == Path::new("") { Path::new(".") } else { path });
        self.change.extend(above.into_iter().find(|path| path.is_dir()).map(Path::to_owned));
    }

    /// Adds a directory in which anything may change, or that will be made.
    pub fn changes_within(&mut self, directory: &Path) {
        if directory.is_dir() {
            self.change.push(directory.to_owned());
        } else {
            self.changes_beside(directory);
        }
    }
}

/// The result of [`close`], as a number; see [`state`].
static STATE: AtomicU8 = AtomicU8::new(0);

/// How closed the sandbox is.
pub fn state() -> Sandbox {
    match STATE.load(Ordering::Acquire) {
        2 => Sandbox::Whole,
        1 => Sandbox::NetworkOnly,
        _ => Sandbox::None,
    }
}

/// Shuts this thread, and all that it starts, off from the network, from other programs and processes, and from all files
/// but those within `access` and the terminal. What the kernel cannot do is skipped: [`state`] tells the result. It
/// can be called again, to reach less.
pub fn close(access: &FileAccess) {
    #[cfg(target_os = "linux")]
    {
        let files = files_closed(access);
        // Once: a second filter would forbid the same, and every call pays for each.
        if STATE.load(Ordering::Acquire) > 0 {
            return;
        }
        let state = match (calls::closed(), files) {
            (true, true) => 2,
            (true, false) => 1,
            (false, _) => 0,
        };
        STATE.store(state, Ordering::Release);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = access;
}

/// Limits the files by Landlock; whether the kernel did.
#[cfg(target_os = "linux")]
fn files_closed(access: &FileAccess) -> bool {
    use landlock::{
        ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, RulesetCreatedAttr as _,
        RulesetError, RulesetStatus, Scope, path_beneath_rules,
    };
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let change = read
        | AccessFs::WriteFile
        | AccessFs::Truncate
        | AccessFs::MakeReg
        | AccessFs::MakeDir
        | AccessFs::RemoveFile
        | AccessFs::RemoveDir
        | AccessFs::Refer;
    // Without the right to its settings nothing typed could be hidden.
    let terminal = AccessFs::ReadFile | AccessFs::WriteFile | AccessFs::IoctlDev;
    let closed = || -> Result<RulesetStatus, RulesetError> {
        let status = Ruleset::default()
            .handle_access(AccessFs::from_all(ABI::V5))?
            .handle_access(AccessNet::from_all(ABI::V4))?
            .scope(Scope::from_all(ABI::V6))?
            .create()?
            .add_rules(path_beneath_rules(&access.read, read))?
            .add_rules(path_beneath_rules(&access.change, change))?
            .add_rules(path_beneath_rules(["/dev/tty"], terminal))?
            .restrict_self()?;
        Ok(status.ruleset)
    };
    closed().is_ok_and(|status| status != RulesetStatus::NotEnforced)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_output_needs_the_nearest_directory_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let mut access = FileAccess::default();
        access.changes_beside(&folder.path().join("not/there/yet.bga"));
        access.changes_within(&folder.path().join("escrow"));
        access.changes_within(folder.path());
        assert_eq!(access.change, [folder.path(); 3]);
        let mut access = FileAccess::default();
        access.changes_beside(Path::new("here.bga"));
        access.changes_beside(Path::new("nowhere/at/all/here.bga"));
        assert_eq!(access.change, [Path::new("."); 2]);
    }
}
