//! The machine, as `doctor` shows it and as records have it: what is out of order is confirmed and recorded.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use serde_json::Value;

use crate::common;
use crate::disk::{CommandLine, Disk, Run, THREE, asking, row};

/// What the last record of a kind says of its machine.
fn environment(disk: &Disk, kind: &str) -> Value {
    let log = String::from_utf8(disk.read("escrow/log")).unwrap();
    let head = format!("{{\"type\":\"breakglass/v1/{kind}\"");
    let line = log.lines().rfind(|line| line.starts_with(&head)).unwrap();
    serde_json::from_str::<Value>(line).unwrap()["says"].clone()
}

/// The program where the machine looks as if `path` were something else. It needs a name space of its own.
fn where_mounted<'a>(words: CommandLine<'a>, from: &std::path::Path, path: &str) -> CommandLine<'a> {
    let script = "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"";
    let wrapper = ["unshare", "-Urm", "sh", "-c", script, from.to_str().unwrap(), path];
    words.under(wrapper.map(str::to_owned).to_vec())
}

fn can_mount(test: &str) -> bool {
    let may = Command::new("unshare").args(["-Urm", "true"]).status().is_ok_and(|status| status.success());
    if !may {
        common::said_skipped(test, "this machine allows no name spaces");
    }
    may
}

fn swap_on(disk: &Disk) -> std::path::PathBuf {
    disk.write("swaps", "Filename\tType\tSize\tUsed\tPriority\n/dev/zz9 partition 8388604 0 -2\n");
    disk.path("swaps")
}

fn line_of<'a>(doctor: &'a Value, what: &str) -> &'a Value {
    doctor["machine"].as_array().unwrap().iter().find(|line| line["what"] == what).unwrap()
}

#[test]
fn a_request_without_a_sandbox_is_confirmed_recorded_and_found() {
    let disk = Disk::sealed();
    let line = format!("{} --as carol/carol -o req.bgr --no-sandbox", asking("prod"));
    disk.refuses(4, &line).what("does not shut this program off").next("--accept-deviation no-sandbox");
    disk.run(&format!("{line} --accept-deviation no-sandbox")).ok();
    let says = environment(&disk, "request");
    assert_eq!(says["environment"]["sandbox"], "none");
    assert_eq!(says["deviations"], serde_json::json!(["no-sandbox"]));
    disk.run("verify").exits(14).shows("no-sandbox");
}

#[test]
fn what_the_machine_is_like_stands_in_seal_request_and_release() {
    let (disk, _) = Disk::approved();
    disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    for kind in ["seal", "request", "release"] {
        let environment = &environment(&disk, kind)["environment"];
        assert!(
            ["secret", "locked"].contains(&environment["memory"].as_str().unwrap()),
            "{kind}: {environment}"
        );
        assert_eq!(environment["sandbox"], "whole");
        assert_eq!(environment["core_dumps"], "off");
        assert_eq!(environment["swap"], serde_json::json!([]));
        assert!(environment["interfaces"].is_array() && environment["recorders"].is_array());
        assert!(!environment["kernel"].as_str().unwrap().is_empty());
        let binary =
            breakglass::crypto::digest::Digest::of(&fs::read(env!("CARGO_BIN_EXE_breakglass")).unwrap());
        assert_eq!(environment["binary"], binary.to_string());
    }
}

#[test]
fn a_release_without_locked_memory_is_confirmed_recorded_and_found() {
    let (disk, _) = Disk::approved();
    let release =
        "release req.bgr alice.bga bob.bga --as carol/carol --print password --allow-unlocked-memory";
    disk.refuses(4, release).what("cannot be locked").next("--accept-deviation unlocked-memory");
    disk.run(&format!("{release} --accept-deviation unlocked-memory")).ok();
    let says = environment(&disk, "release");
    assert_eq!(says["environment"]["memory"], "unlocked");
    assert_eq!(says["deviations"], serde_json::json!(["unlocked-memory"]));
    disk.run("verify").exits(14).shows("unlocked-memory");
}

#[test]
fn what_approvers_have_signed_is_not_asked_again() {
    let disk = Disk::sealed();
    let asked = disk.request("--no-sandbox --accept-deviation no-sandbox");
    for who in ["alice", "bob"] {
        disk.approve(who, &asked).ok().says("shut this program off");
    }
    disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password --no-sandbox").ok();
    assert_eq!(environment(&disk, "release")["deviations"], Value::Null);
}

#[test]
fn a_vault_is_not_sealed_with_swap_on_without_a_yes() {
    if !can_mount("a_vault_is_not_sealed_with_swap_on_without_a_yes") {
        return;
    }
    let disk = Disk::begun();
    let swaps = swap_on(&disk);
    let seal = |more: &str| {
        let line = format!("seal --from - --threshold 2 {THREE} --as dan/dan {more}");
        where_mounted(disk.line(&line).stdin(row("prod")), &swaps, "/proc/swaps")
    };
    disk.refuses_line(4, seal("")).what("swap on").next("--accept-deviation swap-on");
    seal("--accept-deviation swap-on").run().ok();
    let says = environment(&disk, "seal");
    assert_eq!(says["environment"]["swap"], serde_json::json!(["/dev/zz9"]));
    disk.run("verify").exits(14).shows("DEVIATION").shows("swap-on, in the seal of prod generation 1");
}

/// A stack that is too small for what is locked of it is found out, and not run over.
#[test]
fn a_small_stack_is_out_of_order_and_no_crash() {
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -s 1024 && exec \"$0\" doctor --json", env!("CARGO_BIN_EXE_breakglass")]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(16), "{}", String::from_utf8_lossy(&output.stderr));
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(line_of(&said, "memory")["state"], "unfit");
}

/// Commands that record nothing of the machine say it.
#[test]
fn a_machine_that_is_out_of_order_is_told_of_where_a_key_is_unlocked() {
    let disk = Disk::sealed();
    let check = "check --all --as alice/alice";
    let run = disk.run(&format!("{check} --no-sandbox --allow-unlocked-memory")).ok();
    assert!(run.err.matches("deviation: ").count() == 2 && run.err.contains("doctor"), "{}", run.err);
    assert!(!disk.run(check).ok().err.contains("deviation"));
}

#[test]
fn an_interface_is_out_of_order_where_the_policy_wants_none() {
    if !can_mount("an_interface_is_out_of_order_where_the_policy_wants_none") {
        return;
    }
    for (policy, is_strict) in [("strict_air_gap = true\n", true), ("", false)] {
        let disk = Disk::people();
        disk.write("policy.toml", policy);
        disk.begin("escrow", "--policy policy.toml").ok();
        disk.write("net/eth9/flags", "0x1003\n");
        disk.write("net/wlan9/flags", "0x1002\n");
        let line = format!("seal --from - --threshold 2 {THREE} --as dan/dan");
        let seal = |line: &str| {
            where_mounted(disk.line(line).stdin(row("prod")), &disk.path("net"), "/sys/class/net")
        };
        let doctor = where_mounted(disk.line("doctor --json"), &disk.path("net"), "/sys/class/net").run();
        assert_eq!(doctor.code, if is_strict { 16 } else { 0 });
        let network = line_of(&doctor.json(), "network").clone();
        assert_eq!(network["seen"], "up: eth9");
        assert_eq!(network["state"], if is_strict { "unfit" } else { "warning" });
        if is_strict {
            disk.refuses_line(4, seal(&line)).what("interface").next("--accept-deviation interface-up");
            seal(&format!("{line} --accept-deviation interface-up")).run().ok();
        } else {
            seal(&line).run().ok();
        }
        assert_eq!(environment(&disk, "seal")["environment"]["interfaces"], serde_json::json!(["eth9"]));
    }
}

#[test]
fn doctor_says_line_by_line_what_is_wrong_and_what_to_do() {
    let disk = Disk::empty();
    let fit = disk.run("doctor").ok();
    for part in ["ok      memory", "ok      sandbox", "ok      swap       off", "This machine is fit"] {
        assert!(fit.out.contains(part), "{part}: {}", fit.out);
    }
    let open = disk.run("doctor --no-sandbox").exits(16);
    assert!(
        open.out.contains("NOT FIT sandbox    none\n                   leave out --no-sandbox"),
        "{}",
        open.out
    );
    assert!(open.out.contains("This machine is NOT FIT"), "{}", open.out);
    if !can_mount("doctor_says_line_by_line_what_is_wrong_and_what_to_do") {
        return;
    }
    let swaps = swap_on(&disk);
    let doctor = where_mounted(disk.line("doctor"), &swaps, "/proc/swaps").run().exits(16);
    assert!(doctor.out.contains("NOT FIT swap       on: /dev/zz9"), "{}", doctor.out);
    assert!(doctor.out.contains("sudo swapoff -a"), "{}", doctor.out);
}

/// The usual limit of eight megabytes is enough, and a smaller one is noticed.
#[test]
fn an_ordinary_user_has_locked_memory() {
    let test = "an_ordinary_user_has_locked_memory";
    if !rustix::process::geteuid().is_root() || !common::have(test, &["prlimit", "setpriv"]) {
        // Whoever runs this is an ordinary user, in whose tests memory is locked.
        return;
    }
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = folder.path().join("breakglass");
    fs::copy(env!("CARGO_BIN_EXE_breakglass"), &program).unwrap();
    let doctor = |limit: u32| -> Run {
        let output = Command::new("prlimit")
            .arg(format!("--memlock={limit}:{limit}"))
            .args(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(&program)
            .args(["doctor", "--json"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Run {
            line: format!("doctor under a limit of {limit}"),
            code: output.status.code().unwrap(),
            out: text(&output.stdout),
            err: text(&output.stderr),
        }
    };
    assert_eq!(line_of(&doctor(8 << 20).ok().json(), "memory")["state"], "ok");
    // Room for nothing, and for the stack alone.
    for limit in [64 << 10, 2 << 20] {
        assert_eq!(line_of(&doctor(limit).exits(16).json(), "memory")["state"], "unfit");
    }
}
