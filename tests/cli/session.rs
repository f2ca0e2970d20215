//! A session file that is lost: what was approved for it cannot be opened, and the request can be ended all the same.

use crate::disk::Disk;

const RELEASE: &str = "release req.bgr alice.bga bob.bga --as carol/carol";

fn without_session() -> Disk {
    let (disk, _) = Disk::approved();
    disk.remove("req.session.age");
    disk
}

/// The end of the request, as the log has it.
fn end(disk: &Disk) -> serde_json::Value {
    let log = String::from_utf8(disk.read("escrow/log")).unwrap();
    let line = log.lines().rfind(|line| line.starts_with("{\"type\":\"breakglass/v1/end\"")).unwrap();
    serde_json::from_str(line).unwrap()
}

#[test]
fn a_release_without_its_session_says_that_a_new_request_is_needed() {
    let disk = without_session();
    disk.refuses(1, &format!("{RELEASE} --print password"))
        .what("the file cannot be read")
        .at("req.session.age")
        .next("make a new request")
        .next("--withdraw, which needs no session file");
    // The same for one that is there and does not open.
    disk.write("req.session.age", "nothing");
    disk.refuses(3, &format!("{RELEASE} --print password")).next("--withdraw, which needs no session file");
}

#[test]
fn a_request_without_its_session_is_ended_by_the_requester() {
    let disk = without_session();
    disk.run(&format!("{RELEASE} --withdraw")).ok().says("you sign the end of the request yourself");
    let end = end(&disk);
    assert_eq!(end["by"], serde_json::json!(["carol"]));
    assert_eq!(end["says"]["outcome"], "not-released");
    assert_eq!(end["says"]["approvals"].as_array().unwrap().len(), 2);
    // Two of two custodians approved: that is found, however the request ended.
    disk.run("verify --book alice/alice.book --book bob/bob.book").exits(14).shows("QUORUM-UNRELEASED");
    disk.refuses(4, &format!("{RELEASE} --print password")).what("the request ended");
}

#[test]
fn a_request_is_ended_without_its_session_by_nobody_else() {
    let disk = without_session();
    let before = disk.read("escrow/log");
    disk.refuses(4, "release req.bgr --as bob/bob --withdraw").what("END-SIGNER");
    assert!(disk.read("escrow/log") == before);
}

/// A file that is no approval is none, and an approval that comes twice is one.
#[test]
fn what_is_no_approval_is_not_recorded_as_one() {
    let disk = without_session();
    disk.write("bob.bga", "nothing");
    disk.copy("alice.bga", "again.bga");
    disk.run("release req.bgr alice.bga again.bga bob.bga --as carol/carol --withdraw").ok();
    assert_eq!(end(&disk)["says"]["approvals"].as_array().unwrap().len(), 1);
    disk.run("verify").ok();
}
