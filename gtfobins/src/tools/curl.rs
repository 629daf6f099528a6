//! curl: what it fetches, writes, reads and sends, and which hosts it reaches on the way.

use super::curl_options::LONG_VALUES;
use super::fetching::{fetch, written};
use super::leaving::{address_gives_away, gives_away};
use super::options::{Grammar, Options};
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::value::{self, CONTENT, DECODED};
use crate::shell::walk::Walk;

pub(super) fn curl(walk: &mut Walk<'_>, call: &mut Call) {
    let grammar = Grammar {
        values: "AbcCdDeEFhHKmoPQrtTuUwxXyYz",
        long_values: LONG_VALUES,
        ..Grammar::default()
    };
    let args = call.args().to_vec();
    let options = Options::parse(&args, &grammar);
    let dir = options.value(&["--output-dir"]).unwrap_or(".").to_owned();
    for file in options.all(&[
        "-o",
        "--output",
        "-c",
        "--cookie-jar",
        "-D",
        "--dump-header",
        "--trace",
        "--trace-ascii",
        "--stderr",
        "--libcurl",
        "--etag-save",
        "--hsts",
        "--alt-svc",
    ]) {
        if file != "-" {
            let path = if dir == "." {
                file.to_owned()
            } else {
                format!("{dir}/{file}")
            };
            written(walk, &path, call);
        }
    }
    if options.has(&["-O", "--remote-name", "--remote-name-all", "-J"]) {
        for url in options.operands.clone() {
            written(walk, &format!("{dir}/{}", value::base(&url)), call);
        }
    }
    for file in options.all(&["-K", "--config"]) {
        call.part.concern(
            "runs-program",
            format!("`curl --config` obeys the options in `{}`", value::show(file)),
        );
    }
    for file in options.all(&["--netrc-file", "-E", "--cert", "--key", "--cacert"]) {
        walk.access(file, Access::Read, &mut call.part);
    }
    if let Some(socket) = options.value(&["--unix-socket", "--abstract-unix-socket"]) {
        call.part.concern(
            "unix-socket",
            format!("`curl` speaks to the socket `{}`", value::show(socket)),
        );
    }
    let sends = sends(walk, &options, call);
    let posts = options.has(&[
        "-d",
        "--data",
        "--data-binary",
        "--data-raw",
        "--json",
        "-F",
        "--form",
        "-T",
        "--upload-file",
    ]);
    let method = options
        .value(&["-X", "--request"])
        .unwrap_or_default()
        .to_ascii_uppercase();
    let operation = if sends {
        "upload"
    } else if posts || matches!(method.as_str(), "POST" | "PUT" | "DELETE" | "PATCH") {
        "send"
    } else {
        "fetch"
    };
    for host in others(&options) {
        fetch(operation, &host, call);
    }
    let mut urls = options.operands.clone();
    urls.extend(
        options
            .all(&["--url", "--expand-url"])
            .into_iter()
            .map(str::to_owned),
    );
    for url in urls {
        let scheme = url.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if scheme == "file" {
            local_file(walk, &url, call);
        } else if matches!(scheme.as_str(), "gopher" | "dict" | "telnet") && url.contains("://")
            || address_gives_away(walk, call, &url)
        {
            fetch("upload", &url, call);
        } else {
            fetch(operation, &url, call);
        }
    }
}

/// Whether a call sends files, or what else nobody gave it.
fn sends(walk: &mut Walk<'_>, options: &Options, call: &mut Call) -> bool {
    let mut sends = false;
    for data in options.all(&[
        "-d",
        "--data",
        "--data-binary",
        "--data-ascii",
        "--data-urlencode",
        "--json",
        "-F",
        "--form",
        "-T",
        "--upload-file",
        "--url-query",
        "--variable",
    ]) {
        let is_upload = options.all(&["-T", "--upload-file"]).contains(&data);
        let file = if is_upload {
            Some(data)
        } else {
            data.split_once(['@', '<'])
                .filter(|(name, _)| name.is_empty() || name.ends_with('=') || !name.contains(' '))
                .map(|(_, file)| file)
        };
        if let Some(file) = file {
            let file = file.split(';').next().unwrap_or(file);
            if !file.is_empty() {
                sends = true;
                walk.access(file, Access::Read, &mut call.part);
            }
        }
    }
    // A variable of curl's own, from its environment.
    sends |= options.all(&["--variable"]).iter().any(|v| v.starts_with('%'));
    for cookies in options
        .all(&["-b", "--cookie"])
        .into_iter()
        .filter(|text| is_file(text))
    {
        walk.access(cookies, Access::Read, &mut call.part);
        let own = options.all(&["-c", "--cookie-jar"]).contains(&cookies);
        sends |= !own && !["cookie", "jar"].iter().any(|word| cookies.contains(word));
    }
    for logins in options.all(&["--netrc-file"]) {
        sends |= !logins.contains("netrc");
    }
    for flag in options
        .flags
        .iter()
        .filter(|flag| !STAYS.contains(&flag.name.as_str()))
    {
        let text = flag.value.as_deref().unwrap_or_default();
        let header = matches!(flag.name.as_str(), "-H" | "--header" | "--proxy-header");
        sends |= header && text.starts_with('@');
        let login = header && is_login(text) || LOGINS.contains(&flag.name.as_str());
        sends |= if login {
            text.contains([CONTENT, DECODED])
        } else {
            gives_away(walk, call, text)
        };
    }
    sends
}

/// Options whose value stays on this machine, or is an address that is judged as one.
const STAYS: &[&str] = &[
    "-o",
    "--output",
    "--output-dir",
    "-w",
    "--write-out",
    "-m",
    "--max-time",
    "--connect-timeout",
    "--retry",
    "--retry-delay",
    "-K",
    "--config",
    "--cacert",
    "--capath",
    "-E",
    "--cert",
    "--key",
    "-c",
    "--cookie-jar",
    "-D",
    "--dump-header",
    "--trace",
    "--trace-ascii",
    "--stderr",
    "-x",
    "--proxy",
    "--preproxy",
    "--resolve",
    "--connect-to",
    "--url",
    "--expand-url",
    "--interface",
    "--unix-socket",
    "--netrc-file",
];
/// Options whose value is a login.
const LOGINS: &[&str] = &["-u", "--user", "--oauth2-bearer", "-U", "--proxy-user"];

/// Whether a header is one that says who asks.
fn is_login(header: &str) -> bool {
    let name = header.split(':').next().unwrap_or_default().to_ascii_lowercase();
    ["authorization", "token", "api-key", "apikey"]
        .iter()
        .any(|word| name.ends_with(word))
}

/// Whether what is given as cookies is the name of a file that holds them.
fn is_file(cookies: &str) -> bool {
    !cookies.contains(['=', ';']) && !value::is_open(cookies) && cookies != "/dev/null" && !cookies.is_empty()
}

/// Other hosts that a call reaches: proxies, and those that stand in for the host of an address.
fn others(options: &Options) -> Vec<String> {
    let proxies = options.all(&[
        "-x",
        "--proxy",
        "--preproxy",
        "--proxy1.0",
        "--socks4",
        "--socks4a",
        "--socks5",
        "--socks5-hostname",
        "--doh-url",
    ]);
    let mut hosts: Vec<String> = proxies
        .into_iter()
        .filter(|p| !p.is_empty())
        .map(str::to_owned)
        .collect();
    for word in options.all(&["--connect-to"]) {
        hosts.extend(after(word, 2).map(|(host, _)| host.to_owned()));
    }
    for word in options.all(&["--resolve"]) {
        let addresses = word.splitn(3, ':').nth(2).unwrap_or_default();
        hosts.extend(addresses.split(',').filter(|a| !a.is_empty()).map(bracketed));
    }
    hosts
}

/// An address as an URL has it: brackets around one of version 6.
fn bracketed(address: &str) -> String {
    if address.contains(':') && !address.starts_with('[') {
        format!("[{address}]")
    } else {
        address.to_owned()
    }
}

/// What stands behind so many fields that end in a colon, a bracketed address being one; up to the next colon, and
/// the rest.
fn after(word: &str, fields: usize) -> Option<(&str, &str)> {
    let mut rest = word;
    for _ in 0..fields {
        let from = if rest.starts_with('[') { rest.find(']')? } else { 0 };
        let colon = rest.get(from..)?.find(':')? + from;
        rest = rest.get(colon + 1..)?;
    }
    let from = if rest.starts_with('[') { rest.find(']')? } else { 0 };
    let end = rest
        .get(from..)?
        .find(':')
        .map_or(rest.len(), |colon| colon + from);
    Some(rest.split_at(end)).filter(|(host, _)| !host.is_empty())
}

/// A file of this machine, given as an address.
fn local_file(walk: &mut Walk<'_>, url: &str, call: &mut Call) {
    let rest = url.split_once(':').map_or("", |(_, rest)| rest);
    let path = match rest.strip_prefix("//") {
        // The host in front is this machine, or nothing is read.
        Some(rest) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or_default(),
        None => rest,
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    if path.contains(['[', '{']) {
        call.part
            .concern("unresolved-path", "`curl` reads files that a pattern chooses");
    }
    walk.access(&unescaped(path), Access::Read, &mut call.part);
}

/// A path without the escapes of addresses.
fn unescaped(path: &str) -> String {
    let mut parts = path.split('%');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                out.extend(part.get(2..).unwrap_or_default().as_bytes());
            }
            None => {
                out.push(b'%');
                out.extend(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
