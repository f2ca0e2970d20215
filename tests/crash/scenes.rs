//! What is there before a command, and the commands. Each ground is made once, by running the program, and kept
//! in memory; each try gets its own copy on disk.

use std::fs::{self, DirBuilder, File};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;
use std::sync::OnceLock;

use breakglass::record::closing::Obligation;

use crate::stage::{Asked, PASSWORD, SEED, Stage, THREE, Tree, asking};
use crate::trace::Line;

/// A stage that can be set up again and again.
pub struct Ground {
    tree: Tree,
    pub request: String,
    pub words: String,
}

impl Ground {
    fn of(stage: &Stage, asked: Option<&Asked>) -> Ground {
        if stage.exists("before.head") {
            stage.remove("before.head");
        }
        if stage.exists("escrow/log") {
            stage.run("head -o before.head").ok();
        }
        let (request, words) = asked.map(|one| (one.id.clone(), one.words.clone())).unwrap_or_default();
        Ground { tree: stage.tree(), request, words }
    }

    /// What lies on a stage by now.
    pub fn made(stage: &Stage) -> Ground {
        Ground::of(stage, None)
    }

    /// The same, where no head can be taken.
    pub fn unsound(stage: &Stage) -> Ground {
        Ground { tree: stage.tree(), request: String::new(), words: String::new() }
    }

    pub fn stage(&self) -> Stage {
        let stage = Stage::empty();
        put(&stage.path(""), &self.tree);
        stage
    }
}

fn put(root: &Path, tree: &Tree) {
    for (path, (mode, bytes)) in tree {
        match bytes {
            None => DirBuilder::new().mode(*mode).create(root.join(path)).unwrap(),
            Some(bytes) => {
                let mut file = File::options();
                let file = file.create_new(true).write(true).mode(*mode).open(root.join(path));
                file.unwrap().write_all(bytes).unwrap();
            }
        }
    }
}

/// A CSV that needs no code of this minute.
pub fn csv(vault: &str) -> String {
    format!("vault,account_id,email,password,totp\n{vault},111122223333,root@example.com,{PASSWORD},{SEED}\n")
}

macro_rules! grounds {
    ($($(#[$doc:meta])* $name:ident $make:block)+) => {
        $($(#[$doc])* pub fn $name() -> &'static Ground {
            static GROUND: OnceLock<Ground> = OnceLock::new();
            GROUND.get_or_init(|| $make)
        })+
    };
}

grounds! {
    /// Four people.
    people { Ground::of(&Stage::people(), None) }
    /// The same, and an escrow.
    begun { Ground::of(&Stage::begun(), None) }
    /// The same, with `prod` sealed, and nobody who checked: nobody but bob has a book.
    sealed {
        let stage = Stage::begun();
        stage.words(&sealing()).stdin(csv("prod")).run().ok();
        stage.run("check --all --as bob/bob").ok();
        Ground::of(&stage, None)
    }
    /// The same, with a log that ends in the first half of a record.
    torn {
        let stage = sealed().stage();
        let log = stage.read("escrow/log");
        stage.write("escrow/log", [&log[..], &log[..500]].concat());
        Ground::unsound(&stage)
    }
    /// The same, checked by all.
    checked { Ground::of(&Stage::sealed(), None) }
    /// The same, and asked for by carol; bob approved.
    asked {
        let (stage, asked) = Stage::asked();
        stage.approve("bob", &asked).ok();
        Ground::of(&stage, Some(&asked))
    }
    /// The same, approved by alice too.
    approved {
        let stage = asked().stage();
        let asked = Asked { id: asked().request.clone(), words: asked().words.clone() };
        stage.approve("alice", &asked).ok();
        Ground::of(&stage, Some(&asked))
    }
    /// The same, released; with an action and a check in files, a copy that is behind and one that went on.
    released {
        let stage = approved().stage();
        let id = approved().request.clone();
        stage.run("copy behind").ok();
        stage.run("copy other").ok();
        stage.run("check --all --as bob/bob --escrow other --book bob/other.book").ok();
        stage.run(RELEASE).ok();
        stage.words(&sealing()).stdin(csv("second")).run().ok();
        stage.run(&format!("action 'one thing' --request {id} --as carol/carol -o action.bgs")).ok();
        stage.run("check prod --as alice/alice -o check.bgs").ok();
        Ground::of(&stage, Some(&Asked { id, words: approved().words.clone() }))
    }
}

pub const RELEASE: &str = "release req.bgr alice.bga bob.bga --as carol/carol --print password";
pub const CHECK: &str = "check --all --as alice/alice";

fn sealing() -> String {
    format!("seal --from - --threshold 2 {THREE} --as admin/admin --accept-deviation totp-unproven")
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
    pub ground: &'static Ground,
    pub line: Line,
}

/// Every command that writes something.
pub fn scenes() -> Vec<Scene> {
    let scene = |name, ground, line: &str| Scene { name, ground, line: Line::of(line) };
    let id = &released().request;
    let begin = "init escrow --name Ex --card admin/admin.card --card alice/alice.card --card bob/bob.card \
                 --card carol/carol.card --as admin/admin --cards-compared";
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
        Scene { name: "seal", ground: begun(), line: seal_line("prod") },
        scene("check, new book", sealed(), CHECK),
        scene("check, old book", sealed(), "check --all --as bob/bob"),
        scene("check, book elsewhere", sealed(), "check --all --as bob/bob --book usb/new/bob.book"),
        scene("check, to a file", sealed(), "check --all --as bob/bob -o new/check.bgs"),
        scene("check, torn log", torn(), "check --all --as bob/bob"),
        scene("request", checked(), &request),
        Scene { name: "approve", ground: asked(), line: approve_line("new/alice.bga") },
        scene("deny", asked(), "deny req.bgr --as alice/alice -o new/alice.bgd --because x"),
        Scene { name: "release", ground: approved(), line: release_line() },
        scene("release, elsewhere", approved(), &format!("{RELEASE} {elsewhere}")),
        scene("release, withdrawn", approved(), "release req.bgr bob.bga --as carol/carol --withdraw"),
        scene("action", released(), &format!("action done --request {id} --as carol/carol")),
        Scene { name: "close", ground: released(), line: close },
        scene("collect", released(), "collect action.bgs check.bgs --as bob/bob"),
        scene("head", released(), "head -o new/head.json"),
        scene("copy, new", released(), "copy new/replica"),
        scene("copy, behind", released(), "copy behind"),
        scene("adopt", released(), "adopt other --as alice/alice --as carol/carol"),
        scene("retire", released(), "retire bob --because left --as admin/admin"),
        scene("man", people(), "man new/man1"),
    ]
}

/// Whether a file holds a secret in plain.
pub fn holds_plaintext(stage: &Stage) -> Option<String> {
    let secrets = [PASSWORD.as_bytes(), SEED.as_bytes()];
    let tree = stage.tree();
    let mut files = tree.iter().filter_map(|(path, (_, bytes))| Some((path, bytes.as_ref()?)));
    files
        .find(|(_, bytes)| secrets.iter().any(|secret| bytes.windows(secret.len()).any(|it| it == *secret)))
        .map(|(path, _)| path.display().to_string())
}

/// Makes a folder on a stage.
pub fn folder(stage: &Stage, name: &str) {
    fs::create_dir_all(stage.path(name)).unwrap();
}
