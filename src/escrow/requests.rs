//! Requests, and what became of them.

use std::collections::BTreeSet;

use crate::crypto::digest::Digest;
use crate::record::closing::Close;
use crate::record::request::{End, Request};
use crate::value::names::PersonId;
use crate::value::time::Time;

/// A request, and what became of it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// What it asks.
    pub request: Request,
    /// The digest of its record: what approvals name it by.
    pub record: Digest,
    /// Its number in the log.
    pub seq: u64,
    /// Its time.
    pub time: Time,
    /// Its releases, in order.
    pub releases: Vec<Released>,
    /// Its end.
    pub end: Option<Ended>,
    /// Its closing.
    pub closed: Option<Closed>,
}

impl Asked {
    /// Whether anything was released for it.
    pub fn is_released(&self) -> bool {
        !self.releases.is_empty()
    }
}

/// A release of a request.
#[derive(Debug, Clone)]
pub struct Released {
    /// The digest of its record.
    pub record: Digest,
    /// Its number in the log.
    pub seq: u64,
    /// Its time.
    pub time: Time,
    /// Whose approvals it rests on.
    pub approvers: BTreeSet<PersonId>,
}

/// The end of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What it says.
    pub end: End,
    /// Its number in the log.
    pub seq: u64,
    /// Its time.
    pub time: Time,
}

/// The closing of a request.
#[derive(Debug, Clone)]
pub struct Closed {
    /// Who closed it.
    pub by: PersonId,
    /// When.
    pub time: Time,
    /// The list.
    pub close: Close,
}
