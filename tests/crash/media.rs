//! File systems that lack something: no sync of directories, no locks, no disk. No command stops for it, each says it, and
//! what is recorded records it. And what is read again is read from the medium.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use breakglass::hands::store::ChainFile;
use breakglass::ledger::medium::Medium as _;
use rustix::fs::{Advice, fadvise};

use crate::common::{said_skipped, skipped};
use crate::disk::{Disk, asking};
use crate::scenes::{RELEASE, Scene, approved, checked, scenes};
use crate::trace::{Traced, can_trace, of_trace};

/// Commands that touch neither a log nor a book, or no more than read it.
const ASIDE: [&str; 4] = ["keygen", "enroll", "head", "man"];

/// Every directory that there is once the command has done what it does.
fn directories(scene: &Scene) -> Vec<PathBuf> {
    let disk = scene.before.disk();
    assert_eq!(Traced::new(&disk, &scene.line).run().status.code(), Some(0), "{}", scene.name);
    let tree = disk.tree();
    let all = tree.keys().filter(|path| disk.path(path).is_dir()).cloned();
    all.chain([PathBuf::new()]).collect()
}

/// What the record that the command made says; of an approval, what the approver's book says of it.
fn listed(disk: &Disk, scene: &Scene) -> Option<String> {
    let (file, kind) = match scene.name {
        "request" => ("escrow/log", "request"),
        "approve" => ("alice/alice.book", "book"),
        "release" => ("escrow/log", "release"),
        "release, elsewhere" => ("usb/new/log", "release"),
        _ => return None,
    };
    let text = String::from_utf8(disk.read(file)).unwrap();
    let head = format!("{{\"type\":\"breakglass/v1/{kind}\"");
    let line = text.lines().rfind(|line| line.starts_with(&head)).unwrap();
    let json: serde_json::Value = serde_json::from_str(line).unwrap();
    Some(json["says"].to_string())
}

/// Runs every command on a file system that lacks something; `lack` is the deviation, `words` what is said.
fn goes_on(lack: &str, words: &str, options: impl Fn(&Scene, &Disk) -> Vec<String>) {
    let mut recorded = 0;
    for scene in scenes() {
        let disk = scene.before.disk();
        let outcome = Traced::new(&disk, &scene.line).strace(options(&scene, &disk)).run();
        let say = format!("{}: {}", scene.name, outcome.err);
        assert_eq!(outcome.status.code(), Some(0), "{say}");
        assert!(!outcome.err.contains("do not use this drive again"), "{say}");
        if !ASIDE.contains(&scene.name) {
            assert!(outcome.trace.contains("(INJECTED)"), "not hit: {say}");
            assert!(outcome.err.contains(words), "{say}");
        }
        if let Some(listed) = listed(&disk, &scene) {
            assert!(listed.contains(lack), "{listed}: {say}");
            recorded += 1;
        }
    }
    assert_eq!(recorded, 4);
}

#[test]
fn a_directory_that_cannot_be_synced_stops_nobody() {
    if !can_trace("a_directory_that_cannot_be_synced_stops_nobody") {
        return;
    }
    // Of the files that are synced, only directories fail.
    goes_on("no-dir-sync", "cannot make a new file's name durable", |scene, disk| {
        let each = directories(scene).into_iter();
        let paths = each.flat_map(|path| ["-P".to_owned(), disk.root().join(path).display().to_string()]);
        let paths: Vec<_> = paths.map(|path| path.trim_end_matches('/').to_owned()).collect();
        [paths, vec!["-e".to_owned(), "inject=fsync:error=EINVAL".to_owned()]].concat()
    });
}

#[test]
fn a_file_system_without_locks_stops_nobody() {
    if !can_trace("a_file_system_without_locks_stops_nobody") {
        return;
    }
    goes_on("no-lock", "has no locks", |_, _| vec!["-e".to_owned(), "inject=flock:error=ENOLCK".to_owned()]);
}

/// What a verifier makes of it.
#[test]
fn what_the_file_system_lacks_is_found_in_the_log() {
    if !can_trace("what_the_file_system_lacks_is_found_in_the_log") {
        return;
    }
    let disk = checked().disk();
    let line = crate::trace::Line::of(&format!("{} --as carol/carol -o req.bgr", asking("prod")));
    let options = vec!["-e".to_owned(), "inject=flock:error=EOPNOTSUPP".to_owned()];
    assert_eq!(Traced::new(&disk, &line).strace(options).run().status.code(), Some(0));
    disk.run("verify").exits(14).shows("DEVIATION").shows("no-lock");
}

/// Runs `script` where a file system in memory lies on `usb`; `$0` is the program. `None` where that cannot be had.
fn in_memory(disk: &Disk, mount: &str, script: &str) -> Option<String> {
    let works = |flags: &&str| {
        let output = Command::new("unshare").args([flags, "sh", "-c", "mount -t tmpfs none /tmp"]).output();
        output.is_ok_and(|output| output.status.success())
    };
    let flags = ["-m", "-Urm"].into_iter().find(works)?;
    fs::create_dir(disk.path("usb")).unwrap();
    let script = format!("set -u; {mount} || exit 99; export BREAKGLASS_ESCROW=usb/escrow; {script}");
    let mut command = Command::new("setsid");
    command.args(["-w", "unshare", flags, "sh", "-c", &script, env!("CARGO_BIN_EXE_breakglass")]);
    let output = command.current_dir(disk.path("")).output().unwrap();
    if output.status.code() == Some(99) {
        return None;
    }
    Some(String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

fn is_confirmed_and_recorded(test: &str, mount: &str) {
    let disk = approved().disk();
    let script = format!(
        "cp -a escrow usb/; cp -a carol usb/; \"$0\" {RELEASE} </dev/null; echo \"asked: $?\"; \
         \"$0\" {RELEASE} --accept-deviation volatile-medium </dev/null; echo \"accepted: $?\"; \
         \"$0\" verify; echo \"verified: $?\"; \
         \"$0\" check --as bob/bob --book usb/bob.book </dev/null; echo \"checked: $?\""
    );
    let Some(said) = in_memory(&disk, mount, &script) else {
        return skipped(test, mount);
    };
    for part in [
        "log or book lies in this machine's memory",
        "--accept-deviation volatile-medium",
        "asked: 4\n",
        "accepted: 0\n",
        "volatile-medium, in the release",
        "verified: 14\n",
        "deviation: usb/bob.book: log or book lies in this machine's memory",
        "checked: 0\n",
    ] {
        assert!(said.contains(part), "no `{part}`:\n{said}");
    }
}

#[test]
fn a_log_in_memory_is_confirmed_and_recorded() {
    is_confirmed_and_recorded("a_log_in_memory_is_confirmed_and_recorded", "mount -t tmpfs none usb");
}

#[test]
fn a_log_on_an_overlay_over_memory_is_confirmed_and_recorded() {
    let mount = "mkdir low mem && mount -t tmpfs none mem && mkdir 'mem/the upper' mem/work && \
                 mount -t overlay -o 'lowerdir=low,upperdir=mem/the upper,workdir=mem/work' none usb";
    // The kernel shows the path as it was given, so it is given from the root.
    let mount = mount.replace("=mem", "=$PWD/mem").replace("=low", "=$PWD/low").replace('\'', "\"");
    is_confirmed_and_recorded("a_log_on_an_overlay_over_memory_is_confirmed_and_recorded", &mount);
}

/// After each sync of a log or a book its end is forgotten before it is read again.
#[test]
fn what_was_written_is_forgotten_before_it_is_read_again() {
    if !can_trace("what_was_written_is_forgotten_before_it_is_read_again") {
        return;
    }
    let mut syncs = 0;
    for scene in scenes() {
        let outcome = Traced::new(&scene.before.disk(), &scene.line).run();
        let calls = of_trace(&outcome.trace);
        for (at, _) in calls.iter().enumerate().filter(|(_, call)| call.name == "fdatasync") {
            let next =
                calls[at + 1..].iter().find(|call| ["fadvise64", "read"].contains(&call.name.as_str()));
            let next = next.map_or("", |call| &call.text);
            assert!(next.contains("POSIX_FADV_DONTNEED) = 0"), "{}: {next}", scene.name);
            syncs += 1;
        }
    }
    assert!(syncs > 20, "{syncs}");
}

/// How many bytes this thread has read from disks.
fn sectors() -> u64 {
    let counts = fs::read_to_string("/proc/thread-self/io").unwrap_or_default();
    let line = counts.lines().find_map(|line| line.strip_prefix("read_bytes: "));
    line.and_then(|number| number.parse().ok()).unwrap_or_default()
}

fn reads_sectors(work: impl FnOnce()) -> bool {
    let before = sectors();
    work();
    sectors() > before
}

/// What reads of a disk, where there is one: another descriptor than the one that wrote, and nothing held in memory.
fn is_on_a_disk(path: &Path) -> io::Result<bool> {
    File::create(path)?.sync_all()?;
    fs::write(path, [7; 40_000])?;
    let mut file = File::open(path)?;
    file.sync_all()?;
    fadvise(&file, 0, None, Advice::DontNeed)?;
    Ok(reads_sectors(|| drop(file.read_to_end(&mut Vec::new()))))
}

#[test]
fn what_is_read_again_comes_from_the_disk() {
    let disk = Disk::empty();
    if !is_on_a_disk(&disk.path("control")).unwrap() {
        said_skipped("what_is_read_again_comes_from_the_disk", "no disk is read here, or nobody counts it");
        return;
    }
    let mut chain = ChainFile::create(&disk.path("log")).unwrap();
    let (first, second) = (vec![b'a'; 40_000], vec![b'b'; 3_000]);
    chain.append(0, &first).unwrap();
    assert!(reads_sectors(|| assert_eq!(chain.reread(0).unwrap(), first)), "the beginning was not read");
    chain.append(40_000, &second).unwrap();
    assert!(reads_sectors(|| assert_eq!(chain.reread(40_000).unwrap(), second)), "the end was not read");
    // What nobody has forgotten is not read again.
    drop(chain.read().unwrap());
    assert!(!reads_sectors(|| drop(chain.read().unwrap())), "the measure is of something else");
}
