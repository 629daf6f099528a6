//! The tools that the server offers: every applet as its table describes it, and five that only ask.

use super::questions::{DEFAULT_LIMIT, DEFAULT_WAIT, MAX_LIMIT, MAX_WAIT};
use applets::Applet;
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Tools beside the applets: name, what it does, and the schema of its arguments.
fn asking() -> [(&'static str, &'static str, Json); 5] {
    let number = |help: &str, max: u64, default: u64| json!({"type": "integer", "description": help, "minimum": 1, "maximum": max, "default": default});
    [
        (
            "check_command",
            "what policy would say to a shell command, without running or recording it",
            object(
                &json!({"command": {"type": "string", "description": "the shell command", "minLength": 1}}),
                &["command"],
            ),
        ),
        (
            "list_approvals",
            "the requests that wait for a person, and how to answer them",
            object(&json!({}), &[]),
        ),
        (
            "wait_for_approval",
            "wait until a person has answered a pending request; nothing but that person can approve it",
            object(
                &json!({"id": {"type": "string", "description": "the pending id", "minLength": 1},
                    "seconds": number("how long to wait", MAX_WAIT, DEFAULT_WAIT)}),
                &["id"],
            ),
        ),
        (
            "explain_refusal",
            "why a recorded call was refused: the rules, reasons and facts of its entry",
            object(
                &json!({"seq": {"type": "integer", "description": "the number of the entry", "minimum": 1}}),
                &["seq"],
            ),
        ),
        (
            "recent_activity",
            "the last calls in the ledger",
            object(
                &json!({"limit": number("how many", MAX_LIMIT, DEFAULT_LIMIT)}),
                &[],
            ),
        ),
    ]
}

fn object(properties: &Json, required: &[&str]) -> Json {
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// Every tool, in the order in which they are listed.
pub(super) fn all() -> Vec<Tool> {
    let own = applets::all().iter().map(of_applet);
    let asking = asking().into_iter().map(|(name, says, schema)| {
        Tool::new(name, says, fields(schema)).with_annotations(
            ToolAnnotations::new()
                .read_only(true)
                .destructive(false)
                .idempotent(true)
                .open_world(false),
        )
    });
    own.chain(asking).collect()
}

fn of_applet(applet: &'static Applet) -> Tool {
    let traits = applet.traits();
    let annotations = ToolAnnotations::new()
        .read_only(traits.read_only)
        .destructive(traits.destructive)
        .idempotent(traits.idempotent)
        .open_world(traits.open_world);
    let says = format!(
        "{}. Judged by policy and recorded; a refusal says the rule, the reason and what to do instead.",
        applet.summary
    );
    Tool::new(applet.tool_name(), says, fields(applet.input_schema()))
        .with_raw_output_schema(fields(output_schema()))
        .with_annotations(annotations)
}

/// What a call of an applet gives back.
fn output_schema() -> Json {
    json!({
        "type": "object",
        "properties": {
            "verdict": {"type": "string", "enum": ["allow", "shadow", "escalate", "deny", "error"],
                "description": "what policy said; error where the call could not be judged"},
            "exit_code": {"type": "integer", "description": "0 for success, else the effect's own or Watchtower's code"},
            "stdout": {"type": "string", "description": "what it printed"},
            "stderr": {"type": "string", "description": "what it said beside that"},
            "truncated": {"type": "boolean", "description": "whether less than all of the output is here"},
            "rule": {"type": "string", "description": "the rule that refused"},
            "reason": {"type": "string", "description": "why it was refused"},
            "hint": {"type": "string", "description": "what to do instead"},
            "pending": {"type": "string", "description": "the id of the request that a person has to approve"},
            "seq": {"type": "integer", "description": "the entry of the ledger"},
        },
        "required": ["verdict", "exit_code"],
    })
}

fn fields(value: Json) -> Arc<JsonObject> {
    match value {
        Json::Object(fields) => Arc::new(fields),
        _ => Arc::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::all;

    #[test]
    fn every_applet_and_every_question_is_a_tool_with_a_described_schema() {
        let tools = all();
        assert_eq!(tools.len(), 16 + super::super::super::hook::OWN_TOOLS.len());
        for name in super::super::super::hook::OWN_TOOLS {
            assert!(tools.iter().any(|tool| tool.name == name), "{name}");
        }
        for tool in &tools {
            assert!(
                tool.annotations
                    .as_ref()
                    .is_some_and(|hints| hints.read_only_hint.is_some()),
                "{}",
                tool.name
            );
            for (name, property) in tool.input_schema["properties"].as_object().unwrap() {
                assert!(
                    property["description"]
                        .as_str()
                        .is_some_and(|text| !text.is_empty()),
                    "{} {name}",
                    tool.name
                );
            }
        }
    }
}
