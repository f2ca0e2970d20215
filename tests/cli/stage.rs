//! A stage for the real program: a temporary directory with people, an escrow and a sealed vault in it.
//!
//! Everything on it was made by running the program. It is made once and kept in memory, and each test gets
//! its own copy on disk, which goes with the value.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// The password that is sealed.
pub const PASSWORD: &str = "wq7-Vumble!rast-9931-okto";
/// The seed that is sealed: as long as AWS gives them.
pub const SEED: &str = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
/// The three custodians, as flags.
pub const THREE: &str = "--custodian alice --custodian bob --custodian carol";
/// Longer than any command takes: whoever reaches it hangs.
const DEADLINE: Duration = Duration::from_secs(60);

/// Paths with modes and contents; directories and what is neither file nor directory have none.
pub type Tree = BTreeMap<PathBuf, (u32, Option<Vec<u8>>)>;

/// A directory to play in.
pub struct Stage {
    directory: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub struct Run {
    pub line: String,
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A request that was made.
pub struct Asked {
    pub id: String,
    pub words: String,
}

/// A command that is about to be run.
pub struct Words<'a> {
    stage: &'a Stage,
    words: Vec<String>,
    wrapper: Vec<String>,
    env: Vec<(&'static str, String)>,
    stdin: Option<Vec<u8>>,
    stdout: Option<PathBuf>,
}

/// Splits a line at blanks; `'…'` holds words together.
pub fn split(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('\'').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

impl Words<'_> {
    pub fn arg(mut self, word: impl Into<String>) -> Self {
        self.words.push(word.into());
        self
    }

    pub fn env(mut self, name: &'static str, value: &str) -> Self {
        self.env.push((name, value.to_owned()));
        self
    }

    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Self {
        self.stdin = Some(bytes.as_ref().to_vec());
        self
    }

    pub fn stdout(mut self, device: &str) -> Self {
        self.stdout = Some(device.into());
        self
    }

    /// Runs it by way of another program.
    pub fn under(mut self, wrapper: Vec<String>) -> Self {
        self.wrapper = wrapper;
        self
    }

    /// No file may grow beyond `blocks` of 512 bytes: what a full disk does, and root is not exempt from it.
    pub fn file_limit(mut self, blocks: u32) -> Self {
        let script = "trap '' XFSZ; ulimit -f \"$0\"; exec \"$@\"";
        self.wrapper = vec!["sh".into(), "-c".into(), script.into(), blocks.to_string()];
        self
    }

    /// Runs it without a terminal, and fails the test where it does not end.
    pub fn run(self) -> Run {
        let line = self.words.join(" ");
        let mut command = Command::new("setsid");
        command.args(&self.wrapper).arg(env!("CARGO_BIN_EXE_breakglass")).args(&self.words);
        command.current_dir(self.stage.directory.path()).env_remove("BREAKGLASS_ESCROW");
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        command.stderr(Stdio::piped()).stdout(match &self.stdout {
            Some(device) => Stdio::from(File::options().write(true).open(device).unwrap()),
            None => Stdio::piped(),
        });
        let mut child = command.spawn().unwrap();
        give(&mut child, self.stdin.unwrap_or_default());
        let Finished { status, out, err } = finish(child).unwrap_or_else(|| panic!("{line}: it hangs"));
        let out = String::from_utf8_lossy(&out).into_owned();
        let code = status.code().unwrap_or_else(|| panic!("{line}: killed, {status}\n{err}"));
        Run { line, code, out, err }
    }
}

/// Gives `bytes` to a child that reads standard input. It may stop reading early: that is its right.
pub fn give(child: &mut Child, bytes: Vec<u8>) {
    if let Some(mut pipe) = child.stdin.take() {
        thread::spawn(move || drop(pipe.write_all(&bytes)));
    }
}

/// How a child ended, and what it had written by then.
pub struct Finished {
    pub status: ExitStatus,
    pub out: Vec<u8>,
    pub err: String,
}

/// Waits for a child, reading what it writes; `None` where it hung and was killed.
pub fn finish(mut child: Child) -> Option<Finished> {
    let collect = |from: Option<Box<dyn Read + Send>>| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            from.map(|mut from| from.read_to_end(&mut bytes).unwrap());
            bytes
        })
    };
    let out = collect(child.stdout.take().map(|pipe| Box::new(pipe) as _));
    let err = collect(child.stderr.take().map(|pipe| Box::new(pipe) as _));
    let begun = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if begun.elapsed() > DEADLINE {
            child.kill().unwrap();
            return None;
        }
        thread::sleep(Duration::from_millis(2));
    };
    let err = String::from_utf8_lossy(&err.join().unwrap()).into_owned();
    Some(Finished { status, out: out.join().unwrap(), err })
}

impl Run {
    /// Asserts that all went well.
    #[track_caller]
    pub fn ok(self) -> Run {
        self.exits(0)
    }

    #[track_caller]
    pub fn exits(self, code: i32) -> Run {
        assert_eq!(self.code, code, "{}\n{}{}", self.line, self.out, self.err);
        self
    }

    /// Asserts how it failed: by its exit code, in the form that errors have, with no secret in it.
    #[track_caller]
    pub fn fails(self, code: i32) -> Run {
        let run = self.exits(code);
        assert_eq!(run.out, "", "{}: a failure has nothing for standard output", run.line);
        assert!(run.err.contains("error: "), "{}\n{}", run.line, run.err);
        assert!(run.err.lines().any(|line| line.starts_with(" next: ")), "{}\n{}", run.line, run.err);
        let secrets = [PASSWORD, SEED, "AGE-SECRET-KEY", "panicked"];
        if let Some(secret) = secrets.iter().find(|secret| run.err.contains(*secret)) {
            panic!("{}: {secret} in\n{}", run.line, run.err);
        }
        run
    }

    /// Asserts that standard error holds `part`.
    #[track_caller]
    pub fn says(self, part: &str) -> Run {
        assert!(self.err.contains(part), "{}: no `{part}` in\n{}", self.line, self.err);
        self
    }

    /// Asserts what failed: the line that begins with `error: `.
    #[track_caller]
    pub fn what(self, part: &str) -> Run {
        self.line_with("error: ", part)
    }

    /// Asserts where it failed.
    #[track_caller]
    pub fn at(self, part: &str) -> Run {
        self.line_with("   at: ", part)
    }

    /// Asserts what to do next.
    #[track_caller]
    pub fn next(self, part: &str) -> Run {
        self.line_with(" next: ", part)
    }

    #[track_caller]
    fn line_with(self, head: &str, part: &str) -> Run {
        let found = self.err.lines().any(|line| line.strip_prefix(head).is_some_and(|it| it.contains(part)));
        assert!(found, "{}: no `{head}…{part}…` in\n{}", self.line, self.err);
        self
    }

    /// Asserts that standard output holds `part`.
    #[track_caller]
    pub fn shows(self, part: &str) -> Run {
        assert!(self.out.contains(part), "{}: no `{part}` in\n{}{}", self.line, self.out, self.err);
        self
    }

    /// Standard output, as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{}: {error}\n{}", self.line, self.out))
    }
}

impl Stage {
    /// Nothing but a directory.
    pub fn empty() -> Stage {
        Stage { directory: tempfile::Builder::new().prefix("breakglass-cli-").tempdir().unwrap() }
    }

    fn of(tree: &Tree) -> Stage {
        let stage = Stage::empty();
        stage.put(tree);
        stage
    }

    /// Four people with keys and cards: an administrator and three custodians.
    pub fn people() -> Stage {
        static TREE: OnceLock<Tree> = OnceLock::new();
        Stage::of(TREE.get_or_init(|| {
            let stage = Stage::empty();
            stage.person("admin", "--role administrator");
            for custodian in ["alice", "bob", "carol"] {
                stage.person(custodian, "--role custodian");
            }
            stage.tree()
        }))
    }

    /// The same, with an escrow begun.
    pub fn begun() -> Stage {
        static TREE: OnceLock<Tree> = OnceLock::new();
        Stage::of(TREE.get_or_init(|| {
            let stage = Stage::people();
            stage.begin("escrow", "").ok();
            stage.tree()
        }))
    }

    /// The same, with `prod` sealed 2-of-3 and every share checked.
    pub fn sealed() -> Stage {
        static TREE: OnceLock<Tree> = OnceLock::new();
        Stage::of(TREE.get_or_init(|| {
            let stage = Stage::begun();
            stage.seal(&row("prod"), "").ok();
            for custodian in ["alice", "bob", "carol"] {
                stage.run(&format!("check --all --as {custodian}/{custodian}")).ok();
            }
            stage.tree()
        }))
    }

    /// The same, with a request by carol in `req.bgr`.
    pub fn asked() -> (Stage, Asked) {
        let stage = Stage::sealed();
        let asked = stage.request("");
        (stage, asked)
    }

    /// The same, approved by alice and bob, in `alice.bga` and `bob.bga`.
    pub fn approved() -> (Stage, Asked) {
        let (stage, asked) = Stage::asked();
        stage.approve("alice", &asked).ok();
        stage.approve("bob", &asked).ok();
        (stage, asked)
    }

    pub fn person(&self, id: &str, roles: &str) {
        self.run(&format!("keygen --no-passphrase -o {id}/{id}.key")).ok();
        self.enroll(id, &format!("{roles} -i {id}/{id}.key")).ok();
    }

    pub fn enroll(&self, id: &str, more: &str) -> Run {
        self.run(&format!("enroll {id} --name 'The {id}' --contact {id}@example.com -o {id} {more}"))
    }

    pub fn begin(&self, place: &str, more: &str) -> Run {
        self.run(&format!(
            "init {place} --name 'Example Corp' --card admin/admin.card --card alice/alice.card \
             --card bob/bob.card --card carol/carol.card --as admin/admin --cards-compared {more}"
        ))
    }

    /// Seals what a CSV holds, for all three custodians, 2-of-3.
    pub fn seal(&self, csv: &str, more: &str) -> Run {
        self.sealing(csv, more).run()
    }

    pub fn sealing(&self, csv: &str, more: &str) -> Words<'_> {
        let line = format!("seal --from - --threshold 2 {THREE} --as admin/admin {more}");
        self.words(&line).stdin(csv)
    }

    /// Carol asks for `prod`.
    pub fn request(&self, more: &str) -> Asked {
        let line = format!("{} --as carol/carol -o req.bgr --json {more}", asking("prod"));
        let json = self.run(&line).ok().json();
        let text = |key: &str| json[key].as_str().unwrap().to_owned();
        Asked { id: text("request_id"), words: text("session_words") }
    }

    pub fn approve(&self, who: &str, asked: &Asked) -> Run {
        let line = format!("approve req.bgr --as {who}/{who} -o {who}.bga --session-words");
        self.words(&line).arg(&asked.words).run()
    }

    /// The name of the canary vault.
    pub fn canary(&self) -> String {
        let names = fs::read_dir(self.path("escrow/vaults")).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.into_iter().find(|name| name.starts_with("canary-")).unwrap()
    }

    /// A command with the escrow in `escrow`, which the line may name otherwise with `--escrow`.
    pub fn words(&self, line: &str) -> Words<'_> {
        let words = split(line);
        let mut env = Vec::new();
        if !words.iter().any(|word| word == "--escrow") {
            env.push(("BREAKGLASS_ESCROW", "escrow".to_owned()));
        }
        Words { stage: self, words, wrapper: Vec::new(), env, stdin: None, stdout: None }
    }

    #[track_caller]
    pub fn run(&self, line: &str) -> Run {
        self.words(line).run()
    }

    /// Asserts that a command fails, and leaves everything as it was.
    #[track_caller]
    pub fn refuses(&self, code: i32, line: &str) -> Run {
        self.refuses_words(code, self.words(line))
    }

    #[track_caller]
    pub fn refuses_words(&self, code: i32, words: Words<'_>) -> Run {
        let before = self.tree();
        let run = words.run().fails(code);
        let after = self.tree();
        let changed: Vec<_> = after.iter().filter(|(path, it)| before.get(*path) != Some(it)).collect();
        let changed: Vec<_> = changed.into_iter().map(|(path, _)| path).collect();
        assert!(after == before, "{}: it left behind or changed {changed:?}\n{}", run.line, run.err);
        run
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    #[track_caller]
    pub fn read(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn exists(&self, name: &str) -> bool {
        self.path(name).symlink_metadata().is_ok()
    }

    #[track_caller]
    pub fn mode(&self, name: &str) -> u32 {
        fs::metadata(self.path(name)).unwrap().permissions().mode() & 0o7777
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Puts `to` where `from` stands in a file, once.
    #[track_caller]
    pub fn replace(&self, name: &str, from: &str, to: &str) {
        let bytes = self.read(name);
        let at = bytes.windows(from.len()).position(|part| part == from.as_bytes());
        let at = at.unwrap_or_else(|| panic!("no `{from}` in {name}"));
        let changed = [&bytes[..at], to.as_bytes(), &bytes[at + from.len()..]].concat();
        self.write(name, changed);
    }

    /// Copies a file or a directory.
    pub fn copy(&self, from: &str, to: &str) {
        let from = self.path(from);
        if from.is_dir() {
            let mut part = Tree::new();
            walk(&from, &from, &mut part);
            fs::create_dir_all(self.path(to)).unwrap();
            part.into_iter().for_each(|(path, it)| put(&self.path(to).join(path), &it));
        } else {
            fs::create_dir_all(self.path(to).parent().unwrap()).unwrap();
            fs::copy(from, self.path(to)).unwrap();
        }
    }

    pub fn remove(&self, name: &str) {
        let path = self.path(name);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }

    /// Everything that lies in the directory.
    pub fn tree(&self) -> Tree {
        let mut tree = Tree::new();
        walk(self.directory.path(), self.directory.path(), &mut tree);
        tree
    }

    fn put(&self, tree: &Tree) {
        tree.iter().for_each(|(path, it)| put(&self.path("").join(path), it));
    }
}

fn put(path: &Path, (mode, bytes): &(u32, Option<Vec<u8>>)) {
    match bytes {
        None => fs::DirBuilder::new().mode(*mode).create(path).unwrap(),
        Some(bytes) => {
            let mut file = File::options().create_new(true).write(true).mode(*mode).open(path).unwrap();
            file.write_all(bytes).unwrap();
        }
    }
}

fn walk(root: &Path, directory: &Path, tree: &mut Tree) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        let bytes = metadata.is_file().then(|| fs::read(&path).unwrap());
        let place = path.strip_prefix(root).unwrap().to_owned();
        tree.insert(place, (metadata.permissions().mode() & 0o7777, bytes));
        if metadata.is_dir() {
            walk(root, &path, tree);
        }
    }
}

/// A code of the seed, now.
pub fn code_now() -> String {
    use secrecy::ExposeSecret as _;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let seed = breakglass::secret::totp::TotpSeed::parse(SEED).unwrap();
    seed.code_at(now).code.expose_secret().to_owned()
}

/// A CSV with one vault.
pub fn row(vault: &str) -> String {
    format!(
        "vault,account_id,email,password,totp,totp_code\n\
         {vault},111122223333,root@example.com,{PASSWORD},{SEED},{}\n",
        code_now()
    )
}

/// A request, without its requester and output.
pub fn asking(vault: &str) -> String {
    format!("request {vault} --reason iam-failure --ticket INC-42 --justification 'SSO is down'")
}
