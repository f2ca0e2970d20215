//! Ways to break the rules. [`Model::breaks`](crate::setting::Model::breaks) asks for one where its rule is.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    /// A retirement by one administrator silences a holder at once, countersigned or not.
    RetirementSilencesHolders,
    /// `recovered` exposes from its own time, whatever was known before.
    RecoveredRestartsTheDeadline,
    /// A release whose other signers are wrong exposes nothing.
    InvalidReleaseExposesNothing,
    /// An approval by somebody who has retired is refused.
    RetiredSharesAreRefused,
    /// Only the current generation can be opened.
    OnlyCurrentOpens,
    /// Only a generation whose people are the electors can be renewed.
    OnlyElectorsRenew,
    /// `open` takes the current generation and says nothing.
    CurrentIsTakenAsLive,
    /// Only what is newer than the current generation, or one person's confirm, is called undecided.
    OnlyNewerIsUndecided,
    /// One person's word decides as two people's does.
    OneWordDecides,
    /// One holder turns what two people confirmed or gave up.
    OneTurnsTwo,
    /// What a branch grants has to hold by the branch's past only.
    BranchPastDecides,
    /// A retired person's `continue` is believed.
    RetiredContinueIsBelieved,
    /// A word by somebody whose retirement counts is taken.
    RetiredPeopleState,
    /// A word by somebody whom an administrator retired takes effect alone.
    RetiredWordIsEnough,
    /// A generation that was given up takes its electors with it.
    GivenUpKeepsNoElectors,
    /// An admitted card takes the place of the old one before anybody has countersigned it.
    AdmittedCardTakesOver,
    /// An administrator's own cards count as other people.
    OwnCardsAreOthers,
    /// The electors of one vault act for every other.
    AnyVaultsElectors,
    /// A seal with new credentials ends the exposure of the generations before it.
    SealEndsExposure,
    /// `disavow` takes back what a `recovered` exposed.
    DisavowEndsExposure,
    /// Who was retired by one administrator is left out of a renewal.
    RetirementCountsInRenewals,
}
