//! The ceremonies: one file for each thing that people do with an escrow. Pure: values, a random generator
//! and a time go in, values come out; the commands read and write the files.

pub mod approve;
pub mod carried;
pub mod check;
pub mod continuation;
pub mod denials;
pub mod init;
pub mod release;
pub mod request;
pub mod seal;
pub mod unreleased;
