//! Each era of the protocol, with the requests that its clients send.

use super::server::World;
use serde_json::{Value as Json, json};

/// What every client does: lists the tools, calls two, reads a resource.
fn works(server: &mut super::server::Server, world: &World, name: &str) {
    let listed = server.ask("tools/list", json!({}));
    assert_eq!(
        listed["result"]["tools"].as_array().unwrap().len(),
        21,
        "{listed}"
    );
    let made = server.call("safe_mkdir", json!({"path": name}));
    assert_eq!(made["structuredContent"]["verdict"], "allow", "{made}");
    assert!(world.workspace().join(name).is_dir());
    let refused = server.call("safe_rm", json!({"path": "/etc/passwd"}));
    assert_eq!(refused["isError"], true, "{refused}");
    let told = &refused["structuredContent"];
    assert_eq!(
        (told["verdict"].as_str(), told["exit_code"].as_i64()),
        (Some("deny"), Some(77)),
        "{told}"
    );
    for key in ["rule", "reason", "hint"] {
        assert!(
            told[key].as_str().is_some_and(|text| !text.is_empty()),
            "{key}: {told}"
        );
    }
    let resource = server.ask("resources/read", json!({"uri": "watchtower://level"}));
    let text = resource["result"]["contents"][0]["text"].as_str().unwrap();
    assert_eq!(
        serde_json::from_str::<Json>(text).unwrap()["level"],
        "A",
        "{text}"
    );
    for (uri, holds) in [
        ("watchtower://policy", "\"layers\""),
        ("watchtower://recent", "safe-rm"),
    ] {
        let resource = server.ask("resources/read", json!({"uri": uri}));
        let text = resource["result"]["contents"][0]["text"].as_str().unwrap();
        assert!(text.contains(holds), "{uri}: {text}");
    }
}

#[test]
fn clients_that_greet_first_are_served_in_the_version_they_name() {
    let world = World::new();
    for version in ["2025-06-18", "2025-11-25"] {
        let mut server = world.greeted(version, &json!({}));
        works(&mut server, &world, version);
        assert_eq!(server.leave(), Some(0));
    }
    let call = &world.calls()[1];
    assert_eq!(
        (call["agent"].as_str(), call["tool"].as_str()),
        (Some("tester/7"), Some("safe-mkdir")),
        "{call}"
    );
}

#[test]
fn a_client_of_the_stateless_era_needs_no_greeting() {
    let world = World::new();
    let mut server = world.stateless(&json!({}));
    let found = server.ask("server/discover", json!({}));
    let versions = found["result"]["supportedVersions"].to_string();
    for version in ["2026-07-28", "2025-11-25", "2025-06-18"] {
        assert!(versions.contains(version), "{found}");
    }
    assert!(
        found["result"]["instructions"]
            .as_str()
            .unwrap()
            .contains("wt approve"),
        "{found}"
    );
    works(&mut server, &world, "made");
    let call = &world.calls()[0];
    assert_eq!(call["agent"], "tester/8", "{call}");
    assert_eq!(server.leave(), Some(0));
}

#[test]
fn a_stateless_request_that_does_not_say_who_asks_is_refused_and_does_nothing() {
    let world = World::new();
    let mut server = world.server();
    let made = json!({"name": "safe_mkdir", "arguments": {"path": "made"},
        "_meta": {"io.modelcontextprotocol/protocolVersion": "2026-07-28"}});
    let said = server.ask("tools/call", made);
    assert_eq!(said["error"]["code"], -32602, "{said}");
    let unknown = json!({"_meta": {"io.modelcontextprotocol/protocolVersion": "2031-01-01",
        "io.modelcontextprotocol/clientCapabilities": {}}});
    let said = server.ask("tools/list", unknown);
    assert!(said["error"].is_object(), "{said}");
    assert!(!world.workspace().join("made").exists());
}

#[test]
fn every_tool_says_what_it_takes_what_it_gives_and_what_it_touches() {
    let world = World::new();
    let mut server = world.greeted("2025-11-25", &json!({}));
    let listed = server.ask("tools/list", json!({}));
    let tools = listed["result"]["tools"].as_array().unwrap();
    let named = |name: &str| tools.iter().find(|tool| tool["name"] == name).unwrap();
    for name in ["safe_rm", "ssh_cat", "kubectl_get_yaml", "rg_search", "jq_query"] {
        let tool = named(name);
        assert_eq!(tool["outputSchema"]["type"], "object", "{tool}");
        for hint in [
            "readOnlyHint",
            "destructiveHint",
            "idempotentHint",
            "openWorldHint",
        ] {
            assert!(tool["annotations"][hint].is_boolean(), "{name} {hint}");
        }
    }
    assert_eq!(named("safe_rm")["annotations"]["destructiveHint"], true);
    assert_eq!(named("rg_search")["annotations"]["readOnlyHint"], true);
    assert_eq!(named("ssh_cat")["annotations"]["openWorldHint"], true);
    let mode = &named("safe_rm")["inputSchema"]["properties"]["mode"];
    assert_eq!(
        (&mode["enum"], &mode["default"]),
        (&json!(["file", "dir", "dir-recursive"]), &json!("file"))
    );
}
