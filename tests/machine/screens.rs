//! What an approver is shown: whatever was written before them, and whoever wrote it, what decides is there.

use breakglass::ceremony::approve::{RequestFile, Review};
use breakglass::cli::say::request::summary;
use breakglass::escrow::Escrow;
use breakglass::record::book::Book;
use breakglass::record::statement::BookRef;
use breakglass::value::names::PersonId;
use breakglass::value::time::Time;

/// Windows in which people decide: the usual one, a small one, a large one.
const WINDOWS: [(usize, usize); 3] = [(80, 24), (60, 16), (132, 50)];

/// The rows of a window that the question needs.
const QUESTION: usize = 4;

/// What the log, the request and the book say, as the sentence that has to be shown for it or the word: worked out here from what
/// is true, and not from the deviations that the program derives.
fn expected(carried: &RequestFile, book: &Book, person: &PersonId, now: Time) -> Vec<[&'static str; 2]> {
    let (escrow, request) = (carried.escrow(), &carried.asked().request);
    let length = request.not_after.since(request.not_before);
    let vault = escrow.vault(&request.vault).unwrap();
    let facts = [
        (escrow.has_retired(&request.requester), ["has retired", "retired-person"]),
        (escrow.has_gaps(), ["records that should be in this log are missing", "missing-records"]),
        (length > escrow.policy.max_request_window, ["window is longer", "long-window"]),
        (
            now < request.not_before || now > request.not_after,
            ["has not begun, or is over", "outside-window"],
        ),
        (
            vault.current().seal.generation != request.generation,
            ["not the current generation", "not-current"],
        ),
        (knows_too_little(escrow, book, person), ["LOST: ", "LOST: "]),
    ];
    facts.into_iter().filter_map(|(is_true, words)| is_true.then_some(words)).collect()
}

/// Whether the log names a statement of somebody's that their book neither holds nor says is lost.
fn knows_too_little(escrow: &Escrow, book: &Book, person: &PersonId) -> bool {
    let has = |named: &BookRef| {
        book.records().any(|(at, record)| {
            let lost = record.lost.is_some_and(|first| (first..record.number).contains(&named.number));
            at == named || lost
        })
    };
    let mut theirs = escrow.statements.iter().filter(|one| one.statement.person == *person);
    theirs.any(|one| !has(&one.statement.statement.book))
}

/// What decides is shown to an approver, in windows of any size.
pub fn hide_nothing(examined: &Review<'_>, carried: &RequestFile, book: &Book, now: Time) {
    let summary = summary(examined, now);
    let request = &carried.asked().request;
    for (columns, rows) in WINDOWS {
        let pages: Vec<String> = summary.fitted(columns, rows).iter().map(ToString::to_string).collect();
        let shown = pages.join("\n");
        for page in &pages {
            assert!(page.lines().count() <= rows - QUESTION, "a page is too long for its window: {page}");
        }
        // Nothing that anybody wrote stands between these lines and the question.
        let last: Vec<&str> = shown.lines().rev().take(2).collect();
        let share = &examined.share;
        assert_eq!(last[0].trim_start(), format!("account    {}", share.account), "{shown}");
        let vault = format!("vault      {} generation {} ({})", share.name, share.generation, share.kind);
        assert_eq!(last[1].trim_start(), vault, "{shown}");
        for field in &request.fields {
            assert!(shown.contains(field.as_str()), "{field} is asked for, and not shown: {shown}");
        }
        assert!(shown.contains(&format!("asked by   {}", request.requester)), "{shown}");
        // A word or sentence may go on in the next row.
        let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        for [sentence, word] in expected(carried, book, &examined.person, now) {
            assert!(words.contains(sentence) || words.contains(word), "`{word}` is not shown: {shown}");
        }
    }
}
