//! The answer to a hook, in the words that each client honours. A refusal is always said in the form that
//! stops the tool; where a client ignores an allowance, none is claimed.

use super::event::{Client, Phase};
use serde_json::{Value as Json, json};

/// What is answered to an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Go ahead.
    Allow,
    /// Nothing to say: the client goes on as it would without a hook.
    Pass,
    /// Ask the person who sits there; the reason names the pending request.
    Ask(String),
    /// Stop, for this reason, which the model reads.
    Deny(String),
}

/// What the process prints and returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: u8,
}

impl Answer {
    /// The reply to an event that was understood.
    pub(crate) fn reply(&self, client: Client, phase: Phase, event: &str) -> Reply {
        let body = match phase {
            Phase::Before => self.before(client, event),
            Phase::After | Phase::Session => json!({}),
        };
        Reply {
            stdout: format!("{body}\n"),
            stderr: String::new(),
            code: 0,
        }
    }

    /// The reply to something that was not understood: refused in the client's form, and by the exit code that
    /// blocks whatever the event was. Copilot goes on after a hook that fails, so it gets the answer alone.
    pub(crate) fn refusal(client: Client, reason: &str) -> Reply {
        let event = match client {
            Client::Gemini => "BeforeTool",
            Client::ClaudeCode | Client::Codex | Client::Cursor | Client::OpenCode | Client::Copilot => {
                "PreToolUse"
            }
        };
        let body = Self::Deny(reason.to_owned()).before(client, event);
        let code = if client == Client::Copilot { 0 } else { 2 };
        Reply {
            stdout: format!("{body}\n"),
            stderr: format!("{reason}\n"),
            code,
        }
    }

    fn before(&self, client: Client, event: &str) -> Json {
        let (word, reason) = match self {
            // Our own plugin goes on only where it is told to.
            Self::Pass if client == Client::OpenCode => return json!({"decision": "allow"}),
            Self::Pass => return json!({}),
            Self::Allow => ("allow", ""),
            Self::Ask(reason) => ("ask", reason.as_str()),
            Self::Deny(reason) => ("deny", reason.as_str()),
        };
        match client {
            Client::ClaudeCode | Client::Codex if event == "PermissionRequest" => match self {
                Self::Deny(reason) => json!({"hookSpecificOutput": {"hookEventName": event,
                    "decision": {"behavior": "deny", "message": reason}}}),
                // The decision before the tool's use has been given already; the person's own prompt stays.
                Self::Allow | Self::Pass | Self::Ask(_) => json!({}),
            },
            Client::ClaudeCode => {
                let mut output = json!({"hookEventName": event, "permissionDecision": word});
                if !reason.is_empty()
                    && let Some(output) = output.as_object_mut()
                {
                    output.insert("permissionDecisionReason".to_owned(), reason.into());
                }
                json!({"hookSpecificOutput": output})
            }
            // Codex knows no other decision than to deny, and takes an unknown one for a failed hook.
            Client::Codex if word == "allow" => json!({}),
            Client::Codex => {
                json!({"hookSpecificOutput": {"hookEventName": event, "permissionDecision": "deny",
                "permissionDecisionReason": reason}})
            }
            Client::Gemini if word == "allow" => json!({"decision": "allow"}),
            Client::Gemini => json!({"decision": "deny", "reason": reason}),
            Client::Cursor if word == "allow" => json!({"permission": "allow", "continue": true}),
            Client::Cursor => {
                json!({"permission": word, "continue": true, "user_message": reason, "agent_message": reason,
                "userMessage": reason, "agentMessage": reason})
            }
            Client::OpenCode => json!({"decision": word, "reason": reason}),
            Client::Copilot if word == "allow" => json!({}),
            Client::Copilot => json!({"permissionDecision": "deny", "permissionDecisionReason": reason}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Answer, Client, Phase};
    use serde_json::{Value as Json, json};

    fn body(answer: &Answer, client: Client, event: &str) -> Json {
        let reply = answer.reply(client, Phase::Before, event);
        assert_eq!(reply.code, 0);
        serde_json::from_str(&reply.stdout).unwrap()
    }

    #[test]
    fn a_refusal_is_in_the_words_of_each_client() {
        let deny = Answer::Deny("no".to_owned());
        for (client, event, expected) in [
            (
                Client::ClaudeCode,
                "PreToolUse",
                json!({"hookSpecificOutput": {"hookEventName": "PreToolUse",
                "permissionDecision": "deny", "permissionDecisionReason": "no"}}),
            ),
            (
                Client::Codex,
                "PreToolUse",
                json!({"hookSpecificOutput": {"hookEventName": "PreToolUse",
                "permissionDecision": "deny", "permissionDecisionReason": "no"}}),
            ),
            (
                Client::Gemini,
                "BeforeTool",
                json!({"decision": "deny", "reason": "no"}),
            ),
            (
                Client::OpenCode,
                "tool.execute.before",
                json!({"decision": "deny", "reason": "no"}),
            ),
            (
                Client::Copilot,
                "preToolUse",
                json!({"permissionDecision": "deny", "permissionDecisionReason": "no"}),
            ),
        ] {
            assert_eq!(body(&deny, client, event), expected);
        }
        assert_eq!(body(&deny, Client::Cursor, "preToolUse")["permission"], "deny");
    }

    #[test]
    fn an_allowance_is_claimed_only_where_the_client_honours_one() {
        assert_eq!(body(&Answer::Allow, Client::Codex, "PreToolUse"), json!({}));
        assert_eq!(body(&Answer::Allow, Client::Copilot, "preToolUse"), json!({}));
        let claude = body(&Answer::Allow, Client::ClaudeCode, "PreToolUse");
        assert_eq!(claude["hookSpecificOutput"]["permissionDecision"], "allow");
    }

    #[test]
    fn what_was_not_understood_is_refused_by_answer_and_by_exit_code() {
        for client in Client::ALL {
            let reply = Answer::refusal(client, "the event is not JSON");
            assert!(
                reply.stdout.contains("deny") && reply.stdout.contains("not JSON"),
                "{}",
                client.name()
            );
            assert_eq!(reply.code, if client == Client::Copilot { 0 } else { 2 });
        }
    }
}
