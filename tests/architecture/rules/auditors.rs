//! The auditor's code has no door to secrets: nothing that it imports leads there, however far one follows.

use std::collections::{BTreeMap, VecDeque};

use crate::house::{Harmless, Planted};
use crate::modules::{Import, Modules};
use crate::rooms::{is_auditors, is_secret};

pub fn check(modules: &Modules, imports: &BTreeMap<String, Vec<Import>>, found: &mut Vec<String>) {
    for file in modules.code().filter(|file| is_auditors(&file.module)) {
        let mut ways: BTreeMap<&str, String> = BTreeMap::from([(file.module.as_str(), String::new())]);
        let mut next = VecDeque::from([file.module.as_str()]);
        while let Some(module) = next.pop_front() {
            let way = ways[module].clone();
            for (to, step) in steps(module, modules, imports) {
                if ways.contains_key(to) {
                    continue;
                }
                let way = if way.is_empty() { step } else { format!("{way}, then {step}") };
                if is_secret(to) {
                    found.push(format!("{}: the auditor's rooms have no door to `{to}`: {way}", file.path));
                }
                ways.insert(to, way);
                next.push_back(to);
            }
        }
    }
}

/// Where one gets from a module, and by what. A module is a door to those below it, too: `use crate::crypto` makes
/// `crypto::envelope` nameable.
fn steps<'a>(
    module: &'a str,
    modules: &'a Modules,
    imports: &'a BTreeMap<String, Vec<Import>>,
) -> impl Iterator<Item = (&'a str, String)> {
    let own = imports.get(module).into_iter().flatten();
    let imported = own.map(move |import| {
        let step = format!("{module}:{}: `{}`", import.line, import.text);
        (import.to.as_str(), step)
    });
    imported.chain(modules.all_below(module).map(move |one| (one, format!("{module}:1: `mod {one}`"))))
}

pub const PLANTED: &[Planted] = &[
    (
        "record/finding.rs",
        "use crate::crypto::shamir::Secret;\n",
        "src/record/finding.rs: the auditor's rooms have no door to `crypto/shamir`: record/finding:2: `crate::crypto::shamir::Secret`",
    ),
    (
        "audit/verify.rs",
        "use crate::{secret::quorum, escrow};\n",
        "src/audit/verify.rs: the auditor's rooms have no door to `secret/quorum`: audit/verify:2: `crate::secret::quorum`",
    ),
    (
        "audit/verify.rs",
        "use super::super::ceremony::release;\n",
        "src/audit/verify.rs: the auditor's rooms have no door to `secret/quorum`: audit/verify:2: `super::super::ceremony::release`, then ceremony/release:1: `crate::secret::quorum::Quorum`",
    ),
    (
        "record/statement.rs",
        "use crate::secret::share::Share;\n",
        "src/escrow/seals.rs: the auditor's rooms have no door to `secret/share`: escrow/seals:2: `crate::record::statement::Stated`, then record/statement:3: `crate::secret::share::Share`",
    ),
    (
        "record/statement.rs",
        "use crate::secret::share::Share;\n",
        "src/audit/verify.rs: the auditor's rooms have no door to `secret/share`",
    ),
    (
        "ledger/medium.rs",
        "use crate::crypto;\n",
        "src/ledger/medium.rs: the auditor's rooms have no door to `crypto/envelope`: ledger/medium:4: `crate::crypto`, then crypto:1: `mod crypto/envelope`",
    ),
    (
        "audit/report.rs",
        "use crate::crypto::envelope::Identity;\n",
        "src/audit/report.rs: the auditor's rooms have no door to `crypto/envelope`",
    ),
    (
        "record/approvers.rs",
        "use crate::secret::payload::Fields;\n",
        "src/record/approvers.rs: the auditor's rooms have no door to `secret/payload`: record/approvers:1",
    ),
];

pub const HARMLESS: &[Harmless] = &[
    ("record/note.rs", "// use crate::secret::share::Share;\n"),
    ("record/note.rs", "/* use crate::secret::share::Share; /* unsafe */ use age::x; */\n"),
    ("record/note.rs", "const A: &str = \"use crate::secret::share::Share;\";\n"),
    ("record/note.rs", "const A: &str = r##\"\"# use crate::secret::share::A; \"##;\n"),
    ("record/note.rs", "#[cfg(test)]\nmod tests {\n    use crate::secret::share::Share;\n}\n"),
    ("record/note.rs", "#[cfg(test)]\nuse crate::secret::share::Share;\n"),
    ("audit/verify.rs", "use crate::crypto::sign::VerifyingKey;\n"),
];
