//! Logs that are too large to travel: one enrolled auditor appends what nobody knows, as much of it as a record takes.

use breakglass::record::armour::{Label, unwrap_as};

use crate::disk::asking;
use crate::forge::Novel;
use crate::judged::PASSWORD;
use crate::laid::Laid;

/// A world whose log is beyond what travels as a whole, by three records of junk; the whole run has 17 of 16.7 MB, which is
/// as large as a record can be, and is beyond 256 MiB.
fn bloated() -> Laid {
    let laid = Laid::ready();
    let whole = std::env::var_os("BREAKGLASS_WHOLE").is_some_and(|value| value == "1");
    let (count, size) = if whole { (17, 16_700_000) } else { (3, 11_500_000) };
    for _ in 0..count {
        laid.world.forge(Novel { text: "junk".repeat(size / 4) }, &[laid.world.signs("erin")]);
    }
    assert!(laid.world.bytes().len() > if whole { 256 << 20 } else { 32 << 20 });
    laid.lay();
    laid
}

/// Carol asks, alice and bob approve. Gives the flags that set the time and accept what is missing.
fn asked_and_approved(laid: &Laid) -> String {
    let time = format!("--time {} --accept-deviation time-set", laid.now());
    let line = format!("{} --as carol/carol -o req.bgr {time}", asking("prod"));
    laid.disk.refuses(4, &line).next("missing-records");
    let flags = format!("{time} --accept-deviation missing-records");
    let line = format!("{} --as carol/carol -o req.bgr --json {flags}", asking("prod"));
    let run = laid.disk.run(&line).ok().says("the log has ");
    let words = run.json()["session_words"].as_str().unwrap().to_owned();
    let file = laid.disk.read("req.bgr");
    let content = unwrap_as(Label::Request, &file).unwrap();
    assert!(file.len() < 64 << 10 && content.starts_with(b"{\"escrow\":"), "{} bytes", file.len());
    for who in ["alice", "bob"] {
        let line = format!("approve req.bgr --as {who}/{who} -o {who}.bga {flags} --session-words");
        laid.disk.line(&line).arg(&words).run().ok();
    }
    flags
}

const RELEASE: &str = "release req.bgr alice.bga bob.bga --as carol/carol --print password";

#[test]
fn a_log_that_is_too_large_to_travel_stops_nobody() {
    let laid = bloated();
    let flags = asked_and_approved(&laid);
    let run = laid.disk.run(&format!("{RELEASE} {flags}")).ok();
    assert_eq!(run.out, PASSWORD, "{}", run.err);
}

#[test]
fn a_log_that_is_too_large_to_travel_is_continued_when_it_is_lost() {
    let laid = bloated();
    let flags = asked_and_approved(&laid);
    laid.disk.remove("escrow/log");
    let line = format!("{RELEASE} --continue-in usb/log --accept-deviation continued-elsewhere {flags}");
    let run = laid.disk.run(&line).ok();
    assert_eq!(run.out, PASSWORD, "{}", run.err);
    laid.disk.run("log --log usb/log --kind release").ok().shows("release");
}
