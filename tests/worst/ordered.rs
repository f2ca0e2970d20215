//! JSON whose keys stay in their order: a record's line taken apart, changed in one place, and put together again.

/// A value. A leaf is the text that stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    Leaf(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Reads a line in the one spelling.
    pub fn read(line: &str) -> Json {
        let mut rest = line;
        let json = value(&mut rest);
        assert_eq!(rest, "");
        json
    }

    /// The line again.
    pub fn write(&self) -> String {
        match self {
            Json::Leaf(text) => text.clone(),
            Json::List(list) => {
                let list: Vec<_> = list.iter().map(Json::write).collect();
                format!("[{}]", list.join(","))
            }
            Json::Object(fields) => {
                let fields: Vec<_> =
                    fields.iter().map(|(key, one)| format!("{key}:{}", one.write())).collect();
                format!("{{{}}}", fields.join(","))
            }
        }
    }

    /// This value with something else in one place, for each place in it and each other thing; and what was done.
    pub fn changed(&self, others: &dyn Fn(&Json) -> Vec<Json>) -> Vec<(String, Json)> {
        let mut all: Vec<_> =
            others(self).into_iter().map(|other| (format!(" is {}", other.write()), other)).collect();
        match self {
            Json::Leaf(_) => {}
            Json::List(list) => {
                for (at, one) in list.iter().enumerate() {
                    for (what, other) in one.changed(others) {
                        let mut list = list.clone();
                        list[at] = other;
                        all.push((format!("[{at}]{what}"), Json::List(list)));
                    }
                }
            }
            Json::Object(fields) => {
                for (at, (key, one)) in fields.iter().enumerate() {
                    for (what, other) in one.changed(others) {
                        let mut fields = fields.clone();
                        fields[at].1 = other;
                        all.push((format!(".{key}{what}"), Json::Object(fields)));
                    }
                    let mut without = fields.clone();
                    without.remove(at);
                    all.push((format!(".{key} is not there"), Json::Object(without)));
                }
                let mut more = fields.clone();
                more.push(("\"also\"".to_owned(), Json::Leaf("1".to_owned())));
                all.push((" has a field more".to_owned(), Json::Object(more)));
            }
        }
        all
    }
}

fn value(rest: &mut &str) -> Json {
    match rest.as_bytes()[0] {
        b'[' => Json::List(within(rest, ']', value)),
        b'{' => Json::Object(within(rest, '}', |rest| {
            let key = leaf(rest);
            *rest = rest.strip_prefix(':').unwrap();
            (key, value(rest))
        })),
        _ => Json::Leaf(leaf(rest)),
    }
}

fn within<T>(rest: &mut &str, end: char, one: impl Fn(&mut &str) -> T) -> Vec<T> {
    *rest = &rest[1..];
    let mut all = Vec::new();
    while !rest.starts_with(end) {
        all.push(one(rest));
        *rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    *rest = &rest[1..];
    all
}

fn leaf(rest: &mut &str) -> String {
    let mut escaped = false;
    let is_text = rest.starts_with('"');
    let end = rest.char_indices().skip(1).find(|(_, char)| {
        let ends = if is_text { *char == '"' && !escaped } else { ",]}".contains(*char) };
        escaped = *char == '\\' && !escaped;
        ends
    });
    let end = end.map_or(rest.len(), |(at, _)| at + usize::from(is_text));
    let (text, after) = rest.split_at(end);
    *rest = after;
    text.to_owned()
}
