//! Redirections: what they read and write, and what the command's input and output become.

use super::ast::{Redirect, RedirectOp};
use super::paths::Access;
use super::state::{Made, Stream};
use super::value;
use super::walk::Walk;
use crate::analysis::{Effect, Part};

impl Walk<'_> {
    /// Applies redirections in order. Returns the command's input and whether its output still flows on.
    pub(crate) fn redirects(&mut self, list: &[Redirect], stdin: Stream, part: &mut Part) -> (Stream, bool) {
        let (mut input, mut kept) = (stdin, true);
        for redirect in list {
            match redirect.op {
                RedirectOp::HereDocument => {
                    let body = redirect
                        .body
                        .as_ref()
                        .and_then(|b| b.get())
                        .cloned()
                        .unwrap_or_default();
                    input = text_stream(self.pieces_text(&body.pieces), "a here-document");
                }
                RedirectOp::HereString => input = text_stream(self.scalar(&redirect.target), "a here-string"),
                RedirectOp::Read => {
                    let path = self.scalar(&redirect.target);
                    let stream = self.read_from(&path, part);
                    if matches!(redirect.fd, None | Some(0)) {
                        input = stream;
                    } else if path.starts_with("/dev/tcp/") || path.starts_with("/dev/udp/") {
                        self.state.network_fds.extend(redirect.fd);
                    }
                }
                RedirectOp::Duplicate => {
                    let target = self.scalar(&redirect.target);
                    let number = target.trim_end_matches('-');
                    if number.is_empty()
                        || number.bytes().all(|b| b.is_ascii_digit())
                        || number.contains(value::NUMBER)
                    {
                        let network = number
                            .parse()
                            .is_ok_and(|fd: u32| self.state.network_fds.contains(&fd));
                        if network {
                            part.class("network-shell", "it moves data through a network descriptor");
                        }
                        kept &= !(matches!(redirect.fd, None | Some(1)) && number != "1");
                    } else {
                        self.write_to(&target, false, part);
                        kept = false;
                    }
                }
                RedirectOp::Write | RedirectOp::Append | RedirectOp::Both | RedirectOp::ReadWrite => {
                    let path = self.scalar(&redirect.target);
                    self.write_to(&path, redirect.op == RedirectOp::Append, part);
                    if path.starts_with("/dev/tcp/") || path.starts_with("/dev/udp/") {
                        self.state.network_fds.extend(redirect.fd);
                    }
                    let moved = redirect.op == RedirectOp::Both || matches!(redirect.fd, None | Some(1));
                    kept &= !moved || path == "/dev/stdout";
                }
            }
        }
        (input, kept)
    }

    fn read_from(&mut self, path: &str, part: &mut Part) -> Stream {
        if path == "/dev/null" {
            return Stream::Text(String::new());
        }
        if network(path, part) {
            return Stream::Decoded("the network".to_owned());
        }
        if let Some(made) = self.made.get(&self.absolute(path)).cloned() {
            return made.content.map_or_else(
                || Stream::Decoded("a file made by this command".to_owned()),
                Stream::Text,
            );
        }
        self.access(path, Access::Read, part);
        Stream::File(path.to_owned())
    }

    fn write_to(&mut self, path: &str, append: bool, part: &mut Part) {
        if matches!(path, "/dev/null" | "/dev/stdout" | "/dev/stderr" | "/dev/tty")
            || path.starts_with("/dev/fd/")
        {
            return;
        }
        if !network(path, part) {
            self.access(path, if append { Access::Append } else { Access::Write }, part);
        }
    }
}

fn text_stream(text: String, what: &str) -> Stream {
    if text.contains([value::DECODED]) {
        Stream::Decoded(what.to_owned())
    } else if value::is_static(&text) {
        Stream::Text(text)
    } else {
        Stream::Output(what.to_owned())
    }
}

/// `/dev/tcp/HOST/PORT`, which bash opens itself.
fn network(path: &str, part: &mut Part) -> bool {
    let Some(rest) = path
        .strip_prefix("/dev/tcp/")
        .or_else(|| path.strip_prefix("/dev/udp/"))
    else {
        return false;
    };
    let (host, port) = rest.split_once('/').unwrap_or((rest, ""));
    part.effects.push(Effect {
        domain: "network",
        operation: "connect",
        role: "host",
        host: value::show(host),
        port: port.parse().ok(),
        params: vec![(
            "why",
            format!("it opens a network connection to `{}`", value::show(rest)),
        )],
        ..Effect::default()
    });
    true
}

/// Files that receive the command's output, and whether they are added to.
pub(crate) fn written(list: &[Redirect], walk: &mut Walk<'_>) -> Vec<(String, bool)> {
    let mut out = Vec::new();
    for redirect in list {
        let output = matches!(redirect.fd, None | Some(1));
        if output
            && matches!(
                redirect.op,
                RedirectOp::Write | RedirectOp::Append | RedirectOp::Both
            )
        {
            let path = walk.scalar(&redirect.target);
            if !path.starts_with("/dev/") {
                out.push((walk.absolute(&path), redirect.op == RedirectOp::Append));
            }
        }
    }
    out
}

/// Remembers what the text wrote where.
pub(crate) fn made(files: Vec<(String, bool)>, printed: &Stream, walk: &mut Walk<'_>) {
    for (path, append) in files {
        let text = match printed {
            Stream::Text(text) => Some(text.clone()),
            Stream::Inherited => Some(String::new()),
            Stream::Paths(_) | Stream::File(_) | Stream::Output(_) | Stream::Decoded(_) => None,
        };
        let before = walk.made.get(&path).and_then(|m| m.content.clone());
        let content = match (append, text) {
            (true, Some(text)) => before.map(|b| b + &text).or(Some(text)),
            (_, text) => text,
        };
        walk.made.insert(
            path,
            Made {
                content,
                copy_of: None,
            },
        );
    }
}
