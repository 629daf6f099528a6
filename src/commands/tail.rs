//! `wt tail`: the newest actions, and with `-f` those that come. Reads only.

use crate::{
    report::{Failure, json_text},
    view::{
        action::{Action, outcome},
        desk::{Desk, newest},
        lines::Look,
        out::{self, Out, Stopped},
        select::{self, Selection},
    },
};
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use ledger::{follow::Follow, read::Entry};
use std::{
    collections::VecDeque,
    os::fd::AsFd,
    process::ExitCode,
    time::{Duration, Instant},
};

/// How often new entries are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// An allowed call is shown with its outcome, or without it after this.
const WAIT_FOR_OUTCOME: Duration = Duration::from_secs(2);

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("tail")
        .about("Show the newest entries of the ledger, one line an action")
        .arg(
            Arg::new("lines")
                .short('n')
                .long("lines")
                .value_name("N")
                .default_value("20")
                .value_parser(value_parser!(u32).range(0..=100_000))
                .help("How many"),
        )
        .arg(
            Arg::new("follow")
                .short('f')
                .long("follow")
                .action(ArgAction::SetTrue)
                .help("Show what comes, too"),
        )
        .args(select::args())
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print one JSON object a line"),
        )
}

/// Prints the newest actions, and follows where asked.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let selection = Selection::of(matches)?;
    let count = matches.get_one::<u32>("lines").copied().unwrap_or(20);
    let json = matches.get_flag("json");
    let desk = Desk::open()?;
    let (actions, last) = newest(
        &desk.reader()?,
        &selection,
        usize::try_from(count).unwrap_or(usize::MAX),
    )?;
    out::beside(&selection.notes());
    if actions.is_empty() && !matches.get_flag("follow") {
        out::nothing("wt tail: no entry is like that\n");
    }
    out::stream(|out| {
        print(out, &actions, json)?;
        if matches.get_flag("follow") {
            out.flush()?;
            follow(&desk, last, &selection, json, out)?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

fn print(out: &mut Out, actions: &[Action], json: bool) -> Result<(), out::Closed> {
    if json {
        return actions
            .iter()
            .try_for_each(|action| out.line(&json_text(&action.to_json())));
    }
    Look::of_stdout()
        .lines(actions)
        .iter()
        .try_for_each(|line| out.line(line))
}

/// Shows what comes until nobody reads on.
fn follow(desk: &Desk, last: u64, selection: &Selection, json: bool, out: &mut Out) -> Result<(), Stopped> {
    let mut follow = Follow::after(desk.home.dir.as_fd(), &desk.home.path, last)?;
    let mut waiting = Waiting::default();
    loop {
        let came = follow.look()?;
        let quiet = came.is_empty();
        let ready: Vec<(Action, bool)> = came
            .iter()
            .flat_map(|entry| waiting.take(entry, selection.is_met(entry)))
            .collect();
        let shown: Vec<Action> = ready
            .into_iter()
            .chain(waiting.overdue())
            .filter(|(action, met)| selection.takes(action, *met))
            .map(|(action, _)| action)
            .collect();
        print(out, &shown, json)?;
        out.flush()?;
        if quiet {
            out.wait(LOOK_EVERY)?;
        }
    }
}

/// Allowed calls whose outcome has not come yet.
#[derive(Default)]
struct Waiting {
    calls: VecDeque<(Instant, Action, bool)>,
}

impl Waiting {
    /// What can be shown now that this entry came, and whether it or its decision meets the condition.
    fn take(&mut self, entry: &Entry, met: bool) -> Option<(Action, bool)> {
        if let Some((of, done)) = outcome(entry) {
            let Some(index) = self.calls.iter().position(|(_, action, _)| action.seq == of) else {
                // Its decision was shown already: say how it ended on a line of its own.
                return Some((Action::of(entry), met));
            };
            let (_, action, met_before) = self.calls.remove(index)?;
            let action = Action {
                outcome: Some(done),
                ..action
            };
            return Some((action, met || met_before));
        }
        let action = Action::of(entry);
        match action.verdict {
            Some(policy::Verdict::Allow | policy::Verdict::Shadow) => {
                self.calls.push_back((Instant::now(), action, met));
                None
            }
            Some(policy::Verdict::Escalate | policy::Verdict::Deny) | None => Some((action, met)),
        }
    }

    /// Calls that take long: shown while they run.
    fn overdue(&mut self) -> Vec<(Action, bool)> {
        let mut over = Vec::new();
        while self
            .calls
            .front()
            .is_some_and(|(since, _, _)| since.elapsed() >= WAIT_FOR_OUTCOME)
        {
            over.extend(self.calls.pop_front().map(|(_, action, met)| (action, met)));
        }
        over
    }
}
