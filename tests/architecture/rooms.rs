//! The rooms of the house, and the floor that each is on.

/// The rooms, which are folders of `src`, and their floors. Imports only go down; rooms on one floor do not
/// import each other.
pub const ROOMS: [(&str, u8); 10] = [
    ("crypto", 1),
    ("value", 2),
    ("record", 3),
    ("secret", 4),
    ("escrow", 4),
    ("ledger", 5),
    ("audit", 5),
    ("ceremony", 6),
    ("hands", 6),
    ("cli", 7),
];

/// The floor of `main`, above the rooms.
pub const MAIN: u8 = 8;

/// What is in `cli`, folders and files, and the floor that each is on, as `src/cli/mod.rs` says. Imports only go
/// down here too, and what is on one floor does not import each other.
pub const CLI_FLOORS: [(&str, u8); 9] = [
    ("say", 1),
    ("flags", 1),
    ("context", 2),
    ("terminal", 3),
    ("reveal", 4),
    ("files", 5),
    ("ask", 6),
    ("verb", 7),
    ("args", 8),
];

/// The rooms that an auditor's code is made of.
const OF_AUDITORS: [&str; 4] = ["record", "escrow", "ledger", "audit"];

/// What an auditor's code must not reach.
pub const SECRET_ROOMS: [&str; 3] = ["secret", "crypto/shamir", "crypto/envelope"];

/// The highest floor on which nothing touches the world.
const PURE: u8 = 5;

/// The room that a module is in.
pub fn room(module: &str) -> &str {
    module.split('/').next().unwrap_or(module)
}

/// The floor that a module is on; none for one that nobody has given a floor.
pub fn floor(module: &str) -> Option<u8> {
    if module == "main" {
        return Some(MAIN);
    }
    ROOMS.iter().find(|(name, _)| *name == room(module)).map(|(_, floor)| *floor)
}

/// What of `cli` a module is in: a folder, or a file that is in none. `None` for what is elsewhere, and for
/// `cli` itself.
pub fn cli_part(module: &str) -> Option<&str> {
    module.strip_prefix("cli/").map(room)
}

/// The floor of a part of `cli`.
pub fn cli_floor(part: &str) -> Option<u8> {
    CLI_FLOORS.iter().find(|(name, _)| *name == part).map(|(_, floor)| *floor)
}

/// Whether nothing that the module does reaches disk, terminal, clock or kernel.
pub fn is_pure(module: &str) -> bool {
    floor(module).is_some_and(|floor| floor <= PURE) || room(module) == "ceremony"
}

/// Whether an auditor's code is made of it.
pub fn is_auditors(module: &str) -> bool {
    OF_AUDITORS.contains(&room(module))
}

/// Whether an auditor's code must not reach it.
pub fn is_secret(module: &str) -> bool {
    SECRET_ROOMS.iter().any(|room| module == *room || module.starts_with(&format!("{room}/")))
}
