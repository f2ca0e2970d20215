//! Rust source, taken apart as far as the rules need it: tokens without comments and test code, and the paths
//! that are named, with `use` groups written out.

/// A token and the line it stands on, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// A path that a file names, as `crate::crypto::sign::SigningKey`, and the line of its last part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub parts: Vec<String>,
    pub line: usize,
    /// Where a `use` brings it in: the name that it has in this file.
    pub name: Option<String>,
    /// Whether that name is more than the file's own: `pub use`, `pub(crate) use`.
    pub public: bool,
}

impl Named {
    pub fn text(&self) -> String {
        self.parts.join("::")
    }
}

/// Takes a text apart: names and `::` and single marks. Comments go; a literal gets a `"` before it, so that it
/// is never taken for a name.
pub fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let (mut at, mut line) = (0, 1);
    let mut found = Vec::new();
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    while at < bytes.len() {
        let start = at;
        let rest = &bytes[at..];
        let mut token = "";
        let mut mark = "";
        if rest.starts_with(b"//") {
            at += rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        } else if rest.starts_with(b"/*") {
            at += block_comment(rest);
        } else if let Some(length) = literal(rest) {
            at += length;
            (mark, token) = ("\"", &text[start..at]);
        } else if rest.starts_with(b"::") {
            (at, token) = (at + 2, "::");
        } else if is_name(rest[0]) {
            at += rest.iter().position(|byte| !is_name(*byte)).unwrap_or(rest.len());
            token = &text[start..at];
        } else if rest[0].is_ascii_whitespace() {
            at += 1;
        } else {
            (at, token) = (at + 1, &text[start..=start]);
        }
        if !token.is_empty() {
            found.push(Token { text: format!("{mark}{token}"), line });
        }
        line += text[start..at].matches('\n').count();
    }
    found
}

fn block_comment(rest: &[u8]) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        match &rest[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of the string or character that `rest` begins with.
fn literal(rest: &[u8]) -> Option<usize> {
    let prefix = rest.iter().take(2).take_while(|byte| b"brc".contains(byte)).count();
    let hashes = rest[prefix..].iter().take_while(|byte| **byte == b'#').count();
    let open = prefix + hashes;
    if rest.get(open) == Some(&b'"') && (hashes == 0 || prefix > 0) {
        let raw = rest[..prefix].contains(&b'r');
        let close = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
        let mut at = open + 1;
        while at < rest.len() && !rest[at..].starts_with(&close) {
            at += if rest[at] == b'\\' && !raw { 2 } else { 1 };
        }
        return Some((at + close.len()).min(rest.len()));
    }
    // A character, and not a lifetime: it is escaped, or a quote follows it.
    let quote = usize::from(rest[0] == b'b');
    if rest.get(quote) != Some(&b'\'') {
        return None;
    }
    if rest.get(quote + 1) == Some(&b'\\') {
        let end = rest[quote + 3..].iter().position(|byte| *byte == b'\'')?;
        return Some(quote + 3 + end + 1);
    }
    let text = std::str::from_utf8(&rest[quote + 1..rest.len().min(quote + 6)]);
    let valid = text.map_or_else(|error| error.valid_up_to(), str::len);
    let width = std::str::from_utf8(&rest[quote + 1..quote + 1 + valid]).ok()?.chars().next()?.len_utf8();
    (rest.get(quote + 1 + width) == Some(&b'\'')).then_some(quote + width + 2)
}

/// The tokens without what is compiled for tests only, and the modules that are declared so.
pub fn without_tests(tokens: &[Token]) -> (Vec<Token>, Vec<String>) {
    let is = |at: usize, text: &str| tokens.get(at).is_some_and(|token| token.text == text);
    let (mut kept, mut modules, mut at) = (Vec::new(), Vec::new(), 0);
    while at < tokens.len() {
        let test = ["#", "[", "cfg", "(", "test", ")", "]"];
        if !test.iter().enumerate().all(|(more, text)| is(at + more, text)) {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        at += test.len();
        // To the end of the item: a `;`, or the brace that closes its first one.
        let (mut depth, begin) = (0_usize, at);
        while at < tokens.len() {
            match tokens[at].text.as_str() {
                "{" | "[" | "(" => depth += 1,
                "}" | "]" | ")" => depth -= 1,
                _ => {}
            }
            at += 1;
            let closed = tokens[at - 1].text == "}" || tokens[at - 1].text == ";";
            if depth == 0 && closed {
                break;
            }
        }
        let item = &tokens[begin..at];
        if let [.., keyword, name, end] = item
            && keyword.text == "mod"
            && end.text == ";"
        {
            modules.push(name.text.clone());
        }
    }
    (kept, modules)
}

fn is_part(token: &Token) -> bool {
    token.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
}

/// Every path that is named, in `use` or in place. A `use` group gives one path for each of its leaves; `self`
/// in a group stands for what is before it, and `*` stays as a part.
pub fn paths(tokens: &[Token]) -> Vec<Named> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < tokens.len() {
        if tokens[at].text == "use" {
            let (first, public) = (found.len(), is_public(tokens, at));
            at = use_tree(tokens, at + 1, &mut Vec::new(), &mut found);
            found[first..].iter_mut().for_each(|named| named.public = public);
        } else if is_part(&tokens[at]) {
            let (begin, mut parts) = (at, vec![tokens[at].text.clone()]);
            while tokens.get(at + 1).is_some_and(|next| next.text == "::")
                && tokens.get(at + 2).is_some_and(is_part)
            {
                parts.push(tokens[at + 2].text.clone());
                at += 2;
            }
            // The `crate` of `pub(crate)` names no import, nor does the path of `pub(in …)`.
            let before = |more: usize| begin.checked_sub(more).map_or("", |at| tokens[at].text.as_str());
            let visibility = (before(2), before(1)) == ("pub", "(") && parts.len() == 1
                || (before(3), before(2), before(1)) == ("pub", "(", "in");
            if !visibility {
                found.push(Named { parts, line: tokens[at].line, name: None, public: false });
            }
            at += 1;
        } else {
            at += 1;
        }
    }
    found
}

/// Whether `pub`, or `pub` with how far it goes, stands before the item that begins at `at`.
pub fn is_public(tokens: &[Token], at: usize) -> bool {
    match tokens[..at].last() {
        Some(before) if before.text == ")" => {
            let open = tokens[..at].iter().rposition(|token| token.text == "(");
            open.is_some_and(|open| open > 0 && tokens[open - 1].text == "pub")
        }
        Some(before) => before.text == "pub",
        None => false,
    }
}

/// Reads one tree of a `use` from `at` on; gives where it ends.
fn use_tree(tokens: &[Token], mut at: usize, before: &mut Vec<String>, found: &mut Vec<Named>) -> usize {
    let depth = before.len();
    while let Some(token) = tokens.get(at) {
        match token.text.as_str() {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    let leaf = at;
                    at = use_tree(tokens, at, before, found);
                    // Past the comma; and past what no `use` has, as a macro's `$`.
                    let further = at == leaf || tokens.get(at).is_some_and(|token| token.text == ",");
                    at += usize::from(further);
                }
                before.truncate(depth);
                return at + 1;
            }
            "as" => {
                let name = tokens.get(at + 1).map(|token| token.text.clone());
                found.last_mut().expect("something is renamed").name = name;
                at += 2;
            }
            _ if is_part(token) || token.text == "*" => {
                if token.text != "self" || before.is_empty() {
                    before.push(token.text.clone());
                }
                at += 1;
                if tokens.get(at).is_none_or(|next| next.text != "::") {
                    let name = before.last().cloned();
                    found.push(Named { parts: before.clone(), line: token.line, name, public: false });
                }
            }
            _ => break,
        }
    }
    before.truncate(depth);
    at
}
