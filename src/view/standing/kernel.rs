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
    /// Whether this process runs under a seccomp filter already, as a container sets one.
    #[serde(skip)]
    pub(crate) filtered: bool,
}

/// Each switches user namespaces off for ordinary users at this value.
const SWITCHES: &[(&str, &str)] = &[
    ("/proc/sys/user/max_user_namespaces", "0"),
    ("/proc/sys/kernel/unprivileged_userns_clone", "0"),
    ("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1"),
];

/// The first version with Landlock.
const LANDLOCK_SINCE: (u32, u32) = (5, 13);

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
            filtered: read("/proc/self/status").is_some_and(|status| {
                let mode = status.lines().find_map(|line| line.strip_prefix("Seccomp:"));
                mode.is_some_and(|mode| mode.trim() == "2")
            }),
        }
    }

    /// How Landlock is had where it is not there.
    pub(crate) fn way_to_landlock(&self) -> &'static str {
        let mut numbers = self
            .release
            .split(['.', '-'])
            .map_while(|part| part.parse::<u32>().ok());
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if version < LANDLOCK_SINCE {
            "use Linux 5.13 or newer with `landlock` in the `lsm=` boot parameter"
        } else if self.filtered {
            "this kernel is new enough: let the container's seccomp profile pass landlock_create_ruleset, \
             landlock_add_rule and landlock_restrict_self, or add `landlock` to the `lsm=` boot parameter"
        } else {
            "this kernel is new enough: add `landlock` to its `lsm=` boot parameter"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Kernel;

    #[test]
    fn the_way_to_landlock_is_that_of_the_kernel_that_runs() {
        for (release, filtered, way) in [
            ("5.10.0-28-amd64", false, "use Linux 5.13 or newer"),
            ("4.19", true, "use Linux 5.13 or newer"),
            ("unknown", true, "use Linux 5.13 or newer"),
            ("5.13.0", false, "this kernel is new enough: add `landlock`"),
            (
                "6.18.5",
                true,
                "this kernel is new enough: let the container's seccomp profile",
            ),
            ("6.18-rc1", false, "this kernel is new enough: add `landlock`"),
        ] {
            let kernel = Kernel {
                release: release.to_owned(),
                landlock_abi: 0,
                seccomp: true,
                user_namespaces: true,
                filtered,
            };
            let told = kernel.way_to_landlock();
            assert!(told.starts_with(way), "{release}: {told}");
        }
    }
}
