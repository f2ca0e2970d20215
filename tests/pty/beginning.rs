//! Guided `init`: from nothing to a vault in force, in one sitting; and whoever stops before the yes leaves nothing.

use std::fs;

use breakglass::value::fingerprint::Words;

use crate::disk::Disk;
use crate::people::{self, SEED};
use crate::sitting::{Counted, PASSWORD, begin, compare, mistake, slip, start, unseen, words_of};
use crate::terminal::Terminal;

/// One command and 50 answers, of which 28 are about four people and 12 about the vault: one account, an
/// administrator, three custodians. At its end the vault is in force, and nobody typed a passphrase again.
#[test]
fn one_sitting_puts_a_vault_in_force() {
    let disk = people::empty();
    let mut sitting = begin(&disk, &[]);
    sitting.terminal.expect("CREATE an escrow").expect("type < to go back");
    sitting.answer("Organisation\r\n", "Example Corp");
    sitting.answer("[escrow] >", "");
    let people = [
        ("dan", "Dan Ode", "", "quiet-otter-lamp-velvet"),
        ("alice", "Alice Ng", "", "amber-violin-cloud-spoon"),
        ("bob", "Bob Ray", "", "maple-rocket-daisy-stone"),
        ("carol", "Carol Diaz", "", "cobalt-ferry-onion-chair"),
    ];
    for (id, name, roles, passphrase) in people {
        sitting.person(id, name, roles, passphrase);
    }
    sitting.answer("[done] >", "");
    sitting.answer("[usual] >", "");
    sitting
        .terminal
        .expect("ABOUT TO CREATE THIS ESCROW")
        .expect("Example Corp")
        .expect("Carol Diaz (custodian)");
    sitting.terminal.expect("signed by  dan");
    sitting.answer("Type yes, or <", "yes");
    sitting.paper();
    sitting.vault();
    sitting.terminal.expect("sealed: canary-").expect("aws-prod generation 1");
    sitting.answer("Seal another vault now?", "");
    for id in ["alice", "bob", "carol"] {
        sitting.terminal.expect(&format!("2 shares of {id} are sound"));
    }
    sitting.terminal.expect("111122223333: in force").expect("breakglass head").expect("drill aws-prod");
    let Counted { terminal, answers } = sitting;
    let ended = terminal.end();
    assert_eq!((ended.code, answers), (Some(0), 50), "{}", ended.screen);
    unseen(&ended, &people.map(|(.., passphrase)| passphrase));
    let status = String::from_utf8(disk.output(&["status"]).stdout).unwrap();
    assert!(status.contains("in force") && !status.contains("not in force"), "{status}");
    let verdict = disk.output(&["verify", "--book", "alice/alice.book"]);
    assert!(String::from_utf8_lossy(&verdict.stdout).contains("HOLDS"), "{verdict:?}");
    for (path, content) in disk.files() {
        for secret in people.map(|(.., passphrase)| passphrase).iter().chain(&[PASSWORD, SEED]) {
            let held = content.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!held, "`{secret}` is in {}", path.display());
        }
    }
    for (id, ..) in people {
        let key = fs::read_to_string(disk.path(format!("{id}/{id}.key"))).unwrap();
        assert!(key.starts_with("-----BEGIN AGE ENCRYPTED FILE-----"), "{key}");
    }
}

/// Cards that were brought are compared; whose identity lies beside is unlocked; who is not here checks later.
#[test]
fn cards_that_were_brought_are_compared_and_their_owners_check_when_they_can() {
    let disk = people::people();
    fs::remove_file(disk.path("carol/carol.key")).unwrap();
    fs::create_dir(disk.path("sent")).unwrap();
    let mut init = start(&disk, &["escrow", "--name", "E"]);
    init.expect("Who takes part?").expect(">").enter("none/none.card").expect("cannot be read");
    init.expect("Who takes part?").expect(">").enter("alice/alice.key").expect("next:");
    init.expect("Who takes part?").expect(">").enter("dan/dan.card").expect("reads out words of the card");
    slip(&mut init, &words_of(&disk, "dan"));
    mistake(&mut init, &words_of(&disk, "dan"), "of the card of `dan`");
    init.expect("stop here").expect("Who takes part?").expect(">");
    init.enter("dan/dan.card");
    compare(&mut init, &words_of(&disk, "dan"), 4);
    init.expect("Is dan here?").expect("[yes] >").enter("perhaps").expect("yes or no").expect(">").enter("<");
    init.expect("Who takes part?").expect(">").enter("dan/dan.card");
    compare(&mut init, &words_of(&disk, "dan"), 4);
    init.expect("[yes] >").enter("");
    for (id, is_here) in [("alice", "yes"), ("bob", "no")] {
        init.expect("Who else takes part?").expect(">").enter(&format!("{id}/{id}.card"));
        compare(&mut init, &words_of(&disk, id), 4);
        init.expect("[yes] >").enter(is_here);
    }
    init.expect("Who else takes part?").expect("[done] >").enter("carol/carol.card");
    compare(&mut init, &words_of(&disk, "carol"), 4);
    init.expect("Who else takes part?")
        .expect("[done] >")
        .enter("carol/carol.card")
        .expect("among them already");
    init.expect("[done] >").enter("done").expect("[usual] >").enter("");
    init.expect("they are not here, and check later").expect("Type yes, or <").enter("yes");
    let mut sitting = Counted { terminal: init, answers: 0 };
    sitting.paper();
    sitting.vault();
    sitting.answer("Seal another vault now?", "no");
    let mut init = sitting.terminal;
    init.expect("2 shares of alice are sound").expect("not in force yet");
    init.expect("breakglass check --all --as bob/bob").expect("breakglass check --all --as carol/carol");
    let ended = init.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended, &[]);
    assert!(!ended.screen.contains("of bob are sound"), "{}", ended.screen);
}

/// What is waited for, and what is typed then.
type Exchange = (&'static [&'static str], &'static str);

/// Organisation and directory.
const ABOUT_THE_ESCROW: &[Exchange] = &[
    (&["Organisation", ">"], ""),
    (&["cannot be left empty", ">"], "<"),
    (&["This is the first question", ">"], "a\nb"),
    (&["more than one line", ">"], "E"),
    (&["[escrow] >"], "file"),
    (&["exists already", ">"], "<"),
    (&["[E] >"], ""),
    (&["[escrow] >"], ""),
];

/// Who takes part: one who goes again, one who has an identity, one whose directory cannot be.
const ABOUT_PEOPLE: &[Exchange] = &[
    (&["Who takes part?", ">"], ""),
    (&["cannot be left empty", ">"], "Bad Id"),
    (&["must be 1 to 32", ">"], "drop zoe"),
    (&["`zoe` is not among them", ">"], "done"),
    (&["one of the people here has to be an administrator", ">"], "<"),
    (&["Directory of the escrow", "[escrow] >"], ""),
    (&["Who takes part?", ">"], "eve"),
    (&["Name", ">"], "<"),
    (&["Who takes part?", ">"], "eve"),
    (&["Name", ">"], "Eve"),
    (&["Contact", ">"], "<"),
    (&["[Eve] >"], ""),
    (&["Contact", ">"], "x"),
    (&["[administrator] >"], "4"),
    (&["a number from 1 to 3", ">"], "3"),
    (&["[eve] >"], ""),
    (&["exists already", ">"], "<"),
    (&["[auditor] >"], ""),
    (&["[eve] >"], "elsewhere"),
    (&["New passphrase:"], "short"),
    (&["At least 12", "New passphrase:"], "amber-violin-cloud"),
    (&["again:"], "amber-violin-clown"),
    (&["differ", "New passphrase:"], "amber-violin-cloud"),
    (&["again:"], "amber-violin-cloud"),
    (&["Who else takes part?", ">"], "eve"),
    (&["among them already", ">"], "drop eve"),
    (&["Who takes part?", ">"], "dan"),
    (&["Name", ">"], "Dan"),
    (&["Contact", ">"], "x"),
    (&["[administrator] >"], "administrator custodian"),
    // An identity that is there is used: it has no passphrase here, and none is asked for.
    (&["[dan] >"], ""),
    (&["using the identity that exists already: dan/dan.key", "Who else takes part?", ">"], "done"),
    (&["1 custodian:"], "no"),
    (&["Who else takes part?", ">"], "bob"),
    (&["Name", ">"], "Bob"),
    (&["Contact", ">"], "x"),
    (&["[custodian] >"], ""),
    (&["[bob] >"], "file/bob"),
    (&["New passphrase:"], "maple-rocket-daisy"),
    (&["again:"], "maple-rocket-daisy"),
    (&["[done] >"], ""),
    (&["[usual] >"], "file"),
    (&["malformed", ">"], "<"),
    (&["[done] >"], ""),
    (&["[usual] >"], ""),
];

fn answer(init: &mut Terminal, exchanges: &[Exchange]) {
    for (questions, typed) in exchanges {
        for question in *questions {
            init.expect(question);
        }
        init.enter(typed);
    }
}

/// Every question of the beginning, answered wrongly, not at all, and gone back from.
#[test]
fn what_is_wrong_is_not_taken_and_one_can_go_back() {
    let disk = people::empty();
    fs::write(disk.path("file"), "not TOML").unwrap();
    disk.ok(&["keygen", "--no-passphrase", "-o", "dan/dan.key"]);
    let eve = "enroll eve --name E --contact x --role auditor --no-passphrase -o eve";
    disk.ok(&eve.split(' ').collect::<Vec<_>>());
    let mut init = start(&disk, &[]);
    answer(&mut init, ABOUT_THE_ESCROW);
    answer(&mut init, ABOUT_PEOPLE);
    // What cannot be written is taken back, and answered anew.
    init.expect("ABOUT TO CREATE THIS ESCROW").expect("or <").enter("no").expect("or < to").enter("yes");
    init.expect("cannot be written").expect("ABOUT TO CREATE THIS ESCROW").expect("or <");
    assert!(!disk.path("escrow").exists() && !disk.path("dan/dan.card").exists());
    init.enter("<")
        .expect("[usual] >")
        .enter("<")
        .expect("[done] >")
        .enter("drop bob")
        .expect(">")
        .enter("done");
    init.expect("1 custodian:").enter("yes").expect("[usual] >").enter("").expect("or <").enter("yes");
    let mut sitting = Counted { terminal: init, answers: 0 };
    sitting.paper();
    sitting.terminal.expect("Left to do").expect("breakglass seal");
    let ended = sitting.terminal.end();
    assert_eq!(ended.code, Some(0), "{}", ended.screen);
    unseen(&ended, &["amber-violin", "maple-rocket"]);
    assert!(disk.path("dan/dan.card").exists() && !disk.path("elsewhere").exists());
}

/// Whoever stops before the yes leaves nothing: no identity, no card, no escrow.
#[test]
fn where_it_is_stopped_before_the_yes_nothing_is_left() {
    const QUESTIONS: [(&str, &str); 13] = [
        ("Organisation\r\n", "E"),
        ("[escrow] >", ""),
        ("Who takes part?", "dan"),
        ("Name\r\n", "Dan"),
        ("Contact\r\n", "x"),
        ("[administrator] >", "1 2"),
        ("[dan] >", ""),
        ("New passphrase:", "quiet-otter-lamp"),
        ("again:", "quiet-otter-lamp"),
        ("Who else takes part?", "done"),
        ("1 custodian:", "yes"),
        ("[usual] >", ""),
        ("Type yes, or <", "yes"),
    ];
    for (at, (last, _)) in QUESTIONS.iter().enumerate() {
        let disk = people::empty();
        let mut init = start(&disk, &[]);
        for (question, typed) in &QUESTIONS[..at] {
            init.asked(question).enter(typed);
        }
        init.asked(last);
        init.press(if at % 2 == 0 { "\u{3}" } else { "\u{4}" });
        let ended = init.end();
        assert_eq!(ended.code, Some(130), "{at}: {}", ended.screen);
        unseen(&ended, &["quiet-otter"]);
        assert!(disk.files().is_empty() && !disk.path("dan").exists(), "{at}");
    }
}

/// Behind the yes the escrow is there: whoever stops is told so, and how to go on.
#[test]
fn where_it_is_stopped_after_the_yes_the_escrow_stays_and_says_how_to_go_on() {
    for stop in 0..4 {
        let disk = people::people();
        let mut sitting = begin(&disk, &["escrow", "--name", "E"]);
        sitting.cards(&disk);
        match stop {
            0 => drop(sitting.terminal.expect("Press Enter to see them:").press("\u{4}")),
            1 => drop(
                sitting.terminal.expect("them:").enter("").expect("Press Enter once you have").press("\u{3}"),
            ),
            2 => {
                sitting
                    .terminal
                    .expect("them:")
                    .enter("")
                    .expect("Press Enter once you have written it down")
                    .enter("");
                let words = on_paper(&disk);
                slip(&mut sitting.terminal, &words);
                mistake(&mut sitting.terminal, &words, "on your paper");
                sitting.terminal.expect("the paper differs").expect("in this order:");
                sitting.terminal.expect("Press Enter once you have written it down").press("\u{3}");
            }
            _ => {
                sitting.paper();
                sitting
                    .terminal
                    .expect("first vault now?")
                    .expect(">")
                    .enter("<")
                    .expect("you cannot go back");
                sitting
                    .terminal
                    .expect("first vault now?")
                    .expect(">")
                    .enter("")
                    .expect("Vault\r\n")
                    .expect(">");
                sitting.terminal.enter("aws-prod").expect("Account id").expect(">").press("\u{3}");
            }
        }
        let ended = sitting.terminal.end();
        assert_eq!((ended.code, ended.echoes), (Some(130), true), "{stop}: {}", ended.screen);
        assert!(ended.screen.contains("the escrow is created in escrow"), "{stop}: {}", ended.screen);
        assert!(ended.screen.contains("breakglass seal --escrow escrow"), "{stop}: {}", ended.screen);
        assert!(disk.path("escrow/log").exists() && !disk.path("escrow/vaults").exists());
    }
}

/// A machine that is out of order is told of before the first passphrase, and nothing is sealed there without a yes.
#[test]
fn a_machine_that_is_out_of_order_is_asked_about_before_the_first_vault() {
    let disk = people::people();
    let mut sitting = begin(&disk, &["--no-sandbox", "escrow", "--name", "E"]);
    sitting.terminal.expect("deviation: ").expect("breakglass doctor").expect("CREATE an escrow");
    sitting.cards(&disk);
    sitting.paper();
    let terminal = &mut sitting.terminal;
    terminal.expect("first vault now?").expect(">").enter("").expect("Deviation: ").expect("yes").enter("no");
    terminal.expect("first vault now?").expect(">").enter("no");
    let ended = sitting.terminal.end();
    assert_eq!((ended.code, ended.echoes), (Some(0), true), "{}", ended.screen);
    assert!(!disk.path("escrow/vaults").exists());
}

/// On a plain terminal no escape sequence is written: the words are overwritten in their row.
#[test]
fn a_plain_terminal_shows_the_words_in_a_row() {
    let disk = people::people();
    let mut init = start(&disk, &["escrow", "--name", "E", "--plain"]);
    for id in ["dan", "alice", "bob"] {
        init.expect("takes part?").expect(">").enter(&format!("{id}/{id}.card"));
        compare(&mut init, &words_of(&disk, id), 4);
        init.expect("[yes] >").enter("");
    }
    init.expect("[done] >").enter("").expect("[usual] >").enter("").expect("or <").enter("yes");
    init.expect("Press Enter to see them:").enter("").expect("Enter overwrites each row:\r\n");
    init.see("Write these words on paper, in this order:").enter("");
    let words = on_paper(&disk);
    init.see(&words.join(" ")).enter("").expect("Now read two of them back.");
    assert!(!init.window().contains(&words.join(" ")), "the words are still on the screen");
    compare(&mut init, &words, 2);
    init.expect("first vault now?").expect(">").enter("no").expect("Left to do").expect("breakglass seal");
    let ended = init.end();
    assert_eq!((ended.code, ended.echoes), (Some(0), true), "{}", ended.screen);
    assert!(!ended.screen.contains('\u{1b}'), "an escape sequence: {:?}", ended.screen);
}

/// The words of the fingerprint.
fn on_paper(disk: &Disk) -> Vec<String> {
    let id = breakglass::escrow::Reading::of(fs::read(disk.path("escrow/log")).unwrap()).unwrap().escrow.id;
    Words::of(&id).to_string().split(' ').map(str::to_owned).collect()
}
