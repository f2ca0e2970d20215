//! The rules: everything that `verify` can say, each with a stable code.
//!
//! The same rules decide whether a ceremony may build on a log; there is no second, laxer reading of it.
//! `docs/spec/verify-rules.md` explains each rule and names the test that fails when it is removed.

use std::fmt;

use serde::{Serialize, Serializer};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Not as it should be; it fails nothing.
    Warning,
    /// Unexplained activity or an unmet obligation. Exit code 14.
    Finding,
    /// A damaged tail. Exit code 11.
    Torn,
    /// The log is shorter than a head that somebody took home. Exit code 12.
    Truncated,
    /// Two histories. Exit code 13.
    Fork,
    /// A signature, the chain or a rule is broken. Exit code 10.
    Tampered,
}

impl Severity {
    /// The word for it on a screen: in capitals, where it fails something.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Finding => "FINDING",
            Severity::Torn => "TORN",
            Severity::Truncated => "TRUNCATED",
            Severity::Fork => "FORK",
            Severity::Tampered => "TAMPERED",
        }
    }
}

macro_rules! rules {
    ($($rule:ident $code:literal $severity:ident $meaning:literal;)+) => {
        /// A rule that a log, a head or a book can break.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $meaning] $rule,)+
        }

        impl Rule {
            /// Every rule, in the order of the specification.
            pub const ALL: &'static [Rule] = &[$(Rule::$rule,)+];

            /// The stable code, as `CHAIN-PREV`.
            pub fn code(self) -> &'static str {
                match self { $(Rule::$rule => $code,)+ }
            }

            /// How bad it is to break the rule.
            pub fn severity(self) -> Severity {
                match self { $(Rule::$rule => Severity::$severity,)+ }
            }

            /// What it means that the rule is broken, in one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Rule::$rule => $meaning,)+ }
            }
        }
    };
}

rules! {
    RecordMalformed "RECORD-MALFORMED" Tampered "A record is not a signed note of its kind.";
    RecordField "RECORD-FIELD" Tampered "A record, a statement or a card has a field that its kind does not have in version 1.";
    RecordNonCanonical "RECORD-NONCANONICAL" Tampered "A record is valid JSON but not in canonical form.";
    RecordSigners "RECORD-SIGNERS" Tampered "The signature lines are not those of the signers that the record names.";
    RecordSignerUnknown "RECORD-SIGNER-UNKNOWN" Tampered "A record is signed under a name whose key is not in the log.";
    RecordKeyId "RECORD-KEY-ID" Tampered "A signature line names another key than the one on record.";
    RecordSignature "RECORD-SIGNATURE" Tampered "A signature does not verify.";
    Torn "TORN" Torn "The log ends in bytes that are not a record.";
    ChainSeq "CHAIN-SEQ" Tampered "A record's number is not the next one.";
    ChainPrev "CHAIN-PREV" Tampered "A record does not follow from the record before it.";
    ChainEscrow "CHAIN-ESCROW" Tampered "A record belongs to another escrow.";
    GenesisFirst "GENESIS-FIRST" Tampered "The first record is not a genesis, or a later one is.";
    GenesisCard "GENESIS-CARD" Tampered "A card in genesis does not verify.";
    PersonRepeated "PERSON-REPEATED" Tampered "Two cards are of the same person.";
    KeyRepeated "KEY-REPEATED" Tampered "Two cards hold the same verifying key.";
    RecipientRepeated "RECIPIENT-REPEATED" Tampered "Two cards hold the same age recipient.";
    GenesisAdministrator "GENESIS-ADMINISTRATOR" Tampered "Genesis is not signed by one of its own administrators.";
    Anchor "ANCHOR" Tampered "The log's genesis is not the one whose fingerprint was given.";
    SealSigner "SEAL-SIGNER" Tampered "A seal is not signed by one administrator, or by a threshold of the vault's electors.";
    SealRenews "SEAL-RENEWS" Tampered "A renewal is not what its request announced, or not during its release.";
    SealGeneration "SEAL-GENERATION" Tampered "A generation is not the next one of its vault.";
    SealVault "SEAL-VAULT" Tampered "A vault changed its name, kind, partition or account, or took another vault's name.";
    SealThreshold "SEAL-THRESHOLD" Tampered "The threshold is below 2, above the shares, or the shares are miscounted.";
    SealShares "SEAL-SHARES" Tampered "The shares are not numbered from 1, or one custodian holds two.";
    SealCustodian "SEAL-CUSTODIAN" Tampered "A share is sealed to somebody who is not an enrolled custodian, or had retired, or to another card.";
    SealGroups "SEAL-GROUPS" Tampered "A seal's groups do not fit one another, or its shares.";
    SealFields "SEAL-FIELDS" Tampered "A seal says which fields are new although none can have been carried over, or names one twice.";
    SealCanary "SEAL-CANARY" Tampered "A canary's seal is not the one that follows from its people, or another vault has a canary's name.";
    SealKeys "SEAL-KEYS" Tampered "A vault key or release key was used before.";
    FileChanged "FILE-CHANGED" Tampered "A sealed file is not the one that was sealed.";
    FileMissing "FILE-MISSING" Finding "A sealed file is not there, or cannot be read.";
    FileMissingSuperseded "FILE-MISSING-SUPERSEDED" Note "A sealed file of a superseded generation is not there, or cannot be read.";
    VaultNotOpenable "VAULT-NOT-OPENABLE" Finding "The files here cannot open a generation: its payload or too many of its shares are missing or changed.";
    FileRecipients "FILE-RECIPIENTS" Finding "A sealed file has more or fewer recipients than it should, or is not in its form.";
    FilesNotExamined "FILES-NOT-EXAMINED" Note "Payloads and sealed shares were not examined: there is no folder of them.";
    RequestSeal "REQUEST-SEAL" Tampered "A request names a vault, generation or seal that the log does not hold.";
    RequestSigner "REQUEST-SIGNER" Tampered "A request is not signed by its requester and its session key.";
    RequestSession "REQUEST-SESSION" Tampered "A request's session keys are not fresh.";
    RequestPurpose "REQUEST-PURPOSE" Tampered "A drill asks for real credentials, or a canary is asked for as if it were real.";
    RequestContent "REQUEST-CONTENT" Tampered "A request's window or its list of fields makes no sense.";
    RequestRenews "REQUEST-RENEWS" Tampered "A request to renew lists cards to which nobody could seal.";
    ReleaseRequest "RELEASE-REQUEST" Tampered "A release answers a request that the log does not hold.";
    ReleaseEnded "RELEASE-ENDED" Tampered "A release answers a request that had ended.";
    ReleaseSigner "RELEASE-SIGNER" Tampered "A release is not signed by the release key and the session key.";
    ReleaseAttempt "RELEASE-ATTEMPT" Tampered "A release's attempt number is not the next one.";
    ReleaseApproval "RELEASE-APPROVAL" Tampered "A release rests on an approval that does not hold.";
    ReleaseQuorum "RELEASE-QUORUM" Tampered "A release rests on fewer distinct custodians than the threshold.";
    EndRequest "END-REQUEST" Tampered "An end is of a request that the log does not hold.";
    EndSigner "END-SIGNER" Tampered "An end is not signed by the session key or the requester.";
    EndTwice "END-TWICE" Tampered "A request ended twice.";
    EndShown "END-SHOWN" Tampered "An end contradicts the log: something was shown without a release, or a release is denied.";
    StatementsSigner "STATEMENTS-SIGNER" Tampered "A record of collected statements is not signed by exactly one enrolled person.";
    StatementMalformed "STATEMENT-MALFORMED" Tampered "A collected statement is not a signed note of its kind.";
    StatementPerson "STATEMENT-PERSON" Tampered "A statement is by somebody who is not enrolled.";
    StatementSignature "STATEMENT-SIGNATURE" Tampered "A statement's signature does not verify.";
    StatementEscrow "STATEMENT-ESCROW" Tampered "A statement belongs to another escrow.";
    StatementHead "STATEMENT-HEAD" Fork "A statement was made on a history that is not this one.";
    StatementRequest "STATEMENT-REQUEST" Tampered "A statement is about a request that the log does not hold.";
    StatementTwice "STATEMENT-TWICE" Finding "One statement was collected twice.";
    StatementRole "STATEMENT-ROLE" Finding "A statement was signed by somebody without the role for it.";
    CheckShare "CHECK-SHARE" Tampered "A check is of a share that its maker does not hold.";
    ApprovalShare "APPROVAL-SHARE" Tampered "An approval is not of its maker's share in the requested generation.";
    CloseItems "CLOSE-ITEMS" Tampered "A closing list does not answer each obligation once, in order.";
    ConfirmGeneration "CONFIRM-GENERATION" Tampered "A confirmation is of a generation that the log does not hold, or of a canary.";
    ConfirmHolder "CONFIRM-HOLDER" Tampered "A confirmation is by somebody who neither holds a share of the generation nor sealed it.";
    AgreeSubject "AGREE-SUBJECT" Tampered "Somebody agrees with something that the log does not hold, or that takes no agreement.";
    BookForked "BOOK-FORKED" Finding "Two statements of one person name different records under one number of their book.";
    RepairSigner "REPAIR-SIGNER" Tampered "A record of a damaged tail, or a continuation, is not signed by exactly one enrolled person.";
    RepairRetired "REPAIR-RETIRED" Finding "A repair is by somebody who had retired: what it declares missing is believed once a release follows.";
    RecoveredContent "RECOVERED-CONTENT" Tampered "The record of a damaged tail contradicts itself.";
    Recovered "RECOVERED" Finding "The log's end had been damaged; its bytes are in this record.";
    ContinueFrom "CONTINUE-FROM" Tampered "A continuation misstates what it follows.";
    ContinueKept "CONTINUE-KEPT" Tampered "A continuation keeps a record that is not one of the missing seals.";
    Continued "CONTINUED" Finding "The log was continued in another file.";
    RecordsMissing "RECORDS-MISSING" Truncated "Records that should be in this log are missing.";
    DisavowRecord "DISAVOW-RECORD" Tampered "What is disavowed is not a repair or a record of an unknown kind in this log, or was disavowed before.";
    DisavowSigner "DISAVOW-SIGNER" Tampered "A record is disavowed neither by two administrators nor by the electors of a vault, without its signer.";
    Disavowed "DISAVOWED" Finding "A repair, or a record of an unknown kind, was disavowed: what it declared missing is not believed.";
    AdoptSigners "ADOPT-SIGNERS" Tampered "A branch is not adopted by two different enrolled people.";
    AdoptBranch "ADOPT-BRANCH" Tampered "An adopted branch is invalid, or is not a branch of this log.";
    AdoptConflict "ADOPT-CONFLICT" Warning "Two seals have one number, or two vaults one name: branches sealed them apart.";
    AdoptUnfinished "ADOPT-UNFINISHED" Warning "Parts of a branch stand here that no record adopted.";
    AdoptWithoutEffect "ADOPT-WITHOUT-EFFECT" Finding "What an adopted branch grants or clears does not hold here, and has no effect.";
    Adopted "ADOPTED" Warning "Another branch of this log was adopted.";
    ReleaseBranches "RELEASE-BRANCHES" Finding "A request was released on one branch, and released or ended on another.";
    RetireSigner "RETIRE-SIGNER" Tampered "A retirement is neither by one administrator nor with the consent of the electors.";
    RetirePerson "RETIRE-PERSON" Tampered "A retirement is of somebody who is not enrolled, or who had already retired.";
    Retired "RETIRED" Warning "A person has retired.";
    RetiredPerson "RETIRED-PERSON" Finding "A retired person requested or approved.";
    CustodySigner "CUSTODY-SIGNER" Tampered "A record of custody is not signed by one or two enrolled people.";
    CustodyShare "CUSTODY-SHARE" Tampered "A record of custody is about a share that the log does not hold.";
    CustodyAlone "CUSTODY-ALONE" Finding "Fewer than two people who have not retired say where something is kept.";
    DecommissionVault "DECOMMISSION-VAULT" Tampered "A vault is decommissioned that the log does not hold, or that is decommissioned already.";
    DecommissionSigner "DECOMMISSION-SIGNER" Tampered "A vault is decommissioned neither by an administrator and a holder nor with the consent of its electors.";
    Decommissioned "DECOMMISSIONED" Warning "A vault was decommissioned: until it is sealed or released again, nothing new is due of it.";
    SucceededSigner "SUCCEEDED-SIGNER" Tampered "A succession is signed neither by one administrator nor with the consent of the electors.";
    Succeeded "SUCCEEDED" Warning "Another escrow has succeeded this one.";
    Succeeds "SUCCEEDS" Note "This escrow succeeds another one, whose duties it carries on.";
    TimeBackwards "TIME-BACKWARDS" Warning "A record's time is before that of the record before it.";
    TimeFuture "TIME-FUTURE" Finding "Something that would meet or renew what is due is dated in the future: it does not count.";
    RecordTooLarge "RECORD-TOO-LARGE" Finding "A record is larger than one of its kind can be: it was not read.";
    RecordNewerReference "RECORD-NEWER-REFERENCE" Finding "A record names what only a newer record can have brought in: this version cannot judge it.";
    UnknownKind "UNKNOWN-KIND" Note "A record or a statement is of a kind that this version does not know.";
    ThresholdFragile "THRESHOLD-FRAGILE" Warning "Every share is needed: one loss loses all.";
    ThresholdDisjoint "THRESHOLD-DISJOINT" Warning "Two groups with nobody in common could each reconstruct.";
    NotInForce "NOT-IN-FORCE" Warning "Not every custodian has checked their share yet.";
    HoldersFew "HOLDERS-FEW" Finding "So many have retired that the holders left cannot open the vault.";
    HoldersJust "HOLDERS-JUST" Warning "So many have retired that every holder left is needed to open the vault.";
    SealChangedPeople "SEAL-CHANGED-PEOPLE" Finding "An administrator sealed to other people than before, and the electors have not countersigned.";
    GenerationUndecided "GENERATION-UNDECIDED" Finding "A newer generation is neither confirmed nor given up.";
    GenerationGivenUp "GENERATION-GIVEN-UP" Warning "A generation was given up: its credentials are not live.";
    ConfirmedAlone "CONFIRMED-ALONE" Finding "That a generation is confirmed, or given up, rests on one person's word.";
    ReasonOther "REASON-OTHER" Finding "A request's reason is not one of the four kinds of emergency.";
    RequestDeviation "DEVIATION" Finding "Something was not as it should be, and was confirmed by hand.";
    DeviationUndeclared "DEVIATION-UNDECLARED" Finding "Something was not as it should be, and was not listed by whoever had to list it.";
    ReleaseWindow "RELEASE-WINDOW" Finding "A release falls outside its request's window.";
    RequesterApproved "REQUESTER-APPROVED" Note "The requester's own approval counted towards the threshold.";
    RequesterForbidden "REQUESTER-FORBIDDEN" Finding "The requester's own approval counted although the policy forbids it.";
    EndMissing "END-MISSING" Warning "A release has no end: it must be assumed that everything asked for was shown.";
    EndUnasked "END-UNASKED" Finding "More was shown than the request asked for.";
    NotCanary "NOT-CANARY" Finding "A drill found that a canary holds something else than a canary does: nothing was shown.";
    Exposed "EXPOSED" Warning "Credentials were released or handed over, and no newer ones are confirmed yet.";
    RotationOverdue "ROTATION-OVERDUE" Finding "Credentials were released or handed over, and no newer ones were confirmed in time.";
    NoticeMissing "NOTICE-MISSING" Warning "A release's notice is not acknowledged yet.";
    NoticeOverdue "NOTICE-OVERDUE" Finding "A release's notice was not acknowledged in time.";
    CloseMissing "CLOSE-MISSING" Warning "A release is not closed yet.";
    CloseOverdue "CLOSE-OVERDUE" Finding "A release was not closed in time.";
    ClosedByRequester "CLOSED-BY-REQUESTER" Finding "A release of real credentials was closed by the person who requested it.";
    ApprovalsUnreleased "APPROVALS-UNRELEASED" Warning "Custodians approved, and no release is logged.";
    QuorumUnreleased "QUORUM-UNRELEASED" Finding "As many custodians approved as can reconstruct, and no release is logged: the generation counts as exposed.";
    BookChain "BOOK-CHAIN" Tampered "A book's records do not form one unbroken chain signed by its owner.";
    BookDamaged "BOOK-DAMAGED" Finding "A book's end is damaged; the records before it count.";
    BookLost "BOOK-LOST" Finding "A book was lost or set back, and begins again after what is known of it.";
    BookUnlogged "BOOK-UNLOGGED" Warning "A book tells of a statement that the log does not hold.";
    BookSilent "BOOK-SILENT" Finding "The log holds a statement that its maker's book does not tell of.";
    HeadTruncated "HEAD-TRUNCATED" Truncated "The log is shorter than a head that was taken home.";
    HeadFork "HEAD-FORK" Fork "The log differs from a head that was taken home.";
    HeadRequired "HEAD-REQUIRED" Truncated "No head was given, and one is required.";
    CompletenessUnproven "COMPLETENESS-UNPROVEN" Note "Nothing from outside the log proves that its end was not cut off.";
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(self.code())
    }
}

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.code())
    }
}
