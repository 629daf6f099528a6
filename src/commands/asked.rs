//! What waits, in plain words: who asks, what would change, how much of it, and where. Looks at what it is about
//! without following links, and changes nothing.

mod difference;

use crate::{
    report::visible,
    state::{Request, called, moment},
    view::{
        span,
        words::{count, size},
    },
};
use policy::TargetFacts;
use rustix::fs::{CWD, Dir, Mode, OFlags, openat};
use std::path::Path;

/// Names of a directory that are shown.
const MAX_NAMES: usize = 12;
/// Targets that are shown one by one.
const MAX_TARGETS: usize = 8;

/// The whole story of one request.
pub(super) fn screen(request: &Request, now: moment::Micros) -> String {
    let mut lines = vec![
        format!("{}  {}", request.id, visible(&request.summary())),
        format!("  asked by   {}, uid {}", visible(&request.asker()), request.uid),
        format!("  with       {}{}", request.tool, options(request)),
    ];
    for reason in &request.reasons {
        lines.push(format!("  because    {}", visible(reason)));
    }
    lines.push(format!(
        "  rules      {}",
        visible(&request.call.rules.join(", "))
    ));
    let risk = &request.risk;
    lines.push(format!(
        "  risk       {:.2} (tool {}, arguments {}, calls in the last minute {})",
        request.risk_score, risk.tool, risk.args, risk.burst
    ));
    let why = risk.why.words();
    if !why.is_empty() {
        lines.push(format!("             {why}"));
    }
    for target in request.targets.iter().take(MAX_TARGETS) {
        lines.push(format!(
            "  {:<10} {}",
            visible(&target.role),
            about(target, request)
        ));
        lines.extend(
            inside(target)
                .into_iter()
                .map(|name| format!("             {name}")),
        );
    }
    let left = request.target_count.saturating_sub(MAX_TARGETS);
    if left > 0 {
        lines.push(format!("             and {left} more"));
    }
    lines.extend(
        difference::of(request)
            .into_iter()
            .map(|line| format!("  {line}")),
    );
    lines.push(format!(
        "  waits      {} more",
        span::whole(request.span.left_s(now))
    ));
    lines.join("\n") + "\n"
}

fn options(request: &Request) -> String {
    let set = |value: &serde_json::Value| {
        !matches!(value, serde_json::Value::Bool(false) | serde_json::Value::Null)
    };
    let shown: Vec<String> = request
        .params
        .iter()
        // A command stands on a line of its own.
        .filter(|(name, value)| set(value) && !(*name == "command" && request.command().is_some()))
        .map(|(name, value)| match value {
            serde_json::Value::Bool(true) => name.clone(),
            other => format!("{name}={other}"),
        })
        .collect();
    if shown.is_empty() {
        String::new()
    } else {
        format!(" ({})", visible(&shown.join(", ")))
    }
}

/// One object: what it is, how much it is, where it is.
fn about(target: &TargetFacts, request: &Request) -> String {
    let name = match request.command() {
        Some(command) if target.role == "command" => command.to_owned(),
        _ => called(target),
    };
    let what = match target.kind.as_str() {
        "" if !target.host.is_empty() || target.domain == "kubernetes" => "remote".to_owned(),
        "" if target.path.is_empty() => return visible(&name),
        "" => "does not exist".to_owned(),
        "dir" => {
            let entries = u64::try_from(target.entries).unwrap_or(0);
            let bytes = u64::try_from(target.size).unwrap_or(0);
            format!(
                "directory, {}, {}",
                count(entries, "entry", "entries"),
                size(bytes)
            )
        }
        "file" => format!("file, {}", size(u64::try_from(target.size).unwrap_or(0))),
        other => other.to_owned(),
    };
    let place = if target.path.is_empty() || !target.host.is_empty() {
        String::new()
    } else if request.workspace.root.is_empty() {
        ", there is no workspace".to_owned()
    } else if Path::new(&target.path).starts_with(&request.workspace.root) {
        ", inside the workspace".to_owned()
    } else {
        ", outside the workspace".to_owned()
    };
    format!("{} ({what}{place})", visible(&name))
}

/// Names in a directory that would be changed as a whole.
fn inside(target: &TargetFacts) -> Vec<String> {
    if target.kind != "dir" || target.entries < 2 || !target.host.is_empty() || target.path.contains('\\') {
        return Vec::new();
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let Ok(dir) = openat(CWD, target.path.as_str(), flags, Mode::empty()).and_then(Dir::new) else {
        return Vec::new();
    };
    let mut names: Vec<String> = dir
        .filter_map(Result::ok)
        .map(|item| policy::text::escape(item.file_name().to_bytes()))
        .filter(|name| name != "." && name != "..")
        .collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(MAX_NAMES);
    names.truncate(MAX_NAMES);
    let mut shown: Vec<String> = names.iter().map(|name| visible(name)).collect();
    if more > 0 {
        shown.push(format!("and {more} more"));
    }
    shown
}
