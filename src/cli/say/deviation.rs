//! What deviations mean, in words.

use crate::record::deviation::Deviation;

/// What a deviation means.
pub(crate) fn explain(deviation: Deviation) -> &'static str {
    match deviation {
        Deviation::OutsideWindow => "the request's window is not now",
        Deviation::LongWindow => "the request's window is longer than the policy allows",
        Deviation::NotCurrent => "this is not the current generation of the vault",
        Deviation::NotInForce => "fewer custodians than the threshold have checked their shares",
        Deviation::RequesterApproves => "the requester's own approval counts, which the policy forbids",
        Deviation::TimeSet => "the time was set by hand",
        Deviation::ClockBehind => "the clock is behind the log's last record",
        Deviation::RetiredPerson => "the requester, or somebody who approves, has retired",
        Deviation::DamagedLog => "the log is damaged",
        Deviation::ContinuedElsewhere => "the log goes on in another file",
        Deviation::MissingRecords => "the log lacks records that are known of",
        Deviation::OtherHistory => "the log contradicts what a book knows: two histories",
        Deviation::UnlockedMemory => "the memory for secrets cannot be locked, and may reach the disk",
        Deviation::NoSandbox => "the kernel does not shut this program off from the network",
        Deviation::SwapOn => "this machine has swap on: what is in memory may reach the disk",
        Deviation::InterfaceUp => "a network interface of this machine is up, and the policy wants none",
    }
}
