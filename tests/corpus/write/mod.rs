//! Writes the corpus: each case from a world in memory, with what the library says of it when it is written.

mod armoured;
mod bounds;
mod branches;
mod canaries;
mod cards;
mod continuations;
mod deviations;
mod edits;
mod excerpts;
mod faults;
mod generations;
mod genesis;
mod grown;
mod keys;
mod log_case;
mod newer;
mod notes;
mod notices;
mod offices;
mod outside;
mod parts;
mod put;
mod records;
mod recoveries;
mod releases;
mod renewals;
mod requests;
mod retirements;
mod sealed_files;
mod seals;
mod statements;
mod tails;
mod time;
mod words;

/// Writes every case that is not there yet.
pub fn everything() {
    genesis::write();
    cards::write();
    records::write();
    notes::write();
    faults::write();
    newer::write();
    seals::write();
    canaries::write();
    sealed_files::write();
    requests::write();
    releases::write();
    statements::write();
    outside::write();
    tails::write();
    continuations::write();
    branches::write();
    retirements::write();
    deviations::write();
    generations::write();
    grown::write();
    notices::write();
    offices::write();
    renewals::write();
    parts::write();
    time::write();
    words::write();
    bounds::write();
    log_case::no_surprises();
}
