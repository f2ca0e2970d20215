//! Tables of credentials: formulas, quotes, marks, cells of a megabyte; and seeds that are too short.

use crate::disk::{Disk, PASSWORD, RequestState, Run, SEED, code_now};

const HEADER: &str = "vault,account_id,email,password";

/// Seals this table; what is asked for comes out of `prod` again.
#[track_caller]
fn round_trip(csv: impl AsRef<[u8]>, field: &str) -> String {
    let disk = Disk::begun();
    let line = "seal --from table.csv --threshold 2 --custodian alice --custodian bob --as dan/dan";
    disk.write("table.csv", csv);
    disk.run(&format!("{line} --accept-deviation weak-password")).ok();
    let RequestState { words, .. } =
        disk.request(&format!("--field {field} --accept-deviation not-in-force"));
    for who in ["alice", "bob"] {
        let line = format!("approve req.bgr --as {who}/{who} -o {who}.bga --session-words");
        disk.line(&line).arg(&words).run().ok();
    }
    let line = format!("release req.bgr alice.bga bob.bga --as carol/carol --print {field}");
    let run = disk.run(&line).ok();
    run.out.strip_prefix(&format!("{field}: ")).unwrap().strip_suffix('\n').unwrap().to_owned()
}

/// Asserts that this table seals nothing.
#[track_caller]
fn seals_nothing(csv: impl AsRef<[u8]>) -> Run {
    let disk = Disk::begun();
    disk.write("table.csv", csv);
    let line = "seal --from table.csv --threshold 2 --custodian alice --custodian bob --as dan/dan";
    disk.refuses(3, line).at("table.csv, ")
}

#[test]
fn a_formula_in_a_table_is_only_text() {
    for formula in ["=cmd()", "=cmd|'/c calc'!A0", "+1+cmd()", "-2+3", "@SUM(1)"] {
        // A value goes in and comes out as it is: nothing evaluates it, and nothing quotes it.
        let csv = format!("{HEADER},note\nprod,1,r@example.com,{PASSWORD},{formula}\n");
        assert_eq!(round_trip(&csv, "note"), formula);
        // It is no name of a vault, an account, a person or a field.
        seals_nothing(format!("{HEADER}\n{formula},1,r@example.com,{PASSWORD}\n")).what("column `vault`");
        let run = seals_nothing(format!("{HEADER}\nprod,{formula},r@example.com,{PASSWORD}\n"));
        run.what("column `account_id`");
        let run = seals_nothing(format!("{HEADER},custodians\nprod,1,r@example.com,{PASSWORD},{formula}\n"));
        run.what("column `custodians`");
        let run = seals_nothing(format!("{HEADER},{formula}\nprod,1,r@example.com,{PASSWORD},x\n"));
        run.what("column 5 of the header");
    }
}

#[test]
fn quotes_in_a_table_are_those_of_rfc_4180() {
    for (cell, value) in [
        (r#""say ""hi"", twice""#, r#"say "hi", twice"#),
        (r#""""""#, r#"""#),
        ("\"a,b\"", "a,b"),
        ("'single'", "'single'"),
    ] {
        let csv = format!("{HEADER},note\nprod,1,r@example.com,{PASSWORD},{cell}\n");
        assert_eq!(round_trip(&csv, "note"), value, "{cell}");
    }
    // A quote that is never closed swallows the next row: that is found, and nothing of it is sealed.
    let open = format!("{HEADER},note\nprod,1,r@example.com,{PASSWORD},\"open\nnext,2,r@example.com,x,y\n");
    seals_nothing(&open).what("is never closed").at("line 2, column 48").next("each quote within doubled");
    let within = format!("{HEADER},note\nprod,1,r@example.com,{PASSWORD},in\"side\n");
    seals_nothing(&within).what("a cell that does not begin with one").at("line 2, column 50");
}

#[test]
fn a_byte_order_mark_before_a_table_is_passed_over() {
    let table = format!("{HEADER},note\nprod,1,r@example.com,{PASSWORD},x\n");
    assert_eq!(round_trip([b"\xef\xbb\xbf", table.as_bytes()].concat(), "note"), "x");
    // One elsewhere is no part of a name.
    seals_nothing(table.replace("\nprod", "\n\u{feff}prod")).what("column `vault`").at("row 2");
    // It says of UTF-16 in which order its bytes are; without it nobody knows.
    let wide: Vec<u8> = table.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(round_trip([b"\xff\xfe", &wide[..]].concat(), "note"), "x");
    seals_nothing(&wide).what("looks like UTF-16").at("line 1").next("CSV UTF-8");
}

#[test]
fn a_cell_of_a_megabyte_is_refused_and_not_repeated() {
    let csv = |size: usize| format!("{HEADER},note\nprod,1,r@example.com,{PASSWORD},{}\n", "x".repeat(size));
    let whole = csv(0).len();
    let run = seals_nothing(csv((1 << 20) - whole)).what("at most 1048576").at("row 2");
    assert!(run.err.len() < 1000, "{}", run.err.len());
    for column in 0..2 {
        let large = "a".repeat(1_000_000);
        let mut cells = ["prod", "1", "r@example.com", PASSWORD];
        cells[column] = &large;
        let run = seals_nothing(format!("{HEADER}\n{}\n", cells.join(","))).at("row 2");
        assert!(run.err.len() < 1000, "{}", run.err.len());
    }
    let run =
        seals_nothing(format!("{HEADER},{}\nprod,1,r@example.com,{PASSWORD},x\n", "a".repeat(1_000_000)));
    assert!(run.err.len() < 1000, "{}", run.err.len());
    // What fits comes out whole.
    let fits = (1 << 20) - 4096;
    assert_eq!(round_trip(csv(fits), "note"), "x".repeat(fits));
}

#[test]
fn there_is_an_end_to_columns_and_rows() {
    let columns = |count: usize| -> String { (0..count).map(|at| format!(",c{at}")).collect() };
    let csv = |more: usize| {
        format!("{HEADER}{}\nprod,1,r@example.com,{PASSWORD}{}\n", columns(more), ",x".repeat(more))
    };
    assert_eq!(round_trip(csv(60), "c59"), "x");
    seals_nothing(csv(61)).what("too many columns").at("row 1");
    // A row that never ends is not read to its end.
    let endless = format!("{HEADER}\nprod,1,r@example.com,{PASSWORD}{}\n", ",".repeat(1_000_000));
    seals_nothing(endless).what("more than 4").at("line 2, column 48");
}

/// RFC 4226 asks for 128 bits, and providers give fewer: it is said, and by how much, and needs a yes.
#[test]
fn a_totp_seed_of_80_bits_needs_a_yes() {
    let csv = |seed: &str| format!("{HEADER},totp\nprod,1,r@example.com,{PASSWORD},{seed}\n");
    let short = &SEED[..16];
    for seed in [short.to_owned(), format!("otpauth://totp/root?secret={short}")] {
        let disk = Disk::begun();
        disk.write("table.csv", csv(&seed));
        let line = "seal --from table.csv --threshold 2 --custodian alice --custodian bob --as dan/dan";
        let run = disk.refuses(4, line).at("row 2");
        assert!(!run.err.contains(short), "{}", run.err);
        run.what("the TOTP seed of `prod` has 80 bits").next("--accept-deviation short-seed");
        let accepted = "--accept-deviation short-seed --accept-deviation totp-unproven";
        disk.run(&format!("{line} {accepted}")).ok().shows("email, password, totp");
    }
    // Fewer were cut short, and no yes helps.
    seals_nothing(csv(&SEED[..15])).what("the seed has 72 bits; at least 80 are needed").at("row 2");
    // 128 bits are enough.
    let least = &format!("{}AA", &SEED[..24]);
    let disk = Disk::begun();
    let line = "seal --from - --threshold 2 --custodian alice --custodian bob --as dan/dan";
    let words = disk.line(&format!("{line} --accept-deviation totp-unproven")).stdin(csv(least));
    words.run().ok().shows("sealed prod generation 1");
    assert_eq!(code_now().len(), 6);
}
