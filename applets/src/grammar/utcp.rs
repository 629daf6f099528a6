//! The UTCP manual: every applet as a tool that today's clients call by a command line.
//! A value reaches that line as the content of an environment variable; no quoting of ours is involved.

use super::tool::property;
use crate::{Applet, all};
use serde_json::{Map, Value as Json, json};

/// The format's version that the manual follows.
const FORMAT: &str = "1.2.0";
/// What a client needs to hand on: the program, the person's files, and where Watchtower keeps its own.
const INHERITED: &[&str] = &[
    "PATH",
    "HOME",
    "USER",
    "LANG",
    "TZ",
    "WATCHTOWER_DIR",
    "KUBECONFIG",
];

/// The manual of every applet.
pub fn utcp_manual(version: &str) -> Json {
    let tools: Vec<Json> = all().iter().map(utcp_tool).collect();
    json!({"utcp_version": FORMAT, "manual_version": version, "tools": tools})
}

/// What a client puts in the place of an argument that was not given.
pub fn utcp_absent(name: &str) -> String {
    format!("MISSING_ARG_{name}")
}

fn utcp_tool(applet: &Applet) -> Json {
    let mut inputs = applet.input_schema();
    // A client writes every argument as one word, so lists have no place here.
    let keys: Vec<String> = applet
        .tool_operands()
        .map(|operand| property(operand.key))
        .chain(applet.tool_options().map(|opt| property(opt.key)))
        .collect();
    if let Some(properties) = inputs.get_mut("properties").and_then(Json::as_object_mut) {
        properties.retain(|name, _| keys.contains(name));
    }
    let mut command = format!("wt utcp call {}", applet.tool_name());
    for key in &keys {
        command.push_str(&format!(" {key}=UTCP_ARG_{key}_UTCP_END"));
    }
    let tags: Vec<&str> = std::iter::once(applet.domain)
        .chain(applet.operations.iter().copied())
        .collect();
    json!({
        "name": applet.tool_name(),
        "description": applet.summary,
        "inputs": inputs,
        "outputs": {"type": "string", "description": "what it printed; a refusal says why and what to do instead"},
        "tags": tags,
        "tool_call_template": {
            "name": "watchtower",
            "call_template_type": "cli",
            "commands": [{"command": command, "append_to_final_output": true}],
            "env_vars": {},
            "inherit_env_vars": INHERITED,
            "working_dir": ".",
        },
    })
}

/// The arguments of a call by such a manual: `name=value` words, the absent ones left out.
pub fn utcp_arguments<'a>(words: impl Iterator<Item = (&'a str, &'a str)>) -> Map<String, Json> {
    words
        .filter(|(name, value)| *value != utcp_absent(name))
        .map(|(name, value)| (name.to_owned(), Json::from(value)))
        .collect()
}
