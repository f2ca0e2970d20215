//! The page `docs/spec/vectors.md`: each case, what is expected of it, and the sentences of `docs/spec/musts.md` that it
//! rests on.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use breakglass::escrow::Reading;

use crate::case::{Case, root};
use crate::musts::Must;

/// What stands above the cases of each family: what they are, and which page says what has to hold.
const FAMILIES: [(&str, &str, &str); 12] = [
    ("approval", "approval files", "[requests](requests.md)"),
    ("canary", "payloads of canaries", "[sealing](sealing.md#canaries)"),
    ("card", "card files", "[log](log.md#cards)"),
    ("files", "logs with the sealed files beside them", "the sentences of each code"),
    ("head", "head files", "[log](log.md#heads)"),
    ("log", "logs, with heads and books", "the sentences of each code"),
    ("note", "ends of requests, as notes", "the sentences of each code"),
    ("payload", "payloads in plain", "[sealing](sealing.md)"),
    ("recover", "vaults that are opened", "[sealing](sealing.md), [requests](requests.md)"),
    ("request", "request files", "[requests](requests.md)"),
    ("share", "share texts", "[sealing](sealing.md)"),
    ("words", "words that are compared", "[requests](requests.md#words)"),
];

/// The lines of a case that are given to a reader besides its files.
const FLAGS: [&str; 9] =
    ["anchor", "require-head", "key", "passphrase", "of", "vault", "vaults", "gone", "base"];

const BEFORE: &str = "# The vectors

Each case of [tests/vectors](../../tests/vectors), as [the second reader](../../tests/independent/README.md#the-corpus) explains
their files: what it has besides `expect`, the time of the verification, what else is given, and what a reader says of it: the
verdict, the exit code, and each code with the number of its record. The last column has the sentences of [musts](musts.md) that it
rests on, each by its number; without one, the case is good, or it is refused by the page that is named above it. Where the log of a case begins with a file of
`tests/vectors/base`, that is its `base`.

This page is generated: `BREAKGLASS_BLESS=1 cargo test --test vectors` writes it, and the test fails where it is not what the
cases are.
";

/// The page, as it follows from the cases.
pub fn page() -> String {
    let (musts, chosen, cases) = (Must::all(), Chosen::read(), Case::all());
    let mut page = BEFORE.to_owned();
    for (family, what, rests) in FAMILIES {
        let of_family: Vec<_> = cases.iter().filter(|case| case.family() == family).collect();
        if of_family.is_empty() {
            continue;
        }
        write!(page, "\n## `{family}`\n\n{} {what}. They rest on {rests}.\n\n", of_family.len()).unwrap();
        page.push_str("| case | files | time | given | expected | rests on |\n|---|---|---|---|---|---|\n");
        for case in of_family {
            page.push_str(&row(case, &sentences(case, &musts, &chosen)));
        }
    }
    page
}

fn row(case: &Case, sentences: &BTreeSet<String>) -> String {
    let name = case.name();
    let short = name.split_once('/').unwrap().1;
    let folder = root().join(&name);
    let files = Case::files().into_iter().filter(|path| path.parent() == Some(&folder));
    let files = files.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned());
    let files: Vec<_> = files.filter(|file| file != "expect").collect();
    let given =
        FLAGS.iter().flat_map(|flag| case.values(flag).into_iter().map(move |value| cut(flag, &value)));
    let expected = case.expected();
    let told = expected.iter().filter_map(|line| line.split_once(": ")).filter(|(name, _)| *name != "field");
    let told: Vec<_> = told.map(|(_, value)| value.to_owned()).collect();
    let rests: Vec<_> = sentences.iter().map(String::as_str).collect();
    format!(
        "| `{short}` | {} | {} | {} | {} | {} |\n",
        files.join(", "),
        case.value("time").unwrap_or_default(),
        given.collect::<Vec<_>>().join("; "),
        told.join("; "),
        rests.join(", ")
    )
}

/// A line of what is given, cut where it is long.
fn cut(flag: &str, value: &str) -> String {
    let short: String = value.chars().take(24).collect();
    if short.len() < value.len() { format!("{flag}: {short}…") } else { format!("{flag}: {value}") }
}

/// Which sentence a case rests on, where its code has several and the reading does not tell.
struct Chosen(Vec<(String, String)>);

impl Chosen {
    fn read() -> Chosen {
        let page = include_str!("rests_on.txt");
        let lines = page.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let pairs = lines.map(|line| line.split_once(' ').unwrap());
        Chosen(pairs.flat_map(|(number, cases)| pairs_of(number, cases)).collect())
    }

    fn has(&self, must: &Must, case: &Case) -> bool {
        self.0.iter().any(|(number, name)| *number == must.number && *name == case.name())
    }
}

fn pairs_of(number: &str, cases: &str) -> Vec<(String, String)> {
    cases.split(' ').map(|case| (number.to_owned(), format!("log/{case}"))).collect()
}

/// The sentences that a case rests on: of each code that is found the one that it breaks. What the table says of the reading
/// has to be so in this case.
fn sentences(case: &Case, musts: &[Must], chosen: &Chosen) -> BTreeSet<String> {
    if case.family() == "note" {
        let word = case.value("expect").unwrap().to_ascii_uppercase();
        return musts
            .iter()
            .map(|must| must.number.clone())
            .filter(|one| *one == format!("R-RECORD-{word}-1"))
            .collect();
    }
    let findings = case.values("finding");
    if findings.is_empty() {
        return BTreeSet::new();
    }
    let last = Reading::of(case.file("log")).ok().map(|reading| reading.escrow.head.seq);
    let one = |finding: &String| {
        let (code, seq) = finding.split_once(' ').unwrap();
        let fits = |must: &&Must| must.rule.code() == code && is_so(must, seq.parse().ok(), last);
        let fitting: Vec<_> = musts.iter().filter(fits).collect();
        let several = fitting.len() > 1;
        let fitting: Vec<_> = fitting.into_iter().filter(|must| !several || chosen.has(must, case)).collect();
        assert_eq!(
            fitting.len(),
            1,
            "{}: {finding}, and the last record is {last:?}: the reading is not as docs/spec/musts.md says, or \
             tests/corpus/rests_on.txt has to say which sentence it is",
            case.name()
        );
        fitting[0].number.clone()
    };
    findings.iter().map(one).collect()
}

/// Whether the reading went on, or ended, as the sentence says, where it is broken at the record `seq`.
fn is_so(must: &Must, seq: Option<u64>, last: Option<u64>) -> bool {
    match must.reading.as_str() {
        "outside" => true,
        "ends" => seq.is_some_and(|seq| last.is_none_or(|last| seq > last)),
        _ => seq.is_some_and(|seq| last.is_some_and(|last| seq <= last)),
    }
}

/// The sentences that no case rests on.
pub fn uncited(page: &str) -> Vec<String> {
    let cited: BTreeSet<&str> = page.split(['|', ',', '\n']).map(str::trim).collect();
    Must::all()
        .into_iter()
        .map(|must| must.number)
        .filter(|number| !cited.contains(number.as_str()))
        .collect()
}
