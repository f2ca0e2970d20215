//! What stands where a command writes: links, pipes, devices and directories are not written to nor through. And
//! a log that is swapped for another file while a command works.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::disk::{Disk, PASSWORD, Run, asking};
use crate::scenes::{
    Snapshot, approve_line, approved, asked, begun, folder, people, release_line, released, seal_line,
    sealed, torn,
};
use crate::trace::{Call, EndOutcome, Fault, Line, Traced, calls, can_trace, is_whole, of_trace};

/// What may stand at a place. Those that a name can only be a link to are links.
const IN_THE_WAY: [&str; 7] =
    ["a file", "a link to a file", "a link to nothing", "a pipe", "a directory", "/dev/full", "/dev/zero"];

fn put(disk: &Disk, place: &str, what: &str) {
    let path = disk.path(place);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match what {
        "a file" => fs::write(path, "precious").unwrap(),
        "a link to a file" => symlink(disk.path("elsewhere/file"), path).unwrap(),
        "a link to nothing" => symlink(disk.path("elsewhere/nothing"), path).unwrap(),
        "a pipe" => assert!(Command::new("mkfifo").arg(path).status().unwrap().success()),
        "a directory" => fs::create_dir(path).unwrap(),
        device => symlink(device, path).unwrap(),
    }
}

fn run(disk: &Disk, line: &Line) -> Run {
    let mut words = disk.line("");
    for word in &line.words {
        words = words.arg(word);
    }
    words.stdin(&line.stdin).run()
}

/// Every file that a command makes: whatever has its name already stays, and nothing else is left behind.
#[test]
fn nothing_is_written_over_or_through_what_is_in_the_way() {
    let id = &released().request;
    let mut close = Line::of(&format!("close --request {id} --as alice/alice -o out/close.bgs"));
    for obligation in breakglass::record::closing::Obligation::ALL {
        close.words.extend(["--done".to_owned(), obligation.as_str().to_owned()]);
    }
    let enroll = "enroll zoe --name Z --contact z --role custodian --no-passphrase -o out";
    let begin =
        "init out/escrow --name Ex --card dan/dan.card --card alice/alice.card --as dan/dan --cards-compared";
    let request = asking("prod") + " --as carol/carol -o out/req.bgr --accept-deviation not-in-force";
    let action = format!("action done --request {id} --as carol/carol -o out/action.bgs");
    let elsewhere = "--continue-in out/log --accept-deviation continued-elsewhere";
    let release = format!("release req.bgr alice.bga bob.bga --as carol/carol --print password {elsewhere}");
    let mut tried = 0;
    let mut refuse = |before: &Snapshot, place: &str, line: &Line| {
        for what in IN_THE_WAY {
            let disk = before.disk();
            disk.write("elsewhere/file", "precious");
            put(&disk, place, what);
            let before = disk.tree();
            let run = run(&disk, line);
            assert!([1, 3, 10].contains(&run.code), "{what} at {place}: {run:?}");
            let code = run.code;
            run.fails(code).at(place);
            assert!(disk.tree() == before, "{what} at {place}: something was left or changed");
            tried += 1;
        }
    };
    for (before, place, line) in [
        (people(), "out/zoe.key", "keygen --no-passphrase -o out/zoe.key"),
        (people(), "out/zoe.card", enroll),
        (people(), "out/escrow", begin),
        (people(), "out/man1/breakglass.1", "man out/man1"),
        (begun(), "out/head.json", "head -o out/head.json"),
        (sealed(), "out/check.bgs", "check --all --as bob/bob -o out/check.bgs"),
        (sealed(), "out/req.bgr", &request),
        (sealed(), "out/req.session.age", &request),
        (asked(), "out/no.bgd", "deny req.bgr --as alice/alice -o out/no.bgd --because x"),
        (approved(), "out/log", &release),
        (released(), "out/action.bgs", &action),
        (released(), "out/escrow", "copy out/escrow"),
    ] {
        refuse(before, place, &Line::of(line));
    }
    refuse(asked(), "out/alice.bga", &approve_line("out/alice.bga"));
    refuse(released(), "out/close.bgs", &close);
    refuse(begun(), "escrow/vaults/prod/1", &seal_line("prod"));
    assert_eq!(tried, 15 * IN_THE_WAY.len());
    // An unfinished generation, which is no folder.
    for what in IN_THE_WAY.into_iter().filter(|what| *what != "a directory") {
        let disk = begun().disk();
        put(&disk, "escrow/vaults/prod/1.partial", what);
        refuses_to_seal(&disk).what("1.partial");
    }
}

/// Logs and books are files of their own: they are not followed to anywhere, be it to a good log.
#[test]
fn logs_and_books_are_not_followed() {
    let id = &released().request;
    for (place, line) in [
        ("escrow/log", format!("action done --request {id} --as carol/carol")),
        ("carol/carol.book", format!("action done --request {id} --as carol/carol")),
        ("behind/log", "copy behind".to_owned()),
        ("other/log", "adopt other --as alice/alice --as carol/carol".to_owned()),
        ("other/log", "compare escrow other".to_owned()),
    ] {
        let disk = released().disk();
        fs::rename(disk.path(place), disk.path("moved")).unwrap();
        symlink(disk.path("moved"), disk.path(place)).unwrap();
        disk.refuses(1, &line).at(place);
    }
}

/// A folder of the escrow that is a link elsewhere takes no files.
#[test]
fn no_file_of_an_escrow_is_written_through_a_linked_folder() {
    for folder_name in ["vaults", "vaults/second", "vaults/second/1"] {
        let disk = released().disk();
        let place = format!("behind/{folder_name}");
        folder(&disk, "elsewhere");
        if disk.exists(&place) {
            fs::rename(disk.path(&place), disk.path("moved")).unwrap();
        }
        fs::create_dir_all(disk.path(&place).parent().unwrap()).unwrap();
        symlink(disk.path("elsewhere"), disk.path(&place)).unwrap();
        disk.refuses(1, "copy behind").at("behind/vaults").what("File exists");
        assert_eq!(fs::read_dir(disk.path("elsewhere")).unwrap().count(), 0);
    }
    for folder_name in ["vaults", "vaults/prod"] {
        let disk = begun().disk();
        folder(&disk, "elsewhere");
        let place = disk.path(format!("escrow/{folder_name}"));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        symlink(disk.path("elsewhere"), place).unwrap();
        let line = seal_line("prod");
        let words = disk.line(&line.words.join(" ")).stdin(&line.stdin);
        disk.refuses_line(1, words)
            .at(&format!("escrow/{}", if folder_name == "vaults" { "vaults" } else { "vaults/prod" }));
    }
}

/// No name leads out of its folder.
#[test]
fn no_name_is_a_way_out() {
    let disk = released().disk();
    for name in ["..", ".", "../prod", "a/b", "/etc", "prod/../prod", "", "a\0", "pröd", "prod\n"] {
        if name.contains('\0') {
            continue;
        }
        for line in [
            "request NAME --reason other --ticket x --justification x --as carol/carol -o x.bgr",
            "check NAME --as alice/alice",
            "retire NAME --because x --as dan/dan",
            "enroll NAME --name x --contact x --role auditor --no-passphrase -o x",
            "seal NAME --threshold 2 --custodian alice --custodian bob --as dan/dan",
            "seal new --threshold 2 --custodian NAME --custodian bob --as dan/dan",
        ] {
            let before = disk.tree();
            let mut words = disk.line("");
            for word in line.split(' ') {
                words = words.arg(if word == "NAME" { name } else { word });
            }
            let run = words.run();
            assert!([2, 3].contains(&run.code), "`{name}`: {run:?}");
            assert!(disk.tree() == before, "`{name}`: {line}");
        }
        let csv =
            format!("vault,account_id,email,password\n\"{name}\",111122223333,r@example.com,{PASSWORD}\n");
        let words = disk.line("seal --from - --threshold 2 --custodian alice --custodian bob --as dan/dan");
        disk.refuses_line(3, words.stdin(csv));
    }
}

// ── A sealing that was cut off, and what only looks like one ──

/// A sealing that was killed after its files had their final names, before it was logged.
fn cut_off() -> Disk {
    let disk = begun().disk();
    let line = seal_line("prod");
    let all = calls(&begun().disk(), &line);
    let last = all.iter().rposition(|call| call.name.starts_with("rename")).unwrap();
    let after = all[last..].iter().find(|call| call.name == "fsync").unwrap();
    let outcome = Traced::new(&disk, &line).fault(after, Fault::Kill).run();
    assert!(outcome.was_killed() && disk.exists("escrow/vaults/prod/1/payload.age"));
    disk
}

#[test]
fn what_a_sealing_left_goes_only_where_it_is_known_to_be_that() {
    if !can_trace("what_a_sealing_left_goes_only_where_it_is_known_to_be_that") {
        return;
    }
    let seal = |disk: &Disk| run(disk, &seal_line("prod"));
    // It is told of, and goes.
    let disk = cut_off();
    let before = disk.read("escrow/vaults/prod/1/payload.age");
    seal(&disk)
        .ok()
        .says("left over from a sealing that was interrupted before it was logged")
        .says("escrow/vaults/prod/1");
    assert_ne!(disk.read("escrow/vaults/prod/1/payload.age"), before);
    disk.run("verify").ok();
    disk.run("check --all --as alice/alice").ok();
    let marks = disk.tree();
    let marks = marks.keys().filter(|path| path.to_str().unwrap().contains("unlogged-"));
    assert_eq!(marks.count(), 0, "the mark stays on what is logged");
    // Another log may hold the seal: one that went on after a record which this one does not have.
    let disk = cut_off();
    let mark = mark_of(&disk);
    let (within, _) = mark.split_once("unlogged-").unwrap();
    fs::rename(disk.path(&mark), disk.path(format!("{within}unlogged-{}", "5".repeat(64)))).unwrap();
    refuses_to_seal(&disk).what("no seal of it");
    // Somebody put it there: it has no mark.
    let disk = cut_off();
    disk.remove(&mark_of(&disk));
    refuses_to_seal(&disk).what("no seal of it");
    // An unfinished one in which nothing is goes.
    let disk = begun().disk();
    folder(&disk, "escrow/vaults/prod/1.partial");
    seal(&disk).ok().says("escrow/vaults/prod/1.partial");
    // An unfinished one without a mark holds something else.
    let disk = begun().disk();
    disk.write("escrow/vaults/prod/1.partial/file", "precious");
    refuses_to_seal(&disk).what("1.partial");
}

fn is_mark(name: &OsStr) -> bool {
    name.to_str().is_some_and(|name| name.starts_with("unlogged-"))
}

fn mark_of(disk: &Disk) -> String {
    let tree = disk.tree();
    let mut marks = tree.keys().filter(|path| path.starts_with("escrow/vaults/prod"));
    let mark = marks.find(|path| path.file_name().is_some_and(is_mark)).expect("a mark");
    mark.to_str().unwrap().to_owned()
}

/// The canary's files were left too, and go; `prod`'s stay, and stop it.
fn refuses_to_seal(disk: &Disk) -> Run {
    let held = |disk: &Disk| -> Vec<_> {
        disk.tree()
            .into_iter()
            .filter(|(path, _)| path.starts_with("escrow/vaults/prod") || path.ends_with("log"))
            .collect()
    };
    let before = held(disk);
    let line = seal_line("prod");
    let run = run(disk, &line).fails(1).next("move that file away");
    assert!(held(disk) == before, "what is in the way was touched");
    run
}

// ── A log that is swapped ──

/// Runs a command, and puts `escrow/log` away and another log in its place after one of its calls.
fn swapped(disk: &Disk, line: &Line, after: &Call) -> EndOutcome {
    let traced = Traced::new(disk, line).fault(after, Fault::Stop);
    let child = traced.spawn();
    let begun = Instant::now();
    while !traced.so_far().contains("--- stopped by SIGSTOP ---") {
        assert!(
            begun.elapsed() < Duration::from_secs(30),
            "it does not stop at {after:?}\n{}",
            traced.so_far()
        );
        thread::sleep(Duration::from_millis(2));
    }
    fs::rename(disk.path("escrow/log"), disk.path("away.log")).unwrap();
    fs::rename(disk.path("other/log"), disk.path("escrow/log")).unwrap();
    let trace = traced.so_far();
    let pid = trace.split_whitespace().next().unwrap();
    assert!(Command::new("kill").args(["-CONT", pid]).status().unwrap().success());
    traced.wait(child)
}

/// Calls between the first look at the log and the end.
fn while_open(before: &Snapshot, line: &Line) -> Vec<Call> {
    let all = calls(&before.disk(), line);
    let first = all.iter().position(|call| call.text.contains("\"escrow/log\"")).unwrap();
    all[first..]
        .iter()
        .filter(|call| !["exit_group", "munmap"].contains(&call.name.as_str()))
        .cloned()
        .collect()
}

/// Whatever the moment: the other file is not overwritten, an entry is acknowledged only where it is in the log that
/// has the name, and nothing is shown whose release is in neither.
#[test]
fn a_log_that_is_swapped_while_it_is_open_is_not_written_to() {
    if !can_trace("a_log_that_is_swapped_while_it_is_open_is_not_written_to") {
        return;
    }
    let retire = Line::of("retire bob --because left --as dan/dan");
    // Before the write: neither of the two files is touched.
    for (name, before, line) in
        [("retire", released(), retire), ("release", approved_twice(), release_line())]
    {
        let all = while_open(before, &line);
        let write =
            all.iter().position(|call| call.name == "write" && call.text.contains("breakglass/v1/")).unwrap();
        let look = all[..write].iter().rposition(|call| call.text.contains("\"escrow/log\"")).unwrap();
        // After the last call before the program looks once more what has the name.
        let disk = before.disk();
        let (first, second) = (disk.read("escrow/log"), disk.read("other/log"));
        let outcome = swapped(&disk, &line, &all[look - 1]);
        assert_eq!(outcome.status.code(), Some(1), "{name}: {}", outcome.err);
        assert!(outcome.err.contains("another file was put in its place"), "{name}: {}", outcome.err);
        assert!(outcome.out.is_empty());
        assert!(disk.read("away.log") == first && disk.read("escrow/log") == second, "{name}");
        // At any moment.
        let every = if is_whole() { 1 } else { 9 };
        for call in all.iter().step_by(every) {
            let disk = before.disk();
            let outcome = swapped(&disk, &line, call);
            let say = format!("{name}, after {} {}: {}\n{}", call.name, call.nth, call.text, outcome.err);
            let (first, second) = (first.clone(), second.clone());
            let (away, here) = (disk.read("away.log"), disk.read("escrow/log"));
            assert!(away.starts_with(&first) && here.starts_with(&second), "{say}");
            let is_write = |call: &Call| call.name == "write" && !call.is_said();
            let has_written = of_trace(&outcome.trace).iter().any(is_write);
            assert!(has_written || (away == first && here == second), "{say}");
            if outcome.tells() || outcome.status.code() == Some(0) {
                assert!(away.len() > first.len() || here.len() > second.len(), "{say}");
            }
            let code = disk.run("verify").code;
            assert!([0, 14].contains(&code), "{code}: {say}");
        }
    }
}

/// The same where a damaged end is kept, which puts a new file in the log's place.
#[test]
fn a_log_that_is_swapped_while_it_is_mended_is_not_replaced() {
    if !can_trace("a_log_that_is_swapped_while_it_is_mended_is_not_replaced") {
        return;
    }
    let disk = torn().disk();
    disk.copy("escrow", "other");
    disk.write("other/log", "precious");
    let before = Snapshot::unsound(&disk);
    let line = Line::of("check --all --as bob/bob");
    let all = while_open(&before, &line);
    let rename = all.iter().position(|call| call.name.starts_with("rename")).unwrap();
    let look = all[..rename].iter().rposition(|call| call.text.starts_with("statx(AT_FDCWD, \"escrow/log\""));
    let outcome = swapped(&disk, &line, &all[look.unwrap() - 1]);
    assert_eq!(outcome.status.code(), Some(1), "{}", outcome.err);
    assert!(outcome.err.contains("another file was put in its place"), "{}", outcome.err);
    assert_eq!(disk.read("escrow/log"), b"precious");
    assert!(!disk.exists("escrow/log.recovering"));
}

/// What was made for others to lie in stays where another process has put something.
#[test]
fn a_folder_that_others_use_by_now_stays() {
    use breakglass::hands::files::{Created, create_parent};
    let disk = Disk::empty();
    for is_used in [false, true] {
        let mut created = Created::default();
        create_parent(&disk.path("a/b/mine"), &mut created).unwrap();
        created.add(disk.path("a/b/mine"));
        disk.write("a/b/mine", "");
        if is_used {
            disk.write("a/b/theirs", "precious");
        }
        drop(created);
        assert!(!disk.exists("a/b/mine"));
        assert_eq!((disk.exists("a"), disk.exists("a/b/theirs")), (is_used, is_used));
    }
}

/// Approved, with a copy of the escrow in `other`.
fn approved_twice() -> &'static Snapshot {
    static SNAPSHOT: std::sync::OnceLock<Snapshot> = std::sync::OnceLock::new();
    SNAPSHOT.get_or_init(|| {
        let disk = approved().disk();
        disk.run("copy other").ok();
        Snapshot::made(&disk)
    })
}
