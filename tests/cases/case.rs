//! The text of a case: read, and written with what the program shows now.

/// One line of a case, or a few that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A comment or an empty line, as it stands.
    Remark(String),
    /// From here on in a directory of its own, in which this is there.
    Start(String),
    /// A file, by its path and its text.
    File(String, String),
    /// Anything else that is done before a command: `copy`, `remove`, and their like, with what follows.
    Do(String, String),
    /// A command, and what comes of it.
    Command(Command),
}

/// A command line, and what comes of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Command {
    pub line: String,
    pub outcome: EndOutcome,
}

/// What a command shows, how it ends, and what it does to the directory.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndOutcome {
    pub out: Vec<String>,
    pub err: Vec<String>,
    pub exit: i32,
    pub effects: Vec<String>,
}

/// What can be done before a command.
const DOINGS: [&str; 7] = ["run", "copy", "remove", "replace", "link", "directory", "never"];

/// Reads a case.
///
/// # Errors
/// What is wrong with it, with the number of the line.
pub fn read(text: &str) -> Result<Vec<Step>, String> {
    let mut steps: Vec<Step> = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (word, steps.last_mut()) {
            _ if line.is_empty() || line.starts_with('#') => steps.push(Step::Remark(line.to_owned())),
            ("", Some(Step::File(_, content))) if line.starts_with("    ") => {
                content.push_str(&line[4..]);
                content.push('\n');
            }
            ("start", _) => steps.push(Step::Start(rest.to_owned())),
            ("file", _) => steps.push(Step::File(rest.to_owned(), String::new())),
            ("$", _) => steps.push(Step::Command(Command { line: rest.to_owned(), ..Command::default() })),
            ("|", Some(Step::Command(command))) => command.outcome.out.push(rest.to_owned()),
            ("!", Some(Step::Command(command))) => command.outcome.err.push(rest.to_owned()),
            ("+" | "-" | "~", Some(Step::Command(command))) => command.outcome.effects.push(line.to_owned()),
            ("exit", Some(Step::Command(command))) => {
                command.outcome.exit =
                    rest.parse().map_err(|_| format!("line {}: `{rest}` is no exit code", at + 1))?;
            }
            _ if DOINGS.contains(&word) => steps.push(Step::Do(word.to_owned(), rest.to_owned())),
            _ => return Err(format!("line {}: this means nothing here: {line}", at + 1)),
        }
    }
    let is_remark = |step: &Step| matches!(step, Step::Remark(_));
    match steps.first() {
        Some(Step::Remark(line)) if line.starts_with("# ") => {}
        _ => return Err("line 1: `# …` says what the case shows".to_owned()),
    }
    if !matches!(steps.iter().find(|step| !is_remark(step)), Some(Step::Start(_))) {
        return Err("the first line after the remarks is `start …`".to_owned());
    }
    if !steps.iter().any(|step| matches!(step, Step::Command(_))) {
        return Err("there is no `$ …`: nothing is shown".to_owned());
    }
    Ok(steps)
}

/// Writes a case.
pub fn write(steps: &[Step]) -> String {
    let mut text = String::new();
    for step in steps {
        match step {
            Step::Remark(line) => text.push_str(&format!("{line}\n")),
            Step::Start(name) => text.push_str(&format!("start {name}\n")),
            Step::Do(word, rest) => text.push_str(&format!("{word} {rest}\n")),
            Step::File(path, content) => {
                text.push_str(&format!("file {path}\n"));
                content.lines().for_each(|line| text.push_str(&format!("    {line}\n")));
            }
            Step::Command(command) => {
                text.push_str(&format!("$ {}\n", command.line));
                command.outcome.lines().iter().for_each(|line| text.push_str(&format!("{line}\n")));
            }
        }
    }
    text
}

impl EndOutcome {
    /// As it stands below a command, line by line.
    pub fn lines(&self) -> Vec<String> {
        let marked = |mark: &str, line: &String| format!("{mark} {line}").trim_end_matches(' ').to_owned();
        let mut lines: Vec<String> = self.out.iter().map(|line| marked("|", line)).collect();
        lines.extend(self.err.iter().map(|line| marked("!", line)));
        if self.exit != 0 {
            lines.push(format!("exit {}", self.exit));
        }
        lines.extend(self.effects.iter().cloned());
        lines
    }
}

#[test]
fn a_case_is_written_as_it_is_read_and_what_means_nothing_is_refused() {
    let good = "# It shows.\n\nstart people\nfile a b\n    one\n      two\ncopy x y\n$ status --json < a b\n| out\n|\n! err\n\
                exit 3\n+ 600 z\n~ x\n- y\n\n$ status\n";
    let steps = read(good).unwrap();
    assert_eq!(write(&steps), good);
    let Step::Command(first) = &steps[5] else { panic!("{steps:?}") };
    assert_eq!((first.outcome.out.len(), first.outcome.err.len(), first.outcome.effects.len()), (2, 1, 3));
    for (from, to, why) in [
        ("# It shows.", "It shows.", "line 1: this means nothing"),
        ("# It shows.\n", "", "line 1: `# …` says"),
        ("start people\n", "", "is `start …`"),
        ("exit 3", "exit three", "line 12: `three` is no exit code"),
        ("copy", "move", "line 7: this means nothing here: move x y"),
        ("    one", "  one", "line 5: this means nothing"),
    ] {
        let told = read(&good.replace(from, to)).unwrap_err();
        assert!(told.contains(why), "{told}");
    }
    assert!(read("# It shows.\nstart empty\nrun status\n").unwrap_err().contains("nothing is shown"));
}
