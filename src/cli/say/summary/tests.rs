//! A screen never hides what decides, whatever people wrote.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// What a text shows, without margins and line breaks.
fn letters(text: &str) -> String {
    text.replace(BAR.trim(), "").chars().filter(|one| !one.is_whitespace()).collect()
}

fn lines(page: &Painted) -> Vec<String> {
    page.shown(false).lines().map(str::to_owned).collect()
}

/// Some texts of a request, long or short, with lines that look like those of the screen, and what decides beside them.
fn summary(texts: &[String], decides: &[String], words: &[String]) -> Summary {
    let mut summary = Summary::titled("ABOUT TO BE SIGNED".into());
    texts.iter().for_each(|text| summary.text("because", Tone::Plain, text));
    summary.decides_by("fields", words.iter().map(|word| (Tone::Plain, word.clone())).collect());
    decides.iter().for_each(|text| summary.decides("vault", Tone::Strong, text));
    summary
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn a_screen_never_hides_what_decides(
        texts in vec("([ -~]|\n|東|  account    1\n  vault      canary\n){0,300}", 0..6),
        decides in vec("[a-z0-9 ,()]{1,90}", 1..8),
        words in vec("[a-z-]{1,32}", 0..64),
        rows in 8_usize..50,
        columns in prop_oneof![Just(80_usize), 80_usize..200],
    ) {
        let summary = summary(&texts, &decides, &words);
        let pages = summary.fitted(columns, rows);
        for page in &pages {
            prop_assert!(lines(page).len() <= rows - QUESTION, "{}", page.shown(false));
            for line in lines(page) {
                let wide: usize = line.chars().map(|one| if one.is_ascii() { 1 } else { 2 }).sum();
                prop_assert!(wide <= columns, "{line}");
            }
        }
        // What decides is shown from its first letter to its last, and last of all.
        let shown: Vec<String> = pages.iter().flat_map(lines).collect();
        let decided: Vec<String> = summary.decides.iter().flat_map(|one| one.lines.iter()).map(|line| line.shown(false)).collect();
        prop_assert!(shown.ends_with(&decided), "{shown:#?}");
        let whole = letters(&decided.join("\n"));
        for text in decides.iter().chain(&words) {
            prop_assert!(whole.contains(&letters(text)));
        }
        // It is all on the screen with the question, if there is room for it at all.
        if decided.len() <= rows - QUESTION {
            prop_assert!(lines(pages.last().unwrap()).ends_with(&decided));
        }
        // Nothing is left out unsaid, and what was cut is there to be read.
        let all = lines(&summary.whole());
        let is_cut = shown.iter().any(|line| line.starts_with("  CUT: "));
        prop_assert_eq!(is_cut, all.len() > rows - QUESTION);
        let everything = letters(&all.join("\n"));
        for text in &texts {
            prop_assert!(everything.contains(&letters(text)));
        }
    }
}

#[test]
fn each_text_has_its_turn_before_one_has_more() {
    assert_eq!(shared(&[5, 1, 3], 0), [0, 0, 0]);
    assert_eq!(shared(&[5, 1, 3], 4), [2, 1, 1]);
    assert_eq!(shared(&[5, 1, 3], 8), [4, 1, 3]);
    assert_eq!(shared(&[5, 1, 3], 99), [5, 1, 3]);
}

#[test]
fn what_is_cut_is_counted() {
    let mut summary = Summary::titled("title".into());
    summary.text("because", Tone::Plain, &"why\n".repeat(30));
    summary.text("planned", Tone::Plain, "one\ntwo");
    summary.decides("vault", Tone::Strong, "prod");
    let pages = summary.fitted(80, 13);
    let [page] = pages.as_slice() else { panic!("{} pages", pages.len()) };
    let shown = lines(page);
    assert_eq!(shown.len(), 9, "{shown:#?}");
    assert_eq!(shown[7..], ["  CUT: because 4 of 31 lines; ? shows all", "  vault      prod"]);
    let pages = summary.fitted(80, 60);
    assert!(pages.len() == 1 && lines(&pages[0]).len() == 35, "{}", pages[0].shown(false));
}
