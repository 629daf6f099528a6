//! Grants: what a person allowed, for whom, how far and how long. A grant is a signed statement; the files that hold
//! it only help to find it. It raises `escalate` to `allow`, and nothing else.

use super::{
    call::Call,
    moment::{Micros, Span},
    table::{End, Slot},
};
use crate::{
    approver::{Signed, Statement, Written},
    report::{Exit, Failure},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

/// Kind of the statement.
pub(super) const STATEMENT: &str = "grant";

/// How far a grant reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reach {
    /// This very call on these very objects, as they were found.
    Exact(String),
    /// This very call, also when the objects have changed meanwhile.
    Same(String),
    /// The operation on anything below a directory; on the directory itself too where no slash ends its path.
    Dir(String),
    /// The operation on anything on a host.
    Host(String),
    /// Whatever the same rules ask about.
    Rule(String),
}

impl Reach {
    /// How far in one word, and of what.
    pub(super) fn parts(&self) -> (&'static str, &str) {
        match self {
            Self::Exact(digest) => ("exact", digest),
            Self::Same(digest) => ("same", digest),
            Self::Dir(path) => ("dir", path),
            Self::Host(host) => ("host", host),
            Self::Rule(rules) => ("rule", rules),
        }
    }

    /// In words, after the operation.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Exact(_) => "exactly this".to_owned(),
            Self::Same(_) => "this call, also when the objects have changed meanwhile".to_owned(),
            Self::Dir(path) => match path.strip_suffix('/') {
                Some(path) => format!("anything below `{path}`"),
                None => format!("`{path}` and anything below it"),
            },
            Self::Host(host) => format!("anything on `{host}`"),
            Self::Rule(rules) => format!("whatever rule `{rules}` asks about"),
        }
    }
}

/// The kind of a statement that is a grant: none other is read as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub(super) enum Stated {
    #[default]
    #[serde(rename = "grant")]
    Grant,
}

/// What a person allowed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    #[serde(default, skip_serializing)]
    pub(super) statement: Stated,
    /// Its number; `g<number>` is its id.
    pub number: u32,
    /// Whom it is for.
    pub principal: String,
    /// The agent it is for, `` for none.
    pub agent: String,
    /// The domain it is for.
    pub domain: String,
    /// The operation it is for.
    pub operation: String,
    /// The rules that it answers.
    pub rules: Vec<String>,
    /// How far it reaches.
    pub reach: Reach,
    /// How often it can be used, none for as often as wanted.
    pub uses: Option<u32>,
    /// How long it lasts.
    pub span: Span,
    /// The request that it answers.
    pub request: String,
}

/// Why a grant does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// Not made by this ledger's approver, or not for this call.
    Foreign,
    /// Its time is over.
    Expired,
    /// It was used as often as it can be.
    Exhausted,
    /// A person took it back.
    Revoked,
}

impl Grant {
    /// `g<number>`.
    #[must_use]
    pub fn id(&self) -> String {
        id(self.number)
    }

    /// As a statement to be signed.
    ///
    /// # Errors
    /// It has no JSON form.
    pub fn statement(&self) -> Result<Statement, Failure> {
        match serde_json::to_value(self) {
            Ok(Json::Object(members)) => Ok(Statement::new(STATEMENT, members)),
            _ => Err(Failure::new(Exit::Ledger, "the grant cannot be written down")),
        }
    }

    /// Reads a statement, without any check of its signature.
    #[must_use]
    pub fn claimed(signed: &Signed) -> Option<Self> {
        Self::deserialize(signed.claimed().members()).ok()
    }

    /// As it was signed: the canonical form of [`Grant::statement`].
    pub(super) fn written<'a>(&self, signature: &'a str) -> Written<'a> {
        let (reach, of) = self.reach.parts();
        Written::of(signature, |whole| {
            whole.text("agent", &self.agent);
            whole.text("domain", &self.domain);
            whole.integer("number", self.number);
            whole.text("operation", &self.operation);
            whole.text("principal", &self.principal);
            whole.object("reach", |inner| inner.text(reach, of));
            whole.text("request", &self.request);
            whole.texts("rules", &self.rules);
            whole.object("span", |inner| {
                inner.text("boot", &self.span.boot);
                inner.integer("boot_s", self.span.boot_s);
                inner.integer("from", self.span.from);
                inner.integer("to", self.span.to);
            });
            whole.text("statement", STATEMENT);
            match self.uses {
                Some(uses) => whole.integer("uses", uses),
                None => whole.null("uses"),
            }
        })
    }

    /// A call for the same by the same, of which nothing more is known.
    pub(super) fn call(&self) -> Call {
        Call {
            principal: self.principal.clone(),
            agent: self.agent.clone(),
            domain: self.domain.clone(),
            operation: self.operation.clone(),
            rules: self.rules.clone(),
            ..Call::default()
        }
    }

    /// Whether it is for this call, by all that both say. The file it was found in says nothing.
    #[must_use]
    pub fn covers(&self, call: &Call) -> bool {
        let same = self.principal == call.principal
            && self.agent == call.agent
            && self.domain == call.domain
            && self.operation == call.operation
            && self.rules == call.rules;
        same && match &self.reach {
            Reach::Exact(digest) => *digest == call.digest,
            Reach::Same(digest) => *digest == call.same,
            Reach::Dir(dir) => {
                let itself = |dir: &str| call.objects.iter().any(|object| object.path == dir);
                call.common_dir().is_some_and(|common| is_within(&common, dir))
                    && !dir.strip_suffix('/').is_some_and(itself)
            }
            Reach::Host(host) => call.common_host() == Some(host.as_str()),
            Reach::Rule(rules) => *rules == call.rules.join(", ") && !call.rules.is_empty(),
        }
    }

    /// Whether it can still be used.
    pub(super) fn standing(&self, written: &Written<'_>, slot: &Slot, latest: Micros) -> Result<(), Unfit> {
        if slot.made == 0 || slot.digest != written.digest() {
            return Err(Unfit::Foreign);
        }
        match slot.end {
            End::Revoked => return Err(Unfit::Revoked),
            End::Expired => return Err(Unfit::Expired),
            End::Open => {}
        }
        if self.span.is_over(latest) {
            return Err(Unfit::Expired);
        }
        if self.uses.is_some_and(|uses| slot.used >= uses) {
            return Err(Unfit::Exhausted);
        }
        Ok(())
    }
}

/// Whether a directory is another one or lies below it, compared by components.
fn is_within(path: &str, dir: &str) -> bool {
    std::path::Path::new(path).starts_with(dir)
}

/// The id of a grant's number.
#[must_use]
pub(super) fn id(number: u32) -> String {
    format!("g{number}")
}

/// The number of an id.
#[must_use]
pub(super) fn number(id: &str) -> Option<u32> {
    let digits = id.strip_prefix('g')?;
    let plain = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    digits.parse().ok().filter(|_| plain)
}

/// A grant as it stands now.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The grant.
    pub grant: Grant,
    /// What was asked for, in words.
    pub summary: String,
    /// How often it was used.
    pub used: u32,
    /// The entry that made it.
    pub made: u64,
    /// Why it no longer serves.
    pub over: Option<Unfit>,
}

impl Standing {
    /// For `--json`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let state = match self.over {
            None => "open",
            Some(Unfit::Expired) => "expired",
            Some(Unfit::Exhausted) => "used up",
            Some(Unfit::Revoked) => "revoked",
            Some(Unfit::Foreign) => "not signed by the approver",
        };
        json!({
            "id": self.grant.id(), "state": state, "used": self.used, "entry": self.made, "grant": self.grant, "summary": self.summary,
            "expires": super::moment::text(self.grant.span.to),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::approver::KeyFile;
    use proptest::prelude::*;

    fn any_reach() -> impl Strategy<Value = Reach> {
        let of: [fn(String) -> Reach; 5] = [Reach::Exact, Reach::Same, Reach::Dir, Reach::Host, Reach::Rule];
        (any::<String>(), proptest::sample::select(of.to_vec())).prop_map(|(text, of)| of(text))
    }

    prop_compose! {
        fn any_grant()(
            texts in any::<[String; 6]>(),
            rules in proptest::collection::vec(any::<String>(), 0..3),
            reach in any_reach(),
            (number, uses) in any::<(u32, Option<u32>)>(),
            (from, to, boot_s) in any::<(i64, i64, u64)>(),
        ) -> Grant {
            let [principal, agent, domain, operation, boot, request] = texts;
            Grant {
                statement: Stated::Grant,
                span: Span { from, to, boot, boot_s },
                number, principal, agent, domain, operation, rules, reach, uses, request,
            }
        }
    }

    #[test]
    fn what_is_checked_for_a_grant_is_what_was_signed_for_it() {
        let approver = KeyFile::make(b"a passphrase for tests").unwrap().approver;
        let key = approver.public();
        proptest!(ProptestConfig::with_cases(64), |(grant in any_grant(), more in 1_u32..9)| {
            let signed = approver.sign(grant.statement().unwrap()).unwrap();
            prop_assert!(signed.verified(&key, STATEMENT).is_some());
            prop_assert!(grant.written(signed.signature()).is_by(&key));
            prop_assert_eq!(Grant::claimed(&signed), Some(grant.clone()));
            let altered = Grant { number: grant.number.wrapping_add(more), ..grant };
            prop_assert!(!altered.written(signed.signature()).is_by(&key));
        });
    }

    #[test]
    fn no_other_statement_is_read_as_a_grant() {
        let approver = KeyFile::make(b"a passphrase for tests").unwrap().approver;
        let members = serde_json::json!({"number": 1, "principal": "", "agent": "", "domain": "", "operation": "", "rules": [],
            "reach": {"exact": ""}, "uses": null, "span": Span::default(), "request": ""});
        let signed = |kind| {
            let members = members.as_object().unwrap().clone();
            approver.sign(Statement::new(kind, members)).unwrap()
        };
        assert!(Grant::claimed(&signed(STATEMENT)).is_some());
        assert!(Grant::claimed(&signed("revoke")).is_none());
    }
}
