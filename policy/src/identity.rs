//! Which capabilities the documents give to whom.

use crate::{
    components::name_matches,
    json::{Node, Value},
    scope::Identity,
};

/// One document's grants.
#[derive(Clone, Debug)]
pub(crate) struct Grants(Vec<Grant>);

#[derive(Clone, Debug)]
struct Grant {
    principal: Option<Vec<String>>,
    uid: Option<Vec<i64>>,
    agent: Option<Vec<String>>,
    learnt: Option<Vec<String>>,
    interactive: Option<bool>,
    capabilities: Vec<String>,
}

impl Grants {
    /// Reads `identities`, whose shape was checked; none where the document has none.
    pub(crate) fn read(root: &Node<'_>) -> Option<Self> {
        let list = root.get("identities")?;
        Some(Self(list.items().iter().map(Grant::read).collect()))
    }

    /// What this document gives to an identity.
    pub(crate) fn of(&self, identity: &Identity) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        for capability in self
            .0
            .iter()
            .filter(|g| g.is_about(identity))
            .flat_map(|g| &g.capabilities)
        {
            if !all.contains(capability) {
                all.push(capability.clone());
            }
        }
        all
    }
}

impl Grant {
    fn read(node: &Node<'_>) -> Self {
        let who = node.get("match");
        let words = |key: &str| who.and_then(|w| w.get(key)).map(words);
        let uids = who.and_then(|w| w.get("uid")).map(|node| match &node.value {
            Value::Int(n) => vec![*n],
            _ => node
                .items()
                .iter()
                .filter_map(|n| {
                    if let Value::Int(n) = n.value {
                        Some(n)
                    } else {
                        None
                    }
                })
                .collect(),
        });
        let interactive = who
            .and_then(|w| w.get("interactive"))
            .map(|n| n.value == Value::Bool(true));
        Self {
            principal: words("principal"),
            uid: uids,
            agent: words("agent"),
            learnt: words("learnt"),
            interactive,
            capabilities: node.get("capabilities").map(self::words).unwrap_or_default(),
        }
    }

    fn is_about(&self, identity: &Identity) -> bool {
        let one = |patterns: &Option<Vec<String>>, text: &str| {
            patterns
                .as_ref()
                .is_none_or(|all| all.iter().any(|p| name_matches(p, text)))
        };
        one(&self.principal, &identity.principal)
            && one(&self.agent, &identity.agent)
            && one(&self.learnt, &identity.learnt)
            && self.uid.as_ref().is_none_or(|all| all.contains(&identity.uid))
            && self
                .interactive
                .is_none_or(|wanted| wanted == identity.interactive)
    }
}

/// A word or a list of words.
pub(crate) fn words(node: &Node<'_>) -> Vec<String> {
    match node.text() {
        Some(text) => vec![text.to_owned()],
        None => node
            .items()
            .iter()
            .filter_map(|item| item.text().map(str::to_owned))
            .collect(),
    }
}
