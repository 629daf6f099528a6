//! What the risk of a call is made of, in words: fixed texts with their points, so that explaining it costs a decision
//! next to nothing.

use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeSeq};
use std::fmt;

/// The most shares that one call can have.
const MOST: usize = 8;

/// A part of the risk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RiskPart {
    /// Kind of tool.
    Tool,
    /// Arguments.
    Args,
    /// Calls lately.
    Burst,
}

impl RiskPart {
    const ALL: [Self; 3] = [Self::Tool, Self::Args, Self::Burst];

    fn word(self) -> &'static str {
        match self {
            Self::Tool => "tool",
            Self::Args => "args",
            Self::Burst => "burst",
        }
    }
}

/// One share: which part of the risk it counts for, how much, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    /// The part.
    pub part: RiskPart,
    /// Points before the part's bound.
    pub points: u32,
    /// What they are for.
    pub what: &'static str,
}

impl fmt::Display for Share {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {}: {}", self.part.word(), self.points, self.what)
    }
}

/// The shares of one call, in order. Written as texts, `args 15: it deletes`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares([Option<Share>; MOST]);

impl Shares {
    /// Adds a share; one without points is none.
    pub(crate) fn add(&mut self, part: RiskPart, points: u32, what: &'static str) {
        if points == 0 {
            return;
        }
        if let Some(free) = self.0.iter_mut().find(|share| share.is_none()) {
            *free = Some(Share { part, points, what });
        }
    }

    /// The points of one part.
    pub(crate) fn sum(&self, part: RiskPart) -> u32 {
        let of_part = self.iter().filter(|share| share.part == part);
        of_part.map(|share| share.points).sum()
    }

    /// In one line, with the points of each; `` for none.
    #[must_use]
    pub fn words(&self) -> String {
        let each: Vec<String> = self
            .iter()
            .map(|share| format!("{} {}", share.what, share.points))
            .collect();
        each.join(", ")
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Share> {
        self.0.iter().flatten()
    }
}

impl Serialize for Shares {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut texts = serializer.serialize_seq(Some(self.iter().count()))?;
        for share in self.iter() {
            texts.serialize_element(&share.to_string())?;
        }
        texts.end()
    }
}

impl<'de> Deserialize<'de> for Shares {
    /// Reads back what this version wrote; a text that it does not know is left out.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut shares = Self::default();
        for text in Vec::<String>::deserialize(deserializer)? {
            let parsed = text.split_once(": ").and_then(|(head, what)| {
                let (part, points) = head.split_once(' ')?;
                let part = RiskPart::ALL.into_iter().find(|known| known.word() == part)?;
                let what = crate::risk::WORDS.iter().find(|known| **known == what)?;
                Some((part, points.parse().ok()?, *what))
            });
            if let Some((part, points, what)) = parsed {
                shares.add(part, points, what);
            }
        }
        Ok(shares)
    }
}
