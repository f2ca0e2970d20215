//! What the machine was like when a record was made, as far as the program that made it could see.

use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::record::deviation::Deviation;
use crate::value::text::FreeText;

/// The memory that secrets are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Memory {
    /// Locked, and not even the kernel reads it.
    Secret,
    /// Locked: it never reaches the disk.
    Locked,
    /// It may reach the disk.
    Unlocked,
}

/// What the kernel keeps the program from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sandbox {
    /// The network, other programs, and all files but those that the command names.
    Whole,
    /// The network and other programs.
    NetworkOnly,
    /// Nothing.
    None,
}

/// Something that is on or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// What the machine was like, as the program that made the record claims. What is absent could not be seen, or was not
/// examined by that version; an empty list means that there was none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Program and version.
    pub tool: FreeText,
    /// Operating system and architecture.
    pub system: FreeText,
    /// The kernel's release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<FreeText>,
    /// The SHA-256 of the program's file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binary: Option<Digest>,
    /// The memory that secrets were in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<Memory>,
    /// What the kernel kept the program from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sandbox: Option<Sandbox>,
    /// Whether the program's memory could have been written to disk in a crash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub core_dumps: Option<Switch>,
    /// The swap areas in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub swap: Option<Vec<FreeText>>,
    /// The network interfaces that were up, except the loopback.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interfaces: Option<Vec<FreeText>>,
    /// What may have recorded the terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorders: Option<Vec<FreeText>>,
}

impl Environment {
    /// Nothing but the program and the system.
    pub fn of(tool: FreeText, system: FreeText) -> Environment {
        Environment {
            tool,
            system,
            kernel: None,
            binary: None,
            memory: None,
            sandbox: None,
            core_dumps: None,
            swap: None,
            interfaces: None,
            recorders: None,
        }
    }

    /// Its deviations. A network interface that is up is one only if the policy forbids it.
    pub fn deviations(&self, strict_air_gap: bool) -> Vec<Deviation> {
        let any = |list: &Option<Vec<FreeText>>| list.as_ref().is_some_and(|list| !list.is_empty());
        let found = [
            (self.memory == Some(Memory::Unlocked), Deviation::UnlockedMemory),
            (self.sandbox == Some(Sandbox::None), Deviation::NoSandbox),
            (any(&self.swap), Deviation::SwapOn),
            (strict_air_gap && any(&self.interfaces), Deviation::InterfaceUp),
        ];
        found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, deviation)| deviation).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> FreeText {
        text.parse().unwrap()
    }

    #[test]
    fn what_was_not_seen_is_no_deviation_and_stands_nowhere() {
        let bare = Environment::of(text("breakglass 1"), text("linux"));
        assert_eq!(serde_json::to_string(&bare).unwrap(), r#"{"tool":"breakglass 1","system":"linux"}"#);
        assert_eq!(bare.deviations(true), []);
    }

    #[test]
    fn each_thing_out_of_order_is_a_deviation() {
        let bare = Environment::of(text("breakglass 1"), text("linux"));
        let some = |name: &str| Some(vec![text(name)]);
        for (changed, strict, expected) in [
            (
                Environment { memory: Some(Memory::Unlocked), ..bare.clone() },
                false,
                vec![Deviation::UnlockedMemory],
            ),
            (Environment { memory: Some(Memory::Locked), ..bare.clone() }, false, vec![]),
            (Environment { memory: Some(Memory::Secret), ..bare.clone() }, false, vec![]),
            (Environment { sandbox: Some(Sandbox::None), ..bare.clone() }, false, vec![Deviation::NoSandbox]),
            (Environment { sandbox: Some(Sandbox::NetworkOnly), ..bare.clone() }, false, vec![]),
            (Environment { swap: some("/dev/sda2"), ..bare.clone() }, false, vec![Deviation::SwapOn]),
            (Environment { swap: Some(vec![]), ..bare.clone() }, false, vec![]),
            (Environment { interfaces: some("eth0"), ..bare.clone() }, false, vec![]),
            (Environment { interfaces: some("eth0"), ..bare.clone() }, true, vec![Deviation::InterfaceUp]),
            (Environment { interfaces: Some(vec![]), ..bare }, true, vec![]),
        ] {
            assert_eq!(changed.deviations(strict), expected, "{changed:?}");
            let json = serde_json::to_string(&changed).unwrap();
            assert_eq!(serde_json::from_str::<Environment>(&json).unwrap(), changed);
        }
    }
}
