use std::fs;
use std::path::Path;

use super::*;
use crate::cli::say::painted::Painted;

/// Each with a name, and how it comes about.
fn scenes() -> Vec<(&'static str, Screen)> {
    let scene = |keys: &[(u64, &str)]| {
        let mut screen = Screen::usual();
        for (wait, keys) in keys {
            screen.wait(*wait);
            if !keys.is_empty() {
                screen.press(keys);
            }
        }
        screen
    };
    vec![
        ("begin", scene(&[])),
        ("password", scene(&[(0, "3")])),
        ("password-spelled", scene(&[(0, "3s"), (3, "")])),
        ("look-alikes", scene(&[(0, "7"), (27, "")])),
        ("look-alikes-spelled", scene(&[(0, "7s")])),
        ("code", scene(&[(0, "4"), (13, "")])),
        ("code-and-next", scene(&[(26, "4n")])),
        ("code-over", scene(&[(10, "4"), (21, "")])),
        ("no-codes-left", scene(&[(0, "4n"), (65, "n"), (26, "n")])),
        ("seed", scene(&[(0, "6")])),
        ("notes", scene(&[(0, "8")])),
        ("not-held", scene(&[(0, "5")])),
        ("hidden", scene(&[(0, "3"), (30, "")])),
        ("end", scene(&[(0, "1"), (0, "2"), (0, "34q")])),
    ]
}

#[test]
fn screens_are_those_in_the_files() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens/reveal");
    let bless = std::env::var_os("BREAKGLASS_BLESS").is_some();
    let mut expected = Vec::new();
    for (name, screen) in scenes() {
        for (columns, rows) in [(80, 24), (120, 40), (40, 12)] {
            let file = format!("{name}-{columns}x{rows}.txt");
            let mut text = String::new();
            for line in screen.lines(columns, rows) {
                text.push_str(line.trim_end());
                text.push('\n');
            }
            if bless {
                fs::create_dir_all(&folder).unwrap();
                fs::write(folder.join(&file), &text).unwrap();
            }
            let golden = fs::read_to_string(folder.join(&file)).unwrap_or_default();
            assert_eq!(text, golden, "{file} (BREAKGLASS_BLESS=1 writes what there is now)");
            expected.push(file);
        }
    }
    for entry in fs::read_dir(&folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(expected.contains(&name), "no scene draws {name}");
    }
}

/// The value that is on the screen in groups: what stands below a ruler, without blanks. Parts are joined.
fn read_back(screen: &mut Screen, columns: usize, rows: usize) -> Option<String> {
    let mut value = String::new();
    for _ in 0..10_000 {
        let lines = screen.lines(columns, rows);
        if lines.iter().any(|line| line.contains("too small")) {
            return None;
        }
        let ruler = |line: &str| {
            line.starts_with("   ")
                && line.trim().split(' ').all(|word| word.chars().all(|one| one.is_ascii_digit()))
        };
        for pair in lines.windows(2).filter(|pair| ruler(&pair[0]) && !pair[0].trim().is_empty()) {
            // A value of nothing but digits looks like a ruler: it begins with its own place.
            let place = value.chars().filter(|one| *one != '\u{2}').count() + 1;
            if pair[0].trim().split(' ').next() == Some(&place.to_string()) {
                value.extend(pair[1].chars().filter(|one| *one != ' '));
            }
        }
        let all = lines.join(" ");
        let (part, of) = match all.split_once("PART ") {
            Some((_, rest)) => {
                let mut words = rest.split([' ', ',']);
                (words.next()?.to_owned(), words.nth(1)?.to_owned())
            }
            None => return Some(value),
        };
        if part == of {
            return Some(value);
        }
        screen.press(">");
    }
    panic!("parts never end");
}

#[test]
fn what_is_on_the_screen_is_the_whole_value() {
    let long: String = (0..700).map(|at| char::from(b'!' + (at * 7 % 94) as u8)).collect();
    let digits = "0123456789".repeat(7);
    for value in
        ["x", "hunter2", GENERATED, SEED, &SEED.repeat(2), &long, &digits, "ab-cd-ef", "-----", "a-b c\nd"]
    {
        for (columns, rows) in [(80, 24), (120, 40), (40, 12), (200, 60), (30, 30), (40, 10)] {
            let mut screen = Screen::new(&[("password", value)], &["password"], 0);
            screen.press("1");
            let read = read_back(&mut screen, columns, rows);
            let shown = value.replace(' ', "␣").replace('\n', "↵");
            assert_eq!(read.as_deref(), Some(shown.as_str()), "{columns}x{rows}");
        }
    }
}

#[test]
fn no_window_is_left_by_any_line() {
    for (name, screen) in scenes() {
        for columns in (0..60).chain([79, 80, 81, 100, 119, 120, 200]) {
            for rows in (0..30).chain([40, 60]) {
                let lines = screen.lines(columns, rows);
                assert!(lines.len() <= rows, "{name} {columns}x{rows}: {} rows", lines.len());
                for line in lines {
                    assert!(line.chars().count() <= columns, "{name} {columns}x{rows}: {line}");
                    assert!(!line.contains('\n'), "{name} {columns}x{rows}");
                }
            }
        }
    }
}

/// Whatever the window: all of the value is there, or is there in parts that say so, or nothing of it is.
#[test]
fn nothing_is_cut_off_silently() {
    for rows in 1..30 {
        for columns in 1..90 {
            let mut screen = Screen::new(&[("password", GENERATED)], &["password"], 0);
            screen.press("1");
            match read_back(&mut screen, columns, rows) {
                Some(read) if read == GENERATED => {}
                Some(read) => assert_eq!(read, "", "{columns}x{rows}"),
                None => {}
            }
            screen.press("s");
            let lines = screen.lines(columns, rows).concat();
            let words = lines.contains("quebec") || lines.contains("sierra");
            let all = lines.contains("quebec") && lines.contains("sierra") || lines.contains("PART ");
            assert!(!words || all, "{columns}x{rows}: {lines}");
        }
    }
}

#[test]
fn a_window_that_is_too_small_says_so() {
    let mut screen = Screen::usual();
    screen.press("3");
    let text = screen.lines(20, 6).join(" ");
    assert!(text.contains("too small to show password"), "{text}");
    assert!(!text.contains("k7qm2"));
}

#[test]
fn codes_and_what_is_said_about_them_fit_into_a_small_window() {
    for (name, screen) in scenes().iter().filter(|(name, _)| name.contains("code")) {
        let text = screen.lines(40, 12).join("\n");
        assert!(!text.contains("too small"), "{name}");
    }
}

/// The name gives way to the number of the part; where even that does not fit, nothing is shown.
#[test]
fn a_part_always_says_that_it_is_one() {
    let name = "a-name-of-thirty-two-characters-";
    for (length, columns, expected) in
        [(400, 20, "  PART 1 OF "), (250_000, 20, "too small"), (250_000, 21, "PART")]
    {
        let mut screen = Screen::new(&[(name, &"A".repeat(length))], &[name], 0);
        screen.press("1");
        let text = screen.lines(columns, 7).join(" ");
        assert!(text.contains(expected), "{text}");
        assert_eq!(text.contains("AA"), expected != "too small", "{text}");
    }
}

#[test]
fn parts_turn_both_ways_and_begin_again() {
    let mut screen = Screen::new(&[("password", &SEED.repeat(20))], &["password"], 0);
    screen.press("1");
    let part = |screen: &Screen| {
        let text = screen.text();
        text.split_once("PART ").map(|(_, rest)| rest[..6].to_owned()).unwrap()
    };
    assert_eq!(part(&screen), "1 OF 4");
    for (key, expected) in
        [(">", "2 OF 4"), ("<", "1 OF 4"), ("<", "4 OF 4"), (">", "1 OF 4"), (">", "2 OF 4")]
    {
        screen.press(key);
        assert_eq!(part(&screen), expected);
    }
    screen.press("s");
    assert!(part(&screen).starts_with("1 OF"), "the spelled form begins at its beginning");
}

#[test]
fn only_the_open_field_is_on_the_screen() {
    let mut screen = Screen::usual();
    let secrets = ["1111  2222  3333", "aws-  root+", "k7qm2-  xaz2b-", "755 224", "GEZD  GNBV", "Il1|"];
    let on = |screen: &Screen| {
        let text = screen.text();
        secrets.iter().filter(|secret| text.contains(**secret)).count()
    };
    assert_eq!(on(&screen), 0);
    for key in ["1", "2", "3", "6", "7"] {
        screen.press(key);
        assert_eq!(on(&screen), 1, "{key}");
        screen.press("h");
        assert_eq!(on(&screen), 0, "{key}");
    }
}

/// The rows of a value: itself, its marks, names below it; and everything after that.
fn open(value: &str) -> (Vec<String>, String) {
    let mut screen = Screen::new(&[("password", value)], &["password"], 0);
    screen.press("1");
    let lines = screen.lines(80, 24);
    let at = lines.iter().position(|line| line.trim_end() == "   1" || line.starts_with("   1  ")).unwrap();
    (lines[at..at + 4].iter().map(|line| line.trim_end().to_owned()).collect(), lines[at + 2..].join("\n"))
}

#[test]
fn marks_are_under_characters_that_pass_for_others_and_the_legend_names_them() {
    let (lines, legend) = open("aO0l|~- é,");
    assert_eq!(
        lines,
        [
            "   1     5     9",
            "   aO0l  |~-␣  é,",
            "    ^#_  ***",
            "   5 is vertical bar, 6 is tilde, 7 is hyphen"
        ]
    );
    let expected =
        "   ^ capital letter   _ small letter   # digit   * sign, named below it   \n   ␣ space   , comma";
    assert!(legend.contains(expected) || legend.contains(&expected.replace("   \n", "\n")), "{legend}");
}

#[test]
fn what_needs_no_mark_has_none() {
    let (lines, legend) = open("aaaa");
    assert_eq!(lines[2], "");
    assert!(!legend.contains('^') && legend.contains("no capital letters"), "{legend}");
    // Without capitals, an s is a small one. An l is marked in any case: it may be a digit.
    assert_eq!(open("s5lx").0[2], "    #_");
    assert_eq!(open("S5lx").0[2], "   ^#__");
    let (lines, legend) = open("S5OX");
    assert_eq!(lines[2], "    #^");
    assert!(legend.contains("no small letters"), "{legend}");
    // One hyphen after the other is no tilde; it is named once.
    let (lines, legend) = open("a-b-");
    assert_eq!(lines[2], "");
    assert!(legend.contains("- hyphen"), "{legend}");
    assert!(!open("AAAA").1.contains("no capital letters"));
}

#[test]
fn colour_only_repeats_what_is_there() {
    for (name, screen) in scenes() {
        let lines = picture(&screen.state, 80, 24, screen.now());
        for line in lines {
            let plain = line.shown(false);
            assert_eq!(
                plain,
                line.to_string(),
                "{name}: everything hostile was written as a code point before"
            );
            let mut bare = line.shown(true);
            for tone in ["\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[33m", "\x1b[1;31m", "\x1b[0m"] {
                bare = bare.replace(tone, "");
            }
            assert_eq!(bare, plain, "{name}");
        }
    }
}

#[test]
fn what_a_terminal_would_obey_is_a_code_point() {
    let mut screen = Screen::new(&[("password", "a\u{1b}[2J\u{202e}е\u{301}x")], &["password"], 0);
    screen.press("1");
    let text = Painted::lines(picture(&screen.state, 80, 24, screen.now())).to_string();
    assert!(text.contains("a<U+001B>[2  J<U+202E><U+0435><U+0301>  x"), "{text}");
    screen.press("s");
    assert!(screen.text().contains("alfa, U+001B, open square bracket, digit two"), "{}", screen.text());
}

#[test]
fn more_fields_than_the_window_has_rows_are_said_to_be_more() {
    let names: Vec<String> = (0..64).map(|at| format!("field-{at}")).collect();
    let fields: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let wanted: Vec<_> = names.iter().map(String::as_str).collect();
    let mut screen = Screen::new(&fields, &wanted, 0);
    let text = screen.text();
    assert!(text.contains("more: make the window taller"), "{text}");
    assert!(text.contains("Tab the field after"), "{text}");
    for name in &names {
        screen.press("\t");
        assert!(screen.text().contains(&format!("{name}  1 character")), "{name}: {}", screen.text());
    }
    assert_eq!(screen.shown().0.len(), 64);
}
