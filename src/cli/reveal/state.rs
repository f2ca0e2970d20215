//! What is open on the reveal screen, for how long, and what was in fact shown. No terminal and no clock:
//! events come in with their moment, and a [`Step`] comes out.

use std::collections::BTreeSet;
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use zeroize::Zeroizing;

use crate::cli::reveal::values::HeldField;
use crate::cli::say::painted::Tone;
use crate::secret::payload::{Fields, TOTP};
use crate::secret::totp::{TotpCode, TotpSeed};
use crate::value::names::FieldName;

/// How long a field stays open without a key.
pub(crate) const HIDE_AFTER: Duration = Duration::from_secs(30);

/// The keys that open fields, in the order in which fields were asked for. Letters that look like others, and those
/// that mean something on this screen, are left out. Fields beyond them are reached with Tab.
const KEYS: &str = "123456789bcdefgjkmprtuvwxyz";

/// What the screen is about: for its first line.
#[derive(Debug, Clone)]
pub(crate) struct About {
    /// The vault's name.
    pub(crate) vault: String,
    /// The account, as the vault's seal names it.
    pub(crate) account: String,
    /// The number of the release's record.
    pub(crate) record: u64,
    /// The request's short id.
    pub(crate) request: String,
}

/// When something happens.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// For codes: seconds since 1970-01-01 UTC, of whatever clock the release goes by.
    pub(crate) unix: u64,
    /// For hiding: the time since the screen began, of a clock that nobody sets.
    pub(crate) elapsed: Duration,
}

/// What happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// A key with a character; Tab is `\t`.
    Key(char),
    /// The Enter key.
    Enter,
    /// The Escape key.
    Escape,
    /// Ctrl-C.
    Interrupt,
    /// Time went by. At least once a second.
    Tick,
}

/// What is to be done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Draw the picture again.
    Redraw,
    /// Nothing changed.
    Nothing,
    /// Ask for an action and log it, then draw the picture again. Nothing is open.
    AskAction,
    /// Log what was shown, and leave. Nothing is open.
    End,
}

/// A field that was asked for.
pub(super) struct FieldState {
    pub(super) name: FieldName,
    pub(super) key: Option<char>,
    pub(super) held: Option<HeldField>,
    pub(super) looked_at: bool,
}

/// The field that is open.
pub(super) struct Open {
    pub(super) item: usize,
    /// Whether it is spelled, not in groups.
    pub(super) spelled: bool,
    /// How many parts to turn, from the first; it wraps round, either way.
    pub(super) turned: i64,
    /// The time steps whose codes are open.
    steps: BTreeSet<u64>,
}

/// The codes that are open now.
pub(super) struct Codes {
    /// The one that holds, while it holds.
    pub(super) current: Option<TotpCode>,
    /// The one after it.
    pub(super) next: Option<SecretString>,
    /// For how many seconds a code holds.
    pub(super) period: u64,
    /// How many seconds it takes until the next one holds.
    pub(super) turns_in: u64,
}

/// The screen's state. It holds secrets, so it has no `Debug`.
pub(crate) struct State {
    pub(super) about: About,
    pub(super) items: Vec<FieldState>,
    pub(super) open: Option<Open>,
    /// What the bottom line says.
    pub(super) notice: Option<(Tone, String)>,
    /// Whether the question before the end is asked.
    pub(super) ending: bool,
    most_codes: usize,
    steps: BTreeSet<u64>,
    last_key: Duration,
    /// The seconds for which the picture was last drawn.
    drawn: (u64, u64),
}

impl State {
    /// With nothing open. `wanted`: the fields that the request names, in its order, each once.
    pub(crate) fn new(about: About, fields: &Fields, wanted: &[FieldName], totp_codes: u32) -> State {
        let keys = KEYS.chars().map(Some).chain(std::iter::repeat(None));
        let item = |(name, key): (&FieldName, Option<char>)| FieldState {
            name: name.clone(),
            key,
            held: HeldField::find(fields, name),
            looked_at: false,
        };
        State {
            about,
            items: wanted.iter().zip(keys).map(item).collect(),
            open: None,
            notice: None,
            ending: false,
            most_codes: totp_codes as usize,
            steps: BTreeSet::new(),
            last_key: Duration::ZERO,
            drawn: (0, 0),
        }
    }

    /// Takes an event, and says what is to be done.
    pub(crate) fn on(&mut self, event: Event, now: Moment) -> Step {
        // Before any key is handled: one that is pressed too late must find nothing open.
        let hidden = self.hide_if_idle(now);
        if event == Event::Tick {
            let drawn = (now.unix, now.elapsed.saturating_sub(self.last_key).as_secs());
            let changed = self.open.is_some() && std::mem::replace(&mut self.drawn, drawn) != drawn;
            return if hidden || changed { Step::Redraw } else { Step::Nothing };
        }
        self.last_key = now.elapsed;
        if !hidden {
            self.notice = None;
        }
        let was_ending = std::mem::take(&mut self.ending);
        match event {
            Event::Interrupt => {
                self.open = None;
                return Step::End;
            }
            Event::Enter | Event::Escape | Event::Key(' ') => self.open = None,
            // A Caps Lock that was left on must not lock anybody out.
            Event::Key(key) => match key.to_ascii_lowercase() {
                'h' => self.open = None,
                'a' => {
                    self.open = None;
                    return Step::AskAction;
                }
                'q' => {
                    self.open = None;
                    self.notice = None;
                    if was_ending || self.left().is_none() {
                        return Step::End;
                    }
                    self.ending = true;
                }
                's' => self.spell(),
                'n' => self.next_code(now),
                '>' => self.turn(1),
                '<' => self.turn(-1),
                '\t' => self.open_item(self.after(), now),
                key => {
                    if let Some(item) = self.items.iter().position(|item| item.key == Some(key)) {
                        self.open_item(item, now);
                    }
                }
            },
            Event::Tick => {}
        }
        Step::Redraw
    }

    /// Hides whatever is open, before the terminal shows something else.
    pub(crate) fn hide(&mut self) {
        self.open = None;
    }

    /// Says something at the bottom until the next key, such as what became of an action. Never a secret.
    pub(crate) fn tell(&mut self, tone: Tone, text: impl Into<String>) {
        self.notice = Some((tone, text.into()));
    }

    /// What is open, for consoles that have no picture: the field, whether it is to be spelled, and its value; of
    /// codes the one that holds. None where nothing is open, or the code is over.
    pub(crate) fn open_value(&self, now: Moment) -> Option<(&FieldName, bool, Zeroizing<String>)> {
        let open = self.open.as_ref()?;
        let item = &self.items[open.item];
        let value = match item.held.as_ref()? {
            HeldField::Text(value) => Zeroizing::new(value.expose_secret().to_owned()),
            HeldField::Codes(_) => {
                Zeroizing::new(self.open_codes(now)?.current?.code.expose_secret().to_owned())
            }
        };
        Some((&item.name, open.spelled, value))
    }

    /// What was in fact shown: the fields, and the time steps of the codes; each once, in ascending order.
    pub(crate) fn shown(&self) -> (Vec<FieldName>, Vec<u64>) {
        let looked_at = self.items.iter().filter(|item| item.looked_at);
        let fields: BTreeSet<_> = looked_at.map(|item| item.name.clone()).collect();
        (fields.into_iter().collect(), self.steps.iter().copied().collect())
    }

    /// How many more codes may be shown.
    pub(crate) fn codes_left(&self) -> usize {
        self.most_codes.saturating_sub(self.steps.len())
    }

    /// How long the open field stays open without a key, in seconds, rounded up.
    pub(super) fn hides_in(&self, now: Moment) -> u64 {
        let left = HIDE_AFTER.saturating_sub(now.elapsed.saturating_sub(self.last_key));
        left.as_secs() + u64::from(left.subsec_nanos() > 0)
    }

    /// What would be given up by ending now, in words; none if everything was looked at.
    pub(super) fn left(&self) -> Option<String> {
        let unseen = self.items.iter().filter(|item| item.held.is_some() && !item.looked_at).count();
        let codes = if self.codes().is_some() { self.codes_left() } else { 0 };
        let words = |number: usize, one: &str, more: &str| match number {
            0 => None,
            1 => Some(format!("1 {one}")),
            _ => Some(format!("{number} {more}")),
        };
        let left = [
            words(unseen, "field was not looked at", "fields were not looked at"),
            words(codes, "code is left", "codes are left"),
        ];
        let left: Vec<_> = left.into_iter().flatten().collect();
        (!left.is_empty()).then(|| left.join(", "))
    }

    /// Which item gives codes, and its seed.
    pub(super) fn codes(&self) -> Option<(usize, &TotpSeed)> {
        self.items.iter().enumerate().find_map(|(at, item)| match &item.held {
            Some(HeldField::Codes(seed)) => Some((at, seed)),
            _ => None,
        })
    }

    /// The codes that are open at this moment; none where another field is open, or nothing.
    pub(super) fn open_codes(&self, now: Moment) -> Option<Codes> {
        let open = self.open.as_ref()?;
        let (_, seed) = self.codes().filter(|(item, _)| *item == open.item)?;
        let current = seed.code_at(now.unix);
        let next = current.step.saturating_add(1);
        Some(Codes {
            period: seed.period(),
            turns_in: current.seconds_left,
            next: open.steps.contains(&next).then(|| {
                let [_, code] = seed.two_codes_from(current.step);
                code
            }),
            current: open.steps.contains(&current.step).then_some(current),
        })
    }

    fn hide_if_idle(&mut self, now: Moment) -> bool {
        let idle = self.open.is_some() && now.elapsed.saturating_sub(self.last_key) >= HIDE_AFTER;
        if idle {
            self.open = None;
            self.tell(Tone::Due, format!("hidden after {} seconds without a key", HIDE_AFTER.as_secs()));
        }
        idle
    }

    fn spell(&mut self) {
        if let Some(open) = &mut self.open {
            (open.spelled, open.turned) = (!open.spelled, 0);
        }
    }

    fn turn(&mut self, by: i64) {
        if let Some(open) = &mut self.open {
            open.turned += by;
        }
    }

    /// The item after the open one, from the first where nothing is open; the first after the last.
    fn after(&self) -> usize {
        self.open.as_ref().map_or(0, |open| (open.item + 1) % self.items.len().max(1))
    }

    fn open_item(&mut self, at: usize, now: Moment) {
        let Some(item) = self.items.get_mut(at) else { return };
        match &item.held {
            None => {
                let text = format!("{} holds no {}", self.about.vault, item.name);
                self.open = None;
                self.tell(Tone::Bad, text);
            }
            Some(HeldField::Codes(_)) => self.open_code(at, false, now),
            Some(HeldField::Text(_)) => {
                item.looked_at = true;
                self.open = Some(Open { item: at, spelled: false, turned: 0, steps: BTreeSet::new() });
            }
        }
    }

    /// The code after the one that is open; the one that holds now where none is.
    fn next_code(&mut self, now: Moment) {
        match self.codes() {
            None => self.tell(Tone::Due, format!("there is no {TOTP} to show a code of")),
            Some((item, _)) => {
                let after = self.open_codes(now).is_some_and(|codes| codes.current.is_some());
                self.open_code(item, after, now);
            }
        }
    }

    /// Opens the code that holds now, or the one after it: if it was shown before, or one is left to show.
    fn open_code(&mut self, at: usize, after: bool, now: Moment) {
        let Some((_, seed)) = self.codes() else { return };
        let step = seed.step_at(now.unix).saturating_add(u64::from(after));
        if !self.steps.contains(&step) && self.codes_left() == 0 {
            // A message about codes must not stand above another field that is open.
            self.open = self.open.take().filter(|open| open.item == at);
            let text = format!("no codes left: the request was for {}", self.most_codes);
            self.tell(Tone::Bad, text);
            return;
        }
        self.steps.insert(step);
        self.items[at].looked_at = true;
        match &mut self.open {
            Some(open) if open.item == at => {
                open.steps.insert(step);
            }
            _ => {
                self.open = Some(Open { item: at, spelled: false, turned: 0, steps: BTreeSet::from([step]) })
            }
        }
    }
}
