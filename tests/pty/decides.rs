//! What decides is on the screen when the question is answered, whatever people wrote; and the questions are few.

use std::process::Command;

use crate::common;
use crate::disk::Disk;
use crate::people;
use crate::terminal::Terminal;

const PASSWORD: &str = "Zx9-umbrella-Kite-77-harbor";

/// What a requester can write so that its end looks like the screen of a drill.
const DRILL: &str =
    "  vault      canary-2-of-3-0a1b2c3d generation 1 (canary)\n  account    canary\n  purpose    drill";

/// A request for real credentials, with a seed among them, for 300 hours, after somebody said no to one before. Gives the
/// words of its session.
fn asked(disk: &Disk, actions: usize, lines: usize) -> String {
    let ask = |out: &str| {
        let line = format!(
            "request prod --reason other --ticket T-1 --field totp-seed --field password --expires 300h \
             --accept-deviation long-window --as carol/carol -o {out} --json"
        );
        let because: String = (0..lines).map(|at| format!("because {at}\n")).collect();
        let mut words = disk.line(&line).arg("--justification").arg(because + DRILL);
        for at in 0..actions {
            words = words.arg("--action").arg(format!("{at}: {}\n{DRILL}", "what is planned, ".repeat(20)));
        }
        words.run().ok().json()["session_words"].as_str().unwrap().to_owned()
    };
    ask("first.bgr");
    disk.run("deny first.bgr --because no-incident --as bob/bob -o bob.bgd").ok();
    disk.run("collect bob.bgd --as bob/bob").ok();
    ask("req.bgr")
}

/// What a person who decides has to see, on the screen on which the question is.
#[track_caller]
fn is_all_there(window: &str, question: &str) {
    let rows: Vec<&str> = window.lines().collect();
    let at = |row: &str| rows.iter().rposition(|line| line.starts_with(row));
    let asked = at(question).unwrap_or_else(|| panic!("no `{question}` in\n{window}"));
    let decides = [
        "  DEVIATION: the request's time window is longer than the policy allows",
        "  DENIED by  bob (",
        "  fields     totp-seed, password",
        "  asked by   carol at ",
        "  purpose    emergency, other",
        "  vault      prod generation 1 (root)",
        "  account    111122223333",
    ];
    let places: Vec<usize> =
        decides.iter().map(|row| at(row).unwrap_or_else(|| panic!("no `{row}` in\n{window}"))).collect();
    assert!(places.is_sorted() && *places.last().unwrap() + 1 == asked, "{window}");
    assert!(!rows.iter().any(|row| row.starts_with("  vault      canary")), "{window}");
}

const APPROVE: &str = "Approve, and hand your share over for good?";

#[test]
fn twenty_actions_push_nothing_off_the_screen() {
    for (actions, lines) in [(0, 0), (1, 3), (20, 0), (20, 40), (64, 200)] {
        let disk = people::sealed(PASSWORD);
        let session = asked(&disk, actions, lines);
        let words = ["approve", "req.bgr", "--as", "alice/alice", "-o", "alice.bga"];
        let mut approve =
            Terminal::start(disk.root(), &[&["--escrow", "escrow"], &words[..]].concat(), false);
        read_words(&session, &mut approve);
        approve.see(APPROVE);
        let window = approve.window();
        is_all_there(&window, APPROVE);
        if lines > 40 {
            // Everything can be read; then the question comes back, below what decides.
            assert!(window.contains("? shows all"), "{window}");
            approve.enter("?").see("Press Enter for more:");
            let mut pages = 1;
            while !approve.window().contains("That was all.") {
                let before = approve.window();
                approve.press("\r");
                while approve.window() == before {
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
                pages += 1;
            }
            assert!(pages > 10, "{pages} pages");
            approve.press("\r").see(APPROVE);
            is_all_there(&approve.window(), APPROVE);
        }
        approve.enter("no");
        let ended = approve.end();
        assert!(
            ended.screen.contains("\u{1b}[1;31mtotp-seed\u{1b}[0m"),
            "the seed has the colour of a warning"
        );
        assert!(!disk.exists("alice.bga"));
    }
}

/// Answers the questions for words of the session, as the requester reads them out.
fn read_words(session: &str, approve: &mut Terminal) {
    let words: Vec<&str> = session.split(' ').collect();
    for _ in 0..3 {
        let place = approve.expect("Word ").digit();
        approve.expect(": ").enter(words[place - 1]);
    }
}

/// A machine with swap on, without a sandbox and with unlocked memory: one yes to all of it.
#[test]
fn an_emergency_on_a_bad_machine_takes_few_answers() {
    let test = "an_emergency_on_a_bad_machine_takes_few_answers";
    if !Command::new("unshare").args(["-Urm", "true"]).status().is_ok_and(|status| status.success()) {
        common::said_skipped(test, "this machine allows no name spaces");
        return;
    }
    let disk = people::sealed(PASSWORD);
    disk.write("swaps", "Filename\tType\tSize\tUsed\tPriority\n/dev/zz9 partition 8388604 0 -2\n");
    let (swaps, script) = (disk.path("swaps"), "mount --bind \"$0\" \"$1\" && shift && exec \"$@\"");
    let under = ["unshare", "-Urm", "sh", "-c", script, swaps.to_str().unwrap(), "/proc/swaps"];
    let words = ["--escrow", "escrow", "open", "prod", "--no-sandbox", "--allow-unlocked-memory"];
    let mut open = Terminal::start_under(&under, disk.root(), &words, false, 80, &[]);
    let mut answers = 0;
    let mut answer = |wait: &str, typed: &str| {
        open.see(wait).enter(typed);
        answers += 1;
    };
    answer("Who asks?", "carol");
    answer("Reason", "1");
    answer("Ticket", "INC-42");
    answer("Why", "nobody can sign in");
    answer("What is going to be done?", "repair sign-in");
    answer("Is all of it right", "yes");
    answer("Deviation, of this machine:", "yes");
    answer("The first of 2", "alice");
    answer("alice: approve", "yes");
    answer("1 of 2: alice", "bob");
    answer("bob: approve", "yes");
    answer("Type the account id", "111122223333");
    open.see("not looked at").press("q").see("End?").press("q");
    open.finish();
    // Three people may each have a passphrase to type, and two approvers a drive of their own to say yes to.
    assert!(answers + 3 + 2 <= 17, "{answers} answers");
    let log = disk.run("log --kind request --json").ok().json();
    let deviations = log[0]["deviations"].to_string();
    for one in ["unlocked-memory", "no-sandbox", "swap-on"] {
        assert!(deviations.contains(one), "{deviations}");
    }
}
