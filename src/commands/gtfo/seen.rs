//! The GTFOBins alerts in the ledger, once or as they come.

use crate::{
    report::{Failure, json_text, visible},
    view::{
        crew,
        desk::Desk,
        out::{self, Out},
        progress::Pace,
        select::Selection,
    },
};
use ledger::{follow::Follow, read::Entry};
use serde_json::{Value as Json, json};
use std::{ops::ControlFlow, os::fd::AsFd, process::ExitCode, time::Duration};

/// How often new entries are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Shows the alerts of chosen entries, oldest first; goes on where asked.
pub(super) fn run(selection: &Selection, monitor: bool, as_json: bool) -> Result<ExitCode, Failure> {
    let desk = Desk::open()?;
    let mut found_any = false;
    out::stream(|out| {
        let reader = desk.reader()?;
        if monitor {
            let last = reader
                .backwards()
                .next()
                .transpose()?
                .map_or(0, |entry| entry.seq);
            let mut follow = Follow::after(desk.home.dir.as_fd(), &desk.home.path, last)?;
            loop {
                let came = follow.look()?;
                for entry in &came {
                    print(out, entry, selection, as_json)?;
                }
                out.flush()?;
                if came.is_empty() {
                    out.wait(LOOK_EVERY)?;
                }
            }
        }
        crew::sweep(
            &reader,
            &reader.pieces(selection.since())?,
            Pace::Silent,
            |reader, piece| {
                // Canonical JSON has a list that is not empty in one way only, and text cannot look like it.
                let finder = memchr::memmem::Finder::new(b"\"gtfo_alerts\":[{");
                let mut found = Vec::new();
                reader.sweep(piece, |raw| {
                    found.extend(finder.find(raw.data).and_then(|_| raw.entry()));
                    ControlFlow::Continue(())
                })?;
                Ok(found)
            },
            |found| {
                for entry in &found {
                    found_any |= print(out, entry, selection, as_json)?;
                }
                Ok(ControlFlow::Continue(()))
            },
        )?;
        out::beside(&selection.notes());
        // Whose reader has gone was told something.
        if !found_any {
            out::nothing("wt gtfo: no alert in the entries that were asked for\n");
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Prints the alerts of an entry; whether there were any.
fn print(out: &mut Out, entry: &Entry, selection: &Selection, as_json: bool) -> Result<bool, out::Closed> {
    if !selection.takes_entry(entry) {
        return Ok(false);
    }
    let within = |outer: &str, inner: &str| entry.data.get(outer).and_then(|value| value.get(inner));
    let Some(alerts) = within("annotations", "gtfo_alerts").and_then(Json::as_array) else {
        return Ok(false);
    };
    let verdict = within("decision", "verdict")
        .and_then(Json::as_str)
        .unwrap_or_default();
    for alert in alerts {
        out.line(&if as_json {
            json_text(
                &json!({"seq": entry.seq, "timestamp": entry.timestamp, "verdict": verdict, "alert": alert}),
            )
        } else {
            format!(
                "{} {} {:<8} {}",
                entry.seq,
                entry.timestamp,
                visible(verdict),
                words(alert)
            )
        })?;
    }
    Ok(!alerts.is_empty())
}

/// An alert on one line.
pub(super) fn words(alert: &Json) -> String {
    let text = |key: &str| alert.get(key).and_then(Json::as_str).unwrap_or_default();
    let functions: Vec<&str> = alert
        .get("functions")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    let used = if alert.get("invoked") == Some(&Json::Bool(true)) {
        "uses"
    } else {
        "could use"
    };
    visible(&format!(
        "{:<8} {} {used} {}: {}",
        text("risk"),
        text("binary"),
        functions.join(", "),
        text("why")
    ))
}
