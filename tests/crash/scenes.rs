//! What is there before a command, and the commands. Each snapshot is made once, by running the program, and kept
//! in memory; each try gets its own copy on disk.

use std::fs;
use std::sync::OnceLock;

use breakglass::record::closing::Obligation;

use crate::disk::{Disk, PASSWORD, RequestState, SEED, THREE, Tree, asking};
use crate::trace::Line;

/// A disk that can be set up again and again.
pub struct Snapshot {
    tree: Tree,
    pub request: String,
    pub words: String,
}

impl Snapshot {
    fn of(disk: &Disk, asked: Option<&RequestState>) -> Snapshot {
        if disk.exists("before.head") {
            disk.remove("before.head");
        }
        if disk.exists("escrow/log") {
            disk.run("head -o before.head").ok();
        }
        let (request, words) = asked.map(|one| (one.id.clone(), one.words.clone())).unwrap_or_default();
        Snapshot { tree: disk.tree(), request, words }
    }

    /// What lies on a disk by now.
    pub fn made(disk: &Disk) -> Snapshot {
        Snapshot::of(disk, None)
    }

    /// The same, where no head can be taken.
    pub fn unsound(disk: &Disk) -> Snapshot {
        Snapshot { tree: disk.tree(), request: String::new(), words: String::new() }
    }

    pub fn disk(&self) -> Disk {
        Disk::of(&self.tree)
    }
}

/// A CSV that needs no code of this minute.
pub fn csv(vault: &str) -> String {
    format!("vault,account_id,email,password,totp\n{vault},111122223333,root@example.com,{PASSWORD},{SEED}\n")
}

macro_rules! snapshots {
    ($($(#[$doc:meta])* $name:ident $make:block)+) => {
        $($(#[$doc])* pub fn $name() -> &'static Snapshot {
            static SNAPSHOT: OnceLock<Snapshot> = OnceLock::new();
            SNAPSHOT.get_or_init(|| $make)
        })+
    };
}

snapshots! {
    /// Four people.
    people { Snapshot::of(&Disk::people(), None) }
    /// The same, and an escrow.
    begun { Snapshot::of(&Disk::begun(), None) }
    /// The same, with `prod` sealed, and nobody who checked: nobody but bob has a book.
    sealed {
        let disk = Disk::begun();
        disk.line(&sealing()).stdin(csv("prod")).run().ok();
        disk.run("check --all --as bob/bob").ok();
        Snapshot::of(&disk, None)
    }
    /// The same, with a log that ends in the first half of a record.
    torn {
        let disk = sealed().disk();
        let log = disk.read("escrow/log");
        disk.write("escrow/log", [&log[..], &log[..500]].concat());
        Snapshot::unsound(&disk)
    }
    /// The same, checked by all.
    checked { Snapshot::of(&Disk::sealed(), None) }
    /// The same, with a log that carol continued: its record 6 says so.
    continued {
        let disk = Disk::sealed();
        let elsewhere = "--continue-in usb/log --accept-deviation continued-elsewhere";
        disk.run(&format!("{} --as carol/carol -o req.bgr {elsewhere}", asking("prod"))).ok();
        disk.write("escrow/log", disk.read("usb/log"));
        Snapshot::of(&disk, None)
    }
    /// The same as before, and asked for by carol; bob approved.
    asked {
        let (disk, asked) = Disk::asked();
        disk.approve("bob", &asked).ok();
        Snapshot::of(&disk, Some(&asked))
    }
    /// The same, approved by alice too.
    approved {
        let disk = asked().disk();
        let asked = RequestState { id: asked().request.clone(), words: asked().words.clone() };
        disk.approve("alice", &asked).ok();
        Snapshot::of(&disk, Some(&asked))
    }
    /// The same, released; with an action and a check in files, a copy that is behind and one that went on.
    released {
        let disk = approved().disk();
        let id = approved().request.clone();
        disk.run("copy behind").ok();
        disk.run("copy other").ok();
        disk.run("check --all --as bob/bob --escrow other --book bob/other.book").ok();
        disk.run(RELEASE).ok();
        disk.line(&sealing()).stdin(csv("second")).run().ok();
        disk.run(&format!("action 'one thing' --request {id} --as carol/carol -o action.bgs")).ok();
        disk.run("check prod --as alice/alice -o check.bgs").ok();
        Snapshot::of(&disk, Some(&RequestState { id, words: approved().words.clone() }))
    }
}

pub const RELEASE: &str = "release req.bgr alice.bga bob.bga --as carol/carol --print password";
pub const CHECK: &str = "check --all --as alice/alice";

fn sealing() -> String {
    format!("seal --from - --threshold 2 {THREE} --as dan/dan --accept-deviation totp-unproven")
}

pub fn seal_line(vault: &str) -> Line {
    Line::of(&sealing()).stdin(&csv(vault))
}

pub fn approve_line(to: &str) -> Line {
    Line::of(&format!("approve req.bgr --as alice/alice -o {to} --session-words")).arg(&asked().words)
}

pub fn release_line() -> Line {
    Line::of(RELEASE)
}

/// A command that is tried, and what there is before it.
pub struct Scene {
    pub name: &'static str,
    pub before: &'static Snapshot,
    pub line: Line,
}

/// Every command that writes something.
pub fn scenes() -> Vec<Scene> {
    let scene = |name, before, line: &str| Scene { name, before, line: Line::of(line) };
    let id = &released().request;
    let begin = "init escrow --name Ex --card dan/dan.card --card alice/alice.card --card bob/bob.card \
                 --card carol/carol.card --as dan/dan --cards-compared";
    let elsewhere = "--continue-in usb/new/log --accept-deviation continued-elsewhere";
    let request = asking("prod") + " --as carol/carol -o new/req.bgr";
    // The closing list is given in full: nobody is asked.
    let mut close = Line::of(&format!("close --request {id} --as alice/alice"));
    for obligation in Obligation::ALL {
        close.words.extend(["--done".to_owned(), obligation.as_str().to_owned()]);
    }
    vec![
        scene("keygen", people(), "keygen --no-passphrase -o new/folder/zoe.key"),
        scene(
            "enroll",
            people(),
            "enroll zoe --name Z --contact z@example.com --role custodian --no-passphrase -o new/zoe",
        ),
        scene("init", people(), &begin.replace("init escrow", "init new/escrow")),
        Scene { name: "seal", before: begun(), line: seal_line("prod") },
        scene("check, new book", sealed(), CHECK),
        scene("check, old book", sealed(), "check --all --as bob/bob"),
        scene("check, book elsewhere", sealed(), "check --all --as bob/bob --book usb/new/bob.book"),
        scene("check, to a file", sealed(), "check --all --as bob/bob -o new/check.bgs"),
        scene("check, torn log", torn(), "check --all --as bob/bob"),
        scene("request", checked(), &request),
        Scene { name: "approve", before: asked(), line: approve_line("new/alice.bga") },
        scene("deny", asked(), "deny req.bgr --as alice/alice -o new/alice.bgd --because x"),
        Scene { name: "release", before: approved(), line: release_line() },
        scene("release, elsewhere", approved(), &format!("{RELEASE} {elsewhere}")),
        scene("release, withdrawn", approved(), "release req.bgr bob.bga --as carol/carol --withdraw"),
        scene("action", released(), &format!("action done --request {id} --as carol/carol")),
        Scene { name: "close", before: released(), line: close },
        scene("collect", released(), "collect action.bgs check.bgs --as bob/bob"),
        scene("head", released(), "head -o new/head.json"),
        scene("copy, new", released(), "copy new/replica"),
        scene("copy, behind", released(), "copy behind"),
        scene("adopt", released(), "adopt other --as alice/alice --as carol/carol"),
        scene("confirm", released(), "confirm prod --not-tested 'nobody could' --as alice/alice"),
        scene("agree", released(), "agree 2 --as alice/alice"),
        scene("retire", released(), "retire bob --because left --as dan/dan"),
        scene("disavow", continued(), "disavow 6 --because 'nobody needed it' --as alice/alice"),
        scene("man", people(), "man new/man1"),
    ]
}

/// Whether a file holds a secret in plain.
pub fn holds_plaintext(disk: &Disk) -> Option<String> {
    let secrets = [PASSWORD.as_bytes(), SEED.as_bytes()];
    let tree = disk.tree();
    let mut files = tree.iter().filter_map(|(path, (_, bytes))| Some((path, bytes.as_ref()?)));
    files
        .find(|(_, bytes)| secrets.iter().any(|secret| bytes.windows(secret.len()).any(|it| it == *secret)))
        .map(|(path, _)| path.display().to_string())
}

/// Makes a folder on a disk.
pub fn folder(disk: &Disk, name: &str) {
    fs::create_dir_all(disk.path(name)).unwrap();
}
