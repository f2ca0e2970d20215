//! Several at once: every entry that was acknowledged is there, in one chain.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use std::{fs, thread};

use rustix::fs::{FlockOperation, flock};

use crate::disk::Disk;
use crate::scenes::released;
use crate::trace::{is_whole, tell};

const PROCESSES: usize = 8;

fn spawn(disk: &Disk, who: &str, what: &str) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_breakglass"));
    command.args(["action", what, "--request", &released().request, "--as", &format!("{who}/{who}")]);
    command.current_dir(disk.path("")).env("BREAKGLASS_ESCROW", "escrow");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn said(child: Child) -> (String, String) {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (out, err) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{out}{err}");
    (out, err)
}

/// The actions in the log, in its order.
fn actions(disk: &Disk) -> Vec<String> {
    let json = disk.run("log --kind action --json").ok().json();
    json.as_array().unwrap().iter().map(|line| line["what"].as_str().unwrap().to_owned()).collect()
}

/// Eight at once, each one entry after another; some of them write to one person's book.
#[test]
fn what_eight_append_at_once_is_all_there() {
    let each = if is_whole() { 200 } else { 25 };
    let disk = released().disk();
    let before = disk.read("escrow/log");
    let begun = Instant::now();
    thread::scope(|scope| {
        for process in 0..PROCESSES {
            let disk = &disk;
            scope.spawn(move || {
                let who = ["alice", "bob", "carol"][process % 3];
                for entry in 0..each {
                    said(spawn(disk, who, &format!("the {entry}. of {process}")));
                }
            });
        }
    });
    let took = begun.elapsed();
    let logged = actions(&disk);
    assert_eq!(logged.len(), PROCESSES * each);
    for process in 0..PROCESSES {
        let own = |what: &&String| what.ends_with(&format!(" of {process}"));
        let own: Vec<&String> = logged.iter().filter(own).collect();
        assert_eq!(own.len(), each);
        let is_in_order = |(at, what): (usize, &&String)| what.contains(&format!("the {at}. of "));
        assert!(own.iter().enumerate().all(is_in_order), "the entries of {process} are not in their order");
    }
    assert!(disk.read("escrow/log").starts_with(&before));
    let books = "--book alice/alice.book --book bob/bob.book --book carol/carol.book";
    disk.run(&format!("verify --head before.head {books}")).ok().shows("HOLDS");
    if is_whole() {
        let size = fs::metadata(disk.path("escrow/log")).unwrap().len();
        tell(&format!("{PROCESSES} x {each} entries at once: {took:.1?}; the log has {size} bytes"));
    }
}

/// Two that wait for the same log both get their turn, and say that they wait.
#[test]
fn two_that_wait_both_get_their_turn() {
    let disk = released().disk();
    let log = fs::File::open(disk.path("escrow/log")).unwrap();
    flock(&log, FlockOperation::LockExclusive).unwrap();
    let mut both = [spawn(&disk, "alice", "first"), spawn(&disk, "carol", "second")];
    thread::sleep(Duration::from_millis(300));
    for child in &mut both {
        assert!(child.try_wait().unwrap().is_none(), "it did not wait");
    }
    assert!(actions(&disk).is_empty());
    drop(log);
    let entries: Vec<String> = both
        .into_iter()
        .map(|child| {
            let (out, err) = said(child);
            assert!(err.contains("another breakglass process is writing to this log"), "{err}");
            out.lines().last().unwrap().to_owned()
        })
        .collect();
    assert_ne!(entries[0], entries[1], "both have one record");
    assert_eq!(actions(&disk).len(), 2);
    disk.run("verify --head before.head").ok();
}
