//! `completions` and `man`: what they write is what the program takes.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use crate::disk::Disk;
use crate::general::commands;

/// The words that bash offers for a line whose last word is begun.
fn offered(script: &std::path::Path, line: &[&str]) -> BTreeSet<String> {
    let words = line.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" ");
    let (last, before) = (line[line.len() - 1], line[line.len() - 2]);
    let program = format!(
        "source \"$0\" && COMP_WORDS=({words}) COMP_CWORD={} && _breakglass breakglass '{last}' '{before}' && \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        line.len() - 1
    );
    let output = Command::new("bash").args(["--norc", "-c", &program]).arg(script).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().split_whitespace().map(str::to_owned).collect()
}

#[test]
fn every_shell_has_a_script_that_knows_every_command() {
    let disk = Disk::empty();
    let commands = commands();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = disk.run(&format!("completions {shell}")).ok().out;
        // The generators for the last two complete no values.
        let values =
            ["iam-failure", "mfa-renewed"].into_iter().filter(|_| !["elvish", "powershell"].contains(&shell));
        for word in commands.iter().map(String::as_str).chain(["accept-deviation"]).chain(values) {
            assert!(script.contains(word), "{shell} knows no {word}");
        }
    }
    assert!(disk.tree().is_empty());
    let words = disk.line("completions bash").stdout("/dev/full");
    disk.refuses_line(1, words).what("standard output failed");
}

#[test]
fn bash_completes_commands_flags_and_words() {
    let disk = Disk::empty();
    disk.write("script", disk.run("completions bash").ok().out);
    let script = disk.path("script");
    let checked = Command::new("bash").arg("-n").arg(&script).status().unwrap();
    assert!(checked.success());
    let only = |word: &str| BTreeSet::from([word.to_owned()]);
    assert_eq!(offered(&script, &["breakglass", "ver"]), only("verify"));
    assert_eq!(offered(&script, &["breakglass", "verify", "--anc"]), only("--anchor"));
    assert_eq!(offered(&script, &["breakglass", "request", "--reason", "iam"]), only("iam-failure"));
    assert_eq!(offered(&script, &["breakglass", "completions", "el"]), only("elvish"));
    let all = offered(&script, &["breakglass", ""]);
    assert!(commands().iter().all(|command| all.contains(command)), "{all:?}");
}

#[test]
fn every_command_has_a_page_with_its_example() {
    let disk = Disk::empty();
    let commands = commands();
    let json = disk.run("man share/man1 --json").ok().json();
    assert_eq!(json["pages"].as_array().unwrap().len(), commands.len() + 1);
    let program = String::from_utf8(disk.read("share/man1/breakglass.1")).unwrap();
    for command in &commands {
        assert!(program.contains(&format!("breakglass\\-{command}(1)")), "{command} in\n{program}");
        let name = format!("share/man1/breakglass-{command}.1");
        let page = String::from_utf8(disk.read(&name)).unwrap();
        let (_, example) = page.split_once("\n.SH EXAMPLE\n").unwrap_or_else(|| panic!("{page}"));
        assert!(example.starts_with(&format!("breakglass {command}")), "{command}: {example}");
        assert!(!page.contains(".SH EXTRA") && page.contains("\n.SH SYNOPSIS\n"), "{page}");
        assert!(disk.mode(&name) & 0o044 == 0o044 & !umask(), "public pages are readable by all");
    }
    assert_eq!(fs::read_dir(disk.path("share/man1")).unwrap().count(), commands.len() + 1);
    // A second time nothing is overwritten, and what is there is as it was.
    disk.refuses(1, "man share/man1").what("cannot be written").next("nothing is overwritten");
}

fn umask() -> u32 {
    let output = Command::new("sh").args(["-c", "umask"]).output().unwrap();
    u32::from_str_radix(String::from_utf8(output.stdout).unwrap().trim(), 8).unwrap()
}

#[test]
fn all_pages_are_written_or_none() {
    let disk = Disk::empty();
    disk.write("taken/breakglass-verify.1", "mine");
    disk.refuses(1, "man taken").at("taken/breakglass-verify.1");
    disk.write("file", "no directory");
    disk.refuses(1, "man file/below").at("file/below");
    // Written halfway: a page that is longer than a file may be.
    disk.refuses_line(1, disk.line("man new").file_limit(2)).what("cannot be written").at("new/");
    disk.write("mine/other", "x");
    disk.refuses_line(1, disk.line("man mine").file_limit(2)).at("mine/");
}

#[test]
fn the_pages_can_be_read_where_there_is_a_reader() {
    let there = Command::new("man").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !there.is_ok_and(|status| status.success()) {
        return;
    }
    let disk = Disk::empty();
    disk.run("man pages").ok();
    for command in commands() {
        let page = disk.path(format!("pages/breakglass-{command}.1"));
        let mut reader = Command::new("man");
        reader.args(["--warnings", "-l"]).arg(&page).env("MANWIDTH", "80").env("LC_ALL", "C.UTF-8");
        let output = reader.output().unwrap();
        let (text, warned) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr).into_owned());
        assert!(output.status.success() && warned.is_empty(), "{command}: {warned}");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in ["NAME", "SYNOPSIS", "OPTIONS", &format!("EXAMPLE breakglass {command}")] {
            assert!(text.contains(part), "{command}: no {part} in\n{text}");
        }
    }
}
