//! Deviations: what was not as it should be, but did not stop anybody.

use crate::value::words::open_words;

impl Deviation {
    /// Whether it is of a machine and its drives: not of who asks, for what and when.
    pub(crate) fn is_of_machine(self) -> bool {
        match self {
            Deviation::UnlockedMemory
            | Deviation::NoSandbox
            | Deviation::SwapOn
            | Deviation::InterfaceUp
            | Deviation::NoDirSync
            | Deviation::NoLock
            | Deviation::VolatileMedium => true,
            Deviation::OutsideWindow
            | Deviation::LongWindow
            | Deviation::NotCurrent
            | Deviation::NotInForce
            | Deviation::RequesterApproves
            | Deviation::TimeSet
            | Deviation::ClockBehind
            | Deviation::RetiredPerson
            | Deviation::DamagedLog
            | Deviation::ContinuedElsewhere
            | Deviation::MissingRecords
            | Deviation::OtherHistory
            | Deviation::NotOpenable
            | Deviation::Undecided
            | Deviation::Decommissioned
            | Deviation::Succeeded
            | Deviation::BookLost
            | Deviation::Other(_) => false,
        }
    }
}

open_words! {
    /// Something that is not as it should be but did not stop a seal, a request, an approval or a release: shown,
    /// confirmed and recorded.
    Deviation {
        /// The release falls outside the request's window.
        OutsideWindow = "outside-window",
        /// The request's window is longer than the policy allows.
        LongWindow = "long-window",
        /// A generation that is not the current one was asked for.
        NotCurrent = "not-current",
        /// Too few checks: fewer custodians than the threshold have checked their shares, or the credentials are
        /// unconfirmed.
        NotInForce = "not-in-force",
        /// The requester's own approval is used although the policy forbids it.
        RequesterApproves = "requester-approves",
        /// The clock was set by hand.
        TimeSet = "time-set",
        /// The clock was behind the log's last record.
        ClockBehind = "clock-behind",
        /// The requester or an approver had retired.
        RetiredPerson = "retired-person",
        /// The log was damaged.
        DamagedLog = "damaged-log",
        /// The log is continued in another file.
        ContinuedElsewhere = "continued-elsewhere",
        /// Records that should be in the log are missing.
        MissingRecords = "missing-records",
        /// The log contradicts the book of the person who signed this.
        OtherHistory = "other-history",
        /// Secrets were in memory that may reach the disk.
        UnlockedMemory = "unlocked-memory",
        /// The kernel did not keep the program off the network.
        NoSandbox = "no-sandbox",
        /// The machine had swap on.
        SwapOn = "swap-on",
        /// A network interface was up, although the policy forbids it.
        InterfaceUp = "interface-up",
        /// The requester's copy of the escrow has no payload, or too few sealed shares, to open the generation with.
        NotOpenable = "not-openable",
        /// The file system cannot make a directory durable.
        NoDirSync = "no-dir-sync",
        /// The file system has no locks.
        NoLock = "no-lock",
        /// The log or the book lies in the machine's memory.
        VolatileMedium = "volatile-medium",
        /// A newer generation is neither confirmed nor given up, or the current one rests on one person's word.
        Undecided = "undecided",
        /// The vault is out of use.
        Decommissioned = "decommissioned",
        /// Another escrow has succeeded this one.
        Succeeded = "succeeded",
        /// The book of the person who signed this does not hold what the log says that they stated.
        BookLost = "book-lost",
    }
}
