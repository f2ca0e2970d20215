use super::*;

fn strings(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn nothing_is_shown_before_a_key() {
    let mut screen = Screen::usual();
    assert_eq!(screen.wait(100), Step::Nothing);
    assert_eq!(screen.shown(), (Vec::new(), Vec::new()));
    assert!(!screen.text().contains("hidden after"));
}

#[test]
fn digits_open_fields_in_the_order_asked_for_and_then_letters() {
    let names: Vec<String> = (1..=28).map(|at| format!("field-{at:02}")).collect();
    let fields: Vec<_> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let wanted: Vec<_> = names.iter().rev().map(String::as_str).collect();
    let mut screen = Screen::new(&fields, &wanted, 0);
    for (key, name) in "123456789bcdefgjkmprtuvwxyz".chars().zip(names.iter().rev()) {
        assert_eq!(screen.press(&key.to_string()), Step::Redraw);
        assert!(screen.text().contains(&format!("{name}  1 character")), "{key} opens {name}");
        assert_eq!(screen.press(&key.to_uppercase().to_string()), Step::Redraw, "with caps-lock");
        assert!(screen.text().contains(&format!("{name}  1 character")));
    }
    assert_eq!(screen.shown().0.len(), 27, "the last has no key of its own");
    for key in "snhaqilo0".chars() {
        assert!(screen.state.items.iter().all(|item| item.key != Some(key)), "{key} opens a field");
    }
}

#[test]
fn a_field_is_hidden_after_30_seconds_without_a_key() {
    let mut screen = Screen::usual();
    screen.press("3");
    assert!(screen.text().contains("hides in 30 s"));
    assert_eq!(screen.wait(29), Step::Redraw);
    assert!(screen.text().contains("hides in 1 s") && screen.text().contains("k7qm2-"));
    assert_eq!(screen.wait(1), Step::Redraw);
    assert!(screen.text().contains("hidden after 30 seconds without a key"));
    assert!(!screen.text().contains("k7qm2-"));
    assert_eq!(screen.wait(1), Step::Nothing);
}

#[test]
fn any_key_begins_the_30_seconds_anew() {
    for key in ["s", "!", "3", ">"] {
        let mut screen = Screen::usual();
        screen.press("3");
        screen.wait(29);
        screen.press(key);
        screen.wait(29);
        assert!(screen.text().contains("hides in 1 s"), "{key}");
    }
}

/// No tick came, because the machine slept, say: the key must not find the field open.
#[test]
fn a_key_that_comes_too_late_finds_nothing_open() {
    let mut screen = Screen::usual();
    screen.press("3");
    screen.seconds += 30;
    screen.press("s");
    assert!(screen.state.open.is_none());
    assert!(screen.text().contains("hidden after 30 seconds"));
}

#[test]
fn hiding_goes_by_the_time_that_nobody_sets() {
    let mut screen = Screen::usual();
    screen.press("3");
    let at = |unix, elapsed| Moment { unix, elapsed: Duration::from_secs(elapsed) };
    screen.state.on(Event::Tick, at(START + 3600, 1));
    assert!(screen.state.open.is_some());
    screen.state.on(Event::Tick, at(START - 3600, 30));
    assert!(screen.state.open.is_none());
}

#[test]
fn ticks_redraw_once_a_second_while_something_is_open() {
    let mut screen = Screen::usual();
    screen.press("3");
    screen.wait(0);
    assert_eq!(screen.wait(0), Step::Nothing);
    assert_eq!(screen.wait(1), Step::Redraw);
    assert_eq!(screen.wait(0), Step::Nothing);
}

#[test]
fn many_keys_hide() {
    for event in [Event::Key('h'), Event::Key('H'), Event::Key(' '), Event::Escape, Event::Enter] {
        let mut screen = Screen::usual();
        screen.press("3");
        assert_eq!(screen.on(event), Step::Redraw);
        assert!(screen.state.open.is_none(), "{event:?}");
    }
    let mut screen = Screen::usual();
    screen.press("3");
    screen.state.hide();
    assert!(!screen.text().contains("k7qm2-"));
}

#[test]
fn s_spells_and_goes_back() {
    let mut screen = Screen::usual();
    screen.press("3s");
    assert!(
        screen.text().contains("kilo, digit seven, quebec, mike, digit two, hyphen"),
        "{}",
        screen.text()
    );
    screen.press("s");
    assert!(!screen.text().contains("kilo") && screen.text().contains("k7qm2-  xaz2b-"));
    screen.press("s1");
    assert!(!screen.text().contains("digit one"), "another field begins in groups");
}

#[test]
fn what_was_shown_is_told_once_each_and_in_order() {
    let mut screen = Screen::usual();
    screen.press("313h32");
    assert_eq!(screen.shown(), (strings(&["account-id", "email", "password"]), Vec::new()));
}

#[test]
fn a_field_that_the_vault_does_not_hold_is_said_not_to_be_there_and_is_not_shown() {
    let mut screen = Screen::usual();
    assert!(screen.text().contains("5  pin            not in this vault"), "{}", screen.text());
    screen.press("35");
    assert!(screen.text().contains("root-production holds no pin"));
    assert!(screen.state.open.is_none());
    assert_eq!(screen.shown().0, strings(&["password"]));
}

#[test]
fn one_time_step_counts_once() {
    let mut screen = Screen::usual();
    screen.press("4h44h");
    screen.wait(20);
    screen.press("4");
    assert_eq!(screen.shown(), (strings(&["totp"]), vec![STEP]));
    assert_eq!(screen.state.codes_left(), 2);
    assert!(screen.text().contains("755 224") || screen.text().contains("good for 10 s"));
}

#[test]
fn the_last_code_may_be_looked_at_again_while_it_holds() {
    let mut screen = Screen::new(&[("totp", SEED)], &["totp"], 1);
    screen.press("1h");
    screen.wait(10);
    screen.press("1");
    assert!(screen.text().contains("good for 20 s"), "{}", screen.text());
    assert_eq!(screen.shown().1, [STEP]);
}

/// For consoles without a picture: the same, and never a code that is over.
#[test]
fn the_open_value_is_the_one_on_the_screen() {
    let mut screen = Screen::usual();
    let value = |screen: &Screen| {
        let (name, spelled, value) = screen.state.open_value(screen.now())?;
        Some((name.to_string(), spelled, value.to_string()))
    };
    let open = |name: &str, spelled, text: &str| Some((name.to_owned(), spelled, text.to_owned()));
    assert_eq!(value(&screen), None);
    screen.press("3s");
    assert_eq!(value(&screen), open("password", true, GENERATED));
    screen.press("4");
    let (first, second) = (value(&screen).unwrap().2, {
        screen.press("n");
        screen.wait(29);
        screen.press("!");
        screen.wait(1);
        value(&screen).unwrap().2
    });
    assert!(first != second && first.len() == 6 && second.len() == 6);
    screen.wait(28);
    screen.press("!");
    screen.wait(2);
    assert!(screen.text().contains("the code has expired"));
    assert_eq!(value(&screen), None);
    screen.press("h");
    assert_eq!(value(&screen), None);
}

#[test]
fn the_next_code_is_one_more_and_turns_into_the_current_one() {
    let mut screen = Screen::usual();
    screen.press("4n");
    assert_eq!(screen.shown().1, [STEP, STEP + 1]);
    assert!(screen.text().contains("the next one: good in 30 s"));
    screen.press("n");
    assert_eq!(screen.shown().1, [STEP, STEP + 1], "it is shown already");
    screen.wait(29);
    screen.press("!");
    screen.wait(1);
    let text = screen.text();
    assert!(text.contains("good for 30 s") && !text.contains("the next one"), "{text}");
    assert_eq!(screen.shown().1, [STEP, STEP + 1]);
}

#[test]
fn n_opens_the_code_that_holds_where_none_is_open() {
    let mut screen = Screen::usual();
    screen.press("3n");
    assert_eq!(screen.shown().1, [STEP]);
    assert!(screen.text().contains("good for 30 s"));
}

#[test]
fn a_code_whose_step_is_over_is_not_shown_any_more() {
    let mut screen = Screen::usual();
    screen.wait(25);
    screen.press("4");
    let code = |screen: &Screen| {
        screen
            .text()
            .lines()
            .find_map(|line| line.split_once("   good for").map(|(code, _)| code.trim().to_owned()))
    };
    let first = code(&screen).unwrap();
    screen.wait(5);
    let text = screen.text();
    assert!(
        text.contains("the code has expired: press n for the next (2 left)") && !text.contains(&first),
        "{text}"
    );
    assert_eq!(screen.shown().1, [STEP], "what is not shown does not count");
    for key in ["n", "4"] {
        screen.press(key);
        assert_eq!(screen.shown().1, [STEP, STEP + 1], "{key}");
        assert_ne!(code(&screen).unwrap(), first);
    }
}

#[test]
fn no_more_codes_are_shown_than_were_asked_for() {
    let mut screen = Screen::usual();
    for step in 0..5 {
        screen.press("4");
        assert_eq!(screen.shown().1.len(), 3.min(step + 1));
        screen.wait(30);
    }
    screen.press("3n");
    assert!(screen.text().contains("no codes left: the request was for 3"), "{}", screen.text());
    assert!(!screen.text().contains("good for"));
    assert!(screen.state.open.is_none());
    let mut none = Screen::new(&[("totp", SEED)], &["totp"], 0);
    none.press("1n");
    assert_eq!(none.shown(), (Vec::new(), Vec::new()));
    assert!(!none.text().contains("good for"));
    let mut one = Screen::new(&[("totp", SEED)], &["totp"], 1);
    one.press("1n");
    assert_eq!(one.shown().1, [STEP], "the next code is one too many");
    assert!(one.text().contains("good for 30 s") && !one.text().contains("the next one"));
}

#[test]
fn without_a_totp_there_is_no_next_code() {
    let mut screen = Screen::new(&[("password", "x")], &["password"], 3);
    screen.press("n");
    assert!(screen.text().contains("there is no totp to show a code of"));
    assert!(!screen.text().contains("TOTP code"));
}

#[test]
fn a_hides_and_asks_for_an_action() {
    let mut screen = Screen::usual();
    screen.press("3");
    assert_eq!(screen.press("a"), Step::AskAction);
    assert!(screen.state.open.is_none());
    screen.state.tell(crate::cli::say::painted::Tone::Good, "the action is logged as record 43");
    assert!(screen.text().contains("the action is logged as record 43"));
    screen.press("3");
    assert!(!screen.text().contains("record 43"));
}

#[test]
fn the_end_asks_while_something_was_not_looked_at() {
    let mut screen = Screen::usual();
    screen.press("3");
    assert_eq!(screen.press("q"), Step::Redraw);
    assert!(screen.state.open.is_none());
    let text = screen.text().replace('\n', " ");
    assert!(text.contains("End? 6 fields were not looked at, 3 codes are left"), "{text}");
    assert!(text.contains("Press q again to end"), "{text}");
    screen.press("3");
    assert!(!screen.text().contains("End?"));
    assert_eq!(screen.press("q"), Step::Redraw, "another key took the question back");
    assert_eq!(screen.press("q"), Step::End);
}

#[test]
fn the_end_does_not_ask_where_all_was_looked_at() {
    let fields = [("password", "x"), ("totp", SEED)];
    let mut screen = Screen::new(&fields, &["password", "totp", "pin"], 1);
    screen.press("1");
    assert_eq!(screen.press("q"), Step::Redraw);
    screen.press("2");
    assert_eq!(screen.press("q"), Step::End);
}

#[test]
fn an_interrupt_hides_and_ends() {
    let mut screen = Screen::usual();
    screen.press("3");
    assert_eq!(screen.on(Event::Interrupt), Step::End);
    assert!(screen.state.open.is_none());
    assert_eq!(screen.shown().0, strings(&["password"]));
}
