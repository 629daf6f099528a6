//! Reading only what is asked for: which members of an entry's data a text can name, and a reader that skips all
//! others. Names too much rather than too little: whatever is not certainly unseen is read.

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value as Json};
use std::{collections::BTreeMap, fmt};

/// The members of an object that are read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Each with the members of *it* that are read, none for all of them.
    members: BTreeMap<String, Option<Vec<String>>>,
}

/// Methods of a dictionary: what is called so is no member.
const METHODS: &[&str] = &["get", "keys", "values", "items", "copy"];

impl Wanted {
    /// Everything that an expression of this text can see: a member must be named to be seen, and where each
    /// mention of it is followed by `.NAME`, only members of those names are seen.
    pub(crate) fn by(text: &str) -> Self {
        let mut wanted = Self::default();
        let mut rest = text;
        while let Some(start) = rest.find(is_word_start) {
            let from = rest.get(start..).unwrap_or_default();
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
    pub(crate) fn add(&mut self, name: &str, member: Option<&str>) {
        let known = self
            .members
            .entry(name.to_owned())
            .or_insert_with(|| Some(Vec::new()));
        match (known.as_mut(), member) {
            (Some(list), Some(member)) if !list.iter().any(|known| known == member) => {
                list.push(member.to_owned())
            }
            (Some(_), None) => *known = None,
            _ => {}
        }
    }

    /// Adds all that another reads.
    pub(crate) fn join(&mut self, other: &Self) {
        for (name, members) in &other.members {
            match members {
                None => self.add(name, None),
                Some(list) => list.iter().for_each(|member| self.add(name, Some(member))),
            }
        }
    }

    /// The members of an object that are wanted.
    pub(crate) fn pick(&self, data: &Map<String, Json>) -> Map<String, Json> {
        let named = self
            .members
            .keys()
            .filter_map(|name| Some((name.clone(), data.get(name)?.clone())));
        named.collect()
    }

    /// Reads an object, as far as it is wanted.
    ///
    /// # Errors
    /// It is no JSON object.
    pub(crate) fn read(&self, json: &[u8]) -> Result<Map<String, Json>, serde_json::Error> {
        let mut reader = serde_json::Deserializer::from_slice(json);
        let map = Object(self).deserialize(&mut reader)?;
        reader.end()?;
        Ok(map)
    }
}

fn is_word_start(c: char) -> bool {
    c.is_alphabetic() || c == '_'
}

fn split_word(text: &str) -> (&str, &str) {
    let end = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

struct Object<'a>(&'a Wanted);

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Map<String, Json>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Map<String, Json>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut map = Map::new();
        while let Some(name) = access.next_key_seed(Key)? {
            match self.0.members.get(name.as_ref()) {
                None => {
                    access.next_value::<IgnoredAny>()?;
                }
                Some(None) => {
                    map.insert(name.into_owned(), access.next_value()?);
                }
                Some(Some(members)) => {
                    let value = access.next_value_seed(Part(members))?;
                    map.insert(name.into_owned(), value);
                }
            }
        }
        Ok(map)
    }
}

/// A key, borrowed where it has no escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = std::borrow::Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = std::borrow::Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(text.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(text.to_owned().into())
    }
}

/// A value of which only some members are read; what is no object is read as it is.
struct Part<'a>(&'a [String]);

impl<'de> DeserializeSeed<'de> for Part<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Part<'_> {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element::<Json>()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut map = Map::new();
        while let Some(name) = access.next_key_seed(Key)? {
            if self.0.iter().any(|wanted| wanted.as_str() == name) {
                map.insert(name.into_owned(), access.next_value()?);
            } else {
                access.next_value::<IgnoredAny>()?;
            }
        }
        Ok(Json::Object(map))
    }
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
            ("'a' in b", json!({"a": {"x": 1, "y": [2]}, "b": "t"})),
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
        for bad in [&b"[]"[..], b"{", b"{} x", b""] {
            assert!(Wanted::by("a").read(bad).is_err());
        }
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
