//! What deviations mean, in words.

use std::borrow::Cow;

use crate::hands::memory::{self, Shortage};
use crate::record::deviation::Deviation;

/// What a deviation of this program, on this machine, means: as [`explain`], and what ran out if something did.
pub(crate) fn explain_here(deviation: Deviation) -> Cow<'static, str> {
    match (deviation, memory::shortage()) {
        (Deviation::UnlockedMemory, Some(Shortage::Limit)) => {
            "more memory for secrets is needed than this user may lock, so secrets may reach the disk".into()
        }
        (Deviation::UnlockedMemory, Some(Shortage::Arena)) => {
            "the memory for secrets is full, so secrets may reach the disk".into()
        }
        (deviation, _) => explain(deviation),
    }
}

/// What a deviation means.
pub(crate) fn explain(deviation: Deviation) -> Cow<'static, str> {
    let known = match deviation {
        Deviation::OutsideWindow => "the request's time window has not begun, or is over",
        Deviation::LongWindow => "the request's time window is longer than the policy allows",
        Deviation::NotCurrent => "this is not the current generation of the vault",
        Deviation::NotInForce => {
            "too few checks: fewer custodians than the threshold have checked their shares"
        }
        Deviation::RequesterApproves => "the requester's own approval counts, which the policy forbids",
        Deviation::TimeSet => "the time was set by hand",
        Deviation::ClockBehind => "the clock is behind the log's last record",
        Deviation::RetiredPerson => "the requester or an approver has retired",
        Deviation::DamagedLog => "the log is damaged",
        Deviation::ContinuedElsewhere => "the log is continued in another file",
        Deviation::MissingRecords => "records that should be in this log are missing",
        Deviation::OtherHistory => "the log contradicts a book: there are two histories",
        Deviation::UnlockedMemory => "the memory for secrets cannot be locked, so secrets may reach the disk",
        Deviation::NoSandbox => "the kernel does not keep this program off the network",
        Deviation::SwapOn => "this machine has swap on, so secrets may reach the disk",
        Deviation::Undecided => {
            "a newer generation is neither confirmed nor given up, or the current one rests on one person's word"
        }
        Deviation::Decommissioned => "the vault is decommissioned: its credentials may be dead",
        Deviation::Succeeded => "another escrow has succeeded this one, and may hold newer credentials",
        Deviation::BookLost => {
            "a book was lost or set back: it lacks what the log says that its owner stated"
        }
        Deviation::InterfaceUp => "a network interface of this machine is up, and the policy forbids that",
        Deviation::NotOpenable => {
            "the requester's copy of the escrow has no payload, or too few sealed shares, to open this generation with"
        }
        Deviation::NoDirSync => {
            "the file system cannot make a new file's name durable: after a power cut the file may be gone"
        }
        Deviation::NoLock => {
            "the file system has no locks: nothing keeps a second program from writing at the same time"
        }
        Deviation::VolatileMedium => {
            "log or book lies in this machine's memory: once it is switched off, what was written is gone"
        }
        Deviation::Other(word) => {
            return format!("`{}`, a word that this version does not know", word.as_str()).into();
        }
    };
    known.into()
}
