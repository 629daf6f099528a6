//! Names that a question uses and that no entry is known to have. A misspelt name is None everywhere, so that nothing is
//! found: this says so, once every entry that was looked at lacked it. Only looks on, and changes no answer.

use super::members::{is_known, meant};
use crate::report::visible;
use serde_json::{Map, Value as Json};
use std::{
    fmt,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// No more names of one question are told of.
const MAX_NAMES: usize = 16;

/// The strangers of one question; entries are shown to them from several threads.
#[derive(Default)]
pub(crate) struct Strangers {
    names: Vec<Stranger>,
    /// Whether any entry was looked at.
    looked: AtomicBool,
}

struct Stranger {
    path: Vec<String>,
    /// How many of its steps some entry had.
    met: AtomicUsize,
}

impl Strangers {
    /// Those of these paths, such as `decision.verdict`.
    pub(crate) fn among<'a>(paths: impl IntoIterator<Item = &'a String>) -> Self {
        let unknown = paths.into_iter().filter_map(|path| {
            let steps: Vec<&str> = path.split('.').collect();
            (!is_known(&steps)).then(|| Stranger {
                path: steps.into_iter().map(str::to_owned).collect(),
                met: AtomicUsize::new(0),
            })
        });
        Self {
            names: unknown.take(MAX_NAMES).collect(),
            looked: AtomicBool::new(false),
        }
    }

    /// Looks for them in an entry's data, which must hold what is asked of it.
    pub(crate) fn look(&self, data: &Map<String, Json>) {
        if self.names.is_empty() {
            return;
        }
        self.looked.store(true, Ordering::Relaxed);
        for stranger in &self.names {
            if stranger.met.load(Ordering::Relaxed) < stranger.path.len()
                && let Some((first, rest)) = stranger.path.split_first()
                && let Some(value) = data.get(first)
            {
                stranger.met.fetch_max(1 + reach(value, rest), Ordering::Relaxed);
            }
        }
    }

    /// A line for each that no entry had, each with what was probably meant; `` where nothing was looked at.
    pub(crate) fn notes(&self) -> String {
        let mut lines: Vec<String> = Vec::new();
        if self.looked.load(Ordering::Relaxed) {
            for line in self.names.iter().filter_map(Stranger::note) {
                if !lines.contains(&line) {
                    lines.push(line);
                }
            }
        }
        lines.concat()
    }
}

impl fmt::Debug for Strangers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.names.iter().map(|name| &name.path))
            .finish()
    }
}

impl Stranger {
    fn note(&self) -> Option<String> {
        let steps: Vec<&str> = self.path.iter().map(String::as_str).collect();
        let met = self.met.load(Ordering::Relaxed);
        // A beginning that is known is only missing here.
        let absent = (met + 1..=steps.len())
            .filter_map(|end| steps.get(..end))
            .find(|beginning| !is_known(beginning))?;
        let meant = meant(absent).map_or_else(String::new, |path| {
            format!(": did you mean `{}`?", visible(&path))
        });
        Some(format!(
            "note: no entry that was looked at has `{}`{meant}\n",
            visible(&absent.join("."))
        ))
    }
}

/// How many steps lead somewhere in a value.
fn reach(value: &Json, steps: &[String]) -> usize {
    let Some((first, rest)) = steps.split_first() else {
        return 0;
    };
    match value {
        Json::Object(members) => members.get(first).map_or(0, |value| 1 + reach(value, rest)),
        Json::Array(items) if first == "*" => {
            1 + items.iter().map(|item| reach(item, rest)).max().unwrap_or(0)
        }
        Json::Array(items) => {
            let item = first.parse::<usize>().ok().and_then(|index| items.get(index));
            item.map_or(0, |item| 1 + reach(item, rest))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::Strangers;
    use serde_json::{Value as Json, json};

    fn notes(path: &str, entries: &[Json]) -> String {
        let path = path.to_owned();
        let strangers = Strangers::among([&path]);
        entries
            .iter()
            .for_each(|entry| strangers.look(entry.as_object().unwrap()));
        strangers.notes()
    }

    #[test]
    fn a_name_is_told_of_only_where_no_entry_had_it() {
        let entries = [
            json!({"kind": "event", "own": {"a": [{"b": 1}, {"c": null}]}}),
            json!({"kind": "decision", "decision": {"verdict": "deny"}}),
        ];
        for (path, want) in [
            (
                "decision.verdcit",
                "`decision.verdcit`: did you mean `decision.verdict`?",
            ),
            ("decison.verdict", "`decison`: did you mean `decision`?"),
            ("colour.x.y", "`colour`"),
            ("own.d", "`own.d`"),
            ("own.a.*.d", "`own.a.*.d`"),
            ("own.a.7", "`own.a.7`"),
            ("o\x1bn", "`o\\u{1b}n`"),
        ] {
            let want = format!("note: no entry that was looked at has {want}\n");
            assert_eq!(notes(path, &entries), want, "{path}");
        }
        for path in [
            "own",
            "own.a.*.b",
            "own.a.1.c",
            // Known, and only missing here.
            "decision.hint",
            "execution.exit_code",
            "intent.params.any.thing",
        ] {
            assert_eq!(notes(path, &entries), "", "{path}");
        }
    }

    #[test]
    fn nothing_is_told_where_nothing_was_looked_at() {
        assert_eq!(notes("colour", &[]), "");
    }

    #[test]
    fn each_name_is_told_of_once() {
        let paths = ["a".to_owned(), "a.b".to_owned(), "c".to_owned()];
        let strangers = Strangers::among(&paths);
        strangers.look(&serde_json::Map::new());
        assert_eq!(strangers.notes().lines().count(), 2);
    }
}
