//! `seal --from`: what a table may look like, and what it says of one that may not.

use crate::disk::{Disk, PASSWORD, Run, row};

const HEADER: &str = "vault,account_id,email,password";

#[track_caller]
fn refused(disk: &Disk, code: i32, csv: impl AsRef<[u8]>) -> Run {
    let words = disk.line("seal --from - --threshold 2 --custodian alice --custodian bob --as dan/dan");
    disk.refuses_line(code, words.stdin(csv))
}

/// Seals one vault with this password cell, and gives what comes out again.
fn round_trip(cell: &str) -> String {
    let disk = Disk::begun();
    let csv = format!("{HEADER}\nprod,111122223333,r@example.com,{cell}\n");
    disk.seal(&csv, "--accept-deviation weak-password").ok();
    let asked = disk.request("--field password --accept-deviation not-in-force");
    disk.approve("alice", &asked).ok();
    disk.approve("bob", &asked).ok();
    let run = disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    run.out.strip_prefix("password: ").unwrap().strip_suffix('\n').unwrap().to_owned()
}

#[test]
fn a_cell_comes_out_as_it_went_in() {
    for (cell, value) in [
        ("=cmd()", "=cmd()"),
        ("\"=HYPERLINK(\"\"x\"\")\"", "=HYPERLINK(\"x\")"),
        ("\"with, comma\"", "with, comma"),
        ("  blanks around ", "  blanks around "),
        ("'quoted", "'quoted"),
        ("Zoë-東京-🔑", "Zoë-東京-🔑"),
        ("back\\slash", "back\\slash"),
    ] {
        assert_eq!(round_trip(cell), value);
    }
}

#[test]
fn a_table_may_begin_with_a_mark_and_end_its_lines_as_windows_does() {
    let disk = Disk::begun();
    let csv = [b"\xef\xbb\xbf", row("prod").replace('\n', "\r\n").as_bytes()].concat();
    disk.write("accounts.csv", csv);
    let line = "seal --from accounts.csv --threshold 2 --custodian alice --custodian bob --as dan/dan";
    disk.run(line).ok().shows("sealed prod generation 1 (root, account 111122223333): 2 of 2: alice, bob");
}

#[test]
fn a_row_has_as_many_cells_as_the_header() {
    let disk = Disk::begun();
    let good = format!("prod,1,r@example.com,{PASSWORD}");
    for (bad, place) in
        [(format!("{good},more"), "line 3, column"), ("other,1,r@example.com".into(), "row 3")]
    {
        let run = refused(&disk, 3, format!("{HEADER}\n{good}\n{bad}\n"));
        run.what("another number of cells").at(&format!("-, {place}"));
    }
    let bytes = [HEADER.as_bytes(), b"\nprod,1,r@example.com,\xff\xfe\xff\xfe\n"].concat();
    refused(&disk, 3, bytes).what("not UTF-8").at("line 2, column 22");
    refused(&disk, 3, format!("{HEADER}\n,1,r@example.com,{PASSWORD}\n")).what("column `vault`: it is empty");
    refused(&disk, 3, format!("{HEADER}\nprod,,r@example.com,{PASSWORD}\n")).what("the account id of `prod`");
    refused(&disk, 3, format!("{HEADER}\nprod,1,,{PASSWORD}\n")).what("the e-mail address of `prod`");
}

#[test]
fn a_payload_has_at_most_a_mebibyte() {
    let disk = Disk::begun();
    let csv = |size: usize| format!("{HEADER},note\nprod,1,r@example.com,{PASSWORD},{}\n", "x".repeat(size));
    refused(&disk, 3, csv((1 << 20) - csv(0).len())).what("at most 1048576").at("row 2");
    // Nor has a table.
    refused(&disk, 3, csv((1 << 20) - csv(0).len() + 1)).what("larger than 1048576").next("split it");
    disk.seal(&csv((1 << 20) - 4096), "").ok();
    disk.run("check --all --as alice/alice").ok();
}
