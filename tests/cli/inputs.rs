//! Whatever is given where a file is expected: no device, pipe or directory holds the program up.

use std::process::Command;

use crate::disk::Disk;

/// Commands that read a file which is named in place of `FILE`.
const READERS: [&str; 18] = [
    "enroll zoe --name Z --contact x --role custodian -o zoe -i FILE",
    "init new --name N --cards-compared --card FILE --as dan/dan",
    "init new --name N --cards-compared --card dan/dan.card --policy FILE --as dan/dan",
    "init new --name N --cards-compared --card dan/dan.card --as dan/dan -i FILE",
    "seal --from FILE --threshold 2 --custodian alice --custodian bob --as dan/dan",
    "seal --from empty.csv --threshold 2 --custodian alice --as dan/dan --reopen-with FILE",
    "approve FILE --as alice/alice -o out.bga --session-words x",
    "deny FILE --as alice/alice -o out.bgd --because x",
    "release FILE --as carol/carol --print password",
    "release req.bgr FILE --as carol/carol --print password",
    "release req.bgr --session FILE --as carol/carol --print password",
    "collect FILE --as alice/alice",
    "verify --head FILE",
    "verify --since FILE",
    "close --request REQUEST --as alice/alice --lessons @FILE",
    "verify --escrow escrow --book FILE.book",
    "check --as FILE",
    "action x --request REQUEST --as carol/carol -i FILE",
];

#[test]
fn no_pipe_device_or_directory_is_read() {
    let (disk, asked) = Disk::asked();
    std::fs::create_dir(disk.path("dir")).unwrap();
    std::fs::create_dir(disk.path("dir.book")).unwrap();
    std::fs::create_dir(disk.path("dir.card")).unwrap();
    for pipe in ["pipe", "pipe.book", "pipe.card"] {
        assert!(Command::new("mkfifo").arg(disk.path(pipe)).status().unwrap().success());
    }
    for device in ["zero", "zero.book", "zero.card"] {
        std::os::unix::fs::symlink("/dev/zero", disk.path(device)).unwrap();
    }
    disk.write("empty.csv", "vault,account_id,email\n");
    for reader in READERS {
        for file in ["dir", "pipe", "zero"] {
            let line = reader.replace("FILE", file).replace("REQUEST", &asked.id);
            let run = disk.refuses(3, &line).what("it is not a regular file");
            run.at(file).next("check that it is the right file");
        }
    }
}

/// Files of the escrow and of people, which are found by their names.
#[test]
fn no_pipe_device_or_directory_in_the_escrow_is_read() {
    let (disk, asked) = Disk::approved();
    let release = "release req.bgr alice.bga bob.bga --as carol/carol --print password";
    let approve = format!("approve req.bgr --as alice/alice -o again.bga --session-words '{}'", asked.words);
    for (file, commands) in [
        ("escrow/log", &["log", "head", "verify", "check --as alice/alice", release][..]),
        ("escrow/vaults/prod/1/alice.share.age", &["check --as alice/alice"]),
        ("escrow/vaults/prod/1/payload.age", &[release]),
        ("alice/alice.book", &["check --as alice/alice", &approve]),
    ] {
        let whole = disk.read(file);
        let path = disk.path(file);
        disk.remove(file);
        for what in ["directory", "pipe", "device"] {
            match what {
                "directory" => std::fs::create_dir(&path).unwrap(),
                "pipe" => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
                _ => std::os::unix::fs::symlink("/dev/zero", &path).unwrap(),
            }
            for command in commands {
                let before = disk.tree();
                let run = disk.run(command);
                assert!([1, 3].contains(&run.code), "{what}: {run:?}");
                let code = run.code;
                run.fails(code).at(file).says(" next: ");
                assert!(disk.tree() == before, "{what}: {command}");
            }
            disk.remove(file);
        }
        disk.write(file, whole);
    }
    disk.run(release).ok();
}

#[test]
fn a_link_that_a_person_names_is_followed() {
    let (disk, asked) = Disk::asked();
    std::os::unix::fs::symlink("req.bgr", disk.path("link.bgr")).unwrap();
    let line = "approve link.bgr --as alice/alice -o alice.bga --session-words";
    disk.line(line).arg(&asked.words).run().ok();
}

#[test]
fn a_request_file_may_come_over_standard_input() {
    let (disk, asked) = Disk::asked();
    let words = disk.line("approve - --as alice/alice -o alice.bga --session-words").arg(&asked.words);
    words.stdin(disk.read("req.bgr")).run().ok();
    let words = disk.line("approve - --as bob/bob -o bob.bga --session-words").arg(&asked.words);
    disk.refuses_line(3, words.stdin("")).what("not a request file").at("-");
}

#[test]
fn files_that_are_too_large_are_refused_unread() {
    let disk = Disk::sealed();
    disk.write("large", vec![b'a'; 35 << 20]);
    for line in [
        "init new --name N --cards-compared --card large --as dan/dan",
        "check --as alice/alice -i large",
        "verify --head large",
        "collect large --as alice/alice",
    ] {
        disk.refuses(3, line).what("it is larger than").at("large");
    }
}

/// With a gigabyte of room, a log of five would be found out only when there is no memory left.
#[cfg(target_os = "linux")]
#[test]
fn a_log_that_is_too_large_is_refused_before_it_is_read() {
    let disk = Disk::sealed();
    std::fs::File::create(disk.path("log")).unwrap().set_len(5 << 30).unwrap();
    let mut command = std::process::Command::new("sh");
    command.args([
        "-c",
        "ulimit -v 1048576 && exec \"$0\" verify --log log",
        env!("CARGO_BIN_EXE_breakglass"),
    ]);
    let output = command.current_dir(disk.path(".")).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("it is larger than 4294967296 bytes"), "{said}");
}
