//! What the process asks of the kernel for itself.

/// Turns off core dumps, and being traced by other processes of the same user. What the kernel refuses is
/// left as it is: the process may have been started without the right to change it.
pub fn harden() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
        let none = Rlimit { current: Some(0), maximum: Some(0) };
        let _ = setrlimit(Resource::Core, none);
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}
