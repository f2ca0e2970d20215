//! Nothing: only the lock file beside it is looked at.
