//! What a finding tells besides its sentence. The logs of the corpus break every rule, and each finding of theirs has
//! the particulars that `docs/spec/verify-rules.md` promises for its rule, in the form that it promises.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use breakglass::audit::files::{Found, SealedFile, SealedFiles, generations};
use breakglass::audit::verify::Evidence;
use breakglass::crypto::digest::Digest;
use breakglass::record::deviation::Deviation;
use breakglass::record::finding::{Finding, Particulars, Rule};
use breakglass::record::head::Head;
use breakglass::record::statement::Approval;
use breakglass::value::names::{KeyName, VaultName};
use breakglass::value::time::Time;
use serde_json::{Map, Value};

use crate::case::Case;
use crate::run::verified;
use crate::world::{World, text};

/// A finding, the case that it is from, and its particulars as JSON.
#[derive(Debug)]
struct Met {
    case: String,
    finding: Finding,
    fields: Map<String, Value>,
}

/// Each finding of the corpus, and some that no case has.
static FINDINGS: LazyLock<Vec<Met>> = LazyLock::new(|| {
    let cases = Case::all();
    let logs = cases.iter().filter(|case| ["log", "files"].contains(&case.family().as_str()));
    let of_logs = logs.flat_map(|case| verified(case).findings.into_iter().map(|one| (case.name(), one)));
    let others = of_files().into_iter().chain([of_an_approval()]);
    let all = of_logs.chain(others.map(|one| ("no case".to_owned(), one)));
    all.map(|(case, finding)| match serde_json::to_value(&finding.particulars).unwrap() {
        Value::Object(fields) => Met { case, finding, fields },
        other => panic!("{case}: {other}"),
    })
    .collect()
});

/// What is said of a payload and of a share that were changed, are something else, or are not there.
fn of_files() -> Vec<Finding> {
    let world = World::ready();
    let escrow = world.reading().escrow;
    let wrong = [
        Found::File(Digest::of(b"another"), None),
        Found::Other("a link".to_owned()),
        Found::Missing("no such file".to_owned()),
    ];
    let of_each = |found: &Found| {
        let look = |_: &SealedFile<'_>| ("vaults/a-file".to_owned(), found.clone());
        generations(&escrow).map(|one| one.compare(look)).collect::<Vec<_>>()
    };
    let files = SealedFiles::Compared(wrong.iter().flat_map(of_each).collect());
    let evidence = Evidence { files, ..Evidence::default() };
    let mut findings = world.verify_with(&evidence).findings;
    findings.retain(|finding| matches!(finding.rule, Rule::FileChanged | Rule::FileMissing));
    assert_eq!(findings.len(), 24, "{findings:?}");
    findings
}

/// What is said of a deviation that an approver confirmed.
fn of_an_approval() -> Finding {
    let world = World::ready();
    let asking = world.emergency();
    let seal = world.generation("prod").seal.as_ref().clone();
    let approval = Approval {
        request: asking.record,
        vault: seal.vault,
        generation: seal.generation,
        index: seal.share_of(&text("alice")).unwrap().index,
        ciphertext: Digest::of(b"a share"),
        compared: Vec::new(),
        deviations: vec![Deviation::TimeSet],
        environment: None,
    };
    world.collect("bob", &[&world.state("alice", approval)]).unwrap();
    let findings = world.verify().findings;
    findings.into_iter().find(|finding| finding.rule == Rule::RequestDeviation).unwrap()
}

/// There is no rule of which nothing can be told but the sentence; so there are no exceptions.
#[test]
fn every_finding_has_particulars() {
    let bare: Vec<_> = FINDINGS.iter().filter(|met| met.fields.is_empty()).collect();
    assert!(bare.is_empty(), "{bare:#?}");
}

#[test]
fn every_particular_has_its_form_and_is_met() {
    let forms: BTreeMap<_, _> = Particulars::ALL.iter().map(|(name, form, _)| (*name, *form)).collect();
    let mut met = BTreeSet::new();
    for Met { case, finding, fields } in FINDINGS.iter() {
        for (name, value) in fields {
            assert!(has_form(forms[name.as_str()], value), "{case}: `{name}` of {finding:?}");
            met.insert(name.as_str());
        }
    }
    let unmet: Vec<_> = forms.keys().filter(|name| !met.contains(**name)).collect();
    assert!(unmet.is_empty(), "no finding has {unmet:?}");
}

fn has_form(form: &str, value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    match form {
        "number" => value.is_u64(),
        "digest" => text.parse::<Digest>().is_ok(),
        "time" => text.parse::<Time>().is_ok(),
        "name" => text.parse::<KeyName>().is_ok() || text.parse::<VaultName>().is_ok(),
        "word" => {
            text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-/".contains(&byte)) && !text.is_empty()
        }
        "text" => !text.is_empty(),
        "head" => serde_json::from_value::<Head>(value.clone()).is_ok(),
        "list of names" => value.as_array().is_some_and(|list| list.iter().all(|one| has_form("name", one))),
        "any" => match value {
            Value::Array(list) => list.iter().all(|one| has_form("text", one)),
            one => one.is_u64() || has_form("text", one),
        },
        other => panic!("no form `{other}`"),
    }
}

// ── The table of the specification ──

/// Which particulars a rule has: always, and in some cases.
struct Promise {
    always: BTreeSet<String>,
    sometimes: BTreeSet<String>,
}

/// The second table of the section, row by row in the order of the rules.
fn promises() -> BTreeMap<Rule, Promise> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/spec/verify-rules.md");
    let page = std::fs::read_to_string(page).unwrap();
    let (_, section) = page.split_once("\n### Particulars of each rule\n").unwrap();
    let rows: Vec<&str> = section.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows.len(), Rule::ALL.len(), "one row for each rule");
    let names = |cell: &str| cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
    let read = |(rule, row): (&Rule, &str)| {
        let cells: Vec<&str> = row.split('|').collect();
        let [_, code, always, sometimes, _] = cells[..] else { panic!("{row}") };
        assert_eq!(code.trim(), format!("`{rule}`"));
        (*rule, Promise { always: names(always), sometimes: names(sometimes) })
    };
    Rule::ALL.iter().zip(rows).map(read).collect()
}

#[test]
fn each_finding_has_what_the_specification_promises() {
    let promises = promises();
    for Met { case, finding, fields } in FINDINGS.iter() {
        let promise = &promises[&finding.rule];
        let missing: Vec<_> = promise.always.iter().filter(|name| !fields.contains_key(*name)).collect();
        assert!(missing.is_empty(), "{case}: {missing:?} is missing in {finding:?}");
        let cause = finding.particulars.cause.map(|rule| &promises[&rule]);
        let may_have = |name: &String| {
            let of = |promise: &Promise| promise.always.contains(name) || promise.sometimes.contains(name);
            of(promise) || cause.is_some_and(of) || name == "branch_record"
        };
        let more: Vec<_> = fields.keys().filter(|name| !may_have(name)).collect();
        assert!(more.is_empty(), "{case}: nobody promised {more:?} of {finding:?}");
    }
}

/// Promised, and not met here: books and statements that are malformed in ways that records are, whose particulars are
/// made in the same place.
const UNMET: [(Rule, &str); 11] = [
    (Rule::StatementSignature, "expected"),
    (Rule::StatementSignature, "found"),
    (Rule::BookChain, "column"),
    (Rule::BookChain, "kind"),
    (Rule::BookChain, "limit"),
    (Rule::BookChain, "line"),
    (Rule::BookDamaged, "column"),
    (Rule::BookDamaged, "kind"),
    (Rule::BookDamaged, "limit"),
    (Rule::BookDamaged, "line"),
    (Rule::BookDamaged, "signer"),
];

#[test]
fn each_promise_is_kept_somewhere() {
    let names = |one: &'static Met| one.fields.keys().map(|name| (one.finding.rule, name.as_str()));
    let met: BTreeSet<(Rule, &str)> = FINDINGS.iter().flat_map(names).collect();
    let promises = promises();
    let promised = promises.iter().flat_map(|(rule, promise)| {
        promise.always.iter().chain(&promise.sometimes).map(|name| (*rule, name.as_str()))
    });
    let unmet: Vec<_> = promised.filter(|one| !met.contains(one)).collect();
    assert_eq!(unmet, UNMET);
}
