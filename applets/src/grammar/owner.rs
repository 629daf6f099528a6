//! Owners as chown takes them. Names stay names: nothing is looked up here.

use super::names;

/// `OWNER`, `OWNER:GROUP`, `OWNER:` or `:GROUP`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The user.
    pub user: Option<Principal>,
    /// The group.
    pub group: Group,
}

/// A user or group, by name or by number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// A name, to be looked up; never one that consists of digits.
    Name(String),
    /// A number; never the one that system calls take for "unchanged".
    Id(u32),
}

/// What happens to the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Group {
    /// It stays.
    Unchanged,
    /// `OWNER:`: the login group of the user.
    Login,
    /// This one.
    Named(Principal),
}

impl Owner {
    /// Reads an owner; none where it is not one.
    pub fn parse(text: &str) -> Option<Self> {
        let (user, group) = match text.split_once(':') {
            None => (text, Group::Unchanged),
            Some(("", "")) => return None,
            Some((user, "")) => (user, Group::Login),
            Some((user, group)) => (user, Group::Named(Principal::parse(group)?)),
        };
        let user = if user.is_empty() {
            None
        } else {
            Some(Principal::parse(user)?)
        };
        if user.is_none() && group == Group::Unchanged {
            return None;
        }
        Some(Self { user, group })
    }
}

impl Principal {
    fn parse(text: &str) -> Option<Self> {
        if text.bytes().all(|b| b.is_ascii_digit()) {
            let id = text.parse().ok()?;
            return (id != u32::MAX).then_some(Self::Id(id));
        }
        let numeric_start = text.starts_with(|c: char| c.is_ascii_digit());
        (!numeric_start && names::user(text)).then(|| Self::Name(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Group, Owner, Principal};

    #[test]
    fn owners_and_groups_are_told_apart() {
        let name = |text: &str| Principal::Name(text.to_owned());
        for (text, user, group) in [
            ("alice", Some(name("alice")), Group::Unchanged),
            ("alice:staff", Some(name("alice")), Group::Named(name("staff"))),
            ("alice:", Some(name("alice")), Group::Login),
            (":staff", None, Group::Named(name("staff"))),
            (
                "1000:0",
                Some(Principal::Id(1000)),
                Group::Named(Principal::Id(0)),
            ),
        ] {
            assert_eq!(Owner::parse(text), Some(Owner { user, group }), "{text}");
        }
    }

    #[test]
    fn the_number_that_means_unchanged_is_no_owner() {
        for text in [
            "4294967295",
            "-1",
            ":4294967295",
            "4294967296",
            "",
            ":",
            "a:b:c",
            "1x",
            "a b",
            "+5",
        ] {
            assert_eq!(Owner::parse(text), None, "{text}");
        }
    }
}
