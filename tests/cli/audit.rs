//! `log`, `head` and `verify`: what an auditor sees, without any secret.

use crate::disk::{Disk, asking};

/// A disk with nothing of a secret on it: the log alone.
fn auditor(log: &[u8]) -> Disk {
    let disk = Disk::empty();
    disk.write("escrow/log", log);
    disk
}

#[test]
fn the_timeline_can_be_narrowed() {
    let (disk, asked) = Disk::approved();
    disk.run("release req.bgr alice.bga bob.bga --as carol/carol --print password").ok();
    let count = |more: &str| {
        let json = disk.run(&format!("log --json {more}")).ok().json();
        json.as_array().unwrap().len()
    };
    assert_eq!(count(""), 9);
    assert_eq!(count("--kind check"), 3);
    assert_eq!(count("--kind release"), 1);
    assert_eq!(count(&format!("--request {}", &asked.id[..8])), 3);
    assert_eq!(count(&format!("--request {} --kind end", asked.id)), 1);
    let json = disk.run("log --kind request --json").ok().json();
    let line = &json[0];
    assert_eq!((line["seq"].as_u64(), line["by"].as_str()), (Some(6), Some("carol")));
    assert_eq!(line["request_id"], asked.id.as_str());
    assert!(
        line["time"].as_str().unwrap().ends_with('Z') && line["what"].as_str().unwrap().contains("INC-42")
    );
    disk.run("log --kind request")
        .ok()
        .shows("prod generation 1: emergency, iam-failure, INC-42: SSO is down");
    disk.refuses(3, "log --request 00000000").what("there is no request").at("--request");
}

#[test]
fn a_head_is_one_line_that_the_log_can_be_held_against() {
    let disk = Disk::sealed();
    let json = disk.run("head -o home/head.json --json").ok().json();
    let log = disk.read("escrow/log");
    assert_eq!((json["size"].as_u64(), json["seq"].as_u64()), (Some(log.len() as u64), Some(5)));
    assert_eq!(json["hash"].as_str().unwrap().len(), 64);
    assert_eq!(json["escrow"].as_str().unwrap().len(), 64);
    assert_eq!(json["words"].as_str().unwrap().split(' ').count(), 8);
    disk.refuses(1, "head -o home/head.json").at("home/head.json").next("choose another name");
    let run = disk.run("verify --head home/head.json --require-head").ok();
    assert!(!run.out.contains("COMPLETENESS"), "{}", run.out);
    disk.write("escrow/log", &log[..log.len() - 1]);
    disk.refuses(11, "head").at("escrow/log, record 5").next("breakglass verify");
}

#[test]
fn a_log_that_holds_is_said_to_hold() {
    let disk = auditor(&Disk::sealed().read("escrow/log"));
    let run = disk.run("verify").ok();
    run.shows("HOLDS: every signature").shows("COMPLETENESS-UNPROVEN").shows("6 records, last 20");
    let json = disk.run("verify --json").ok().json();
    assert_eq!((json["verdict"].as_str(), json["exit"].as_u64()), (Some("done"), Some(0)));
    assert_eq!(json["escrow"]["head"]["seq"], 5);
    assert_eq!(json["escrow"]["words"].as_str().unwrap().split(' ').count(), 8);
    let codes = json["findings"].as_array().unwrap().iter().map(|one| (&one["code"], &one["severity"]));
    let codes: Vec<_> = codes.map(|(code, severity)| format!("{code} {severity}").replace('"', "")).collect();
    assert_eq!(codes, ["FILES-NOT-EXAMINED note", "COMPLETENESS-UNPROVEN note"]);
    let finding = &json["findings"][1];
    assert!(finding["meaning"].is_string() && finding["detail"].is_string());
}

#[test]
fn ten_is_tampered_with_entry_and_byte() {
    let log = Disk::sealed().read("escrow/log");
    let records: Vec<usize> = std::iter::once(0)
        .chain((0..log.len() - 2).filter(|at| log[*at..].starts_with(b"\n\n{")).map(|at| at + 2))
        .collect();
    assert_eq!(records.len(), 6);
    // The last record is another matter: with nothing behind it that verifies, it is a damaged tail.
    for (seq, start) in records[..5].iter().enumerate() {
        let mut changed = log.clone();
        // A digit of the time, in each record in turn.
        let at = start + log[*start..].windows(10).position(|part| part == b"\"time\":\"20").unwrap() + 11;
        changed[at] ^= 1;
        let disk = auditor(&changed);
        let json = disk.run("verify --json").exits(10).json();
        let finding = json["findings"].as_array().unwrap().iter().find(|one| one["severity"] == "tampered");
        let finding = finding.unwrap();
        assert_eq!(
            (finding["seq"].as_u64(), finding["offset"].as_u64()),
            (Some(seq as u64), Some(*start as u64))
        );
        disk.run("verify")
            .exits(10)
            .shows(&format!("record {seq}, byte {start}"))
            .shows("TAMPERED: escrow/log");
    }
    // A record that was taken out.
    let without = [&log[..records[3]], &log[records[4]..]].concat();
    auditor(&without).run("verify").exits(10).shows("CHAIN-SEQ");
}

#[test]
fn eleven_is_torn_with_the_number_of_bytes() {
    let log = Disk::sealed().read("escrow/log");
    for tail in [&b"x"[..], &[0; 4096], b"{\"type\":"] {
        let run = auditor(&[&log, tail].concat()).run("verify").exits(11);
        run.shows("TORN").shows(&format!("byte {}", log.len())).shows(&format!("{} bytes after", tail.len()));
    }
    let disk = auditor(&log[..log.len() - 1]);
    disk.run("verify").exits(11).shows("TORN: escrow/log");
    // What is good can still be read.
    disk.run("log").ok().says("warning: TORN").shows("genesis");
}

#[test]
fn twelve_is_cut_off_or_without_the_head_that_is_required() {
    let disk = Disk::sealed();
    let run = disk.run("verify --require-head").exits(12);
    run.shows("HEAD-REQUIRED").shows("give --head or --book").shows("TRUNCATED: ");
    disk.run("head -o head.json").ok();
    let log = disk.read("escrow/log");
    let cut = log.windows(3).rposition(|part| part == b"\n\n{").unwrap() + 2;
    disk.write("escrow/log", &log[..cut]);
    disk.run("verify").ok();
    disk.run("verify --head head.json").exits(12).shows("HEAD-TRUNCATED").shows("head.json knows record 5");
    // Carol's book knows of the check that is gone only by what she wrote before it: the head says more.
    disk.run("verify --book carol/carol.book").ok().shows("BOOK-UNLOGGED");
}

#[test]
fn fourteen_is_what_somebody_has_to_explain() {
    let disk = Disk::sealed();
    let line = asking("prod").replace("iam-failure", "other");
    disk.run(&format!("{line} --as carol/carol -o req.bgr")).ok();
    let run = disk.run("verify").exits(14).shows("REASON-OTHER").shows("FINDINGS: ");
    let run = run.shows("record 6");
    assert!(!run.out.contains("HOLDS"), "{}", run.out);
    // What was looked at before is left out.
    disk.run("head -o head.json").ok();
    disk.run("verify --since head.json").ok();
}

#[test]
fn the_worst_of_several_decides() {
    let disk = Disk::sealed();
    disk.run("head -o head.json").ok();
    let log = disk.read("escrow/log");
    // Torn and truncated: truncated. With a changed byte too: tampered.
    disk.write("escrow/log", &log[..log.len() - 10]);
    disk.run("verify").exits(11);
    disk.run("verify --head head.json").exits(12).shows("TORN").shows("HEAD-TRUNCATED");
    disk.replace("escrow/log", "Example Corp", "Fxample Corp");
    disk.run("verify --head head.json").exits(10);
    disk.write("escrow/log", "");
    disk.run("verify").exits(10);
}

#[test]
fn an_escrow_that_is_not_there_is_answered_with_a_remedy() {
    let disk = Disk::people();
    let commands = [
        "log",
        "head",
        "verify",
        "check --as alice/alice",
        "seal prod --threshold 2 --custodian alice --as dan/dan",
        "action x --request 00000000 --as alice/alice",
        "close --request 00000000 --as alice/alice",
    ];
    for command in commands {
        let run = disk.refuses(1, &format!("{command} --escrow nowhere")).what("the log cannot be opened");
        run.at("nowhere/log").next("--escrow DIR or BREAKGLASS_ESCROW");
    }
    disk.refuses_line(1, disk.line("log").env("BREAKGLASS_ESCROW", "elsewhere")).at("elsewhere/log");
    let disk = Disk::sealed();
    disk.run("log --escrow escrow").ok();
    disk.line("log").env("BREAKGLASS_ESCROW", "escrow").run().ok();
    // What is named wins over the environment.
    disk.line("log --escrow escrow").env("BREAKGLASS_ESCROW", "elsewhere").run().ok();
}
