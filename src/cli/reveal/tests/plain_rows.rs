use super::*;
use crate::cli::say::rows::{NARROWEST, rows_of, spelled_rows_of};

fn values() -> Vec<String> {
    let long = (0..2000).map(|at| char::from(b' ' + (at * 7 % 95) as u8)).collect();
    let all = [GENERATED, TYPED, SEED, "x", "a b\nc\td", "\u{1b}[2J🔑", "<space>"];
    all.into_iter().map(str::to_owned).chain([long]).collect()
}

#[test]
fn rows_fit_and_are_ascii() {
    for value in values() {
        for columns in [0, NARROWEST, 50, 80, 120, 200] {
            for row in rows_of(&value, columns).iter().chain(&spelled_rows_of(&value, columns)) {
                assert!(row.len() < columns.max(NARROWEST), "{columns}: {}", **row);
                assert!(row.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{}", **row);
            }
        }
    }
}

/// Without the words in front, and without the blanks between groups, the rows are the value.
#[test]
fn rows_are_the_whole_value() {
    for value in values() {
        let expected: String = value
            .chars()
            .map(|one| match one {
                '!'..='~' => one.to_string(),
                ' ' => "<space>".into(),
                '\n' => "<linebreak>".into(),
                '\t' => "<tab>".into(),
                _ => format!("<U+{:04X}>", u32::from(one)),
            })
            .collect();
        for columns in [NARROWEST, 80, 200] {
            let read: String = rows_of(&value, columns)
                .iter()
                .map(|row| row.split_once(": ").unwrap().1.replace(' ', ""))
                .collect();
            assert_eq!(read, expected, "{columns}");
            let spelled: usize = spelled_rows_of(&value, columns)
                .iter()
                .map(|row| row.split_once(": ").unwrap().1.split(", ").count())
                .sum();
            assert_eq!(spelled, value.chars().count(), "{columns}");
        }
    }
}

#[test]
fn rows_say_where_they_belong() {
    let rows = |value: &str| rows_of(value, 80).iter().map(|row| row.to_string()).collect::<Vec<_>>();
    assert_eq!(rows("x"), ["character 1 of 1: x"]);
    assert_eq!(rows("a b"), ["characters 1 to 3 of 3: a<space> b"]);
    assert_eq!(rows(GENERATED), ["characters 1 to 35 of 35: k7qm2- xaz2b- gwn8p- hh4tr- 3vc9e- yd6su"]);
    assert_eq!(
        rows(&SEED.repeat(2)),
        [
            "characters 1 to 40 of 64: GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ GEZD GNBV",
            "characters 41 to 64 of 64: GY3T QOJQ GEZD GNBV GY3T QOJQ",
        ]
    );
    let spelled: Vec<_> = spelled_rows_of("K7q-O", 80).iter().map(|row| row.to_string()).collect();
    assert_eq!(
        spelled,
        [
            "characters 1 to 4 of 5: capital KILO, digit seven, quebec, hyphen",
            "character 5 of 5: capital OSCAR"
        ]
    );
}
