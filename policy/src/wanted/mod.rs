//! Reading no more of a record than is asked for: which members of an entry's data an expression can name, and a reader
//! that steps over all others without taking them apart. Names too much rather than too little: whatever is not
//! certainly unseen is read.

mod canonical;

use canonical::Text;
use serde_json::{Map, Value as Json};

/// The members of an object that are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    members: Vec<Member>,
}

/// One member.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Member {
    name: String,
    /// The members of *it* that are read, none for all of them.
    parts: Option<Vec<String>>,
}

/// Methods of a dictionary: what is called so is no member.
const METHODS: &[&str] = &["get", "keys", "values", "items", "copy"];

impl Wanted {
    /// Everything that an expression of this text can see: a member must be named to be seen, and where each
    /// mention of it is followed by `.NAME`, only members of those names are seen.
    #[must_use]
    pub fn by(text: &str) -> Self {
        let mut wanted = Self::default();
        let mut rest = text;
        while let Some(start) = rest.find(|c| is_word_start(c) || matches!(c, '\'' | '"')) {
            let from = rest.get(start..).unwrap_or_default();
            if let Some(after) = behind_string(from) {
                rest = after;
                continue;
            }
            let (word, after) = split_word(from);
            rest = after;
            match after
                .strip_prefix('.')
                .filter(|next| next.starts_with(is_word_start))
                .map(split_word)
            {
                Some((member, _)) if !METHODS.contains(&member) => wanted.add(word, Some(member)),
                _ => wanted.add(word, None),
            }
        }
        wanted
    }

    /// Adds a member, or one member of it.
    pub fn add(&mut self, name: &str, part: Option<&str>) {
        let Some(known) = self.members.iter_mut().find(|known| known.name == name) else {
            self.members.push(Member {
                name: name.to_owned(),
                parts: part.map(|part| vec![part.to_owned()]),
            });
            return;
        };
        match (known.parts.as_mut(), part) {
            (Some(list), Some(part)) if !list.iter().any(|known| known == part) => list.push(part.to_owned()),
            (Some(_), None) => known.parts = None,
            _ => {}
        }
    }

    /// Adds all that another reads.
    pub fn join(&mut self, other: &Self) {
        for member in &other.members {
            match &member.parts {
                None => self.add(&member.name, None),
                Some(list) => list.iter().for_each(|part| self.add(&member.name, Some(part))),
            }
        }
    }

    /// Whether a member is read, in whole or in part.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.members.iter().any(|member| member.name == name)
    }

    /// The members of an object that are wanted.
    #[must_use]
    pub fn pick(&self, data: &Map<String, Json>) -> Map<String, Json> {
        let named = self
            .members
            .iter()
            .filter_map(|member| Some((member.name.clone(), data.get(&member.name)?.clone())));
        named.collect()
    }

    /// Reads an object, as far as it is wanted; none for what is no JSON object. Canonical JSON (RFC 8785), as a ledger
    /// has it, is stepped over; what is written in another way is read whole.
    #[must_use]
    pub fn read(&self, json: &[u8]) -> Option<Map<String, Json>> {
        self.step(json).or_else(|| {
            let all: Map<String, Json> = serde_json::from_slice(json).ok()?;
            let mut picked = self.pick(&all);
            for member in &self.members {
                if let (Some(parts), Some(Json::Object(value))) =
                    (&member.parts, picked.get_mut(&member.name))
                {
                    value.retain(|name, _| parts.contains(name));
                }
            }
            Some(picked)
        })
    }

    fn step(&self, json: &[u8]) -> Option<Map<String, Json>> {
        let mut text = Text { rest: json };
        let mut map = Map::new();
        text.members(|text, name| {
            let Some(member) = self.members.iter().find(|member| member.name.as_bytes() == name) else {
                return text.skip().map(drop);
            };
            let value = match &member.parts {
                Some(parts) if text.rest.first() == Some(&b'{') => text.part(parts)?,
                _ => serde_json::from_slice(text.skip()?).ok()?,
            };
            map.insert(member.name.clone(), value);
            Some(())
        })?;
        text.rest.is_empty().then_some(map)
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

/// What follows the string that a text begins with. A string names no member: none can be reached by its name alone.
fn behind_string(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let triple = quote.to_string().repeat(3);
    let end = if text.starts_with(&triple) {
        triple
    } else {
        quote.to_string()
    };
    let mut rest = text.get(end.len()..)?;
    loop {
        if let Some(after) = rest.strip_prefix(&end) {
            return Some(after);
        }
        let mut chars = rest.chars();
        // Behind a backslash stands what ends no string.
        if chars.next()? == '\\' {
            chars.next()?;
        }
        rest = chars.as_str();
    }
}

fn split_word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::Wanted;
    use serde_json::json;

    const DATA: &[u8] = br#"{"a":{"x":1,"y":[2]},"b":"t","c":{"x":3},"d":null}"#;

    fn read(text: &str) -> serde_json::Value {
        json!(Wanted::by(text).read(DATA).unwrap())
    }

    #[test]
    fn only_members_that_the_text_can_see_are_read() {
        for (text, want) in [
            ("a.x == 1", json!({"a": {"x": 1}})),
            ("a.x == 1 and a.y", json!({"a": {"x": 1, "y": [2]}})),
            ("a.x == 1 and len(a) > 0", json!({"a": {"x": 1, "y": [2]}})),
            ("a.get('y')", json!({"a": {"x": 1, "y": [2]}})),
            ("a['y']", json!({"a": {"x": 1, "y": [2]}})),
            ("'a' in b", json!({"b": "t"})),
            ("b == 'it\\'s a' or c", json!({"b": "t", "c": {"x": 3}})),
            ("b == \"\"\"a \" c\"\"\" or 'x' + d", json!({"b": "t", "d": null})),
            ("r'\\' in b' == a.x", json!({"a": {"x": 1}})),
            ("b.upper() == 'T'", json!({"b": "t"})),
            (
                "any(a.x for a in [c])",
                json!({"a": {"x": 1, "y": [2]}, "c": {"x": 3}}),
            ),
            ("d.x", json!({"d": null})),
            ("True", json!({})),
        ] {
            assert_eq!(read(text), want, "{text}");
        }
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for bad in [
            &b"[]"[..],
            b"{",
            b"{} x",
            b"",
            b"{\"a\":}",
            b"{\"a\":1",
            b"{\"a\":\"x",
            b"{\"a\":tru}",
        ] {
            assert_eq!(Wanted::by("a").read(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn text_that_looks_like_members_is_text() {
        let data =
            json!({"b": "\",\"a\":{\"x\":9},", "c": ["}", "\\", {"a": "]"}], "a": {"y": "\\\"", "x": 1}});
        let wanted = Wanted::by("a.x");
        for text in [data.to_string(), format!("{data:#}")] {
            assert_eq!(
                wanted.read(text.as_bytes()),
                json!({"a": {"x": 1}}).as_object().cloned()
            );
        }
    }

    #[test]
    fn names_that_are_written_with_escapes_are_the_same_names() {
        let wanted = Wanted::by("a.x");
        let text = br#"{"\u0061":{"\u0078":1,"y":2}}"#;
        assert_eq!(wanted.read(text), json!({"a": {"x": 1}}).as_object().cloned());
    }

    #[test]
    fn of_a_name_that_stands_twice_the_last_counts_as_everywhere() {
        let text = br#"{"a":{"x":1},"a":{"x":2}}"#;
        let whole: serde_json::Value = serde_json::from_slice(text).unwrap();
        assert_eq!(json!(Wanted::by("a.x").read(text).unwrap()), whole);
    }

    #[test]
    fn paths_and_conditions_join() {
        let mut wanted = Wanted::by("a.x");
        wanted.add("c", Some("x"));
        wanted.add("b", None);
        let mut all = Wanted::default();
        all.join(&wanted);
        assert_eq!(
            json!(all.read(DATA).unwrap()),
            json!({"a": {"x": 1}, "b": "t", "c": {"x": 3}})
        );
    }
}

#[cfg(test)]
mod properties {
    use super::Wanted;
    use proptest::prelude::*;
    use serde_json::{Map, Value as Json};

    fn value() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            "\\PC*".prop_map(Json::from),
            "[\"\\\\{}\\[\\],:a]*".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::vec(("[abx\"\\\\]{1,2}", inner), 0..4)
                    .prop_map(|all| Json::Object(all.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_stepped_over_changes_nothing_of_what_is_read(
            members in prop::collection::vec(("[abx\"\\\\]{1,2}", value()), 0..6)
        ) {
            let data: Map<String, Json> = members.into_iter().collect();
            let text = Json::Object(data.clone()).to_string();
            let mut wanted = Wanted::by("a b.x b.a");
            wanted.add("x\"", None);
            let mut want = wanted.pick(&data);
            if let Some(Json::Object(part)) = want.get_mut("b") {
                part.retain(|name, _| name == "x" || name == "a");
            }
            prop_assert_eq!(wanted.read(text.as_bytes()), Some(want));
        }

        #[test]
        fn damage_is_nothing_or_read_and_never_more(text in "[{}\\[\\]\",:\\\\a0 ]{0,40}") {
            let _ = Wanted::by("a.a").read(text.as_bytes());
        }
    }
}
