//! What a call is to the state: who asks, for what, on which objects. A request and an exact grant hold for one
//! digest over everything that was resolved and judged, so that a call that differs in any part is another call.

use crate::approver::hex;
use policy::{Decision, Intent, Scope, TargetFacts, Verdict};
use record::hash::sha256;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Letters of a request's id: Crockford's base 32, nothing that looks like something else.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Letters of an id.
const ID_CHARS: usize = 6;

/// Who asks for what, with the rules that want a person to decide.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// Who asks.
    pub principal: String,
    /// Through which agent, `` for none.
    pub agent: String,
    /// The intent's domain.
    pub domain: String,
    /// The intent's operation.
    pub operation: String,
    /// SHA-256 of all that was judged, hex: another one as soon as an object is not as it was found.
    pub digest: String,
    /// SHA-256 of what is to be done to which names, hex: the same when only the objects' state has changed.
    pub same: String,
    /// The rules that escalate, in order.
    pub rules: Vec<String>,
    /// The objects that these rules are about.
    pub objects: Vec<Object>,
}

/// One object, as far as a wider grant can name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Object {
    /// Resolved path, `` where it has none on this machine.
    pub path: String,
    /// Whether it is a directory.
    pub dir: bool,
    /// Host, `` for this machine.
    pub host: String,
}

impl Call {
    /// The call that was judged so.
    #[must_use]
    pub fn of(intent: &Intent, scope: &Scope, decision: &Decision) -> Self {
        let asking = || {
            decision
                .matched_rules
                .iter()
                .filter(|rule| rule.verdict == Verdict::Escalate)
        };
        let mut rules: Vec<String> = asking().map(|rule| rule.rule.clone()).collect();
        rules.sort_unstable();
        rules.dedup();
        let all = asking().any(|rule| rule.target.is_none()) || rules.is_empty();
        let concerned = |index: &usize| all || asking().any(|rule| rule.target == Some(*index));
        let objects = scope
            .targets
            .iter()
            .enumerate()
            .filter(|(index, _)| concerned(index))
            .map(|(_, target)| Object {
                path: if target.host.is_empty() {
                    target.path.clone()
                } else {
                    String::new()
                },
                dir: target.kind == "dir",
                host: target.host.clone(),
            })
            .collect();
        Self {
            principal: scope.identity.principal.clone(),
            agent: scope.identity.agent.clone(),
            domain: intent.domain.to_string(),
            operation: intent.operation.to_string(),
            digest: digest(intent, scope, &intent.params, Parts::found),
            same: digest(intent, scope, &unwritten(intent), Parts::named),
            rules,
            objects,
        }
    }

    /// The id that a request for this call has: the same for the same call, so that asking twice asks once.
    #[must_use]
    pub fn id(&self) -> String {
        let bytes = self.hashed(&["request", &self.digest]);
        let letters = bytes.iter().take(ID_CHARS).map(|byte| {
            let letter = ALPHABET.get(usize::from(byte & 31)).copied().unwrap_or_default();
            char::from(letter)
        });
        letters.collect()
    }

    /// Where grants of one reach and value for this call are kept.
    #[must_use]
    pub(super) fn key(&self, reach: &str, value: &str) -> String {
        let bytes = self.hashed(&["grant", reach, value]);
        hex(bytes.get(..16).unwrap_or_default())
    }

    fn hashed(&self, parts: &[&str]) -> [u8; 32] {
        let mut all = Parts::after(b"wt-call-v1\n");
        all.texts(&[&self.principal, &self.agent, &self.domain, &self.operation]);
        for rule in &self.rules {
            all.text(rule);
        }
        all.texts(parts);
        sha256(&[&all.0])
    }

    /// The directory that holds every object, none where one is not a path or they share none.
    #[must_use]
    pub fn common_dir(&self) -> Option<String> {
        let mut common: Option<Vec<&str>> = None;
        for object in &self.objects {
            let path = object.path.strip_prefix('/')?;
            let mut parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
            if !object.dir {
                parts.pop();
            }
            common = Some(match common {
                None => parts,
                Some(known) => known
                    .iter()
                    .zip(&parts)
                    .take_while(|(a, b)| a == b)
                    .map(|(a, _)| *a)
                    .collect(),
            });
        }
        common.map(|parts| format!("/{}", parts.join("/")))
    }

    /// The host that every object is on.
    #[must_use]
    pub fn common_host(&self) -> Option<&str> {
        let first = self.objects.first()?.host.as_str();
        let same = !first.is_empty() && self.objects.iter().all(|object| object.host == first);
        same.then_some(first)
    }
}

/// What is hashed for a digest: each part behind its length, so that no two lists of parts are written alike.
struct Parts(Vec<u8>);

impl Parts {
    fn after(line: &[u8]) -> Self {
        let mut all = Vec::with_capacity(1024);
        all.extend_from_slice(line);
        Self(all)
    }

    fn text(&mut self, text: &str) {
        self.bytes(text.as_bytes());
    }

    fn texts(&mut self, texts: &[&str]) {
        for text in texts {
            self.text(text);
        }
    }

    fn numbers(&mut self, numbers: &[i64]) {
        for number in numbers {
            self.0.extend_from_slice(&number.to_le_bytes());
        }
    }

    fn members(&mut self, members: &Map<String, Json>) {
        // In one order, however they were given; JSON always has a text.
        let mut sorted: Vec<(&String, &Json)> = members.iter().collect();
        sorted.sort_unstable_by_key(|(key, _)| *key);
        self.numbers(&[i64::try_from(sorted.len()).unwrap_or(i64::MAX)]);
        for (key, value) in sorted {
            self.text(key);
            self.bytes(&serde_json::to_vec(value).unwrap_or_default());
        }
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        self.0.extend_from_slice(bytes);
    }

    /// An object, as found: by all that is known of it, what the kernel tells of its identity included.
    fn found(&mut self, target: &TargetFacts) {
        // Every field is named, so that one that comes new is not forgotten here.
        let TargetFacts {
            role,
            domain,
            operation,
            path,
            name,
            parent,
            ext,
            kind,
            size,
            owner,
            mode,
            links,
            entries,
            exists,
            host,
            user,
            port,
            namespace,
            container,
            resource,
            url,
            extra,
        } = target;
        self.texts(&[
            role, domain, operation, path, name, parent, ext, kind, owner, host, user, namespace, container,
            resource, url,
        ]);
        self.numbers(&[*size, *mode, *links, *entries, i64::from(*exists), *port]);
        self.members(extra);
    }

    /// An object by where it is, not by how it was found; a link is never the same as what it may be swapped for.
    fn named(&mut self, target: &TargetFacts) {
        let t = target;
        let kind = if t.kind == "symlink" { &*t.kind } else { "" };
        self.texts(&[
            &t.role,
            &t.domain,
            &t.operation,
            &t.path,
            &t.name,
            kind,
            &t.host,
            &t.user,
        ]);
        self.texts(&[&t.namespace, &t.container, &t.resource, &t.url]);
        self.numbers(&[t.port]);
    }
}

/// The parameter of a file tool's call that stands for what it writes: SHA-256 of its arguments, hex.
pub(crate) const CONTENT: &str = "arguments_sha256";

/// The parameters without what is written.
fn unwritten(intent: &Intent) -> Map<String, Json> {
    let mut params = intent.params.clone();
    params.remove(CONTENT);
    params
}

/// The digest of all that was resolved: the intent's parts, every target and whatever else is touched, as `tell` writes it. Operands as typed
/// do not count, only what they led to.
fn digest(
    intent: &Intent,
    scope: &Scope,
    params: &Map<String, Json>,
    tell: impl Fn(&mut Parts, &TargetFacts),
) -> String {
    let mut parts = Parts::after(b"wt-intent-v2\n");
    parts.texts(&[
        &intent.domain,
        &intent.operation,
        &intent.tool,
        &scope.workspace.root,
    ]);
    parts.members(params);
    for target in scope.targets.iter().chain(&scope.touched) {
        tell(&mut parts, target);
    }
    hex(&sha256(&[&parts.0]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use policy::Target;

    fn call(paths: &[(&str, &str)]) -> Call {
        let intent = Intent {
            domain: "filesystem".into(),
            operation: "delete".into(),
            targets: vec![Target::path("path", "delete", "x")],
            tool: "safe-rm".into(),
            ..Intent::default()
        };
        let target = |(path, kind): &(&str, &str)| TargetFacts {
            path: (*path).to_owned(),
            kind: (*kind).to_owned(),
            ..TargetFacts::default()
        };
        let scope = Scope {
            targets: paths.iter().map(target).collect(),
            ..Scope::default()
        };
        let decision = Decision {
            verdict: Verdict::Escalate,
            matched_rules: Vec::new(),
            risk_score: 0.0,
            risk: policy::Risk::default(),
            reasons: Vec::new(),
            hint: None,
            audit: policy::Audit::Standard,
        };
        Call::of(&intent, &scope, &decision)
    }

    #[test]
    fn what_an_operand_led_to_makes_the_digest_not_how_it_was_typed() {
        let a = call(&[("/w/a", "file")]);
        assert_eq!(a.id(), call(&[("/w/a", "file")]).id());
        assert_eq!(a.id().len(), 6);
        for other in [
            call(&[("/w/b", "file")]),
            call(&[("/w/a", "symlink")]),
            call(&[("/w/a", "file"), ("/w/b", "file")]),
        ] {
            assert_ne!(a.digest, other.digest);
            assert_ne!(a.id(), other.id());
        }
        let foreign = Call {
            principal: "eve".into(),
            ..a.clone()
        };
        assert_ne!(a.id(), foreign.id());
        assert_ne!(a.key("exact", "x"), foreign.key("exact", "x"));
    }

    #[test]
    fn the_common_directory_is_compared_by_components() {
        for (paths, dir) in [
            (
                &[("/w/repo/a", "file"), ("/w/repo-evil/a", "file")][..],
                Some("/w"),
            ),
            (&[("/w/repo", "dir")], Some("/w/repo")),
            (&[("/w/repo", "dir"), ("/w/repo/x/y", "file")], Some("/w/repo")),
            (&[("/a", "file")], Some("/")),
            (&[("", "")], None),
        ] {
            assert_eq!(call(paths).common_dir().as_deref(), dir, "{paths:?}");
        }
    }
}
