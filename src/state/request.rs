//! Pending requests: what waits for a person. One file each, named by an id that follows from the call, so that a
//! call finds its own request at once and asking again does not ask twice. Nothing is permitted by these files.

use super::{
    call::Call,
    files,
    moment::{Micros, Span, text},
};
use crate::{
    approver::hex,
    report::{Exit, Failure, visible},
};
use ledger::read::Reader;
use policy::{Decision, Intent, Risk, Scope, TargetFacts, Workspace};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use std::{os::fd::BorrowedFd, path::Path};

const DIR: &str = "state/requests";
const MAX_BYTES: u64 = 1 << 20;
/// No more may wait at a time; then `escalate` denies.
pub(super) const MAX_PENDING: u32 = 4096;
/// A decision's batch is looked through for the request's own entry: ends of grants may stand before it.
const MAX_BATCH: usize = 256;
/// Targets that are kept for showing; the digest covers all of them.
const MAX_SHOWN: usize = 64;

/// So much of a command is told in one line.
const MAX_COMMAND_CHARS: usize = 100;

/// What waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// To be typed.
    pub id: String,
    /// Who asks for what.
    pub call: Call,
    /// Uid of the asker.
    pub uid: i64,
    /// The agent's session.
    pub session: String,
    /// The applet or tool.
    pub tool: String,
    /// Typed options.
    pub params: Map<String, Json>,
    /// What it would act on, as found.
    pub targets: Vec<TargetFacts>,
    /// How many targets there are in all.
    pub target_count: usize,
    /// The workspace of the call.
    pub workspace: Workspace,
    /// Why a person must decide.
    pub reasons: Vec<String>,
    /// 0.0 to 1.0.
    pub risk_score: f64,
    /// Its parts.
    pub risk: Risk,
    /// How long it waits.
    pub span: Span,
    /// The decision entry that made it, 0 before it is recorded.
    #[serde(skip)]
    pub entry: u64,
    /// Set once a person said no: why.
    #[serde(skip)]
    pub denied: Option<String>,
    /// All of the above but these two as it was first written, to the byte: the ledger has its hash.
    #[serde(skip)]
    asked: String,
}

/// A request as it lies in its file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Filed {
    asked: String,
    entry: u64,
    denied: Option<String>,
}

impl Request {
    /// A request for this call.
    #[must_use]
    pub fn of(call: Call, intent: &Intent, scope: &Scope, decision: &Decision, span: Span) -> Self {
        let mut request = Self {
            id: call.id(),
            call,
            uid: scope.identity.uid,
            session: scope.identity.session.clone(),
            tool: intent.tool.to_string(),
            params: intent.params.clone(),
            targets: scope.targets.iter().take(MAX_SHOWN).cloned().collect(),
            target_count: scope.targets.len(),
            workspace: scope.workspace.clone(),
            reasons: decision.reasons.clone(),
            risk_score: decision.risk_score,
            risk: decision.risk,
            span,
            entry: 0,
            denied: None,
            asked: String::new(),
        };
        request.asked = serde_json::to_string(&request).unwrap_or_default();
        request
    }

    /// Reads a request's file.
    fn parse(bytes: &[u8]) -> Option<Self> {
        let filed: Filed = serde_json::from_slice(bytes).ok()?;
        let read: Self = serde_json::from_str(&filed.asked).ok()?;
        Some(Self {
            entry: filed.entry,
            denied: filed.denied,
            asked: filed.asked,
            ..read
        })
    }

    fn hash(&self) -> String {
        hex(&Sha256::digest(&self.asked))
    }

    /// Whether the ledger says that this was asked, word by word. The file alone says nothing.
    ///
    /// # Errors
    /// The ledger cannot be read.
    pub(super) fn is_recorded(&self, home: BorrowedFd<'_>, shown: &Path) -> Result<bool, Failure> {
        // First the decision that names it, then, behind the ends of grants that it met, the entry that tells of it.
        for entry in Reader::open(home, shown)?.from(self.entry).take(MAX_BATCH) {
            let entry = entry?;
            let text = |key: &str| entry.data.get(key).and_then(Json::as_str);
            let is_named = text("request") == Some(&self.id);
            if entry.seq == self.entry && !is_named {
                break;
            }
            if entry.kind() == "request" && is_named {
                return Ok(text("asked_sha256") == Some(&self.hash()));
            }
        }
        Ok(false)
    }

    /// The data of its ledger entry, which follows the decision's.
    #[must_use]
    pub fn entry_data(&self) -> Map<String, Json> {
        let data = json!({
            "request": self.id,
            "digest": self.call.digest,
            "asked_sha256": self.hash(),
            "identity": {"principal": self.call.principal, "uid": self.uid, "agent": self.call.agent,
                "session": self.session},
            "intent": {"domain": self.call.domain, "operation": self.call.operation, "params": self.params},
            "targets": self.targets,
            "target_count": self.target_count,
            "tool": self.tool,
            "rules": self.call.rules,
            "reasons": self.reasons,
            "risk_score": self.risk_score,
            "summary": self.summary(),
            "expires": text(self.span.to),
        });
        data.as_object().cloned().unwrap_or_default()
    }

    /// The command line of a shell, none of any other call.
    #[must_use]
    pub fn command(&self) -> Option<&str> {
        let command = (self.call.domain == "process").then(|| self.params.get("command"));
        command.flatten().and_then(Json::as_str)
    }

    /// What would be done, in one line.
    #[must_use]
    pub fn summary(&self) -> String {
        if let Some(command) = self.command() {
            return format!("run `{}`", shortened(command));
        }
        let first = self.targets.first().map(shown).unwrap_or_default();
        let more = match self.target_count {
            0 | 1 => String::new(),
            2 => self
                .targets
                .get(1)
                .map(|second| format!(" and {}", shown(second)))
                .unwrap_or_default(),
            n => format!(" and {} more", n - 1),
        };
        format!("{} {first}{more}", verb(&self.call.domain, &self.call.operation))
            .trim_end()
            .to_owned()
    }

    /// Who asks, in words.
    #[must_use]
    pub fn asker(&self) -> String {
        if self.call.agent.is_empty() {
            format!("{} (no agent known)", self.call.principal)
        } else {
            format!("{} for {}", self.call.agent, self.call.principal)
        }
    }

    /// Whether a person can still answer it.
    #[must_use]
    pub fn waits(&self, latest: Micros) -> bool {
        self.denied.is_none() && !self.span.is_over(latest)
    }

    /// For `--json`.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let mut whole = json!(self);
        if let Some(members) = whole.as_object_mut() {
            members.insert("entry".to_owned(), json!(self.entry));
            members.insert("denied".to_owned(), json!(self.denied));
            members.insert("summary".to_owned(), json!(self.summary()));
            members.insert("requested".to_owned(), json!(text(self.span.from)));
            members.insert("expires".to_owned(), json!(text(self.span.to)));
        }
        whole
    }
}

/// One object in words.
fn shown(target: &TargetFacts) -> String {
    format!("`{}`", called(target))
}

/// What an object is called: its path, its address, or its name in what holds it; on another host behind its name.
#[must_use]
pub fn called(target: &TargetFacts) -> String {
    let inner = [&target.namespace, &target.resource, &target.name];
    let inner: Vec<&str> = inner
        .into_iter()
        .map(String::as_str)
        .filter(|part| !part.is_empty())
        .collect();
    let name = match (target.path.as_str(), target.url.as_str()) {
        ("", "") => inner.join("/"),
        ("", url) => url.to_owned(),
        (path, _) => path.to_owned(),
    };
    match (target.host.as_str(), name.as_str()) {
        ("", _) => name,
        (host, "") => host.to_owned(),
        (_, url) if url == target.url => name,
        (host, _) => format!("{host}:{name}"),
    }
}

/// The words of a command's first line that fit into a line of ours. None is cut: half a secret would not be known
/// for one.
fn shortened(command: &str) -> String {
    let first = command.lines().next().unwrap_or_default();
    let mut out = String::new();
    for word in first.split_inclusive(' ') {
        if out.chars().count() + word.chars().count() > MAX_COMMAND_CHARS {
            break;
        }
        out.push_str(word);
    }
    if out.len() < command.trim_end().len() {
        out.truncate(out.trim_end().len());
        out.push_str(" ...");
    }
    visible(out.trim())
}

fn verb(domain: &str, operation: &str) -> String {
    let word = match (domain, operation) {
        ("filesystem", "create_dir") => "make the directory",
        ("filesystem", "create_file") => "create or touch",
        ("filesystem", "chmod") => "change the mode of",
        ("filesystem", "chown") => "change the owner of",
        ("filesystem", "symlink") => "make a symbolic link with",
        ("filesystem", "link") => "make a hard link with",
        ("filesystem", other) => other,
        ("ssh", "ps") => "list the processes of",
        ("kubernetes", "exec") => "run a reading command in",
        ("process", "exec") => "run",
        ("mcp" | "tool", "call") => "call the tool",
        (domain, operation) => return format!("{domain}: {operation}"),
    };
    word.to_owned()
}

fn file(id: &str) -> String {
    format!("{DIR}/{id}")
}

/// Whether a text can be an id; it becomes part of a file name.
#[must_use]
fn is_id(id: &str) -> bool {
    (4..=12).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase())
}

/// Reads one request, none where nothing of that id waits or was answered.
///
/// # Errors
/// 74 where the file cannot be read.
pub(super) fn read(home: BorrowedFd<'_>, id: &str) -> Result<Option<Request>, Failure> {
    if !is_id(id) {
        return Ok(None);
    }
    match files::read(home, &file(id), MAX_BYTES) {
        Ok(None) => Ok(None),
        Ok(Some(bytes)) => Ok(Request::parse(&bytes).filter(|request| request.id == id)),
        Err(e) => Err(failed("read", id, &e.to_string())),
    }
}

pub(super) fn store(home: BorrowedFd<'_>, request: &Request) -> Result<(), Failure> {
    let filed = Filed {
        asked: request.asked.clone(),
        entry: request.entry,
        denied: request.denied.clone(),
    };
    let bytes = serde_json::to_vec(&filed).map_err(|e| failed("write", &request.id, &e.to_string()))?;
    files::replace(home, &file(&request.id), &bytes, files::Sync::Lazy)
        .map_err(|e| failed("write", &request.id, &e.to_string()))
}

pub(super) fn remove(home: BorrowedFd<'_>, id: &str) -> Result<(), Failure> {
    if !is_id(id) {
        return Ok(());
    }
    files::remove(home, &file(id)).map_err(|e| failed("remove", id, &e.to_string()))
}

/// Every request that has a file, oldest first.
pub(super) fn all(home: BorrowedFd<'_>) -> Result<Vec<Request>, Failure> {
    let names = files::list(home, DIR).map_err(|e| failed("list", "", &e.to_string()))?;
    let mut found = Vec::with_capacity(names.len());
    for name in names {
        found.extend(read(home, &name)?);
    }
    found.sort_by_key(|request| (request.span.from, request.entry));
    Ok(found)
}

/// How many requests have a file.
pub(super) fn count(home: BorrowedFd<'_>) -> Result<u32, Failure> {
    let names = files::list(home, DIR).map_err(|e| failed("list", "", &e.to_string()))?;
    Ok(u32::try_from(names.len()).unwrap_or(u32::MAX))
}

fn failed(what: &str, id: &str, why: &str) -> Failure {
    Failure::new(
        Exit::Ledger,
        format!("cannot {what} the request `{DIR}/{id}`: {why}"),
    )
    .hint("run `wt doctor`")
}
