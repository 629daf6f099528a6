//! `wt status`: how this installation stands, on one screen. Reads only.

use crate::{
    caller::Caller,
    ground::Ground,
    home::{self, Home},
    level::{self, Level},
    report::{Exit, Failure, json_text},
    view::{
        out,
        paint::{Paint, Tone},
        span,
        standing::{
            agents::AgentSetup,
            approver::Approving,
            kernel::Kernel,
            links::Links,
            record::Record,
            room::Unwritable,
            rules::{LayerShown, Rules},
            waiting::{self, Waiting},
        },
        table::{Cell, Layout, lines},
        words,
    },
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use jiff::Timestamp;
use policy::Layer;
use serde::Serialize;
use std::{path::Path, process::ExitCode};

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("status")
        .about("Show how this installation stands: level, links, policy, ledger, sandbox")
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print one JSON object"),
        )
        .after_help(
            "Exit code: 0 set up, 74 no ledger, or one that cannot be read or does not hold, 78 not set up.\n\
             Beyond 64 MiB the ledger counts as the last `wt verify` found it. `wt doctor` says what to do.",
        )
}

/// Everything that is shown (docs/console.md).
#[derive(Serialize)]
struct Standing {
    version: &'static str,
    directory: Directory,
    level: Level,
    links: Links,
    agents: Vec<AgentSetup>,
    policy: Option<Rules>,
    ledger: Option<Record>,
    kernel: Kernel,
    approver: Option<Approving>,
    /// None where it cannot be told.
    approvals: Option<Waiting>,
    problems: Vec<String>,
}

#[derive(Serialize)]
struct Directory {
    path: String,
    chosen: &'static str,
    owner: Option<u32>,
}

/// Looks at everything and shows it.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let (path, chosen) = home::locate(&caller)?;
    let mut problems = Vec::new();
    let mut code = ExitCode::SUCCESS;
    let mut note = |failure: Failure, problems: &mut Vec<String>| {
        code = ExitCode::from(failure.code);
        problems.push(failure.message);
    };
    let opened = Home::open(&caller)
        .map_err(|failure| note(failure, &mut problems))
        .ok();
    let ledger = opened
        .as_ref()
        .and_then(|home| Record::look(home).map_err(|e| note(e.into(), &mut problems)).ok());
    if let Some(unwritable) = opened.as_ref().and_then(Unwritable::look) {
        let told = format!("{}; {}", unwritable.what, unwritable.fix);
        note(Failure::new(Exit::Ledger, told), &mut problems);
    }
    let ground = Ground::of(&caller);
    let policy = opened.as_ref().map(|home| Rules::look(home, &caller, &ground));
    if let Some(rules) = policy.as_ref().filter(|rules| !rules.problem.is_empty()) {
        let failure = Failure::new(Exit::Config, rules.problem.clone());
        note(failure, &mut problems);
    }
    // Without a policy or a ledger it cannot be told what waits; both are named already.
    let ground = ground.ok().filter(|_| ledger.is_some());
    let level = level::of(opened.as_ref().map_or(caller.uid, |home| home.owner), &caller);
    let looked = ground.as_ref().map(Waiting::look).transpose();
    let approvals = looked
        .map_err(|failure| note(failure, &mut problems))
        .ok()
        .flatten();
    // What cannot be read is named already.
    let approver = ground.and_then(|ground| Approving::look(&ground, level).ok());
    let standing = Standing {
        version: env!("CARGO_PKG_VERSION"),
        directory: Directory {
            path: path.display().to_string(),
            chosen: chosen.word(),
            owner: opened.as_ref().map(|home| home.owner),
        },
        level: *level,
        links: Links::find(&caller),
        agents: opened
            .as_ref()
            .map(|home| AgentSetup::look(home, &caller))
            .unwrap_or_default(),
        policy,
        ledger,
        kernel: Kernel::ask(),
        approver,
        approvals,
        problems,
    };
    // Said on its line already. What keeps calls from being judged has the last word.
    if code == ExitCode::SUCCESS && standing.ledger.as_ref().is_some_and(Record::is_damaged) {
        code = ExitCode::from(Exit::Ledger as u8);
    }
    out::stream(|out| {
        if matches.get_flag("json") {
            out.line(&json_text(&serde_json::json!(standing)))?;
        } else {
            for line in screen(&standing, Paint::of_stdout()) {
                out.line(&line)?;
            }
        }
        Ok(code)
    })
}

fn screen(standing: &Standing, paint: Paint) -> Vec<String> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut row = |name: &str, tone: Tone, text: String| {
        rows.push(vec![Cell::toned(Tone::Strong, name), Cell::toned(tone, text)]);
    };
    let directory = &standing.directory;
    row(
        "watchtower",
        Tone::Plain,
        format!("{}, {} ({})", standing.version, directory.path, directory.chosen),
    );
    row(
        "level",
        Tone::Plain,
        format!("{}: {}", standing.level.level, standing.level.setup),
    );
    row("", Tone::Plain, format!("promised: {}", standing.level.promise));
    row(
        "",
        Tone::Dim,
        format!("not promised: {}", standing.level.not_promised),
    );
    let (tone, text) = links_words(&standing.links);
    row("links", tone, text);
    let (tone, text) = agents_words(&standing.agents);
    row("agents", tone, text);
    if let Some(rules) = &standing.policy {
        for layer in &rules.layers {
            let sha256 = layer.sha256.get(..12).unwrap_or_default();
            let word = serde_json::json!(layer.layer);
            let word = word.as_str().unwrap_or_default();
            row(
                "policy",
                Tone::Plain,
                format!(
                    "{word}: {} (sha256 {sha256}...){}",
                    layer.path,
                    kept(layer, directory)
                ),
            );
        }
        row("workspace", Tone::Plain, rules.workspace_words().to_owned());
    }
    match &standing.ledger {
        Some(record) => {
            row("ledger", Tone::Plain, ledger_words(record));
            let (tone, text) = integrity_words(record);
            row("integrity", tone, text);
        }
        None => row("ledger", Tone::Bad, "none".to_owned()),
    }
    let (tone, text) = kernel_words(&standing.kernel);
    row("sandbox", tone, text);
    if let Some(approver) = &standing.approver {
        let sound = approver.problem.is_empty();
        row(
            "approver",
            if sound { Tone::Good } else { Tone::Warn },
            approver.words(),
        );
        if sound {
            row("", Tone::Dim, approver.means.to_owned());
        }
    }
    let waiting = standing.approvals.as_ref();
    for frozen in waiting.map_or(&[][..], |waiting| &waiting.frozen) {
        row("frozen", Tone::Bad, frozen.words());
    }
    match waiting.map(|waiting| (waiting.pending.len(), waiting.pending.first())) {
        None => row("approvals", Tone::Warn, waiting::UNTOLD.to_owned()),
        Some((_, None)) => row("approvals", Tone::Dim, waiting::NOTHING.to_owned()),
        Some((count, Some(first))) => {
            let count = words::count(count as u64, "request waits", "requests wait");
            row(
                "approvals",
                Tone::Warn,
                format!("{count}; the first: {} {}", first.id, first.what),
            );
        }
    }
    for problem in &standing.problems {
        row("problem", Tone::Bad, problem.clone());
    }
    lines(
        &rows,
        Layout {
            width: None,
            elastic: 1,
            least: &[],
        },
        paint,
    )
}

/// What to say of the layer of the user's home where the record lies elsewhere.
fn kept(layer: &LayerShown, directory: &Directory) -> &'static str {
    let beside = Path::new(&layer.path).parent() == Some(Path::new(&directory.path));
    match layer.layer {
        Layer::User if !beside => ", in force wherever the record lies",
        Layer::Builtin | Layer::System | Layer::User | Layer::Project => "",
    }
}

fn links_words(links: &Links) -> (Tone, String) {
    let Some(dir) = &links.dir else {
        return (Tone::Warn, "none on PATH".to_owned());
    };
    let mut text = format!(
        "{} of {} come first on PATH, in {dir}",
        links.first_on_path, links.known
    );
    if let Some(shadowed) = links.shadowed.first() {
        text.push_str(&format!("; `{}` is {}", shadowed.name, shadowed.by));
        return (Tone::Bad, text);
    }
    match links.missing.first() {
        Some(missing) => (Tone::Warn, format!("{text}; `{missing}` is not on PATH")),
        None => (Tone::Good, text),
    }
}

fn agents_words(agents: &[AgentSetup]) -> (Tone, String) {
    if agents.is_empty() {
        return (Tone::Dim, "none is set up; `wt setup CLIENT` does it".to_owned());
    }
    let complete = agents.iter().all(|agent| agent.complete);
    let names: Vec<String> = agents.iter().map(AgentSetup::words).collect();
    (if complete { Tone::Good } else { Tone::Warn }, names.join(", "))
}

fn ledger_words(record: &Record) -> String {
    let segments = words::count(record.segments as u64, "segment", "segments");
    let size = words::size(record.bytes);
    let (Some(first), Some(last)) = (&record.first, &record.last) else {
        return format!("no entry that can be read in {segments}, {size}");
    };
    let entries = words::count(last.seq.saturating_sub(first.seq) + 1, "entry", "entries");
    let now = Timestamp::now();
    let ago = last.timestamp.parse::<Timestamp>().map_or_else(
        |_| last.timestamp.clone(),
        |then| match span::ago(then, now).as_str() {
            "now" => "now".to_owned(),
            ago => format!("{ago} ago"),
        },
    );
    format!(
        "{entries} in {segments}, {size}; the last, {} ({}), {ago}",
        last.seq, last.kind
    )
}

fn integrity_words(record: &Record) -> (Tone, String) {
    let integrity = &record.integrity;
    match integrity.state {
        "whole" => (Tone::Good, format!("whole; proven: {}", integrity.proven)),
        "unchecked" => match &record.last_check {
            Some(last) => {
                let newest = record.last.as_ref().map_or(0, |last| last.seq);
                let tone = if record.is_damaged() {
                    Tone::Bad
                } else {
                    Tone::Plain
                };
                let words = last.words(newest, Timestamp::now());
                (tone, format!("{words}; `wt verify` checks it all"))
            }
            None => (
                Tone::Dim,
                "not checked in passing at this size; `wt verify` does".to_owned(),
            ),
        },
        "torn" => (
            Tone::Warn,
            format!(
                "torn: {}; the next call records this and goes on",
                integrity.finding
            ),
        ),
        state => (Tone::Bad, format!("{state}: {}", integrity.finding)),
    }
}

fn kernel_words(kernel: &Kernel) -> (Tone, String) {
    let mut parts = Vec::new();
    if kernel.landlock_abi > 0 {
        parts.push(format!("Landlock ABI {}", kernel.landlock_abi));
    }
    if kernel.seccomp {
        parts.push("seccomp".to_owned());
    }
    if kernel.user_namespaces {
        parts.push("user namespaces".to_owned());
    }
    let tone = if parts.len() == 3 { Tone::Good } else { Tone::Warn };
    (tone, format!("{} (Linux {})", parts.join(", "), kernel.release))
}
