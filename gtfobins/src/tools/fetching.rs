//! wget and its kin: what they fetch, write, read and send.

use super::files::each;
use super::leaving::{address_gives_away, gives_away};
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
    // A list and a base address make addresses of whatever lines a file has.
    let lines = options.has(&["-B", "--base"]) && options.has(&["-i", "--input-file"]);
    let carries = |text: &&str| gives_away(walk, call, text);
    let operation = if lines || !files.is_empty() || data.iter().chain(&told).any(carries) {
        "upload"
    } else if data.is_empty() {
        "fetch"
    } else {
        "send"
    };
    for setting in told
        .iter()
        .filter(|setting| setting.to_ascii_lowercase().contains("proxy"))
    {
        if let Some((_, proxy)) = setting.split_once('=') {
            fetch(operation, proxy.trim(), call);
        }
    }
    for url in options.operands.clone() {
        let operation = if address_gives_away(walk, call, &url) {
            "upload"
        } else {
            operation
        };
        fetch(operation, &url, call);
    }
    if lines && options.operands.is_empty() {
        fetch(
            operation,
            options.value(&["-B", "--base"]).unwrap_or_default(),
            call,
        );
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
    if args.iter().any(|a| a.contains([CONTENT, DECODED])) {
        call.part.class("upload", "it sends what another command prints");
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
