//! `seal --from`: what a table may look like, and what it says of one that may not.

use crate::stage::{PASSWORD, Run, Stage, row};

const HEADER: &str = "vault,account_id,email,password";

#[track_caller]
fn refused(stage: &Stage, code: i32, csv: impl AsRef<[u8]>) -> Run {
    let words = stage.words("seal --from - --threshold 2 --custodian alice --custodian bob --as admin/admin");
    stage.refuses_words(code, words.stdin(csv))
}

/// Seals one vault with this password cell, and gives what comes out again.
fn round_trip(cell: &str) -> String {
    let stage = Stage::begun();
    let csv = format!("{HEADER}\nprod,111122223333,r@example.com,{cell}\n");
    stage.seal(&csv, "--accept-deviation weak-password").ok();
    let asked = stage.request("--field password --accept-deviation not-in-force");
    stage.approve("alice", &asked).ok();
    stage.approve("bob", &asked).ok();
    let run = stage.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
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
    let stage = Stage::begun();
    let csv = [b"\xef\xbb\xbf", row("prod").replace('\n', "\r\n").as_bytes()].concat();
    stage.write("accounts.csv", csv);
    let line = "seal --from accounts.csv --threshold 2 --custodian alice --custodian bob --as admin/admin";
    stage.run(line).ok().shows("sealed prod generation 1 (root, account 111122223333): 2 of 2: alice, bob");
}

#[test]
fn a_formula_is_no_name() {
    let stage = Stage::begun();
    refused(&stage, 3, format!("{HEADER}\n=cmd(),1,r@example.com,{PASSWORD}\n")).what("column `vault`");
    let run = refused(&stage, 3, format!("{HEADER}\nprod,=cmd(),r@example.com,{PASSWORD}\n"));
    run.what("column `account_id`").at("-, row 2");
    refused(&stage, 3, format!("{HEADER},=cmd()\nprod,1,r@example.com,{PASSWORD},x\n")).what("of the header");
}

#[test]
fn a_header_is_whole_and_names_each_column_once() {
    let stage = Stage::begun();
    refused(&stage, 3, "").at("row 1");
    refused(&stage, 3, HEADER).what("there is no row").at("row 2");
    for missing in ["vault", "account_id", "email"] {
        let header = HEADER.replace(missing, "other");
        let run = refused(&stage, 3, format!("{header}\nprod,1,r@example.com,{PASSWORD}\n"));
        run.what(&format!("lacks `{missing}`")).at("row 1");
    }
    let run = refused(&stage, 3, format!("{HEADER},password\nprod,1,r@example.com,{PASSWORD},x\n"));
    run.what("names a column twice").at("row 1");
    // Two columns that differ in spelling alone are one field.
    let run = refused(&stage, 3, format!("{HEADER},account-id\nprod,1,r@example.com,{PASSWORD},2\n"));
    run.what("account-id is given twice");
    refused(&stage, 3, format!("{HEADER},totp-seed\nprod,1,r@example.com,{PASSWORD},x\n")).what("totp-seed");
    // Rows without a header: the first one is not taken for a header that could be shown.
    refused(&stage, 3, format!("prod,111122223333,r@example.com,{PASSWORD}\n")).what("lacks `vault`");
}

#[test]
fn a_row_has_as_many_cells_as_the_header() {
    let stage = Stage::begun();
    let good = format!("prod,1,r@example.com,{PASSWORD}");
    for bad in [format!("{good},more"), "other,1,r@example.com".to_owned(), "\"open".to_owned()] {
        let run = refused(&stage, 3, format!("{HEADER}\n{good}\n{bad}\n"));
        run.what("another number of cells").at("-, row 3");
    }
    let bytes = [HEADER.as_bytes(), b"\nprod,1,r@example.com,\xff\xfe\xff\xfe\n"].concat();
    refused(&stage, 3, bytes).what("not UTF-8").at("row 2");
    refused(&stage, 3, format!("{HEADER}\n,1,r@example.com,{PASSWORD}\n"))
        .what("column `vault`: it is empty");
    refused(&stage, 3, format!("{HEADER}\nprod,,r@example.com,{PASSWORD}\n"))
        .what("the account id of `prod`");
    refused(&stage, 3, format!("{HEADER}\nprod,1,,{PASSWORD}\n")).what("the e-mail address of `prod`");
}

#[test]
fn a_secret_in_the_wrong_column_is_not_shown() {
    let stage = Stage::begun();
    for column in 0..2 {
        let mut cells = ["prod", "1", "r@example.com", PASSWORD];
        cells.swap(column, 3);
        refused(&stage, 3, format!("{HEADER}\n{}\n", cells.join(","))).at("row 2");
    }
    let header = format!("{HEADER},custodians,threshold");
    for last in [format!("{PASSWORD},2"), format!("alice bob,{PASSWORD}")] {
        refused(&stage, 3, format!("{header}\nprod,1,r@example.com,{PASSWORD},{last}\n")).at("row 2");
    }
}

#[test]
fn a_payload_has_at_most_a_mebibyte() {
    let stage = Stage::begun();
    let csv = |size: usize| format!("{HEADER},note\nprod,1,r@example.com,{PASSWORD},{}\n", "x".repeat(size));
    refused(&stage, 3, csv((1 << 20) - csv(0).len())).what("at most 1048576").at("row 2");
    // Nor has a table.
    refused(&stage, 3, csv((1 << 20) - csv(0).len() + 1)).what("larger than 1048576").next("split it");
    stage.seal(&csv((1 << 20) - 4096), "").ok();
    stage.run("check --all --as alice/alice").ok();
}

#[test]
fn a_row_may_name_its_own_custodians_and_threshold() {
    let stage = Stage::begun();
    let csv = format!(
        "{HEADER},custodians,threshold\n\
         one,1,r@example.com,{PASSWORD}1,alice  carol,\n\
         two,2,r@example.com,{PASSWORD}2,,3\n\
         three,3,r@example.com,{PASSWORD}3,,\n"
    );
    let run = stage.seal(&csv, "").ok();
    let run = run.shows("sealed one generation 1 (root, account 1): 2 of 2: alice, carol");
    let run = run.shows("sealed two generation 1 (root, account 2): 3 of 3: alice, bob, carol");
    let run = run.shows("sealed three generation 1 (root, account 3): 2 of 3: alice, bob, carol");
    assert_eq!(run.out.matches("sealed canary-").count(), 3);
    for (cells, why) in [
        ("alice zoe,", "`zoe` is not a custodian"),
        ("alice alice,", "`alice` is named twice"),
        ("alice,", "cannot be met by 1 shares"),
        ("alice;bob,", "column `custodians`"),
        (",0", "the least is 2"),
        (",1", "the least is 2"),
        (",4", "cannot be met by 2 shares"),
        (",two", "column `threshold`"),
        (",256", "column `threshold`"),
    ] {
        let header = format!("{HEADER},custodians,threshold");
        refused(&stage, 3, format!("{header}\nx,1,r@example.com,{PASSWORD},{cells}\n")).what(why);
    }
}

#[test]
fn other_columns_become_fields_that_can_be_asked_for() {
    let stage = Stage::begun();
    let csv = format!("{HEADER},backup_code\nprod,1,r@example.com,{PASSWORD},b4ck-up\n");
    stage.seal(&csv, "").ok();
    let asked = stage.request("--field backup-code --field email --accept-deviation not-in-force");
    stage.approve("alice", &asked).ok();
    stage.approve("bob", &asked).ok();
    let print = "--print email --print backup-code";
    let run = stage.run(&format!("release req.bgr alice.bga bob.bga --as carol/carol {print}")).ok();
    assert_eq!(run.out, "email: r@example.com\nbackup-code: b4ck-up\n");
}
