//! The kernel's sandbox, tried from the inside: everything that it forbids is attempted in a process that has closed
//! it, and in one that has not, where the attempt must go well for the refusal to mean anything.
#![cfg(target_os = "linux")]

use std::fs::{self, File};
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::fs::symlink;
use std::os::unix::net::{UnixDatagram, UnixListener};
use std::path::Path;
use std::process::Command;

#[path = "common/mod.rs"]
mod common;

use breakglass::hands::sandbox::{self, FileAccess};
use breakglass::record::environment::Sandbox;
use rustix::net::{AddressFamily, SocketType, socket};

/// Runs this very test program again, for one test with a directory to play in.
fn inside(test: &str, directory: &Path) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture", "--test-threads", "1"])
        .env("SANDBOX_PLACE", directory)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

/// A way out, and whether it is open.
type Attempt = (&'static str, fn() -> io::Result<()>);

fn family(family: AddressFamily, kind: SocketType) -> io::Result<()> {
    socket(family, kind, None).map(drop).map_err(io::Error::from)
}

/// The numbers are those of `<linux/socket.h>`.
const FAMILIES: [(&str, AddressFamily, SocketType); 8] = [
    ("local", AddressFamily::UNIX, SocketType::STREAM),
    ("IPv4", AddressFamily::INET, SocketType::STREAM),
    ("IPv4 datagrams", AddressFamily::INET, SocketType::DGRAM),
    ("IPv6", AddressFamily::INET6, SocketType::DGRAM),
    ("packets", AddressFamily::PACKET, SocketType::RAW),
    ("netlink", AddressFamily::NETLINK, SocketType::RAW),
    ("vsock", AddressFamily::from_raw(40), SocketType::STREAM),
    ("bluetooth", AddressFamily::from_raw(31), SocketType::RAW),
];

const ATTEMPTS: [Attempt; 16] = [
    ("a datagram socket", || UdpSocket::bind("127.0.0.1:0").map(drop)),
    ("a listening socket", || TcpListener::bind("127.0.0.1:0").map(drop)),
    ("a pair of sockets", || UnixDatagram::pair().map(drop)),
    ("another program", || Command::new("/bin/true").status().map(drop)),
    ("another process", || {
        // SAFETY: the child ends at once, and calls nothing else.
        let pid = unsafe { libc::fork() };
        if pid == 0 {
            // SAFETY: it ends the child.
            unsafe { libc::_exit(0) };
        }
        if pid < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
    }),
    ("tracing", || called(libc::SYS_ptrace, [libc::PTRACE_TRACEME as i64, 0, 0])),
    ("io_uring", || {
        // A bad address is what it finds, where it is allowed to look.
        would_fail(would_fail(called(libc::SYS_io_uring_setup, [1, 0, 0]), libc::EFAULT), libc::EINVAL)
    }),
    // No such descriptor, and nothing else against it.
    ("typing into the terminal", || {
        would_fail(called(libc::SYS_ioctl, [-1, libc::TIOCSTI as i64, 0]), libc::EBADF)
    }),
    ("a namespace of its own", || called(libc::SYS_unshare, [0, 0, 0])),
    ("memory that is shared", || would_fail(called(libc::SYS_shmget, [0, 0, 0]), libc::EINVAL)),
    ("a queue of messages", || would_fail(called(libc::SYS_msgget, [0x6267, 0, 0]), libc::ENOENT)),
    // Nobody needs to ask for what is there already: its number can be guessed.
    ("shared memory that is there", || would_fail(called(libc::SYS_shmat, [-1, 0, 0]), libc::EINVAL)),
    ("a queue that is there", || {
        would_fail(would_fail(called(libc::SYS_msgsnd, [-1, 0, 0]), libc::EFAULT), libc::EINVAL)
    }),
    ("the rights of a file", || would_fail(called(libc::SYS_fchmod, [-1, 0, 0]), libc::EBADF)),
    ("the attributes of a file", || would_fail(called(libc::SYS_setxattr, [0, 0, 0]), libc::EFAULT)),
    ("a queue with a name", || would_fail(called(libc::SYS_mq_open, [0, 0, 0]), libc::EFAULT)),
];

/// A call that fails with `error` where it is allowed at all.
fn would_fail(called: io::Result<()>, error: i32) -> io::Result<()> {
    match called {
        Err(found) if found.raw_os_error() == Some(error) => Ok(()),
        other => other,
    }
}

fn called(number: i64, arguments: [i64; 3]) -> io::Result<()> {
    // SAFETY: the calls that are tried here take numbers, and pointers that are null.
    let result = unsafe { libc::syscall(number, arguments[0], arguments[1], arguments[2]) };
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn place() -> std::path::PathBuf {
    std::env::var_os("SANDBOX_PLACE").unwrap().into()
}

#[test]
fn the_network_other_programs_and_processes_are_closed() {
    let folder = tempfile::tempdir().unwrap();
    inside("inside::ways_out_are_open_before_and_closed_after", folder.path());
}

#[test]
fn files_out_of_reach_are_closed() {
    let folder = tempfile::tempdir().unwrap();
    inside("inside::only_what_is_named_is_reached", folder.path());
}

#[test]
fn all_files_are_files_and_no_programs() {
    let folder = tempfile::tempdir().unwrap();
    inside("inside::everything_is_no_program_and_no_link", folder.path());
}

/// The calls of a whole story, from the first key to the last verification.
#[test]
fn the_demonstration_calls_no_network_and_starts_nothing() {
    if !common::have("the_demonstration_calls_no_network_and_starts_nothing", &["strace"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let calls = folder.path().join("calls");
    let output = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=%network,%process,%ipc,seccomp,landlock_restrict_self", "-o"])
        .arg(&calls)
        .args([env!("CARGO_BIN_EXE_breakglass"), "demo"])
        .env("TMPDIR", folder.path())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let calls = fs::read_to_string(&calls).unwrap();
    let names: Vec<_> = calls
        .lines()
        .filter_map(|line| line.split_once('(')?.0.split_whitespace().last())
        .filter(|name| !["exit_group", "wait4", "arch_prctl"].contains(name))
        .collect();
    // The program itself is started, and shuts itself in: nothing else.
    assert_eq!(names, ["execve", "landlock_restrict_self", "seccomp", "seccomp"], "{calls}");
}

/// What is tried inside; each in a process of its own, by the tests above.
mod inside {
    use super::*;

    #[test]
    #[ignore = "closes the sandbox for good: run by the tests above, in a process of its own"]
    fn ways_out_are_open_before_and_closed_after() {
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        for (name, attempt) in &ATTEMPTS[..5] {
            attempt().unwrap_or_else(|error| panic!("{name} is not open before: {error}"));
        }
        let open: Vec<_> = FAMILIES.iter().filter(|(_, one, kind)| family(*one, *kind).is_ok()).collect();
        assert!(open.len() >= 5, "hardly a family is there to be closed: {open:?}");
        TcpStream::connect(address).unwrap();

        sandbox::close(&FileAccess::default());
        assert_eq!(sandbox::state(), Sandbox::Whole);

        for (name, attempt) in ATTEMPTS {
            let error = attempt().expect_err(name);
            let expected =
                if name == "another process" { [libc::EPERM, libc::ENOSYS] } else { [libc::EPERM; 2] };
            assert!(expected.contains(&error.raw_os_error().unwrap()), "{name}: {error}");
        }
        for (name, one, kind) in FAMILIES {
            let error = family(one, kind).expect_err(name);
            assert_eq!(error.raw_os_error(), Some(libc::EPERM), "{name}");
        }
        TcpStream::connect(address).unwrap_err();
        // Connections that are there already accept nobody.
        assert_eq!(server.accept().unwrap_err().raw_os_error(), Some(libc::EPERM));
        #[cfg(target_arch = "x86_64")]
        for number in [libc::SYS_socket, libc::SYS_getpid] {
            let error =
                called(number | 0x4000_0000, [libc::AF_INET.into(), libc::SOCK_DGRAM.into(), 0]).unwrap_err();
            // A kernel without x32 would say ENOSYS.
            assert_eq!(error.raw_os_error(), Some(libc::EPERM), "x32 call {number}");
        }
        // Threads are this process.
        std::thread::spawn(|| UdpSocket::bind("127.0.0.1:0").unwrap_err()).join().unwrap();
    }

    #[test]
    #[ignore = "closes the sandbox for good: run by the tests above, in a process of its own"]
    fn only_what_is_named_is_reached() {
        let place = place();
        for folder in ["inside", "outside", "read"] {
            fs::create_dir(place.join(folder)).unwrap();
            fs::write(place.join(folder).join("file"), "x").unwrap();
        }
        symlink(place.join("outside/file"), place.join("inside/link")).unwrap();
        let mut reach = FileAccess::default();
        reach.changes_within(&place.join("inside"));
        reach.reads(&place.join("read/file"));
        sandbox::close(&reach);
        assert_eq!(sandbox::state(), Sandbox::Whole);

        let denied = |result: io::Result<()>, what: &str| {
            assert_eq!(result.expect_err(what).kind(), io::ErrorKind::PermissionDenied, "{what}");
        };
        fs::read(place.join("read/file")).unwrap();
        denied(File::options().write(true).open(place.join("read/file")).map(drop), "writing what is read");
        denied(fs::read(place.join("outside/file")).map(drop), "reading outside");
        denied(fs::read(place.join("inside/link")).map(drop), "reading outside by a link");
        denied(fs::write(place.join("outside/new"), "x"), "making a file outside");
        denied(fs::remove_file(place.join("outside/file")), "removing a file outside");
        denied(fs::rename(place.join("inside/file"), place.join("outside/moved")), "moving a file out");
        denied(fs::read("/etc/passwd").map(drop), "reading the system's files");
        denied(fs::read_dir("/").map(drop), "listing the root");
        fs::write(place.join("inside/new"), "x").unwrap();
        fs::create_dir(place.join("inside/folder")).unwrap();
        fs::rename(place.join("inside/new"), place.join("inside/folder/new")).unwrap();
        fs::remove_dir_all(place.join("inside/folder")).unwrap();
        File::open(place.join("inside")).unwrap().sync_all().unwrap();
        // The terminal is still there, with its settings, where there is one.
        if let Ok(terminal) = File::options().read(true).write(true).open("/dev/tty") {
            rustix::termios::tcgetattr(&terminal).unwrap();
        }
        // Less can be reached later, and never more.
        sandbox::close(&FileAccess::default());
        sandbox::close(&reach);
        denied(fs::read(place.join("inside/file")).map(drop), "reading what was in reach once");
    }

    #[test]
    #[ignore = "closes the sandbox for good: run by the tests above, in a process of its own"]
    fn everything_is_no_program_and_no_link() {
        let place = place();
        sandbox::close(&FileAccess::everything());
        assert_eq!(sandbox::state(), Sandbox::Whole);
        fs::write(place.join("file"), "x").unwrap();
        fs::read("/etc/passwd").unwrap();
        symlink("/etc/passwd", place.join("link")).unwrap_err();
        UnixListener::bind(place.join("socket")).unwrap_err();
        let fifo = rustix::fs::mknodat(
            rustix::fs::CWD,
            place.join("pipe"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        );
        assert_eq!(fifo.unwrap_err(), rustix::io::Errno::ACCESS);
        assert_eq!(Command::new("/bin/true").status().unwrap_err().raw_os_error(), Some(libc::EPERM));
    }
}
