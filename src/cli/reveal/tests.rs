//! The screen without a terminal: what is open, what was shown, and each picture in each window.

mod pictures;
mod plain_rows;
mod states;

use std::time::Duration;

use secrecy::SecretString;

use crate::cli::reveal::picture::picture;
use crate::cli::reveal::state::{About, Event, Moment, State, Step};
use crate::secret::payload::Fields;
use crate::value::names::FieldName;

/// The seed of RFC 4226's vectors. From 1,000,000,020 on, its codes begin a new step every 30 seconds.
const SEED: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const START: u64 = 1_000_000_020;
const STEP: u64 = START / 30;

const GENERATED: &str = "k7qm2-xaz2b-gwn8p-hh4tr-3vc9e-yd6su";
const TYPED: &str = "Il1|O0oQ-5Ss$2Zz 8B6Gb'`9gq,.;:~é";

fn about() -> About {
    About {
        vault: "root-production".into(),
        account: "111122223333".into(),
        record: 42,
        request: "1a2b3c4d".into(),
    }
}

/// A screen, and the second it is at.
struct Screen {
    state: State,
    seconds: u64,
}

impl Screen {
    fn new(fields: &[(&str, &str)], wanted: &[&str], codes: u32) -> Screen {
        let fields = fields.iter().map(|(name, value)| (name.parse().unwrap(), SecretString::from(*value)));
        let fields = Fields::new(fields.collect()).unwrap();
        let wanted: Vec<FieldName> = wanted.iter().map(|name| name.parse().unwrap()).collect();
        Screen { state: State::new(about(), &fields, &wanted, codes), seconds: 0 }
    }

    /// Account, email, generated password, TOTP with three codes, one field that is not there, seed, text.
    fn usual() -> Screen {
        let fields = [
            ("account-id", "111122223333"),
            ("email", "aws-root+prod@example.com"),
            ("password", GENERATED),
            ("totp", SEED),
            ("old-password", TYPED),
            ("notes", "Ask for Zoë.\nThe phone is in\nsafe 2."),
        ];
        let wanted = ["account-id", "email", "password", "totp", "pin", "totp-seed", "old-password", "notes"];
        Screen::new(&fields, &wanted, 3)
    }

    fn now(&self) -> Moment {
        Moment { unix: START + self.seconds, elapsed: Duration::from_secs(self.seconds) }
    }

    fn on(&mut self, event: Event) -> Step {
        self.state.on(event, self.now())
    }

    /// Presses keys one after another, in one moment.
    fn press(&mut self, keys: &str) -> Step {
        keys.chars().map(|key| self.on(Event::Key(key))).last().unwrap()
    }

    /// Lets seconds go by.
    fn wait(&mut self, seconds: u64) -> Step {
        self.seconds += seconds;
        self.on(Event::Tick)
    }

    fn lines(&self, columns: usize, rows: usize) -> Vec<String> {
        picture(&self.state, columns, rows, self.now()).iter().map(ToString::to_string).collect()
    }

    fn text(&self) -> String {
        self.lines(80, 24).join("\n")
    }

    fn shown(&self) -> (Vec<String>, Vec<u64>) {
        let (fields, steps) = self.state.shown();
        (fields.iter().map(ToString::to_string).collect(), steps)
    }
}
