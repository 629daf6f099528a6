//! Packages and modules that are taken from an address of the caller's choice instead of a known registry or forge.

use super::network::{host_of, is_local};
use crate::shell::call::Call;
use crate::shell::value;

/// Registries, and forges whose addresses name who made what is fetched.
const HOSTS: &[&str] = &[
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "codeberg.org",
    "git.sr.ht",
    "raw.githubusercontent.com",
    "codeload.github.com",
    "npm.pkg.github.com",
    "registry.npmjs.org",
    "registry.yarnpkg.com",
    "jsr.io",
    "deno.land",
    "esm.sh",
    "pypi.org",
    "test.pypi.org",
    "files.pythonhosted.org",
    "download.pytorch.org",
    "crates.io",
    "static.crates.io",
    "index.crates.io",
    "proxy.golang.org",
    "rubygems.org",
    "repo.maven.apache.org",
    "repo1.maven.org",
    "packagist.org",
];
/// First components of well-known Go modules.
const MODULES: &[&str] = &[
    "github.com",
    "gitlab.com",
    "bitbucket.org",
    "golang.org",
    "google.golang.org",
    "cloud.google.com",
    "go.uber.org",
    "go.opentelemetry.io",
    "go.mongodb.org",
    "go.etcd.io",
    "gopkg.in",
    "gotest.tools",
    "honnef.co",
    "mvdan.cc",
    "k8s.io",
    "sigs.k8s.io",
    "knative.dev",
    "filippo.io",
    "modernc.org",
    "gorm.io",
    "entgo.io",
    "goa.design",
    "gioui.org",
    "rsc.io",
    "cuelang.org",
    "codeberg.org",
    "git.sr.ht",
    "helm.sh",
    "istio.io",
    "connectrpc.com",
    "buf.build",
    "gvisor.dev",
    "tailscale.com",
    "dagger.io",
    "cel.dev",
];
/// Options whose value says where something is taken from.
const SOURCE_OPTIONS: &[&str] = &[
    "--from",
    "--spec",
    "--with",
    "--package",
    "-p",
    "--git",
    "--index",
    "--index-url",
    "-i",
    "--extra-index-url",
    "--default-index",
    "--find-links",
    "-f",
    "--registry",
    "--source",
    "--repository",
];
/// Subcommands that install or fetch what all their operands name.
const INSTALLS: &[&str] = &[
    "install", "i", "add", "create", "init", "get", "download", "update", "upgrade", "inject", "sync",
    "link", "global", "tool", "pip", "lock", "compile", "wheel", "pack",
];

/// Names the source of a call that installs or runs packages, where it is not a known one.
pub(crate) fn check(name: &str, args: &[String], call: &mut Call) {
    let own: Vec<&String> = args.iter().take_while(|a| *a != "--").collect();
    let verb = own
        .iter()
        .find(|a| !a.starts_with('-'))
        .map(|a| a.as_str())
        .unwrap_or_default();
    let mut words = own.iter().map(|a| a.as_str());
    let mut operands = own.iter().map(|a| a.as_str()).filter(|a| !a.starts_with('-'));
    let found = match name {
        "pip" | "pip3" | "gem" | "conda" | "mamba" | "composer" => words.find(|a| elsewhere(a)),
        "npm" | "pnpm" | "yarn" | "bun" | "uv" | "poetry" | "pdm" | "cargo" | "pipx" | "deno"
            if INSTALLS.contains(&verb) =>
        {
            words.find(|a| elsewhere(a))
        }
        "npm" | "pnpm" | "yarn" | "bun" | "uv" | "pipx" | "npx" | "pnpx" | "bunx" | "uvx" | "deno" => {
            let skip = usize::from(!matches!(name, "npx" | "pnpx" | "bunx" | "uvx"));
            let first = operands.nth(skip);
            sources(&own).into_iter().chain(first).find(|a| elsewhere(a))
        }
        "go" if matches!(verb, "run" | "install" | "get") => operands
            .skip(1)
            .take(if verb == "run" { 1 } else { usize::MAX })
            .find(|a| strange_module(a)),
        _ => None,
    };
    if let Some(address) = found {
        call.part.class(
            "unknown-source",
            format!(
                "`{name}` takes a package from `{}`, an address of the caller's choice",
                value::show(address)
            ),
        );
    }
}

/// The values of options that say where something comes from.
fn sources<'a>(own: &[&'a String]) -> Vec<&'a str> {
    let mut out = Vec::new();
    for (at, word) in own.iter().enumerate() {
        let (option, attached) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value)),
            None => (word.as_str(), None),
        };
        if SOURCE_OPTIONS.contains(&option) {
            out.extend(attached.or_else(|| own.get(at + 1).map(|w| w.as_str())));
        }
    }
    out
}

/// Whether a word is an address on a host that is neither known nor this machine.
pub(super) fn elsewhere(word: &str) -> bool {
    let address = word.split_once('=').map_or(
        word,
        |(name, value)| {
            if name.starts_with('-') { value } else { word }
        },
    );
    let address = address.rsplit_once(" @ ").map_or(address, |(_, address)| address);
    let host = if address.contains("://") {
        host_of(address)
    } else if let Some((user, rest)) = address.split_once('@')
        && !user.is_empty()
        && user.bytes().all(|b| b.is_ascii_alphanumeric())
        && let Some((host, _)) = rest.split_once(':')
        && (user == "git" || host.contains('.'))
    {
        host.to_owned()
    } else {
        return false;
    };
    !HOSTS.contains(&host.as_str()) && !is_local(&host) && !address.starts_with("file://")
}

/// A module with a version, from a host that is not well known.
fn strange_module(word: &str) -> bool {
    let Some((path, _)) = word.split_once('@') else {
        return false;
    };
    let host = path.split('/').next().unwrap_or_default();
    host.contains('.') && !host.starts_with('.') && !MODULES.contains(&host)
}
