//! Which agents are set up to run under Watchtower: asked of the very edits that `wt setup` makes, for the person's own
//! settings and for those of the working directory. Reads only.

use crate::{
    agents::setup::{self, Installed, Scope, Settings},
    caller::Caller,
    home::Home,
};
use serde::Serialize;
use std::{fs::File, io::Read, path::Path};

/// No settings file is read beyond this.
const MAX_SETTINGS_BYTES: u64 = 8 << 20;

/// One agent whose settings name Watchtower.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct AgentSetup {
    /// As `wt setup` names it.
    pub(crate) client: &'static str,
    /// `user` or `project`.
    pub(crate) scope: &'static str,
    /// Whether everything is as `wt setup` of this program would write it.
    pub(crate) complete: bool,
    /// Its files that hold something of ours.
    pub(crate) files: Vec<String>,
}

impl AgentSetup {
    /// Looks into the settings of every client that is known.
    pub(crate) fn look(home: &Home, caller: &Caller) -> Vec<Self> {
        let Ok(program) = std::env::current_exe() else {
            return Vec::new();
        };
        let installed = Installed {
            program,
            home: home.path.clone(),
        };
        let dir = std::env::current_dir().ok();
        let places = [
            caller.homes.first().map(|home| ("user", Scope::User(home))),
            dir.as_deref().map(|dir| ("project", Scope::Project(dir))),
        ];
        let mut found = Vec::new();
        for (word, scope) in places.into_iter().flatten() {
            for client in setup::NAMES {
                let files = setup::settings_of(client, scope, &installed).unwrap_or_default();
                let known = found.iter().any(|known: &Self| known.client == client);
                // Where home and project are one directory, an agent is named once.
                if let Some(agent) = Self::of(client, word, &files).filter(|_| !known) {
                    found.push(agent);
                }
            }
        }
        found
    }

    fn of(client: &'static str, scope: &'static str, files: &[Settings]) -> Option<Self> {
        let mut named = Vec::new();
        let mut complete = true;
        for file in files {
            let before = read(&file.path);
            let holds = |remove| file.change(before.clone(), remove).map(|change| change.is_one());
            if before.is_some() && holds(true) == Ok(true) {
                named.push(file.path.display().to_string());
            }
            complete &= holds(false) == Ok(false);
        }
        // The plugin's file alone, or a frame, sets nobody up: one of the client's own files must name us.
        (!named.is_empty()).then_some(Self {
            client,
            scope,
            complete,
            files: named,
        })
    }

    /// In words.
    pub(crate) fn words(&self) -> String {
        let scope = if self.scope == "project" { " (here)" } else { "" };
        let partly = if self.complete { "" } else { " (in part)" };
        format!("{}{scope}{partly}", self.client)
    }
}

fn read(path: &Path) -> Option<String> {
    let file = File::open(path).ok().filter(|file| {
        file.metadata()
            .is_ok_and(|meta| meta.is_file() && meta.len() <= MAX_SETTINGS_BYTES)
    })?;
    let mut text = String::new();
    file.take(MAX_SETTINGS_BYTES).read_to_string(&mut text).ok()?;
    Some(text)
}
