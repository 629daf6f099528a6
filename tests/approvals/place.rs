//! A directory of its own for each test, with a ledger and an approver key, and calls made up for it.

use crate::ledger::place::Place;
use ledger::{DecisionDraft, Durability, Ledger, LedgerError, Ruling};
use policy::{
    ApprovalSettings, Audit, Decision, Identity, Intent, Layer, MatchedRule, Risk, Scope, Target,
    TargetFacts, Verdict,
};
use serde_json::Map;
use std::{
    os::fd::{AsFd, OwnedFd},
    sync::OnceLock,
};
use watchtower::{
    approver::{Approver, KeyFile},
    state::{Extent, Grant, Settled, State, Terms},
};

/// Argon2id is slow on purpose: one key serves a test process.
pub(crate) fn made() -> &'static watchtower::approver::MadeKey {
    static MADE: OnceLock<watchtower::approver::MadeKey> = OnceLock::new();
    MADE.get_or_init(|| KeyFile::make(b"four words for testing").unwrap())
}

pub(crate) struct Desk {
    pub(crate) place: Place,
    pub(crate) dir: OwnedFd,
    pub(crate) settings: ApprovalSettings,
}

impl Desk {
    /// With an approver key that the ledger knows.
    pub(crate) fn new() -> Self {
        let desk = Self::without_key();
        made().file.store(desk.dir.as_fd()).unwrap();
        let key = made().approver.public();
        desk.state()
            .set_approver(&mut desk.ledger(), &made().approver, &key, "set")
            .unwrap();
        desk
    }

    pub(crate) fn without_key() -> Self {
        let place = Place::with_ledger();
        let dir = place.dir();
        Self {
            place,
            dir,
            settings: ApprovalSettings::default(),
        }
    }

    pub(crate) fn state(&self) -> State<'_> {
        State::new(self.dir.as_fd(), self.place.path(), &self.settings)
    }

    pub(crate) fn ledger(&self) -> Ledger {
        self.place.open()
    }

    pub(crate) fn approver(&self) -> &'static Approver {
        &made().approver
    }

    /// Settles a call and records it as the engine does.
    pub(crate) fn call(&self, ask: &Ask) -> Verdict {
        let mut ledger = self.ledger();
        let settled = self.settle(&mut ledger, ask);
        self.record(&mut ledger, settled)
    }

    pub(crate) fn settle(&self, ledger: &mut Ledger, ask: &Ask) -> Settled {
        self.state()
            .settle(ledger, &ask.intent(), &ask.scope(), ask.decision())
            .unwrap()
    }

    pub(crate) fn record(&self, ledger: &mut Ledger, settled: Settled) -> Verdict {
        self.try_record(ledger, settled).unwrap()
    }

    pub(crate) fn try_record(&self, ledger: &mut Ledger, settled: Settled) -> Result<Verdict, LedgerError> {
        let verdict = settled.decision.verdict;
        let mut data = Map::new();
        settled.annotate(&mut data);
        let draft = DecisionDraft { verdict, data };
        let seq = match ledger.decide_on(draft, settled.terms(), Durability::Intent)? {
            Ruling::Permitted(permit) => permit.seq(),
            Ruling::Refused(receipt) => receipt.seq,
        };
        settled.recorded(&self.state(), seq).unwrap();
        Ok(verdict)
    }

    /// The id under which a call waits.
    pub(crate) fn ask(&self, ask: &Ask) -> String {
        let mut ledger = self.ledger();
        let settled = self.settle(&mut ledger, ask);
        let id = settled.pending().unwrap().to_owned();
        assert_eq!(self.record(&mut ledger, settled), Verdict::Escalate);
        id
    }

    pub(crate) fn approve(&self, id: &str, terms: Terms) -> Grant {
        let request = self.state().request(id).unwrap();
        let reach = State::reach(&request, terms.extent, &[]).unwrap();
        self.state()
            .approve(&mut self.ledger(), self.approver(), &request, reach, terms)
            .unwrap()
    }
}

pub(crate) const HOUR: Terms = Terms {
    extent: Extent::Exact,
    uses: None,
    seconds: 3600,
};
pub(crate) const ONCE: Terms = Terms {
    uses: Some(1),
    ..HOUR
};

/// A call as facts.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    pub(crate) path: String,
    pub(crate) kind: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) principal: &'static str,
    pub(crate) agent: &'static str,
    pub(crate) host: &'static str,
    pub(crate) rule: &'static str,
    pub(crate) verdict: Verdict,
}

impl Ask {
    pub(crate) fn delete(path: &str) -> Self {
        Self {
            path: path.to_owned(),
            kind: "file",
            operation: "delete",
            principal: "ada",
            agent: "claude-code",
            host: "",
            rule: "home-mutation",
            verdict: Verdict::Escalate,
        }
    }

    pub(crate) fn intent(&self) -> Intent {
        Intent {
            domain: if self.host.is_empty() { "filesystem" } else { "ssh" }.into(),
            operation: self.operation.into(),
            targets: vec![Target::path("path", "delete", "typed")],
            tool: "safe-rm".into(),
            ..Intent::default()
        }
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope {
            domain: self.intent().domain.to_string(),
            operation: self.operation.to_owned(),
            targets: vec![TargetFacts {
                path: self.path.clone(),
                kind: self.kind.to_owned(),
                host: self.host.to_owned(),
                exists: true,
                ..TargetFacts::default()
            }],
            identity: Identity {
                principal: self.principal.to_owned(),
                agent: self.agent.to_owned(),
                ..Identity::default()
            },
            ..Scope::default()
        }
    }

    pub(crate) fn decision(&self) -> Decision {
        Decision {
            verdict: self.verdict,
            matched_rules: vec![MatchedRule {
                layer: Layer::User,
                rule: self.rule.to_owned(),
                verdict: self.verdict,
                target: Some(0),
            }],
            risk_score: 0.5,
            risk: Risk::default(),
            reasons: vec!["outside the workspace".to_owned()],
            hint: None,
            audit: Audit::Standard,
        }
    }
}
