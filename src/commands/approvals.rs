//! `wt approvals`: what waits for a person. Lists it; on a terminal it is also where a person chooses.

mod choose;

use super::{asked, show};
use crate::{
    caller::Caller,
    ground::Ground,
    report::{Failure, json_text, visible},
    state::{Request, moment},
    view::{
        out,
        paint::{Paint, Tone, width_of_stdout},
        span,
        table::{Cell, Layout, lines},
    },
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::{
    io::{IsTerminal, stdin, stdout},
    process::ExitCode,
    time::Duration,
};

/// How often `--watch` looks.
const LOOK: Duration = Duration::from_millis(250);

pub(crate) fn build() -> Command {
    Command::new("approvals")
        .about("Show what waits for a person, and choose")
        .arg(Arg::new("ID").help("Show this request whole"))
        .arg(
            Arg::new("watch")
                .long("watch")
                .action(ArgAction::SetTrue)
                .help("Print each request as it comes"),
        )
        .arg(
            Arg::new("list")
                .long("list")
                .action(ArgAction::SetTrue)
                .help("Only list, also on a terminal"),
        )
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print JSON, with --watch one object a line"),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let json = matches.get_flag("json");
    if let Some(id) = matches.get_one::<String>("ID") {
        let request = ground.state().request(id)?;
        ground.state().vouch(&request)?;
        return Ok(show(&if json {
            format!("{}\n", json_text(&request.to_json()))
        } else {
            asked::screen(&request, ground.state().now()?)
        }));
    }
    if matches.get_flag("watch") {
        return watch(&ground, json);
    }
    let waiting = ground.state().pending()?;
    if json {
        let all: Vec<_> = waiting.iter().map(Request::to_json).collect();
        return Ok(show(&format!("{}\n", json_text(&serde_json::json!(all)))));
    }
    if waiting.is_empty() {
        return Ok(show("nothing waits\n"));
    }
    if !matches.get_flag("list") && stdin().is_terminal() && stdout().is_terminal() {
        return choose::run(&ground, &caller);
    }
    Ok(show(&table(&waiting, ground.state().now()?)))
}

/// The requests, one a line.
fn table(waiting: &[Request], now: moment::Micros) -> String {
    let mut rows = vec![
        ["id", "asked by", "wants to", "risk", "waits"]
            .map(|head| Cell::toned(Tone::Dim, head))
            .to_vec(),
    ];
    rows.extend(waiting.iter().map(|request| {
        vec![
            Cell::toned(Tone::Strong, &request.id),
            Cell::new(request.asker()),
            Cell::new(request.summary()),
            Cell::number(format!("{:.2}", request.risk_score)),
            Cell::number(span::whole(request.span.left_s(now))),
        ]
    }));
    let layout = Layout {
        width: width_of_stdout(),
        elastic: 2,
        least: &[],
    };
    lines(&rows, layout, Paint::of_stdout()).join("\n") + "\nwt approve ID, or wt deny ID\n"
}

fn watch(ground: &Ground, json: bool) -> Result<ExitCode, Failure> {
    out::stream(|out| {
        let mut seen: Vec<(String, u64)> = Vec::new();
        loop {
            let waiting = ground.state().pending()?;
            seen.retain(|(id, entry)| {
                waiting
                    .iter()
                    .any(|request| request.id == *id && request.entry == *entry)
            });
            for request in waiting {
                let key = (request.id.clone(), request.entry);
                if seen.contains(&key) {
                    continue;
                }
                seen.push(key);
                if json {
                    out.line(&request.to_json().to_string())?;
                } else {
                    out.line(&format!(
                        "{}  {} wants to {}",
                        request.id,
                        visible(&request.asker()),
                        visible(&request.summary())
                    ))?;
                }
            }
            out.flush()?;
            out.wait(LOOK)?;
        }
    })
}
