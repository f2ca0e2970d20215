//! Two copies of an escrow went on apart, and are joined again: what each of them sealed can be opened.

use crate::disk::{Disk, PASSWORD, asking, row};

const OURS: &str = "kQ7-fresh-password-of-the-first-laptop";
const THEIRS: &str = "vX2-fresh-password-of-the-other-laptop";
const ACCEPTED: &str =
    "--accept-deviation not-in-force --accept-deviation undecided --accept-deviation not-current";

/// Carol asks, alice and bob approve, and what is released is this password.
#[track_caller]
fn opens(disk: &Disk, name: &str, more: &str, password: &str) {
    let line = format!("{} --as carol/carol -o {name}.bgr --json {ACCEPTED} {more}", asking("prod"));
    let words = disk.run(&line).ok().json()["session_words"].as_str().unwrap().to_owned();
    for who in ["alice", "bob"] {
        let line =
            format!("approve {name}.bgr --as {who}/{who} -o {name}.{who}.bga {ACCEPTED} --session-words");
        disk.line(&line).arg(&words).run().ok();
    }
    let line = format!("release {name}.bgr {name}.alice.bga {name}.bob.bga --as carol/carol {ACCEPTED}");
    let at = if more.contains("--escrow safe") { "--escrow safe" } else { "" };
    disk.run(&format!("{line} {at} --print password")).ok().shows(&format!("password: {password}"));
}

fn seal_next(disk: &Disk, password: &str, more: &str) {
    let table = row("prod").replace(PASSWORD, password);
    disk.line(&format!("seal --from - --generation 2 --as dan/dan {more}")).stdin(table).run().ok();
}

/// The names that a refusal offers for the two.
fn offered(said: &str) -> Vec<String> {
    let words = said.split([' ', ',', '\n']).filter(|word| word.starts_with("2@"));
    words.map(str::to_owned).collect()
}

#[test]
fn two_seals_with_one_number_are_joined_and_both_open() {
    let disk = Disk::sealed();
    disk.run("copy safe").ok();
    seal_next(&disk, OURS, "");
    // The other laptop opens the vault, changes the password, and signs in with it.
    opens(&disk, "first", "--escrow safe", PASSWORD);
    seal_next(&disk, THEIRS, "--escrow safe");
    for holder in ["alice", "bob"] {
        let line =
            format!("confirm prod --not-tested 'the provider took it' --as {holder}/{holder} --escrow safe");
        disk.run(&line).ok();
    }
    disk.run("adopt safe --as alice/alice --as bob/bob").ok().shows("are adopted");
    let verified = disk.run("verify").exits(14).shows("ADOPT-CONFLICT").shows("GENERATION-UNDECIDED");
    assert!(!verified.out.contains("FILE-"), "{}", verified.out);
    // A number alone means two things, and nobody has to guess which is meant.
    let line = format!("{} --generation 2 --as carol/carol -o req.bgr", asking("prod"));
    let refused = disk.refuses(3, &line).what("two copies of the escrow sealed `prod` apart");
    let names = offered(&refused.err);
    assert_eq!(names.len(), 2, "{}", refused.err);
    opens(&disk, "ours", &format!("--generation {}", names[0]), OURS);
    opens(&disk, "theirs", &format!("--generation {}", names[1]), THEIRS);
    disk.run("check --as alice/alice").ok().shows(&names[0]).shows(&names[1]);
    // The one that is not live is given up, and the release on the other laptop is settled by its rotation.
    let given_up = format!("confirm prod --generation {} --failed 'it was never set'", names[0]);
    disk.run(&format!("{given_up} --as alice/alice")).ok();
    let verified = disk.run("verify").exits(14);
    assert!(!verified.out.contains("GENERATION-UNDECIDED"), "{}", verified.out);
    // A replica has the files of both.
    disk.run("copy other").ok();
    assert!(!disk.run("verify --escrow other").exits(14).out.contains("FILE-"));
}
