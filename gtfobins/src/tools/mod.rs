//! What known programs do with their arguments: effects on files, networks, repositories, clusters, services;
//! and which of their uses are recipes of the database.

mod archives;
mod builders;
mod classes;
mod clouds;
mod clusters;
mod containers;
mod curl;
mod curl_options;
mod databases;
mod editors;
mod fetching;
mod files;
mod find;
mod forges;
mod git;
mod git_keys;
mod git_options;
mod git_paths;
mod languages;
mod leaving;
mod machine;
mod makefiles;
mod network;
pub(crate) mod options;
mod own;
mod processes;
mod reader_options;
mod readers;
mod remote;
mod rights;
mod rsync_filters;
mod script_effects;
mod script_functions;
mod scripts;
mod sources;
mod streams;
mod transfers;
mod uses;

pub(crate) use network::{host_of, is_local};
pub(crate) use scripts::{script_finding, sed_script_runs};
pub(crate) use sources::check as fetched;
pub(crate) use uses::uses;

use crate::shell::call::Call;
use crate::shell::state::Stream;
use crate::shell::walk::Walk;

/// Whether a program is one that is looked into here.
pub(crate) fn is_known(name: &str) -> bool {
    files::is_known(name)
        || readers::is_reader(name)
        || network::is_known(name)
        || languages::language(name).is_some()
        || matches!(name, "git" | "find" | "kubectl" | "docker")
}

/// Records what a program does and says what it prints.
pub(crate) fn run(walk: &mut Walk<'_>, name: &str, call: &mut Call) -> Stream {
    let plain = crate::facts::unversioned(name).to_owned();
    classes::classify(&plain, call);
    if let Some(printed) = files::run(walk, name, call) {
        return printed;
    }
    if let Some(printed) = network::run(walk, name, call) {
        return printed;
    }
    if let Some(printed) = readers::run(walk, name, call) {
        return printed;
    }
    if let Some(language) = languages::language(name) {
        return languages::run(walk, language, call);
    }
    match plain.as_str() {
        "git" => git::run(walk, call),
        "find" | "fd" | "fdfind" => find::run(walk, name, call),
        "sed" | "gsed" | "awk" | "gawk" | "mawk" | "nawk" => streams::run(walk, name, call),
        "sqlite3" | "sqlite" | "duckdb" => {
            let file = call.args().iter().find(|a| !a.starts_with('-')).cloned();
            if let Some(file) = file.filter(|file| file != ":memory:") {
                walk.access(&file, crate::shell::paths::Access::Read, &mut call.part);
            }
            program(call);
            Stream::Output(name.to_owned())
        }
        "make" | "gmake" => {
            makefiles::run(walk, call);
            program(call);
            Stream::Output(name.to_owned())
        }
        "docker" | "podman" | "nerdctl" | "docker-compose" | "kubectl" | "oc" => {
            containers::contained(walk, name, call)
        }
        _ => {
            program(call);
            Stream::Output(name.to_owned())
        }
    }
}

/// Records the plain execution of a program.
pub(crate) fn program(call: &mut Call) {
    if !call.part.effects.iter().any(|e| e.domain == "process") {
        call.part.class("", "");
    }
}
