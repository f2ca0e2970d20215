//! What keeps a command from a log, a book or from memory: a lock, a link, a limit. It says so, and what to do.

use std::fs::File;
use std::os::unix::fs::symlink;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use crate::disk::{Disk, asking};

const CHECK: &str = "check --all --as alice/alice";

#[test]
fn a_lock_that_somebody_else_holds_is_waited_for_no_longer_than_is_said() {
    let disk = Disk::sealed();
    let log = File::open(disk.path("escrow/log")).unwrap();
    log.lock().unwrap();
    disk.run(&format!("{CHECK} --wait 0"))
        .fails(1)
        .what("another program holds its lock, and 0 seconds are over")
        .at("escrow/log")
        .next("--wait SECONDS");
    let request = format!("{} --as carol/carol -o req.bgr --wait 0", asking("prod"));
    disk.run(&request).fails(1).what("another program holds its lock").next("--continue-in FILE");
    log.unlock().unwrap();
    let book = File::open(disk.path("alice/alice.book")).unwrap();
    book.lock().unwrap();
    disk.run(&format!("{CHECK} --wait 0"))
        .fails(1)
        .what("another program holds its lock")
        .at("alice/alice.book")
        .next("nothing was stated")
        .next("--wait SECONDS");
    book.unlock().unwrap();
    disk.run(&format!("{CHECK} --wait 0")).ok();
}

#[test]
fn a_link_in_the_place_of_a_log_or_a_book_is_named_with_where_it_leads() {
    let disk = Disk::sealed();
    disk.copy("escrow/log", "real-log");
    disk.remove("escrow/log");
    symlink(disk.path("real-log"), disk.path("escrow/log")).unwrap();
    for line in ["verify", CHECK, "status"] {
        let target = format!("--log {}", disk.path("real-log").display());
        disk.run(line).fails(1).what("it is a symbolic link").at("escrow/log").next(&target);
    }
    disk.run("verify --log real-log").ok();
    disk.copy("alice/alice.book", "real-book");
    disk.remove("alice/alice.book");
    symlink(disk.path("real-book"), disk.path("alice/alice.book")).unwrap();
    disk.run(&format!("{CHECK} --log real-log"))
        .fails(1)
        .what("it is a symbolic link")
        .at("alice/alice.book")
        .next("real-book");
}

/// Whatever there is of memory: the command does what it is asked, or says that there is too little. It is never aborted
/// in the middle of a line. (Where not even its stack can grow, the kernel ends it. With less than what is tried here
/// the runtime has no memory to begin with, before there is a program that could say so.)
#[test]
fn too_little_memory_is_said() {
    let disk = Disk::sealed();
    let mut done = 0;
    for kilobytes in (30_000..=60_000).step_by(2_000) {
        let script = format!("ulimit -v {kilobytes}; exec \"$0\" {CHECK}");
        let run = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_breakglass")])
            .current_dir(disk.path(""))
            .env("BREAKGLASS_ESCROW", "escrow")
            .output()
            .unwrap();
        let err = String::from_utf8_lossy(&run.stderr);
        let say = format!("{kilobytes} kB: {:?}\n{err}", run.status);
        // SIGABRT, and what the library says before it.
        assert!(run.status.signal() != Some(6) && !err.contains("memory allocation of"), "{say}");
        if err.contains("error: the system gives this program no more memory") {
            assert_eq!(run.status.code(), Some(1), "{say}");
            assert!(err.contains(" next: ") && err.contains("ulimit -v unlimited"), "{say}");
        }
        done += usize::from(run.status.success());
    }
    assert!(done > 0, "the limits are all too small");
}
