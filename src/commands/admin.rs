//! `wt admin`: the approver's key. Making it, changing its passphrase, replacing it, getting back to it with the
//! recovery code; each is a ledger entry that the key signs.

mod policy_line;

use super::show;
use crate::{
    approver::{Approver, KeyFile, MadeKey, PublicKey, RULES, Terminal, unlock, unlock_by_code, weakness},
    caller::Caller,
    ground::Ground,
    level,
    report::{Exit, Failure, json_text},
    view::standing::approver::Approving,
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::{os::fd::AsFd, process::ExitCode};
use zeroize::Zeroizing;

/// Questions for a passphrase that will do.
const TRIES: u32 = 3;

pub(crate) fn build() -> Command {
    let json = || {
        Arg::new("json")
            .long("json")
            .action(ArgAction::SetTrue)
            .help("Print JSON")
    };
    Command::new("admin")
        .about("Set up and keep the approver's key")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(
            Command::new("set")
                .about("Make the key that approves")
                .arg(json()),
        )
        .subcommand(
            Command::new("show")
                .about("Show the public key and where it is named")
                .arg(json()),
        )
        .subcommand(
            Command::new("passphrase")
                .about("Change the passphrase; the key stays")
                .arg(json()),
        )
        .subcommand(
            Command::new("recover")
                .about("Set a new passphrase with the recovery code")
                .arg(json()),
        )
        .subcommand(
            Command::new("replace")
                .about("Make a new key, signed by the old one; grants end")
                .arg(json()),
        )
        .after_help("Passphrases and codes are asked on the terminal only.")
}

pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let ground = Ground::of(&caller)?;
    let Some((name, matches)) = matches.subcommand() else {
        return Err(
            Failure::new(Exit::Usage, "nothing to do").hint("`wt admin --help` lists what can be done")
        );
    };
    let json = matches.get_flag("json");
    match name {
        "set" => set(&ground, &caller, json),
        "show" => shown(&ground, &caller, json),
        "passphrase" => rewrap(&ground, &caller, json, "passphrase"),
        "recover" => rewrap(&ground, &caller, json, "recover"),
        _ => replace(&ground, &caller, json),
    }
}

fn set(ground: &Ground, caller: &Caller, json: bool) -> Result<ExitCode, Failure> {
    let (state, mut ledger) = (ground.state(), ground.ledger()?);
    if let Some(known) = state.ledger_key(&mut ledger)? {
        return Err(Failure::new(
            Exit::Config,
            format!("this ledger has the approver key {} already", known.text()),
        )
        .hint("`wt admin passphrase` changes its passphrase, `wt admin replace` makes another key"));
    }
    let passphrase = new_passphrase(caller)?;
    let made = KeyFile::make(passphrase.as_bytes())?;
    made.file.store(ground.home.dir.as_fd())?;
    let key = made.approver.public();
    state.set_approver(&mut ledger, &made.approver, &key, "set")?;
    told(ground, &made, None, json)
}

fn replace(ground: &Ground, caller: &Caller, json: bool) -> Result<ExitCode, Failure> {
    let (state, mut ledger) = (ground.state(), ground.ledger()?);
    let known = state.approver_key(&mut ledger)?;
    let old = unlock(
        ground.home.dir.as_fd(),
        &known,
        "replace the approver key; every grant ends",
    )?;
    let passphrase = new_passphrase(caller)?;
    let made = KeyFile::make(passphrase.as_bytes())?;
    made.file.store_next(ground.home.dir.as_fd())?;
    state.revoke(&mut ledger, &old, &[])?;
    state.set_approver(&mut ledger, &old, &made.approver.public(), "replace")?;
    made.file.store(ground.home.dir.as_fd())?;
    told(ground, &made, Some(&known), json)
}

fn rewrap(ground: &Ground, caller: &Caller, json: bool, action: &str) -> Result<ExitCode, Failure> {
    let (state, mut ledger) = (ground.state(), ground.ledger()?);
    let known = state.approver_key(&mut ledger)?;
    let home = ground.home.dir.as_fd();
    let approver: Approver = if action == "recover" {
        unlock_by_code(home, &known)?
    } else {
        unlock(home, &known, "change the passphrase of the approver")?
    };
    let passphrase = new_passphrase(caller)?;
    let made = approver.under(passphrase.as_bytes())?;
    state.set_approver(&mut ledger, &approver, &known, action)?;
    made.file.store(home)?;
    told(ground, &made, Some(&known), json)
}

fn new_passphrase(caller: &Caller) -> Result<Zeroizing<String>, Failure> {
    let mut terminal = Terminal::open()?;
    terminal.say(&format!("a new passphrase: {RULES}"));
    for _ in 0..TRIES {
        let first = terminal.ask_secret("new passphrase")?;
        if let Some(why) = weakness(&first, &caller.principal) {
            terminal.say(&format!("too weak: {why}"));
            continue;
        }
        if *terminal.ask_secret("once more")? == *first {
            return Ok(first);
        }
        terminal.say("these are two different passphrases");
    }
    Err(Failure::new(
        Exit::Denied,
        "no passphrase was set; nothing was done",
    ))
}

/// Names the key in policy, and says what the person must keep.
fn told(
    ground: &Ground,
    made: &MadeKey,
    before: Option<&PublicKey>,
    json: bool,
) -> Result<ExitCode, Failure> {
    let key = made.approver.public();
    let named = policy_line::name(&ground.home, before, &key);
    // The code is for eyes only: never on a stdout that something may keep.
    let mut terminal = Terminal::open()?;
    terminal.say("recovery code, shown this once; keep it on paper, away from this machine:");
    terminal.say(&format!("    {}", *made.code));
    if json {
        let value = serde_json::json!({"public_key": key.text(), "named_in_policy": named.is_ok()});
        return Ok(show(&format!("{}\n", json_text(&value))));
    }
    let policy = match named {
        Ok(path) => format!("named in {}\n", path.display()),
        Err(line) => format!("put it into your policy yourself: {line}\n"),
    };
    Ok(show(&format!("approver {}\n{policy}", key.text())))
}

fn shown(ground: &Ground, caller: &Caller, json: bool) -> Result<ExitCode, Failure> {
    let level = level::of(ground.home.owner, caller);
    let approving = Approving::look(ground, level)?;
    if json {
        return Ok(show(&format!("{}\n", json_text(&serde_json::json!(approving)))));
    }
    let text = |key: &Option<String>| key.clone().unwrap_or_else(|| "none".to_owned());
    let file = if approving.key_file {
        "there"
    } else {
        "missing, unreadable, or of another key"
    };
    let mut lines = vec![
        format!("ledger    {}", text(&approving.ledger)),
        format!("policy    {}", text(&approving.policy)),
        format!("key file  {file}"),
    ];
    if approving.problem.is_empty() {
        lines.push(format!("means     {}", approving.means));
    } else {
        lines.push(format!("problem   {}", approving.words()));
    }
    Ok(show(&format!("{}\n", lines.join("\n"))))
}
