//! The shell's working directory and the stack behind it. A `cd` whose outcome is not sure leaves more than one
//! directory in which relative paths are judged; none may be forgotten while the shell may still stand in it.

use super::call::Call;
use super::state::Stream;
use super::value::{self, FOREIGN, SPREAD};
use super::walk::Walk;

/// Most directories that are kept beside the one where the shell seems to be.
const MAX_ELSEWHERE: usize = 16;

/// Where the shell stands, or may stand.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Standing {
    cwd: Option<String>,
    elsewhere: Vec<String>,
}

impl Walk<'_> {
    /// Where the shell stands now, to come back to when what follows may be skipped.
    pub(super) fn standing(&self) -> Standing {
        Standing {
            cwd: self.state.cwd.clone(),
            elsewhere: self.state.elsewhere.clone(),
        }
    }

    /// The shell may also still stand where it stood before.
    pub(super) fn may_stand(&mut self, before: Standing) {
        for dir in before.elsewhere.into_iter().chain(before.cwd) {
            let known = self.state.cwd.as_ref() == Some(&dir) || self.state.elsewhere.contains(&dir);
            if !known && !self.is_homely(&dir) && self.state.elsewhere.len() < MAX_ELSEWHERE {
                self.state.elsewhere.push(dir);
            }
        }
    }

    /// Whether relative paths mean nothing there that they do not mean in the workspace.
    fn is_homely(&self, dir: &str) -> bool {
        let own = [Some(&self.scope.cwd), self.scope.root.as_ref()];
        let loose = ["/tmp", "/var/tmp"];
        let below = |base: &str| {
            let rest = dir.strip_prefix(base)?;
            (base.len() > 1 && (rest.is_empty() || rest.starts_with('/'))).then_some(rest)
        };
        own.into_iter()
            .flatten()
            .map(String::as_str)
            .chain(loose)
            .any(|base| below(base).is_some_and(|rest| !rest.contains("/.")))
    }

    /// Whether a directory is certainly there to be entered.
    fn is_certain(&self, dir: &str) -> bool {
        let holds = |path: &str| {
            path.strip_prefix(dir)
                .is_some_and(|r| r.is_empty() || r.starts_with('/'))
        };
        matches!(dir, "/" | "/tmp")
            || holds(&self.scope.cwd)
            || self.scope.root.as_deref().is_some_and(holds)
            || holds(&self.scope.home)
    }

    /// Enters a directory, or one that is not known.
    pub(super) fn enter_directory(&mut self, dir: Option<String>) {
        let before = self.standing();
        let old = before.cwd.clone().unwrap_or_else(|| FOREIGN.to_string());
        self.assign("OLDPWD", vec![old], false);
        self.state.variables.remove("PWD");
        let certain = dir.as_deref().is_some_and(|dir| self.is_certain(dir));
        self.state.cwd = dir;
        if certain {
            self.state.elsewhere.clear();
        } else {
            self.may_stand(before);
        }
    }

    /// Enters the directory that a word names.
    pub(super) fn change_directory(&mut self, dir: &str) {
        let target = match &self.state.cwd {
            None if !dir.starts_with('/') => None,
            // Somewhere below a known directory still is below it.
            _ => (!value::is_open(dir)).then(|| self.absolute(dir)),
        };
        let others = self.other_readings(dir);
        self.enter_directory(target);
        self.may_stand(Standing {
            cwd: None,
            elsewhere: others.into_iter().filter(|dir| !value::is_open(dir)).collect(),
        });
    }

    /// The directory before this one, where it is known.
    pub(super) fn old_directory(&self) -> Option<String> {
        let known = match self.state.variables.get("OLDPWD") {
            Some(variable) => variable.elements.first(),
            None => self.scope.env.get("OLDPWD"),
        };
        known.filter(|dir| !value::is_open(dir)).cloned()
    }

    /// What the directory stack holds, the working directory first.
    pub(super) fn directory_stack(&self) -> Vec<String> {
        let all = std::iter::once(&self.state.cwd).chain(self.state.stack.iter().rev());
        all.map(|dir| dir.clone().unwrap_or_else(|| FOREIGN.to_string()))
            .collect()
    }
}

/// `cd`, `pushd` and `popd`.
pub(super) fn change(walk: &mut Walk<'_>, name: &str, args: &[String], call: &mut Call) -> Stream {
    let target = args
        .iter()
        .find(|a| !matches!(a.as_str(), "-L" | "-P" | "-e" | "-@" | "--" | "-LP" | "-PL"))
        .map(|word| word.replace(SPREAD, ""));
    let turns = |word: &str| {
        word.starts_with(['+', '-'])
            && word.len() > 1
            && word.bytes().skip(1).all(|b| b.is_ascii_digit() || b == b'n')
    };
    match (name, target) {
        ("cd", None) => {
            let home = walk.home();
            walk.enter_directory(Some(home).filter(|home| !value::is_open(home)));
        }
        ("cd", Some(dir)) if dir == "-" => {
            let old = walk.old_directory();
            walk.enter_directory(old.clone());
            return old.map_or(Stream::Output("cd".to_owned()), |dir| {
                Stream::Text(format!("{dir}\n"))
            });
        }
        ("popd", None) => {
            if let Some(dir) = walk.state.stack.pop() {
                walk.enter_directory(dir);
            }
        }
        ("pushd", None) => {
            if let Some(dir) = walk.state.stack.pop() {
                walk.state.stack.push(walk.state.cwd.clone());
                walk.enter_directory(dir);
            }
        }
        // Whichever the stack turns up.
        ("popd", Some(_)) => turn(walk),
        ("pushd", Some(word)) if turns(&word) => {
            if word == "-n" {
                let dir = args.iter().skip_while(|a| **a != word).nth(1);
                let dir = dir
                    .filter(|dir| !value::is_open(dir))
                    .map(|dir| walk.absolute(dir));
                walk.state.stack.push(dir);
            } else {
                turn(walk);
            }
        }
        (_, Some(dir)) => {
            searched(walk, &dir, call);
            if name == "pushd" {
                let cwd = walk.state.cwd.clone();
                walk.state.stack.push(cwd);
            }
            walk.change_directory(&dir);
        }
        (_, None) => {}
    }
    Stream::Inherited
}

/// Any directory of the stack may be next.
fn turn(walk: &mut Walk<'_>) {
    let all = std::mem::take(&mut walk.state.stack);
    walk.enter_directory(None);
    walk.may_stand(Standing {
        cwd: None,
        elsewhere: all.iter().flatten().cloned().collect(),
    });
    walk.state.stack = all;
}

/// `CDPATH` makes a relative word name another directory.
fn searched(walk: &Walk<'_>, dir: &str, call: &mut Call) {
    let given = call.env.iter().rev().find(|(name, _)| name == "CDPATH");
    let set = given
        .map(|(_, text)| text)
        .or_else(|| walk.state.variables.get("CDPATH")?.elements.first());
    let relative = !dir.starts_with('/') && !matches!(dir.split('/').next(), Some("." | ".."));
    if relative && set.is_some_and(|text| !matches!(text.as_str(), "" | "." | ":")) {
        call.part.concern(
            "unresolved-path",
            format!("`CDPATH` decides which `{}` is entered", value::show(dir)),
        );
    }
}

/// Why an option that enters directories by name is stopped.
pub(super) const ENTERS_BY_NAME: &str = "a shell option makes plain words name directories to enter";

/// Options of a shell that make a word a directory to enter.
pub(super) fn enters_by_name(option: &str) -> bool {
    let plain: String = option
        .chars()
        .filter(|c| *c != '_')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    ["cdablevars", "autocd", "autopushd"]
        .iter()
        .any(|name| plain.contains(name))
}
