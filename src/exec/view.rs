//! What every confined tool sees: its loader and libraries, and what its own applet adds.
//! Lists are fixed; nothing here comes from the caller.

use super::tool::Tool;
use crate::sandbox::{
    Access,
    plan::{Bind, View},
};
use std::{ffi::OsStr, os::unix::ffi::OsStrExt, path::Path};

/// Directories of libraries, as they are or as links to another.
const LIBRARIES: [&str; 5] = ["/usr/lib", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64"];

/// The view of a tool before its applet adds to it.
pub(crate) fn base(tool: &Tool, cwd: &Path) -> View {
    let mut view = View {
        cwd: cwd.as_os_str().as_bytes().to_vec(),
        ..View::default()
    };
    let Some(named) = tool.loader.as_deref().map(OsStr::from_bytes).map(Path::new) else {
        return view;
    };
    let loader = std::fs::canonicalize(named).unwrap_or_else(|_| named.to_owned());
    for dir in LIBRARIES {
        match std::fs::read_link(dir) {
            Ok(says) => view.links.push((
                dir.as_bytes().to_vec(),
                says.into_os_string().into_encoded_bytes(),
            )),
            Err(_) if is_searched(dir, &tool.path, &loader) => {
                view.binds.push(Bind::system(dir, Access::READ));
            }
            Err(_) => {}
        }
    }
    view.binds.push(Bind::system("/etc/ld.so.cache", Access::READ));
    // The name that the tool asks for, where the directory that has it is not shown.
    if let (Some(Ok(dir)), Some(name)) = (named.parent().map(std::fs::canonicalize), named.file_name()) {
        let link = dir.join(name);
        if !view
            .binds
            .iter()
            .any(|bind| link.starts_with(OsStr::from_bytes(&bind.source)))
        {
            let says = loader.as_os_str().as_bytes().to_vec();
            view.links
                .push((link.into_os_string().into_encoded_bytes(), says));
        }
    }
    let path = loader.into_os_string().into_encoded_bytes();
    view.binds.push(Bind::found(path, Access::READ | Access::EXECUTE));
    view
}

/// Whether a tool's libraries can be in `dir`: each bind takes its time.
fn is_searched(dir: &str, tool: &Path, loader: &Path) -> bool {
    match dir {
        "/usr/lib" | "/lib" => true,
        "/usr/local/lib" => tool.starts_with("/usr/local"),
        _ => loader.starts_with(dir),
    }
}

/// Files that name services, hosts and authorities, for tools that reach a server.
const NETWORK: [&str; 12] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/host.conf",
    "/etc/nsswitch.conf",
    "/etc/gai.conf",
    "/etc/services",
    "/etc/protocols",
    "/etc/ssl/openssl.cnf",
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
    "/etc/ca-certificates",
    "/usr/share/ca-certificates",
];

/// Adds what a tool needs to reach a server by name.
pub(crate) fn network(view: &mut View) {
    view.binds
        .extend(NETWORK.map(|path| Bind::system(path, Access::LOOK)));
    view.binds
        .push(Bind::system("/dev/null", Access::READ | Access::WRITE));
}

/// Puts parents before what lies in them.
pub(crate) fn order(view: &mut View) {
    view.binds
        .sort_by_key(|bind| bind.target.iter().filter(|byte| **byte == b'/').count());
}
