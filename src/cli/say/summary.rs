//! A summary that somebody says yes to. What decides stands directly above the question, whatever came before; long
//! texts are cut to the room that is left, and can be read in full.

use crate::cli::say::painted::{Painted, Tone};
use crate::value::text::folded;

/// How wide the text beside a name is: with its margin it fits into 80 columns.
const TEXT_COLUMNS: usize = 64;

/// What sets off the further lines of a text, so that no text can pass for a line of the screen.
const BAR: &str = "             | ";

/// The rows that are kept for the question, and for what is typed.
const QUESTION: usize = 4;

/// What is about to be signed or logged.
#[derive(Default)]
pub struct Summary {
    title: Painted,
    texts: Vec<Entry>,
    decides: Vec<Entry>,
}

/// A name, and the lines beside it.
struct Entry {
    name: String,
    lines: Vec<Painted>,
}

impl Summary {
    /// A summary under this title.
    pub(crate) fn titled(title: Painted) -> Summary {
        Summary { title, ..Summary::default() }
    }

    /// A text of any length, which explains. It is cut where the window is too small.
    pub(crate) fn text(&mut self, name: &str, tone: Tone, text: &str) {
        self.texts.push(Entry::of(name, tone, text));
    }

    /// Something that the decision rests on: never cut. What is added last stands closest to the question.
    pub(crate) fn decides(&mut self, name: &str, tone: Tone, text: &str) {
        self.decides.push(Entry::of(name, tone, text));
    }

    /// The same, of several words, each in its tone.
    pub(crate) fn decides_by(&mut self, name: &str, words: Vec<(Tone, String)>) {
        self.decides.push(Entry::of_words(name, words));
    }

    /// The same, of a line without a name.
    pub(crate) fn warns(&mut self, text: &str) {
        let lines = vec![Painted::of(Tone::Bad, format!("  {text}"))];
        self.decides.push(Entry { name: String::new(), lines });
    }

    /// All of it, however long.
    pub(crate) fn whole(&self) -> Painted {
        let entries = self.texts.iter().chain(&self.decides).flat_map(|entry| entry.lines.iter().cloned());
        Painted::lines(std::iter::once(self.title.clone()).chain(entries))
    }

    /// As much of it as fits into a window of so many columns and rows, page after page, each so short that the question
    /// fits below it.
    pub fn fitted(&self, columns: usize, rows: usize) -> Vec<Painted> {
        let fit = |line: &Painted| line.fitted(columns).split_lines();
        let fit_all = |entry: &Entry| entry.lines.iter().flat_map(fit).collect::<Vec<_>>();
        let room = rows.saturating_sub(QUESTION).max(1);
        let mut lines = fit(&self.title);
        let texts: Vec<Vec<Painted>> = self.texts.iter().map(fit_all).collect();
        let decides: Vec<Painted> = self.decides.iter().flat_map(fit_all).collect();
        let needed: Vec<usize> = texts.iter().map(Vec::len).collect();
        let is_cut = lines.len() + needed.iter().sum::<usize>() + decides.len() > room;
        // The line that says what is cut is longest where nothing of any text is shown.
        let said = fit(&self.cut(&needed, &vec![0; needed.len()])).len();
        let left = if is_cut { room.saturating_sub(lines.len() + said + decides.len()) } else { usize::MAX };
        let given = shared(&needed, left);
        for (text, given) in texts.into_iter().zip(&given) {
            lines.extend(text.into_iter().take(*given));
        }
        if is_cut {
            lines.extend(fit(&self.cut(&needed, &given)));
        }
        lines.extend(decides);
        pages(lines, room)
    }

    /// Says which texts were cut, and how much of each is there.
    fn cut(&self, needed: &[usize], given: &[usize]) -> Painted {
        let mut counts: Vec<(&str, usize, usize)> = Vec::new();
        for (entry, (needed, given)) in self.texts.iter().zip(needed.iter().zip(given)) {
            let name = entry.name.trim_end_matches(':');
            match counts.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, all, some)) => (*all, *some) = (*all + needed, *some + given),
                None => counts.push((name, *needed, *given)),
            }
        }
        let cut = counts.into_iter().filter(|(_, needed, given)| needed > given);
        let cut = cut.map(|(name, needed, given)| format!("{name} {given} of {needed} lines"));
        let what = cut.collect::<Vec<_>>().join(", ");
        Painted::of(Tone::Due, format!("  CUT: {what}; ? shows all"))
    }
}

/// The pages of lines that are too many for one window. The last page is full, so that it holds as much as possible of
/// what stands above the question.
fn pages(mut lines: Vec<Painted>, room: usize) -> Vec<Painted> {
    let mut pages = Vec::new();
    let first = lines.len() % room;
    if first > 0 {
        pages.push(Painted::lines(lines.drain(..first)));
    }
    pages.extend(lines.chunks(room).map(|page| Painted::lines(page.iter().cloned())));
    pages
}

/// Shares so many lines: each text gets one in turn, as long as it needs one, so that none crowds out another.
fn shared(needed: &[usize], mut left: usize) -> Vec<usize> {
    let mut given = vec![0; needed.len()];
    while left > 0 && given != needed {
        for (given, needed) in given.iter_mut().zip(needed) {
            if left > 0 && *given < *needed {
                *given += 1;
                left -= 1;
            }
        }
    }
    given
}

fn margin(name: &str) -> Painted {
    Painted::of(Tone::Quiet, format!("  {name:<10} "))
}

impl Entry {
    fn of(name: &str, tone: Tone, text: &str) -> Entry {
        let parts = folded(text, TEXT_COLUMNS).into_iter().enumerate();
        let before = |at| if at == 0 { margin(name) } else { Painted::of(Tone::Quiet, BAR) };
        let lines = parts.map(|(at, part)| before(at).and(tone, part)).collect();
        Entry { name: name.to_owned(), lines }
    }

    /// Words with commas between them, none of them broken.
    fn of_words(name: &str, words: Vec<(Tone, String)>) -> Entry {
        let (mut lines, mut width, last) = (vec![margin(name)], 0, words.len().saturating_sub(1));
        for (at, (tone, word)) in words.into_iter().enumerate() {
            let comma = if at < last { "," } else { "" };
            let wide = word.chars().count() + comma.len();
            if width > 0 && width + 1 + wide > TEXT_COLUMNS {
                lines.push(Painted::of(Tone::Quiet, BAR));
                width = 0;
            }
            let blank = if width > 0 { " " } else { "" };
            width += blank.len() + wide;
            let line = lines.last_mut().expect("it begins with one");
            line.push(Tone::Plain, blank);
            line.push(tone, word);
            line.push(Tone::Plain, comma);
        }
        Entry { name: name.to_owned(), lines }
    }
}

#[cfg(test)]
#[path = "summary/tests.rs"]
mod tests;
