//! A sealing of many vaults: in its midst, with the memory that an ordinary user may lock, no secret lies in memory that
//! is not locked.

use std::fs::{self, File};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use data_encoding::BASE32_NOPAD;

use crate::common;
use crate::disk::{Disk, THREE};
use crate::people::{self, SEED};
use crate::scan;
use crate::wanted::{Wanted, secret};

/// The number of `getrandom`.
const GETRANDOM: &str = if cfg!(target_arch = "x86_64") { "318" } else { "278" };

/// How long to wait for the program.
const PATIENCE: Duration = Duration::from_secs(600);

/// The bytes of the file that they are read from: nearly as many as it can have.
const FILE: usize = 1_000_000;

/// How many vaults: as many as an organisation has, or few with much in each, which would fill the memory for secrets too
/// if all were there at once.
fn many() -> usize {
    if std::env::var_os("BREAKGLASS_WHOLE").is_some() { 3000 } else { 60 }
}

fn password(vault: usize) -> String {
    format!("memory-Ocelot-{vault}-turmeric-{}", vault * 7919 % 1000)
}

fn csv(vaults: usize, bytes: usize) -> String {
    let row = |vault: usize| {
        let row = format!("v{vault},{vault},root@example.com,{},{SEED},", password(vault));
        let note = "n".repeat(bytes / vaults - row.len() - 1);
        format!("{row}{note}\n")
    };
    let rows: String = (0..vaults).map(row).collect();
    format!("vault,account_id,email,password,totp,note\n{rows}")
}

/// Starts to seal, under strace, with the usual limit on locked memory.
fn seal(disk: &Disk, vaults: usize, bytes: usize, strace: &[&str]) -> Child {
    disk.write("many.csv", csv(vaults, bytes));
    let limits =
        ["prlimit", "--memlock=8388608:8388608", "setpriv", "--bounding-set=-ipc_lock", "strace", "-qq"];
    let line =
        format!("seal --from many.csv --threshold 2 {THREE} --as dan/dan --accept-deviation totp-unproven");
    let mut command = disk.command(&[&limits[..], strace].concat(), &line.split(' ').collect::<Vec<_>>());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// How often so many vaults ask the system for random bytes.
fn draws(vaults: usize) -> usize {
    let disk = people::begun();
    let trace = disk.path("trace");
    let options = ["-o", trace.to_str().unwrap(), "-e", "trace=getrandom"];
    assert!(seal(&disk, vaults, vaults * FILE / many(), &options).wait().unwrap().success());
    fs::read_to_string(trace).unwrap().lines().count()
}

/// Waits until the process is held as it asks for random bytes.
fn held(pid: u32) {
    let begun = Instant::now();
    let is_held = || {
        let call = fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
        call.split(' ').next() == Some(GETRANDOM)
    };
    // It is there for a moment each time: held is where it stays.
    while !(0..20).all(|_| {
        thread::sleep(Duration::from_millis(10));
        is_held()
    }) {
        assert!(begun.elapsed() < PATIENCE, "it does not get so far");
        assert!(File::open(format!("/proc/{pid}/mem")).is_ok(), "it ended before it got so far");
    }
}

#[test]
fn in_the_midst_of_many_vaults_every_secret_lies_in_locked_memory() {
    const TEST: &str = "in_the_midst_of_many_vaults_every_secret_lies_in_locked_memory";
    if !rustix::process::geteuid().is_root() {
        common::said_skipped(TEST, "looking into a process that is not dumpable needs root");
        return;
    }
    if !common::have(TEST, &["strace", "prlimit", "setpriv"]) {
        return;
    }
    let vaults = many();
    // Shortly before the end: what is drawn then is a nonce for something that lies there in plain.
    let (few, more) = (draws(4), draws(14));
    let when = few + (more - few) * (vaults - 4 - 4) / 10;
    let disk = people::begun();
    let hold = format!("inject=getrandom:delay_enter=600000000:when={when}");
    // All of its memory can be read then.
    let readable = "inject=memfd_secret:error=ENOSYS";
    let options = ["-o", "/dev/null", "-e", "trace=getrandom,memfd_secret", "-e", &hold, "-e", readable];
    let mut child = seal(&disk, vaults, FILE, &options);
    let pid = scan::process(disk.root());
    held(pid);
    let secrets: Vec<Wanted> = (vaults - 15..vaults)
        .map(|vault| secret(&format!("password of v{vault}"), password(vault).as_bytes()))
        .chain([
            secret("seed as text", SEED.as_bytes()),
            secret("seed", &BASE32_NOPAD.decode(SEED.as_bytes()).unwrap()),
        ])
        .collect();
    let hits = scan::search(&scan::parts(pid), &secrets);
    scan::kill(pid);
    child.wait().unwrap();
    let sealed = fs::read_dir(disk.path("escrow/vaults")).unwrap().count();
    assert!(sealed > vaults - 15, "it was held after {sealed} vaults");
    let locked = |flags: &[String]| ["lo", "dd"].iter().all(|flag| flags.iter().any(|one| one == flag));
    let (inside, outside): (Vec<_>, Vec<_>) = hits.iter().partition(|hit| locked(&hit.part.flags));
    assert!(inside.iter().any(|hit| hit.what.starts_with("password")), "the search finds nothing");
    let outside: Vec<_> = outside.iter().map(|hit| &hit.what).collect();
    assert!(outside.is_empty(), "in memory that is not locked: {outside:#?}");
}
