//! age encryption
