//! The frame that every record of a log has, and what a record can say in it.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::crypto::digest::Digest;
use crate::record::note::Signed;
use crate::value::names::KeyName;
use crate::value::time::Time;

/// Something that a record of the log can say.
pub trait RecordBody: Serialize + DeserializeOwned {
    /// The record's type: `breakglass/v1/KIND`.
    const KIND: &'static str;
}

/// One record: the frame that makes it a link of the chain, and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FramedRecord<S> {
    /// The escrow; absent in genesis, whose record's digest it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escrow: Option<Digest>,
    /// The record's number, from 0.
    pub seq: u64,
    /// The SHA-256 of the whole record before it, signatures included; zeros in genesis.
    pub prev: Digest,
    /// When it was made, by the maker's clock. A claim; the chain is the order.
    pub time: Time,
    /// Its signers, in the order of the signature lines.
    pub by: Vec<KeyName>,
    /// What it says.
    pub says: S,
}

impl<S: RecordBody> Signed for FramedRecord<S> {
    const KIND: &'static str = S::KIND;
}

impl<S> FramedRecord<S> {
    /// The frame, and what stands in it.
    pub(crate) fn split<W: From<S>>(self) -> (Frame, W) {
        let FramedRecord { escrow, seq, prev, time, by, says } = self;
        (Frame { escrow, seq, prev, time, by }, says.into())
    }

    /// The frame alone.
    pub(crate) fn into_frame(self) -> Frame {
        let FramedRecord { escrow, seq, prev, time, by, .. } = self;
        Frame { escrow, seq, prev, time, by }
    }
}

/// The frame of a record, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// See [`FramedRecord::escrow`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escrow: Option<Digest>,
    /// See [`FramedRecord::seq`].
    pub seq: u64,
    /// See [`FramedRecord::prev`].
    pub prev: Digest,
    /// See [`FramedRecord::time`].
    pub time: Time,
    /// See [`FramedRecord::by`].
    pub by: Vec<KeyName>,
}
