//! The system calls that are forbidden, as a seccomp filter.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter, sock_filter,
};

/// The network, every family of it; local sockets too.
const NETWORK: [i64; 13] = [
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_sendto,
    libc::SYS_sendmsg,
    libc::SYS_sendmmsg,
    libc::SYS_recvfrom,
    libc::SYS_recvmsg,
    libc::SYS_recvmmsg,
];

/// Other programs, other processes, and what can be read and written of them.
const PROCESSES: [i64; 11] = [
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_userfaultfd,
];

/// What newer architectures have by other names alone.
#[cfg(target_arch = "x86_64")]
const OLDER: [i64; 8] = [
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
];
#[cfg(not(target_arch = "x86_64"))]
const OLDER: [i64; 0] = [];

/// Memory and queues that other processes can see, and that are there when this one is over. They are known by numbers
/// that anybody may guess, so that to forbid asking for one is not enough.
const CHANNELS: [i64; 13] = [
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
];

/// What Landlock does not know of: attributes of files, which can hold a secret, and whose they are.
const ATTRIBUTES: [i64; 13] = [
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    FCHMODAT2,
    SETXATTRAT,
];

/// These have one number on all architectures, and are newer than the C library.
const FCHMODAT2: i64 = 452;
const SETXATTRAT: i64 = 463;

/// Ways round this filter, and into the kernel.
const KERNEL: [i64; 23] = [
    // It carries out other calls without the filter seeing them.
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    libc::SYS_open_by_handle_at,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_swapon,
    libc::SYS_reboot,
];

/// Numbers from here on are x32's: the same calls under other numbers, which rules by number would not meet.
#[cfg(target_arch = "x86_64")]
const X32: u32 = 0x4000_0000;

/// Applies the filters to this thread; whether the kernel did.
pub fn closed() -> bool {
    let Some(forbidden) = forbidden() else { return false };
    apply_filter(&special()).is_ok() && apply_filter(&forbidden).is_ok()
}

/// Calls that fail with `EPERM`. Calls of another architecture end the process.
fn forbidden() -> Option<BpfProgram> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    let all = [&NETWORK[..], &PROCESSES, &OLDER, &CHANNELS, &ATTRIBUTES, &KERNEL].concat();
    rules.extend(all.into_iter().map(|call| (call, Vec::new())));
    // A thread shares this process; a new process would outlive it.
    let no_thread = SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64);
    rules.insert(libc::SYS_clone, vec![only_where(0, no_thread, 0)?]);
    // Typing into the terminal in the person's place, and the console's own commands.
    let typing = |request: u64| only_where(1, SeccompCmpOp::Eq, request);
    rules.insert(libc::SYS_ioctl, vec![typing(libc::TIOCSTI)?, typing(libc::TIOCLINUX)?]);
    let filter = SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(libc::EPERM as u32),
        std::env::consts::ARCH.try_into().ok()?,
    );
    filter.ok()?.try_into().ok()
}

fn only_where(argument: u8, compare: SeccompCmpOp, value: u64) -> Option<SeccompRule> {
    let condition = SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, value).ok()?;
    SeccompRule::new(vec![condition]).ok()
}

/// What the rules cannot say: the calls of x32, whatever they are, fail with `EPERM`, and `clone3`, whose arguments no
/// filter can see, with `ENOSYS`, so that the C library takes `clone`.
fn special() -> BpfProgram {
    let step = |code: u32, jt: u8, jf: u8, k: u32| sock_filter { code: code as u16, jt, jf, k };
    let answer = |action: u32| step(libc::BPF_RET | libc::BPF_K, 0, 0, action);
    let fails = |error: i32| answer(libc::SECCOMP_RET_ERRNO | error as u32);
    let mut program = vec![step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0)];
    #[cfg(target_arch = "x86_64")]
    program.extend([step(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 0, 1, X32), fails(libc::EPERM)]);
    program.extend([
        step(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 0, 1, libc::SYS_clone3 as u32),
        fails(libc::ENOSYS),
        answer(libc::SECCOMP_RET_ALLOW),
    ]);
    program
}
