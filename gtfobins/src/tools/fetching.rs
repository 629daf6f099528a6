//! curl, wget and their kin: what they fetch, write, read and send.

use super::files::each;
use super::network::{host_of, is_local};
use super::options::{Grammar, Options};
use crate::analysis::Effect;
use crate::shell::call::Call;
use crate::shell::paths::Access;
use crate::shell::state::{Made, Stream};
use crate::shell::value::{self, CONTENT, DECODED};
use crate::shell::walk::Walk;

pub(super) fn fetch(operation: &'static str, url: &str, call: &mut Call) {
    let mut operation = operation;
    if url.contains([CONTENT, DECODED]) {
        operation = "upload";
    }
    let host = host_of(url);
    let why = match operation {
        "upload" => format!("it sends data to `{}`", value::show(&host)),
        _ => String::new(),
    };
    call.part.effects.push(Effect {
        domain: "network",
        operation: if is_local(&host) { "local" } else { operation },
        role: "url",
        url: value::show(url),
        host: value::show(&host),
        params: vec![("why", why)],
        ..Effect::default()
    });
}

pub(super) fn curl(walk: &mut Walk<'_>, call: &mut Call) {
    let grammar = Grammar {
        values: "AbcCdDeEFhHKmoPQrtTuUwxXyYz",
        long_values: &[
            "output",
            "data",
            "data-raw",
            "data-binary",
            "data-urlencode",
            "data-ascii",
            "json",
            "form",
            "form-string",
            "header",
            "request",
            "user",
            "user-agent",
            "referer",
            "cookie",
            "cookie-jar",
            "config",
            "upload-file",
            "url",
            "proxy",
            "dump-header",
            "trace",
            "trace-ascii",
            "stderr",
            "max-time",
            "connect-timeout",
            "retry",
            "retry-delay",
            "cacert",
            "cert",
            "key",
            "write-out",
            "range",
            "resolve",
            "unix-socket",
            "abstract-unix-socket",
            "interface",
            "engine",
            "output-dir",
            "limit-rate",
            "netrc-file",
            "libcurl",
            "etag-save",
            "hsts",
            "alt-svc",
            "capath",
            "proxy-header",
            "url-query",
            "variable",
        ],
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
                sends |= file == "-";
            }
        }
        sends |= data.contains([CONTENT, DECODED]);
    }
    for header in options.all(&[
        "-H",
        "--header",
        "-b",
        "--cookie",
        "-A",
        "--user-agent",
        "-e",
        "--referer",
    ]) {
        sends |= header.contains(DECODED) || header.starts_with('@');
    }
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
    let mut urls = options.operands.clone();
    urls.extend(options.all(&["--url"]).into_iter().map(str::to_owned));
    for url in urls {
        if let Some(path) = url.strip_prefix("file://") {
            walk.access(path, Access::Read, &mut call.part);
        } else if sends
            || ["gopher://", "dict://", "telnet://"]
                .iter()
                .any(|scheme| url.starts_with(scheme))
        {
            fetch("upload", &url, call);
        } else {
            fetch(
                if posts || matches!(method.as_str(), "POST" | "PUT" | "DELETE" | "PATCH") {
                    "send"
                } else {
                    "fetch"
                },
                &url,
                call,
            );
        }
    }
}

/// A file that a download fills.
pub(super) fn written(walk: &mut Walk<'_>, path: &str, call: &mut Call) {
    walk.access(path, Access::Write, &mut call.part);
    let path = walk.absolute(path);
    walk.made.insert(path, Made::default());
}

pub(super) fn wget(walk: &mut Walk<'_>, call: &mut Call) {
    let grammar = Grammar {
        values: "oaeiBtOTwQPUlARDISX",
        long_values: &[
            "output-file",
            "append-output",
            "execute",
            "input-file",
            "output-document",
            "directory-prefix",
            "post-file",
            "post-data",
            "body-file",
            "body-data",
            "header",
            "user-agent",
            "timeout",
            "tries",
            "config",
            "use-askpass",
            "method",
            "user",
            "password",
            "save-cookies",
            "load-cookies",
            "level",
            "accept",
            "reject",
            "warc-file",
        ],
        ..Grammar::default()
    };
    let args = call.args().to_vec();
    let options = Options::parse(&args, &grammar);
    if let Some(program) = options.value(&["--use-askpass"]) {
        call.part.concern(
            "runs-program",
            format!("`wget --use-askpass` runs `{}`", value::show(program)),
        );
    }
    for what in options.all(&["-e", "--execute", "--config"]) {
        if what.contains("askpass") || what.contains('/') {
            call.part
                .concern("runs-program", format!("`wget` obeys `{}`", value::show(what)));
        }
    }
    for file in options.all(&[
        "-o",
        "--output-file",
        "-a",
        "--append-output",
        "--save-cookies",
        "--warc-file",
    ]) {
        walk.access(file, Access::Write, &mut call.part);
    }
    let document = options.value(&["-O", "--output-document"]).map(str::to_owned);
    match &document {
        Some(file) if file != "-" => written(walk, file, call),
        Some(_) => {}
        None => {
            let dir = options
                .value(&["-P", "--directory-prefix"])
                .unwrap_or(".")
                .to_owned();
            for url in options.operands.clone() {
                written(walk, &format!("{dir}/{}", value::base(&url)), call);
            }
        }
    }
    for file in options.all(&["-i", "--input-file"]) {
        walk.access(file, Access::Read, &mut call.part);
        if file == "-" {
            match call.stdin.clone() {
                Stream::Text(text) => text.lines().for_each(|url| fetch("fetch", url, call)),
                Stream::Inherited | Stream::File(_) => {}
                Stream::Paths(_) | Stream::Output(_) | Stream::Decoded(_) => {
                    fetch("upload", &DECODED.to_string(), call);
                }
            }
        }
    }
    let files: Vec<String> = options
        .all(&["--post-file", "--body-file"])
        .into_iter()
        .map(str::to_owned)
        .collect();
    each(walk, call, &files, Access::Read);
    let data = options.all(&["--post-data", "--body-data"]);
    let told = options.all(&["--header", "-U", "--user-agent", "--referer", "-e", "--execute"]);
    let carries = |text: &&str| text.contains([CONTENT, DECODED]);
    let operation = if !files.is_empty() || data.iter().chain(&told).any(carries) {
        "upload"
    } else if data.is_empty() {
        "fetch"
    } else {
        "send"
    };
    for url in options.operands.clone() {
        fetch(operation, &url, call);
    }
}

pub(super) fn fetcher(walk: &mut Walk<'_>, call: &mut Call) {
    let args = call.args().to_vec();
    let runs = args.iter().find(|a| a.starts_with("--on-"));
    if let Some(option) = runs {
        call.part.concern(
            "runs-program",
            format!("`{option}` runs a program when a download ends"),
        );
    }
    for (at, word) in args.iter().enumerate() {
        if word == "-o" || word == "--output" {
            if let Some(file) = args.get(at + 1).cloned() {
                written(walk, &file, call);
            }
        } else if word.contains("@/") || word.contains("@.") {
            call.part.class("upload", "it sends a file");
        }
    }
    if let Some(url) = args
        .iter()
        .find(|a| a.contains('.') || a.contains("localhost") || a.starts_with(':'))
        .cloned()
    {
        let url = url
            .strip_prefix(':')
            .map_or(url.clone(), |rest| format!("localhost:{rest}"));
        fetch(if call.stdin.is_fed() { "upload" } else { "fetch" }, &url, call);
    }
}
