//! The machine that the program runs on, as far as it can be seen from inside.
//!
//! To be looked at before the sandbox is closed: afterwards nothing here can be read any more.

use std::path::Path;

use crate::crypto::digest::Digest;

/// The most bytes that are read of anything the kernel shows, and the most names that are taken from it.
const MOST_BYTES: u64 = 64 << 10;
const MOST_NAMES: usize = 32;

/// Programs that write down what is on a terminal, or may; and those that carry it over a network.
const RECORDERS: [&str; 11] = [
    "script",
    "scriptlive",
    "asciinema",
    "ttyrec",
    "termrec",
    "tmux",
    "screen",
    "sshd",
    "mosh",
    "telnetd",
    "in.telnetd",
];

/// What was seen. What is `None` could not be seen; an empty list means that there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Machine {
    /// The kernel's release.
    pub kernel: Option<String>,
    /// The SHA-256 of the program's file.
    pub binary: Option<Digest>,
    /// Whether a crash writes the program's memory to disk.
    pub dumps_core: Option<bool>,
    /// The swap areas in use.
    pub swap: Option<Vec<String>>,
    /// The network interfaces that are up, but for the loop.
    pub interfaces: Option<Vec<String>>,
    /// What may record the terminal.
    pub recorders: Option<Vec<String>>,
}

impl Machine {
    /// Looks at this machine.
    pub fn look() -> Machine {
        #[cfg(target_os = "linux")]
        {
            let text = |path: &str| read(Path::new(path));
            Machine {
                kernel: text("/proc/sys/kernel/osrelease").map(|release| release.trim().to_owned()),
                binary: std::env::current_exe()
                    .ok()
                    .and_then(|path| std::fs::read(path).ok())
                    .map(|bytes| Digest::of(&bytes)),
                dumps_core: Some(dumps_core()),
                swap: text("/proc/swaps").map(|table| swap_areas(&table)),
                interfaces: interfaces(Path::new("/sys/class/net")),
                recorders: recorders(),
            }
        }
        #[cfg(not(target_os = "linux"))]
        {
            let _ = (read, swap_areas, is_up, is_recorder);
            Machine::default()
        }
    }
}

fn read(path: &Path) -> Option<String> {
    let bytes = super::files::read_kernel(path, MOST_BYTES).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first column of each line but the first, which is a heading.
fn swap_areas(table: &str) -> Vec<String> {
    let lines = table.lines().skip(1);
    lines.filter_map(|line| line.split_whitespace().next()).take(MOST_NAMES).map(str::to_owned).collect()
}

/// Whether flags as `/sys/class/net/*/flags` has them (`0x1003`) say that an interface is up and no loop.
fn is_up(flags: &str) -> bool {
    let flags = flags.trim().strip_prefix("0x").and_then(|digits| u32::from_str_radix(digits, 16).ok());
    // IFF_UP and IFF_LOOPBACK of <linux/if.h>. Flags that cannot be read count as up.
    flags.is_none_or(|flags| flags & 0x1 != 0 && flags & 0x8 == 0)
}

/// Whether a program of that name may record the terminal. A server's name may have more behind it, as in
/// `tmux: server`.
fn is_recorder(name: &str) -> bool {
    let name = name.split([':', '-']).next().unwrap_or(name).trim();
    RECORDERS.contains(&name)
}

#[cfg(target_os = "linux")]
fn dumps_core() -> bool {
    use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};
    let is_off = getrlimit(Resource::Core).current == Some(0)
        || dumpable_behavior().is_ok_and(|behavior| behavior == DumpableBehavior::NotDumpable);
    !is_off
}

#[cfg(target_os = "linux")]
fn interfaces(folder: &Path) -> Option<Vec<String>> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        // An interface whose state cannot be read may be up, so it counts as up.
        .filter(|entry| read(&entry.path().join("flags")).is_none_or(|flags| is_up(&flags)))
        .filter(|entry| entry.path().join("flags").exists())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names.truncate(MOST_NAMES);
    Some(names)
}

/// The programs above this one that may record, from the nearest on, and the multiplexers that name themselves in the
/// environment: their servers are not above it.
#[cfg(target_os = "linux")]
fn recorders() -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut pid = "self".to_owned();
    for _ in 0..64 {
        let status = read(Path::new(&format!("/proc/{pid}/status")))?;
        let field = |name: &str| {
            status.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned())
        };
        let name = field("Name:")?;
        if pid != "self" && is_recorder(&name) {
            found.push(name);
        }
        match field("PPid:")? {
            parent if parent == "0" => break,
            parent => pid = parent,
        }
    }
    for (variable, name) in [("TMUX", "tmux"), ("STY", "screen")] {
        if std::env::var_os(variable).is_some() && !found.iter().any(|one| one.starts_with(name)) {
            found.push(name.to_owned());
        }
    }
    found.truncate(MOST_NAMES);
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swap_areas_are_the_first_column() {
        let heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
        assert_eq!(swap_areas(heading), Vec::<String>::new());
        assert_eq!(swap_areas(""), Vec::<String>::new());
        let two = format!("{heading}/dev/sda2  partition\t8388604\t0\t-2\n/swap\\040file file 1 0 -3\n");
        assert_eq!(swap_areas(&two), ["/dev/sda2", "/swap\\040file"]);
        let many = heading.to_owned() + &"/dev/sda2 partition 1 0 -2\n".repeat(1000);
        assert_eq!(swap_areas(&many).len(), MOST_NAMES);
    }

    #[test]
    fn an_interface_is_up_by_its_flags() {
        for (flags, expected) in
            [("0x1003\n", true), ("0x1002\n", false), ("0x9\n", false), ("0x1", true), ("?", true)]
        {
            assert_eq!(is_up(flags), expected, "{flags}");
        }
    }

    #[test]
    fn recorders_are_known_by_name() {
        for name in
            ["script", "tmux: server", "sshd", "sshd-session", "asciinema", "mosh-server", "in.telnetd"]
        {
            assert!(is_recorder(name), "{name}");
        }
        for name in ["bash", "cargo", "scripted", "breakglass"] {
            assert!(!is_recorder(name), "{name}");
        }
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_machine_is_seen() {
        let machine = Machine::look();
        assert!(machine.kernel.is_some_and(|release| !release.is_empty()));
        assert!(machine.binary.is_some() && machine.swap.is_some() && machine.recorders.is_some());
    }
}
