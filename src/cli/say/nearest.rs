//! Which word a person may have meant. Only known words are ever shown, never what was typed.

/// How alike two words have to be, from 0 to 1, for one to be taken for a misspelling of the other. clap's own
/// suggestions are as strict.
const ALIKE: f64 = 0.7;

/// The one of `words` that `typed` was probably meant to be, if any is alike.
pub(crate) fn meant<'a>(typed: &str, words: &[&'a str]) -> Option<&'a str> {
    let alike = |word: &&&str| strsim::jaro_winkler(typed, word) > ALIKE;
    nearest_first(typed, words).iter().find(alike).copied()
}

/// All of `words`, the nearest to `typed` first.
pub(crate) fn nearest_first<'a>(typed: &str, words: &[&'a str]) -> Vec<&'a str> {
    let mut sorted = words.to_vec();
    sorted.sort_by(|one, other| {
        strsim::jaro_winkler(typed, other).total_cmp(&strsim::jaro_winkler(typed, one))
    });
    sorted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_understood_and_nothing_else_is() {
        let words = ["billing", "iam-failure", "other"];
        assert_eq!(meant("iam-failiure", &words), Some("iam-failure"));
        assert_eq!(meant("AGE-SECRET-KEY-1QQQ", &words), None);
        assert_eq!(meant("", &words), None);
        assert_eq!(nearest_first("othr", &words)[0], "other");
        assert_eq!(nearest_first("", &words), words, "in their own order where none is nearer");
    }
}
