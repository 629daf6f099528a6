//! The version of a tool, asked once for each digest: after a call of it that was recorded, in a confinement that shows
//! it nothing of the caller's and no network.

use super::{digests::Digests, stream::some_text, tool::Tool, view::base, work::Setting};
use crate::sandbox::{
    Access, Launcher, MinSandbox,
    plan::{Bind, ChildPlan, Limits, Network, Programs},
};
use std::path::{Path, PathBuf};

/// Longest version that is kept, in characters.
const MAX_CHARS: usize = 100;
const MEMORY: u64 = 16 << 30;
const TMP_BYTES: u64 = 1 << 20;

/// A question that is still open.
#[derive(Debug)]
pub(super) struct Learning {
    tool: Tool,
    digest: String,
    digests: Digests,
    home: PathBuf,
    launcher: Launcher,
}

impl Learning {
    /// None where the version is known or cannot be remembered.
    pub(super) fn begin(tool: Tool, digest: String, digests: Digests, setting: &Setting) -> Option<Self> {
        let home = setting.home.clone()?;
        digests.version(&digest).is_none().then(|| Self {
            tool,
            digest,
            digests,
            home,
            launcher: setting.launcher.clone(),
        })
    }

    /// Asks the tool, and remembers what it says. A tool that says nothing is asked again next time.
    pub(super) fn ask(self) -> Option<String> {
        let said = said(&self.tool, &self.launcher)?;
        let version = of(self.tool.name, &said)?;
        let mut digests = self.digests;
        digests.learn(self.digest, version.clone());
        digests.keep(&self.home);
        Some(version)
    }
}

fn said(tool: &Tool, launcher: &Launcher) -> Option<String> {
    let (argv, profile): (&[&str], &str) = match tool.name {
        "ssh" => (&["ssh", "-V"], "ssh"),
        "kubectl" => (&["kubectl", "version", "--client", "--output=json"], "kubectl"),
        name => (&[name, "--version"], "search"),
    };
    let bytes = |words: &[&str]| words.iter().map(|word| word.as_bytes().to_vec()).collect();
    let mut view = base(tool, Path::new("/"));
    view.tmp_bytes = TMP_BYTES;
    for file in ["/etc/passwd", "/etc/nsswitch.conf"] {
        view.binds.push(Bind::system(file, Access::READ));
    }
    view.binds
        .push(Bind::system("/dev/null", Access::READ | Access::WRITE));
    let plan = ChildPlan {
        argv: bytes(argv),
        env: bytes(&["PATH=/usr/bin", "LC_ALL=C.UTF-8", "HOME=/tmp"]),
        profile: profile.to_owned(),
        view,
        network: Network::Cut,
        programs: Programs::None,
        limits: Limits {
            cpu_s: 5,
            memory_bytes: MEMORY,
            file_bytes: TMP_BYTES,
            processes: 64,
        },
        stdin: false,
        without: Vec::new(),
    };
    let ready = launcher
        .confine(&plan, &tool.fd, None)
        .ok()?
        .ready(&MinSandbox::EXEC);
    let mut running = ready.ok()?.go(&[]).ok()?;
    some_text(&mut running)
}

/// The version in what a tool says: the first line, or the one field of kubectl's answer that is it.
fn of(name: &str, said: &str) -> Option<String> {
    let line = match name {
        "kubectl" => {
            let answer: serde_json::Value = serde_json::from_str(said).ok()?;
            answer
                .get("clientVersion")?
                .get("gitVersion")?
                .as_str()?
                .to_owned()
        }
        _ => said.lines().next()?.to_owned(),
    };
    let plain: String = line.chars().filter(|c| !c.is_control()).take(MAX_CHARS).collect();
    Some(plain.trim().to_owned()).filter(|version| version.contains(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn a_version_is_one_short_line_with_a_number_in_it() {
        assert_eq!(
            of("rg", "ripgrep 13.0.0\n-SIMD -AVX\n").unwrap(),
            "ripgrep 13.0.0"
        );
        assert_eq!(of("jq", "jq-1.6\n").unwrap(), "jq-1.6");
        assert_eq!(
            of("kubectl", r#"{"clientVersion": {"gitVersion": "v1.33.1"}}"#).unwrap(),
            "v1.33.1"
        );
        assert_eq!(of("kubectl", "Client Version: v1.33.1"), None);
        assert_eq!(of("rg", "\u{1b}[mno number\n"), None);
        assert_eq!(of("rg", &"9".repeat(1000)).unwrap().len(), 100);
    }
}
