//! `wt setup CLIENT`: enters Watchtower in an agent's own settings, or takes it out again. Shows what it
//! changes, keeps a copy of what was there, and does nothing where nothing is to do.

mod files;

use super::show;
use crate::{
    agents::setup::{self, Change, Edit, Installed, Scope, Settings},
    caller::Caller,
    ground::Ground,
    outcome::Outcome,
    record::{self, hex},
    report::{Exit, Failure},
    witness::{Sighting, witness},
};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::PossibleValuesParser};
use ledger::{Draft, Kind};
use policy::{Intent, Places, Target, text::escape};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use std::{
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    process::ExitCode,
};

pub(crate) fn build() -> Command {
    let flag = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
    };
    Command::new("setup")
        .about("Enter Watchtower in an agent's settings")
        .arg(
            Arg::new("CLIENT")
                .required(true)
                .value_parser(PossibleValuesParser::new(setup::NAMES))
                .help("The agent"),
        )
        .arg(
            Arg::new("scope")
                .long("scope")
                .value_parser(PossibleValuesParser::new(["user", "project"]))
                .default_value("user")
                .help("The settings below your home, or below the working directory"),
        )
        .arg(flag("print", "Show what would change, and change nothing"))
        .arg(flag("remove", "Take Watchtower out of the settings"))
        .arg(flag("json", "Print JSON"))
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let client = matches.get_one::<String>("CLIENT").map_or("", String::as_str);
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let installed = Installed {
        program: program()?,
        home: ground.home.path.clone(),
    };
    let project = std::env::current_dir()
        .map_err(|e| Failure::new(Exit::Config, format!("cannot read the working directory: {e}")))?;
    let home = caller.homes.first().ok_or_else(|| {
        Failure::new(Exit::Config, "there is no home directory").hint("set HOME, or use `--scope project`")
    })?;
    let scope = match matches.get_one::<String>("scope").map(String::as_str) {
        Some("project") => Scope::Project(&project),
        _ => Scope::User(home),
    };
    let settings = setup::settings_of(client, scope, &installed)
        .ok_or_else(|| Failure::new(Exit::Usage, format!("`{client}` is not a known client")))?;
    let remove = matches.get_flag("remove");
    let mut changes = Vec::new();
    for file in &settings {
        changes.push(files::planned(file, remove)?);
    }
    let print = matches.get_flag("print");
    changes.extend(protection(&changes, remove, &caller, &ground)?);
    if !print && changes.iter().any(Change::is_one) {
        let call = Call {
            client,
            remove,
            changes: &changes,
        };
        call.carry(&caller, &ground)?;
    }
    let text = if matches.get_flag("json") {
        as_json(client, &changes, print)
    } else {
        as_text(client, &changes, print, remove)
    };
    Ok(show(&text))
}

/// This very program, by the path that settings can name.
fn program() -> Result<PathBuf, Failure> {
    std::env::current_exe().map_err(|e| Failure::new(Exit::Config, format!("cannot find this program: {e}")))
}

/// The change of the policy that protects the files which it does not protect by their names.
fn protection(
    changes: &[Change],
    remove: bool,
    caller: &Caller,
    ground: &Ground,
) -> Result<Option<Change>, Failure> {
    let shown = |path: &Path| escape(path.as_os_str().as_bytes());
    let places = Places {
        homes: caller.homes.iter().map(|home| shown(home)).collect(),
        watchtower: vec![shown(&ground.home.path)],
    };
    let protect = ground.policy.protect();
    let policy = ground.home.path.join("policy.json");
    let edits: Vec<Edit> = changes
        .iter()
        .filter(|change| change.after.is_some() || remove)
        .map(|change| shown(&change.path))
        // What an earlier run added is protected by that alone, so it is looked for where things are taken out.
        .filter(|path| {
            let open = |operation| protect.write_protected(path, operation, &places).is_none();
            // A name is protected from being written; what holds an agent must not be deleted either.
            remove || open("write") || open("delete")
        })
        .map(|path| Edit::Member(&["protect", "paths"], path.into()))
        .collect();
    if edits.is_empty() || !policy.is_file() {
        return Ok(None);
    }
    let change = files::planned(&Settings { path: policy, edits }, remove)?;
    Ok(change.is_one().then_some(change))
}

/// One set-up as policy judges and the ledger records it.
struct Call<'a> {
    client: &'a str,
    remove: bool,
    changes: &'a [Change],
}

impl Call<'_> {
    /// Judged and recorded first; then each file, and how that went.
    fn carry(&self, caller: &Caller, ground: &Ground) -> Result<(), Failure> {
        let sighting = Sighting {
            intent: self.intent(),
            ..Sighting::default()
        };
        let seq = witness(&sighting, caller, ground).map_err(|stop| stop.failure())?;
        let mut outcome = Outcome::default();
        let mut result = Ok(());
        for change in self.changes.iter().filter(|change| change.is_one()) {
            result = files::carry_out(change);
            if result.is_err() {
                outcome.exit_code = Exit::Config as u8;
                break;
            }
            outcome.effects.push(effect(change));
        }
        ground.ledger()?.append(
            &[Draft {
                kind: Kind::Outcome,
                data: record::outcome(seq, &outcome),
            }],
            ground.durability(),
        )?;
        result
    }

    fn intent(&self) -> Intent {
        let target = |change: &Change| Target {
            role: "settings".into(),
            domain: "watchtower".into(),
            operation: "setup".into(),
            // By name: as a path no rule could ever open it, since clients' settings are protected from every write.
            name: escape(change.path.as_os_str().as_bytes()),
            ..Target::default()
        };
        Intent {
            domain: "watchtower".into(),
            operation: "setup".into(),
            targets: self
                .changes
                .iter()
                .filter(|change| change.is_one())
                .map(target)
                .collect(),
            params: [
                ("client".to_owned(), self.client.into()),
                ("remove".to_owned(), self.remove.into()),
            ]
            .into_iter()
            .collect(),
            tool: "wt".into(),
        }
    }
}

fn effect(change: &Change) -> Json {
    let digest = |text: &Option<String>| text.as_ref().map(|text| hex(&Sha256::digest(text)));
    json!({"op": if change.after.is_some() { "write" } else { "delete" }, "path": escape(change.path.as_os_str().as_bytes()),
        "before_sha256": digest(&change.before), "after_sha256": digest(&change.after)})
}

fn as_text(client: &str, changes: &[Change], print: bool, remove: bool) -> String {
    let mut out = String::new();
    for change in changes {
        let before = change.before.as_deref().unwrap_or_default();
        let after = change.after.as_deref().unwrap_or_default();
        if change.before == change.after {
            out.push_str(&format!("{}: nothing to change\n", change.path.display()));
        } else {
            out.push_str(&format!(
                "{}:\n{}",
                change.path.display(),
                setup::diff(before, after)
            ));
        }
    }
    if print {
        out.push_str("nothing was changed\n");
    } else if !remove {
        out.push_str(next_step(client));
    }
    out
}

/// What the person does next.
fn next_step(client: &str) -> &'static str {
    match client {
        "opencode" => "next: `opencode mcp list` shows watchtower as connected\n",
        "claude-code" => "next: `claude mcp list` shows watchtower as connected; `/hooks` shows the hooks\n",
        "codex" => {
            "next: `codex mcp list` shows watchtower; start codex once and trust its hooks when asked\n"
        }
        "gemini" => "next: `gemini mcp list` shows watchtower; `/hooks panel` shows the hooks\n",
        _ => "next: restart the client; its settings list watchtower\n",
    }
}

fn as_json(client: &str, changes: &[Change], print: bool) -> String {
    let files: Vec<_> = changes
        .iter()
        .map(|change| {
            json!({"path": change.path.display().to_string(), "changed": change.before != change.after,
                "existed": change.before.is_some(), "removed": change.after.is_none() && change.before.is_some()})
        })
        .collect();
    format!(
        "{}\n",
        json!({"client": client, "written": !print, "files": files})
    )
}
