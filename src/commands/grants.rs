//! `wt grants`: what people allowed, and taking it back. Reading needs nothing; `wt grants revoke` is signed.

use super::show;
use crate::{
    approver,
    caller::Caller,
    ground::Ground,
    report::{Exit, Failure, json_text},
    state::{Standing, Unfit, moment},
    view::{
        paint::{Paint, Tone, width_of_stdout},
        table::{Cell, Layout, lines},
    },
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::{os::fd::AsFd, process::ExitCode};

fn json() -> Arg {
    Arg::new("json")
        .long("json")
        .action(ArgAction::SetTrue)
        .help("Print JSON")
}

pub(crate) fn build() -> Command {
    Command::new("grants")
        .about("Show what people allowed; take it back")
        .arg(
            Arg::new("all")
                .long("all")
                .action(ArgAction::SetTrue)
                .help("Also those that are over"),
        )
        .arg(json())
        .subcommand(
            Command::new("revoke")
                .about("Take grants back")
                .arg(
                    Arg::new("ID")
                        .num_args(1..)
                        .required_unless_present("all")
                        .help("Ids of grants"),
                )
                .arg(
                    Arg::new("all")
                        .long("all")
                        .action(ArgAction::SetTrue)
                        .conflicts_with("ID")
                        .help("Every grant there is now"),
                )
                .arg(json()),
        )
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    match matches.subcommand() {
        Some(("revoke", matches)) => revoke(&ground, matches),
        _ => list(&ground, matches),
    }
}

fn list(ground: &Ground, matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let mut grants = ground.state().grants(&mut ground.ledger()?)?;
    if !matches.get_flag("all") {
        grants.retain(|standing| standing.over.is_none());
    }
    if matches.get_flag("json") {
        let all: Vec<_> = grants.iter().map(Standing::to_json).collect();
        return Ok(show(&format!("{}\n", json_text(&serde_json::json!(all)))));
    }
    if grants.is_empty() {
        return Ok(show("no grants\n"));
    }
    let mut rows = vec![
        ["id", "for", "what", "reach", "used", "until"]
            .map(|head| Cell::toned(Tone::Dim, head))
            .to_vec(),
    ];
    rows.extend(grants.iter().map(row));
    let layout = Layout {
        width: width_of_stdout(),
        elastic: 2,
        least: &[],
    };
    let text: Vec<String> = lines(&rows, layout, Paint::of_stdout());
    Ok(show(&format!("{}\n", text.join("\n"))))
}

fn row(standing: &Standing) -> Vec<Cell> {
    let grant = &standing.grant;
    let who = if grant.agent.is_empty() {
        grant.principal.clone()
    } else {
        format!("{} ({})", grant.agent, grant.principal)
    };
    let used = match grant.uses {
        None => standing.used.to_string(),
        Some(uses) => format!("{} of {uses}", standing.used),
    };
    let (tone, until) = match standing.over {
        None => (Tone::Plain, moment::text(grant.span.to)),
        Some(Unfit::Expired) => (Tone::Dim, "expired".to_owned()),
        Some(Unfit::Exhausted) => (Tone::Dim, "used up".to_owned()),
        Some(Unfit::Revoked) => (Tone::Dim, "revoked".to_owned()),
        Some(Unfit::Foreign) => (Tone::Bad, "not signed by the approver".to_owned()),
    };
    vec![
        Cell::toned(Tone::Strong, grant.id()),
        Cell::new(who),
        Cell::new(&standing.summary),
        Cell::new(grant.reach.words()),
        Cell::new(used),
        Cell::toned(tone, until),
    ]
}

fn revoke(ground: &Ground, matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let ids: Vec<String> = matches
        .get_many::<String>("ID")
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    let (state, mut ledger) = (ground.state(), ground.ledger()?);
    let known = state.approver_key(&mut ledger)?;
    let what = if ids.is_empty() {
        "every grant".to_owned()
    } else {
        ids.join(", ")
    };
    let standing = state.grants(&mut ledger)?;
    if let Some(unknown) = ids
        .iter()
        .find(|id| !standing.iter().any(|one| one.grant.id() == **id))
    {
        return Err(
            Failure::new(Exit::Usage, format!("no grant has the id `{unknown}`"))
                .hint("`wt grants --all` lists them"),
        );
    }
    let approver = approver::unlock(ground.home.dir.as_fd(), &known, &format!("revoke {what}"))?;
    let count = state.revoke(&mut ledger, &approver, &ids)?;
    Ok(if matches.get_flag("json") {
        show(&format!(
            "{}\n",
            json_text(&serde_json::json!({"revoked": ids, "all": ids.is_empty(), "count": count}))
        ))
    } else {
        show(&format!("revoked {what}\n"))
    })
}
