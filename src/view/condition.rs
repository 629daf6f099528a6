//! A condition over entries in the policy language, and which of an entry's members it can see at all, so that a
//! sweep reads no more than that.

use super::strangers::Strangers;
use crate::report::{Exit, Failure};
use ledger::read::Entry;
use policy::{EvalError, Expression, Names, Wanted};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// A checked condition.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    text: String,
    expression: Expression,
    wanted: Wanted,
    strangers: Arc<Strangers>,
}

impl Condition {
    /// Reads a condition.
    ///
    /// # Errors
    /// 64 with the place and a way out.
    pub(crate) fn read(text: &str) -> Result<Self, Failure> {
        let expression = Expression::parse(text, Names::Query).map_err(|e| {
            let before = text.get(..e.range().start).unwrap_or_default();
            let column = before.chars().count() + 1;
            Failure::new(Exit::Usage, format!("condition, column {column}: {}", e.message)).hint(
                if e.hint.is_empty() {
                    "for example: decision.verdict == 'deny' and intent.domain == 'filesystem'".to_owned()
                } else {
                    e.hint.clone()
                },
            )
        })?;
        Ok(Self {
            text: text.to_owned(),
            strangers: Arc::new(Strangers::among(expression.fields())),
            expression,
            wanted: Wanted::by(text),
        })
    }

    /// As it was written.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The members of the data that it can see.
    pub(crate) fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// Whether it is true of this entry; an entry on which it has no value is not one of those asked for.
    pub(crate) fn is_met(&self, entry: &Entry) -> bool {
        self.of(entry.seq, &entry.timestamp, &mut self.wanted.pick(&entry.data))
            .unwrap_or(false)
    }

    /// Whether it is true of an entry's parts. `data` need hold no more than [`Self::wanted`]; number and time are put
    /// into it where they are asked for.
    ///
    /// # Errors
    /// It has no value there.
    pub(crate) fn of(
        &self,
        seq: u64,
        timestamp: &str,
        data: &mut Map<String, Json>,
    ) -> Result<bool, EvalError> {
        if self.wanted.has("seq") {
            data.insert("seq".to_owned(), Json::from(seq));
        }
        if self.wanted.has("timestamp") {
            data.insert("timestamp".to_owned(), Json::from(timestamp));
        }
        self.strangers.look(data);
        self.expression.is_true(data)
    }

    /// What to say of names that no entry had on which it was tried, `` for nothing.
    pub(crate) fn notes(&self) -> String {
        self.strangers.notes()
    }
}
