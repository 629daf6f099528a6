//! What this kernel lets Watchtower enforce, as far as it tells without trying.

use crate::sandbox::landlock;
use serde::Serialize;

/// What can be enforced here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Kernel {
    /// `uname -r`.
    pub(crate) release: String,
    /// Landlock ABI, 0 where absent.
    pub(crate) landlock_abi: u8,
    /// Whether seccomp filters can be installed.
    pub(crate) seccomp: bool,
    /// Whether user namespaces are not switched off.
    pub(crate) user_namespaces: bool,
}

/// Each switches user namespaces off for ordinary users at this value.
const SWITCHES: &[(&str, &str)] = &[
    ("/proc/sys/user/max_user_namespaces", "0"),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0"),
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
];

impl Kernel {
    /// Asks the running kernel.
    pub(crate) fn ask() -> Self {
        let release = rustix::system::uname().release().to_string_lossy().into_owned();
        let root = rustix::process::geteuid().is_root();
        let read = |path: &str| {
            std::fs::read_to_string(path)
                .map(|text| text.trim().to_owned())
                .ok()
        };
        let off = |(path, value): &(&str, &str)| {
            let everybody = path.ends_with("max_user_namespaces");
            (everybody || !root) && read(path).is_some_and(|found| found == *value)
        };
        Self {
            release,
            landlock_abi: landlock::abi().unwrap_or(0),
            seccomp: read("/proc/sys/kernel/seccomp/actions_avail")
                .is_some_and(|found| found.contains("errno")),
            user_namespaces: read("/proc/self/uid_map").is_some() && !SWITCHES.iter().any(off),
        }
    }
}
