//! `wt alert`: what in the ledger is worth a person's attention, once or as it comes. Reads the ledger; tells
//! those whom the policy names.

use crate::{
    caller::Caller,
    ground::Ground,
    report::{Exit, Failure, json_text},
    signals::Signals,
    view::{
        alarm::{
            Alarms, Episode, chain,
            deliver::deliver,
            rules::{Rule, built_in, in_force},
            sweep::sweep,
        },
        desk::Desk,
        out::{self, Out, Stopped},
        paint::{Paint, Tone, width_of_stdout},
        select::{self, Selection},
        standing::record::Record,
        table::{Cell, Layout, lines},
    },
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use ledger::follow::Follow;
use std::{
    io::Write,
    os::fd::AsFd,
    process::ExitCode,
    time::{Duration, Instant},
};

/// Exit code where there are alerts.
const FOUND: u8 = 1;
/// How often new entries are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// An episode that goes on is told again no sooner than this.
const TELL_AGAIN: Duration = Duration::from_secs(60);

/// The command line.
pub(crate) fn build() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    Command::new("alert")
        .about("Show what is worth attention: changes outside the workspace, credentials, bursts, chain problems")
        .arg(flag("follow", "Go on, and tell what comes").short('f'))
        .arg(flag("deliver", "Without --follow, too: tell those whom the policy's alerts name"))
        .args(select::args())
        .arg(flag("json", "Print one JSON object a line"))
        .after_help(
            "Without --since the last 24 hours. Exit code without --follow: 0 nothing to tell, 1 alerts.\n\
             The policy's `alerts` add rules, or replace those of their name: outside-workspace, credential-path,\n\
             denial-burst, gtfobins-invoked, chain-problem.",
        )
}

/// Looks and tells.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let selection = Selection::of(matches)?.within_a_day();
    let caller = Caller::of_this_process()?;
    let rules = match Ground::of(&caller) {
        Ok(ground) => in_force(&ground.policy.settings().alerts)?,
        // A policy that does not load must not silence what is built in.
        Err(_) => built_in()?,
    };
    let desk = Desk::open()?;
    let mut teller = Teller {
        json: matches.get_flag("json"),
        deliver: matches.get_flag("deliver"),
        any: false,
    };
    out::stream(|out| {
        if matches.get_flag("follow") {
            teller.deliver = true;
            return follow(&desk, &selection, Alarms::new(rules), &mut teller, out);
        }
        let mut alarms = Alarms::new(rules);
        let mut ended = Vec::new();
        let kept = alarms.rules().to_vec();
        sweep(&desk.reader()?, &selection, &mut alarms, |episode| {
            let rule = kept.iter().find(|rule| rule.name == episode.rule);
            ended.push(episode.clone());
            teller.pass_on(rule, &episode);
            if ended.len() >= BATCH {
                teller.print(out, &std::mem::take(&mut ended))?;
            }
            Ok(())
        })?;
        out::beside(&selection.notes());
        for (rule, episode) in alarms.open_mut() {
            teller.pass_on(Some(rule), episode);
            ended.push(episode.clone());
        }
        ended.extend(chain::problem(&Record::look(&desk.home)));
        teller.print(out, &ended)?;
        Ok(if teller.any {
            ExitCode::from(FOUND)
        } else {
            ExitCode::SUCCESS
        })
    })
}

/// Lines that are aligned with each other.
const BATCH: usize = 500;

/// Who is told, and in which form.
struct Teller {
    json: bool,
    deliver: bool,
    any: bool,
}

impl Teller {
    fn print(&mut self, out: &mut Out, episodes: &[Episode]) -> Result<(), out::Closed> {
        self.any |= !episodes.is_empty();
        if self.json {
            return episodes
                .iter()
                .try_for_each(|episode| out.line(&json_text(&episode.to_json())));
        }
        let rows: Vec<Vec<Cell>> = episodes.iter().map(row).collect();
        let layout = Layout {
            width: width_of_stdout(),
            elastic: 5,
            least: &[20, 8, 17, 5],
        };
        lines(&rows, layout, Paint::of_stdout())
            .iter()
            .try_for_each(|line| out.line(line))
    }

    /// Delivers where asked; what fails is said on stderr, and the watching goes on.
    fn pass_on(&self, rule: Option<&Rule>, episode: &Episode) {
        let Some(rule) = rule.filter(|_| self.deliver) else {
            return;
        };
        if let Err(why) = deliver(&rule.notify, episode) {
            let text = format!(
                "wt alert: nobody was told of `{}`: {}\n",
                rule.name,
                crate::report::visible(&why)
            );
            // A closed stderr leaves nobody to say it to.
            drop(std::io::stderr().lock().write_all(text.as_bytes()));
        }
    }
}

fn row(episode: &Episode) -> Vec<Cell> {
    let entries = if episode.first.0 == episode.last.0 {
        format!("entry {}", episode.first.0)
    } else {
        format!("entries {} to {}", episode.first.0, episode.last.0)
    };
    let second = episode
        .last
        .1
        .get(..19)
        .map_or_else(String::new, |text| format!("{text}Z"));
    vec![
        Cell::toned(Tone::Dim, second),
        Cell::toned(episode.urgency.tone(), episode.urgency.word()),
        Cell::new(&episode.rule),
        Cell::number(format!("x{}", episode.count)),
        Cell::toned(Tone::Dim, &episode.agent),
        Cell::new(&episode.what),
        Cell::toned(Tone::Dim, entries),
    ]
}

/// Tells what comes until a signal or a reader that has gone ends it; then tells what was not told yet.
fn follow(
    desk: &Desk,
    selection: &Selection,
    mut alarms: Alarms,
    teller: &mut Teller,
    out: &mut Out,
) -> Result<ExitCode, Stopped> {
    let signals =
        Signals::hold().map_err(|e| Failure::new(Exit::Config, format!("cannot wait for signals: {e}")))?;
    let last = desk
        .reader()?
        .backwards()
        .next()
        .transpose()?
        .map_or(0, |entry| entry.seq);
    let mut entries = Follow::after(desk.home.dir.as_fd(), &desk.home.path, last)?;
    let mut checked: Option<Instant> = None;
    let mut problem: Option<String> = None;
    loop {
        let came = entries.look()?;
        let quiet = came.is_empty();
        let mut ready = Vec::new();
        for entry in came.iter().filter(|entry| selection.takes_entry(entry)) {
            ready.extend(
                alarms
                    .take(entry)
                    .into_iter()
                    .filter(|episode| episode.count > episode.told),
            );
        }
        let leaving = signals.came();
        for (rule, episode) in alarms.open_mut() {
            if episode.is_due(TELL_AGAIN, leaving.is_some()) {
                teller.pass_on(Some(rule), episode);
                episode.told = episode.count;
                episode.told_at = Some(Instant::now());
                ready.push(episode.clone());
            }
        }
        if checked.is_none_or(|at| at.elapsed() >= TELL_AGAIN) {
            checked = Some(Instant::now());
            let found = chain::problem(&Record::look(&desk.home));
            let new = found.as_ref().map(|episode| episode.what.clone());
            if new != problem {
                let rule = alarms.rules().iter().find(|rule| rule.name == "chain-problem");
                found.iter().for_each(|episode| teller.pass_on(rule, episode));
                ready.extend(found);
                problem = new;
            }
        }
        teller.print(out, &ready)?;
        out.flush()?;
        if let Some(code) = leaving {
            return Ok(code);
        }
        if quiet {
            out.wait(LOOK_EVERY)?;
        }
    }
}
