#!/usr/bin/env python3
"""Drives the real clients against a fake model and looks at what was done, what was recorded, and what the model heard.

    WT_E2E_PROGRAM=target/.../wt WT_E2E_CLIENTS=DIR tests/e2e/run.py [CLIENT...]

DIR is where `tests/e2e/install.sh DIR` put the clients. Each client's run takes at most a minute.
"""

import json
import sys
import time
import traceback
from pathlib import Path

from fake_model import Model
from world import World


def recorded(world):
    """What agents did, oldest first; the set-up itself is a call of `wt`."""
    calls = [call for call in reversed(world.calls()) if call["tool"] != "wt"]
    return [(call["tool"], call["verdict"], (call["targets"] or [""])[0]) for call in calls]


def page(title):
    """The command lines of a client's page in `docs/agents.md`: those that set it up, and those that take it out again."""
    text = (Path(__file__).resolve().parents[2] / "docs/agents.md").read_text()
    section = text.split(f"\n## {title}\n")[1].split("\n## ")[0]
    blocks = [block.split("```")[0].splitlines() for block in section.split("```sh\n")[1:]]
    assert len(blocks) == 2, (title, blocks)
    return blocks


def follow(world, lines, env=None):
    """Does what the page says; the last line's output."""
    for line in lines:
        said = world.run("sh", "-c", line, env=env)
    return said


def leave(world, title, env=None):
    """Takes the client out as its page says; nothing of ours is listed or left."""
    said = follow(world, page(title)[1], env)
    assert "watchtower" not in said.lower() or "--remove" in page(title)[1][-1], said
    client = page(title)[1][0].split()[2]
    plan = json.loads(world.wt("setup", client, "--remove", "--json"))
    assert not any(file["changed"] for file in plan["files"]), plan


def opencode(world, hold):
    """The server is connected; a tool works; a refusal reaches the model; the plugin stops a shell command."""
    model = hold(Model([
        ("watchtower_safe_mkdir", {"path": "made"}),
        ("watchtower_safe_rm", {"path": "/etc/passwd"}),
        ("bash", {"command": "rm -rf ~", "description": "remove"}),
    ]))
    follow(world, page("opencode")[0][:1])
    path = world.home / ".config/opencode/opencode.json"
    settings = json.loads(path.read_text())
    settings.update({
        "autoupdate": False, "share": "disabled", "snapshot": False, "model": "fake/fake-1", "small_model": "fake/fake-1",
        "enabled_providers": ["fake"],
        "provider": {"fake": {"npm": "@ai-sdk/openai-compatible", "name": "Fake",
                              "options": {"baseURL": f"http://127.0.0.1:{model.port}/v1", "apiKey": "x"},
                              "models": {"fake-1": {"name": "Fake 1", "tool_call": True, "limit": {"context": 100000, "output": 4096}}}}},
    })
    path.write_text(json.dumps(settings))
    names = "AUTOUPDATE MODELS_FETCH LSP_DOWNLOAD DEFAULT_PLUGINS CLAUDE_CODE SHARE".split()
    env = {f"OPENCODE_DISABLE_{name}": "1" for name in names}
    listed = follow(world, page("opencode")[0][1:], env)
    assert "watchtower" in listed and "connected" in listed, listed
    world.run("opencode", "run", "--format", "json", "do it", env=env)
    assert (world.workspace / "made").is_dir()
    assert recorded(world) == [("safe-mkdir", "allow", "made"), ("safe-rm", "deny", "/etc/passwd"),
                               ("shell", "deny", "rm")], recorded(world)
    assert "system directories are closed to agents" in model.heard()
    leave(world, "opencode", env)


def claude_env(model):
    names = "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC DISABLE_AUTOUPDATER DISABLE_TELEMETRY DISABLE_ERROR_REPORTING".split()
    return {"ANTHROPIC_BASE_URL": f"http://127.0.0.1:{model.port}", "ANTHROPIC_API_KEY": "sk-fake",
            "ENABLE_TOOL_SEARCH": "false", **{name: "1" for name in names}}


def claude_code(world, hold):
    """`ls` passes, `rm -rf ~` is denied, an escalation names its pending id, a tool of the server works."""
    model = hold(Model([
        ("Bash", {"command": "ls -la", "description": "list"}),
        ("Bash", {"command": "rm -rf ~", "description": "remove"}),
        ("Bash", {"command": "sudo ls", "description": "list"}),
        ("mcp__watchtower__safe_mkdir", {"path": "made"}),
    ]))
    env = claude_env(model)
    listed = follow(world, page("Claude Code")[0], env)
    assert "watchtower" in listed and "Connected" in listed, listed
    world.run("claude", "-p", "do it", "--allowedTools", "Bash mcp__watchtower__safe_mkdir", "--output-format",
              "stream-json", "--verbose", env=env)
    assert recorded(world) == [("shell", "allow", "ls"), ("shell", "deny", "rm"), ("shell", "escalate", "sudo"),
                               ("safe-mkdir", "allow", "made")], recorded(world)
    pending = json.loads(world.wt("approvals", "--json").splitlines()[0])
    ids = json.dumps(pending)
    heard = model.heard()
    assert "watchtower: denied" in heard and "watchtower: waiting for a person as" in heard, heard[-2000:]
    word = heard.split("waiting for a person as `")[1].split("`")[0]
    assert word in ids, (word, ids)
    assert (world.workspace / "made").is_dir()
    leave(world, "Claude Code", env)


def claude_code_by_flag(world, hold):
    """A server that only the command line names is known for ours by its running below the client."""
    made = ("mcp__watchtower__safe_mkdir", {"path": "made"})
    world.setup("claude-code")
    own = world.home / ".claude.json"
    own.unlink()
    flag = world.home / "servers.json"
    flag.write_text(json.dumps({"mcpServers": {"watchtower": {"command": str(world.wt_path), "args": ["mcp"]}}}))
    model = hold(Model([made]))
    world.run("claude", "-p", "do it", "--allowedTools", made[0], "--mcp-config", str(flag), "--strict-mcp-config",
              env=claude_env(model))
    assert recorded(world) == [("safe-mkdir", "allow", "made")], recorded(world)


def codex(world, hold):
    """The hook denies; a tool of the server works; the client lists the server."""
    remove = {"command": "rm -rf ~", "cmd": "rm -rf ~"}
    model = hold(Model([(("shell_command", "exec_command", "shell"), remove), ("safe_mkdir", {"path": "made"})]))
    (world.home / ".codex").mkdir()
    (world.home / ".codex/config.toml").write_text(
        'model = "fake"\nmodel_provider = "fake"\napproval_policy = "never"\nsandbox_mode = "danger-full-access"\n'
        f'[model_providers.fake]\nname = "fake"\nbase_url = "http://127.0.0.1:{model.port}/v1"\n'
        'wire_api = "responses"\nenv_key = "FAKE_KEY"\n')
    env = {"FAKE_KEY": "x"}
    listed = follow(world, page("Codex")[0], env)
    assert "watchtower" in listed and "enabled" in listed, listed
    world.run("codex", "exec", "--json", "--skip-git-repo-check", "--ephemeral", "--dangerously-bypass-hook-trust", "do it",
              env=env)
    assert recorded(world) == [("shell", "deny", "rm"), ("safe-mkdir", "allow", "made")], recorded(world)
    assert "watchtower: denied" in model.heard()
    assert (world.workspace / "made").is_dir()
    leave(world, "Codex", env)


def gemini(world, hold):
    """The hook denies and its reason reaches the model; a tool of the server works; the client lists the server."""
    model = hold(Model([("run_shell_command", {"command": "rm -rf ~", "description": "remove"}), ("safe_mkdir", {"path": "made"})]))
    path = world.home / ".gemini/settings.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": True}}}))
    # The folder is trusted as a person trusts it: servers and hooks run nowhere else.
    (path.parent / "trustedFolders.json").write_text(json.dumps({str(world.workspace): "TRUST_FOLDER"}))
    env = {"GOOGLE_GEMINI_BASE_URL": f"http://127.0.0.1:{model.port}", "GEMINI_API_KEY": "x"}
    listed = follow(world, page("Gemini CLI")[0], env)
    assert "watchtower" in listed and "Connected" in listed, listed
    world.run("gemini", "--approval-mode", "yolo", "-o", "json", "-p", "do it", env=env)
    assert recorded(world) == [("shell", "deny", "rm"), ("safe-mkdir", "allow", "made")], recorded(world)
    assert "watchtower: denied" in model.heard()
    assert (world.workspace / "made").is_dir()
    leave(world, "Gemini CLI", env)


def copilot(world, hold):
    """`ls` passes, the hook denies and its reason reaches the model; a tool of the server works; the client lists the server."""
    model = hold(Model([
        ("bash", {"command": "ls -la", "description": "list"}),
        ("bash", {"command": "rm -rf ~", "description": "remove"}),
        ("safe_mkdir", {"path": "made"}),
    ]))
    # A model of one's own needs no login and no network.
    env = {"COPILOT_OFFLINE": "true", "COPILOT_PROVIDER_BASE_URL": f"http://127.0.0.1:{model.port}/v1", "COPILOT_MODEL": "gpt-4o",
           "COPILOT_PROVIDER_API_KEY": "x", "COPILOT_AUTO_UPDATE": "false"}
    listed = follow(world, page("Copilot CLI")[0], env)
    assert "watchtower" in listed and str(world.wt_path) in world.run("copilot", "mcp", "get", "watchtower", env=env), listed
    world.run("copilot", "-p", "do it", "--allow-all-tools", "--no-color", env=env)
    assert recorded(world) == [("shell", "allow", "ls"), ("shell", "deny", "rm"), ("safe-mkdir", "allow", "made")], recorded(world)
    assert "watchtower: denied" in model.heard()
    assert (world.workspace / "made").is_dir()
    leave(world, "Copilot CLI", env)


def cursor(world, _):
    """No client to drive: what the set-up wrote has the form that Cursor documents, and every hook in it answers."""
    follow(world, page("Cursor")[0])
    servers = json.loads((world.home / ".cursor/mcp.json").read_text())
    assert servers == {"mcpServers": {"watchtower": {"command": str(world.wt_path), "args": ["mcp"]}}}, servers
    written = json.loads((world.home / ".cursor/hooks.json").read_text())
    assert written["version"] == 1
    base = {"conversation_id": "c", "generation_id": "g", "workspace_roots": [str(world.workspace)], "cursor_version": "2"}
    events = {
        "beforeShellExecution": ({"command": "rm -rf ~", "cwd": ""}, "deny"),
        "beforeMCPExecution": ({"tool_name": "safe_mkdir", "tool_input": "{}", "command": f"{world.wt_path} mcp"}, "allow"),
        "beforeReadFile": ({"file_path": str(world.home / ".ssh/id_ed25519"), "content": ""}, "deny"),
        "preToolUse": ({"tool_name": "Write", "tool_input": {"file_path": str(world.workspace / "a"), "content": ""}}, "allow"),
        "afterShellExecution": ({"command": "rm -rf ~", "output": "", "duration": 1}, None),
        "afterMCPExecution": ({"tool_name": "safe_mkdir", "tool_input": "{}", "result_json": "{}", "duration": 1}, None),
        "afterFileEdit": ({"file_path": str(world.workspace / "a"), "edits": []}, None),
    }
    assert sorted(written["hooks"]) == sorted(events), written
    for name, (fields, expected) in events.items():
        for hook in written["hooks"][name]:
            said = world.run("sh", "-c", hook["command"], stdin=json.dumps({"hook_event_name": name, **base, **fields}))
            assert json.loads(said).get("permission") == expected, (name, said)
    leave(world, "Cursor")


def inspector(world, _):
    """The MCP inspector lists and calls tools."""
    wt = str(world.wt_path)
    listed = json.loads(world.run("mcp-inspector", "--cli", wt, "mcp", "--method", "tools/list"))
    assert len(listed["tools"]) == 21, len(listed["tools"])
    world.run("mcp-inspector", "--cli", wt, "mcp", "--method", "tools/call", "--tool-name", "safe_mkdir", "--tool-arg", "path=made")
    assert (world.workspace / "made").is_dir()


CLIENTS = {"opencode": opencode, "claude-code": claude_code, "claude-code-by-flag": claude_code_by_flag,
           "codex": codex, "gemini": gemini, "cursor": cursor,
           "copilot": copilot, "inspector": inspector}


def main(names):
    failed = []
    for name in names or CLIENTS:
        started, world, models = time.monotonic(), World(), []

        def hold(model):
            models.append(model)
            return model

        try:
            CLIENTS[name](world, hold)
            world.verified()
            print(f"{name}: passed in {time.monotonic() - started:.1f} s", flush=True)
        except Exception:
            failed.append(name)
            print(f"{name}: FAILED\n{traceback.format_exc()}", flush=True)
        finally:
            for model in models:
                model.close()
            world.close()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
