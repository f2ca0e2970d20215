//! Answers, compared with the tables of the page: every key stands in its table, every key that is never absent is
//! there, and each value is of the type that its row says.

use std::collections::BTreeSet;

use breakglass::crypto::digest::Digest;
use breakglass::crypto::recipient::Recipient;
use breakglass::value::fingerprint::Words;
use breakglass::value::names::VaultName;
use breakglass::value::time::Time;
use serde_json::Value;

use crate::table::{Row, Section};

/// Reads answers, and remembers what was in them.
pub struct Reader<'a> {
    sections: &'a [Section],
    /// The rows that were seen: section and key.
    seen: BTreeSet<(&'a str, &'a str)>,
    pub wrong: Vec<String>,
}

impl<'a> Reader<'a> {
    pub fn new(sections: &'a [Section]) -> Reader<'a> {
        Reader { sections, seen: BTreeSet::new(), wrong: Vec::new() }
    }

    /// Reads the answer that a section is about.
    pub fn answer(&mut self, anchor: &str, value: &Value) {
        match self.sections.iter().find(|section| section.anchor == anchor) {
            Some(section) => self.value(section, "", value),
            None => self.wrong.push(format!("the page has no section `{anchor}`")),
        }
    }

    /// The rows of keys that are never absent, and that no answer had.
    pub fn unseen(&self) -> Vec<String> {
        let rows =
            self.sections.iter().flat_map(|section| section.rows.iter().map(move |row| (section, row)));
        let unseen = rows.filter(|(section, row)| {
            let is_below_an_option =
                section.rows.iter().any(|other| !other.is_always && is_below(&row.key, &other.key));
            row.is_always && !is_below_an_option && !self.seen.contains(&(&*section.anchor, &*row.key))
        });
        unseen.map(|(section, row)| format!("{}: no answer has `{}`", section.anchor, row.key)).collect()
    }

    fn value(&mut self, section: &'a Section, path: &str, value: &Value) {
        match value {
            Value::Object(map) => {
                for (name, inner) in map {
                    let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    self.key(section, &key, inner);
                }
                let missing = section.rows.iter().filter(|row| row.is_always && row.parent() == path);
                for row in missing.filter(|row| !map.contains_key(row.name())) {
                    self.wrong.push(format!("{}: `{}` is absent from {value}", section.anchor, row.key));
                }
            }
            Value::Array(items) => {
                items.iter().for_each(|item| self.value(section, &format!("{path}[]"), item))
            }
            _ => {}
        }
    }

    fn key(&mut self, section: &'a Section, key: &str, value: &Value) {
        let anchor = &section.anchor;
        let Some(row) = section.rows.iter().find(|row| row.key == key) else {
            self.wrong.push(format!("{anchor}: no row for this key: | `{key}` | … | … | … |, as {value}"));
            return;
        };
        self.seen.insert((&section.anchor, &row.key));
        if !fits(&row.kind, row, value) {
            self.wrong.push(format!("{anchor}: `{key}` is {value}, and no {}", row.kind));
        }
        match linked(&row.kind) {
            None => self.value(section, key, value),
            Some(other) => match value {
                Value::Array(items) => items.iter().for_each(|item| self.answer(other, item)),
                Value::Null => {}
                value => self.answer(other, value),
            },
        }
    }
}

fn is_below(key: &str, other: &str) -> bool {
    key.strip_prefix(other).is_some_and(|rest| rest.starts_with(['.', '[']))
}

/// The section that says what an object of this type is: `[head](#a-head)`.
fn linked(kind: &str) -> Option<&str> {
    Some(kind.split_once("](#")?.1.split_once(')')?.0)
}

/// Whether a value is of a type, as the page's first table says.
fn fits(kind: &str, row: &Row, value: &Value) -> bool {
    if let Some(kind) = kind.strip_suffix(" or null") {
        return value.is_null() || fits(kind, row, value);
    }
    if let Some(kind) = kind.strip_prefix("array of ") {
        return value.as_array().is_some_and(|items| items.iter().all(|item| fits(kind, row, item)));
    }
    let text = |is: fn(&str) -> bool| value.as_str().is_some_and(is);
    match kind {
        "number" => value.is_u64(),
        "value" => {
            let texts = |items: &Vec<Value>| items.iter().all(Value::is_string);
            value.is_u64() || value.is_string() || value.as_array().is_some_and(texts)
        }
        "boolean" => value.is_boolean(),
        "object" => value.is_object(),
        kind if linked(kind).is_some() => value.is_object(),
        "text" => text(|text| !text.is_empty()),
        "path" => text(|path| !path.is_empty() && !path.contains('\n')),
        "time" => text(|time| time.parse::<Time>().is_ok()),
        "digest" => text(|digest| digest.parse::<Digest>().is_ok()),
        "words" => text(|words| words.parse::<Words>().is_ok()),
        "recipient" => text(|recipient| recipient.parse::<Recipient>().is_ok()),
        "name" => text(|name| name.parse::<VaultName>().is_ok()),
        "word" => value.as_str().is_some_and(|word| row.words.iter().any(|known| known == word)),
        _ => false,
    }
}
