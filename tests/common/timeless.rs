//! What a page shows of a run: the times, digests, words and recipients of a run are others each time, and the page
//! shows the same ones always.

use breakglass::value::time::Time;

const TIME: &str = "2026-11-23T01:02:03Z";
const HASH: &str = "1f0c9a77d1e9f9855d32a732974c6fc02d2e16a8a1b25bd4c9a2f0e1d3c4b5a6";
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

/// Stands for the words of any digest.
pub const WORDS: &str = "abandon ability able about above absent absorb abstract";
/// Stands for the size of any log: how many bytes it has depends on what age puts into its files by chance.
pub const SIZE: u64 = 10905;

/// Takes out of a text what is different at each run.
pub struct Timeless {
    began: u64,
    /// Words of digests, as they were seen.
    pub words: Vec<String>,
}

impl Timeless {
    /// For a run that begins now.
    pub fn new() -> Timeless {
        let began = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        Timeless { began, words: Vec::new() }
    }

    /// The text as it would have been at another time, with other keys.
    pub fn text(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for words in &self.words {
            text = text.replace(words.as_str(), WORDS);
        }
        let mut out = String::new();
        let mut rest = text.as_str();
        while let Some(first) = rest.chars().next() {
            let token: String =
                rest.chars().take_while(|one| one.is_ascii_alphanumeric() || "-:".contains(*one)).collect();
            let token = token.trim_end_matches([':', '-']).to_owned();
            if token.is_empty() {
                out.push(first);
                rest = &rest[first.len_utf8()..];
                continue;
            }
            rest = &rest[token.len()..];
            // A moment to the minute: a day, a blank, and a clock.
            let clock = rest.get(1..6).unwrap_or_default();
            if let Ok(time) = format!("{token}T{clock}:00Z").parse::<Time>() {
                out.push_str(&self.shifted(time.unix()).to_string()[..16].replace('T', " "));
                rest = &rest[6..];
                continue;
            }
            out.push_str(&self.token(&token));
        }
        out
    }

    fn token(&self, token: &str) -> String {
        let hex = |text: &str| text.bytes().all(|byte| b"0123456789abcdef".contains(&byte));
        if let Ok(time) = token.parse::<Time>() {
            return self.shifted(time.unix()).to_string();
        }
        if let Some(day) = format!("{token}T00:00:00Z").parse::<Time>().ok().filter(|_| token.len() == 10) {
            let days = day.unix() / 86_400 - self.began / 86_400;
            let base: Time = TIME.parse().unwrap();
            let shown = Time::from_unix(base.unix() + days * 86_400).unwrap().to_string();
            return shown[..10].to_owned();
        }
        match token {
            hash if hash.len() == 64 && hex(hash) => HASH.to_owned(),
            id if id.len() == 8 && hex(id) => HASH[..8].to_owned(),
            recipient if recipient.starts_with("age1") => RECIPIENT.to_owned(),
            canary if canary.starts_with("canary-2-of-3-") => format!("canary-2-of-3-{}", &HASH[..8]),
            other => other.to_owned(),
        }
    }

    /// To the nearest hour as long behind the pages' time as it was behind the beginning.
    fn shifted(&self, unix: u64) -> Time {
        let base: Time = TIME.parse().unwrap();
        let hours = (unix.saturating_sub(self.began) + 1800) / 3600;
        Time::from_unix(base.unix() + hours * 3600).unwrap()
    }
}
