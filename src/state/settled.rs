//! A call after the state was asked: what is to be decided, and what is to be put on record and noted down with it.

use super::{
    Held, State,
    grant::{self, Grant},
    request::{self, MAX_PENDING, Request},
    table::{End, Table},
};
use crate::report::Failure;
use ledger::{Draft, Kind, Terms};
use policy::{Decision, Layer, MatchedRule, Verdict};
use serde_json::{Map, Value as Json, json};

/// How a hint says that a call at a shell can wait for its answer.
pub(crate) const BY_OPTION: &str = "; `--wait 300` waits for that";

/// A call as it stands after the state was asked.
#[derive(Debug)]
pub struct Settled {
    /// What is to be recorded and done.
    pub decision: Decision,
    pub(super) used: Option<Grant>,
    pub(super) expired: Vec<u32>,
    pub(super) request: Option<Request>,
    pub(super) is_new: bool,
    pub(super) known_freeze: Option<u64>,
    pub(super) table: Option<Table>,
    pub(super) _held: Option<Held>,
}

/// The decision with a stricter verdict that no policy gave.
pub(super) fn denied(decision: Decision, rule: &str, reason: String, hint: &str) -> Decision {
    Decision {
        hint: Some(hint.to_owned()),
        ..stated(decision, Verdict::Deny, rule.to_owned(), reason)
    }
}

pub(super) fn raised(decision: Decision, grant: &Grant) -> Decision {
    let reason = format!("granted by a person: {}", grant.reach.words());
    stated(decision, Verdict::Allow, format!("grant {}", grant.id()), reason)
}

fn stated(decision: Decision, verdict: Verdict, rule: String, reason: String) -> Decision {
    let rule = MatchedRule {
        layer: Layer::Builtin,
        rule,
        verdict,
        target: None,
    };
    Decision {
        verdict,
        matched_rules: std::iter::once(rule).chain(decision.matched_rules).collect(),
        reasons: std::iter::once(reason).chain(decision.reasons).collect(),
        hint: None,
        ..decision
    }
}

impl Settled {
    pub(super) fn as_judged(decision: Decision, known_freeze: Option<u64>) -> Self {
        Self {
            decision,
            used: None,
            expired: Vec::new(),
            request: None,
            is_new: false,
            known_freeze,
            table: None,
            _held: None,
        }
    }

    pub(super) fn queue_is_full(&self) -> bool {
        self.table
            .as_ref()
            .is_some_and(|table| table.header.pending >= MAX_PENDING)
    }

    pub(super) fn refused(self, rule: &str, reason: String, hint: &str) -> Self {
        Self {
            decision: denied(self.decision, rule, reason, hint),
            ..self
        }
    }

    pub(super) fn waiting(self, request: Request) -> Self {
        let way = format!("a person can run `wt approve {}`{BY_OPTION}", request.id);
        let hint = match &self.decision.hint {
            Some(hint) if !hint.is_empty() => format!("{hint}; or {way}"),
            _ => way,
        };
        let decision = Decision {
            hint: Some(hint),
            ..self.decision
        };
        Self {
            decision,
            request: Some(request),
            ..self
        }
    }

    /// The id of the request that waits for a person.
    #[must_use]
    pub fn pending(&self) -> Option<&str> {
        self.request.as_ref().map(|request| request.id.as_str())
    }

    /// Gives up what was to be used where the call will not be done after all.
    pub fn hold_to(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Allow | Verdict::Shadow => {}
            Verdict::Escalate | Verdict::Deny => self.used = None,
        }
    }

    /// Puts into the decision's entry what it used or asked.
    pub fn annotate(&self, data: &mut Map<String, Json>) {
        if let Some(grant) = &self.used {
            let before = self
                .table
                .as_ref()
                .and_then(|table| table.slot(grant.number).ok());
            let nth = before.unwrap_or_default().used.saturating_add(1);
            data.insert(
                "grant".to_owned(),
                json!({"id": grant.id(), "use": nth, "of": grant.uses}),
            );
        }
        if let Some(request) = &self.request {
            data.insert("request".to_owned(), json!(request.id));
        }
    }

    /// What holds of the entry.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let ended = self.expired.iter().map(|number| {
            let data = json!({"source": "grants", "type": "expired", "severity": "info",
                "grant": {"id": grant::id(*number)}});
            Draft {
                kind: Kind::Event,
                data: data.as_object().cloned().unwrap_or_default(),
            }
        });
        let asked = self.request.iter().filter(|_| self.is_new).map(|request| Draft {
            kind: Kind::Request,
            data: request.entry_data(),
        });
        Terms {
            also: ended.chain(asked).collect(),
            unless_stopped_since: self.known_freeze,
        }
    }

    /// Notes down what was recorded under `seq`. Gives the request that was made anew.
    ///
    /// # Errors
    /// The index cannot be written; the ledger has it, and the next call mends the index from there.
    pub fn recorded(self, state: &State<'_>, seq: u64) -> Result<Option<Request>, Failure> {
        let Some(mut table) = self.table else {
            return Ok(None);
        };
        if let Some(grant) = &self.used {
            let mut slot = table.slot(grant.number)?;
            slot.used = slot.used.saturating_add(1);
            slot.last = seq;
            table.set(grant.number, slot)?;
            table.header.control = seq;
        }
        let mut at = seq;
        for number in &self.expired {
            at += 1;
            let mut slot = table.slot(*number)?;
            slot.end = End::Expired;
            slot.last = at;
            table.set(*number, slot)?;
            table.header.control = at;
        }
        let mut made = None;
        if let Some(mut request) = self.request.filter(|_| self.is_new) {
            request.entry = seq;
            request::store(state.home, &request)?;
            table.header.pending = table.header.pending.saturating_add(1);
            made = Some(request);
        }
        table.header.seen = table.header.seen.noted();
        table.store()?;
        Ok(made)
    }
}
