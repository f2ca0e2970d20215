//! A file and a function are short enough to be read in one go. This holds for tests, too.

use crate::modules::Parsed;
use crate::source::Token;

/// The longest a file may be, in lines.
pub const MAX_FILE: usize = 400;

/// The longest a function may be, from the line of its `fn` to the one of its closing brace.
pub const MAX_FUNCTION: usize = 60;

pub fn check(file: &Parsed, found: &mut Vec<String>) {
    if file.lines > MAX_FILE {
        let Parsed { path, lines, .. } = file;
        found.push(format!("{path}:{lines}: a file has at most {MAX_FILE} lines"));
    }
    for (at, token) in file.whole.iter().enumerate().filter(|(_, token)| token.text == "fn") {
        let Some((name, lines)) = function(&file.whole[at..]).filter(|(_, lines)| *lines > MAX_FUNCTION)
        else {
            continue;
        };
        let said = format!("{}:{}: `fn {name}`", file.path, token.line);
        found.push(format!("{said}: a function has at most {MAX_FUNCTION} lines, and not {lines}"));
    }
}

/// The name of the function that begins here, and how many lines it has. None for a type, or where there is no
/// body.
fn function(tokens: &[Token]) -> Option<(&str, usize)> {
    let name = tokens.get(1).filter(|name| name.text != "(")?;
    let (mut depth, mut body) = (0_usize, false);
    for token in tokens {
        match token.text.as_str() {
            ";" if depth == 0 => return None,
            "{" if depth == 0 => (depth, body) = (1, true),
            "{" | "[" | "(" => depth += 1,
            "}" | "]" | ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && body {
            return Some((&name.text, token.line - tokens[0].line + 1));
        }
    }
    None
}
