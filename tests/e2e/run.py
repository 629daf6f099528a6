#!/usr/bin/env python3
"""Drives the real clients against a fake model and looks at what was done, what was recorded, and what the model heard.

    WT_E2E_PROGRAM=target/.../wt WT_E2E_CLIENTS=DIR tests/e2e/run.py [CLIENT...]

DIR is where `tests/e2e/install.sh DIR` put the clients. Each client's run takes at most a minute.
"""

import json
import sys
import time
import traceback

from fake_model import Model
from world import World


def recorded(world):
    """What agents did, oldest first; the set-up itself is a call of `wt`."""
    calls = [call for call in reversed(world.calls()) if call["tool"] != "wt"]
    return [(call["tool"], call["verdict"], (call["targets"] or [""])[0]) for call in calls]


def opencode(world, hold):
    """The server is connected; a tool works; a refusal reaches the model; the plugin stops a shell command."""
    model = hold(Model([("watchtower_safe_mkdir", {"path": "made"}), ("watchtower_safe_rm", {"path": "/etc/passwd"})]))
    world.setup("opencode")
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
    assert "connected" in world.run("opencode", "mcp", "list", env=env)
    world.run("opencode", "run", "--format", "json", "do it", env=env)
    assert (world.workspace / "made").is_dir()
    assert recorded(world) == [("safe-mkdir", "allow", "made"), ("safe-rm", "deny", "/etc/passwd")], recorded(world)
    assert "system directories are closed to agents" in model.heard()


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
    world.setup("claude-code")
    env = claude_env(model)
    assert "Connected" in world.run("claude", "mcp", "list", env=env)
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
    world.setup("codex")
    env = {"FAKE_KEY": "x"}
    assert "watchtower" in world.run("codex", "mcp", "list", env=env)
    world.run("codex", "exec", "--json", "--skip-git-repo-check", "--ephemeral", "--dangerously-bypass-hook-trust", "do it",
              env=env)
    assert recorded(world) == [("shell", "deny", "rm"), ("safe-mkdir", "allow", "made")], recorded(world)
    assert "watchtower: denied" in model.heard()
    assert (world.workspace / "made").is_dir()


def gemini(world, hold):
    """The hook denies and its reason reaches the model; a tool of the server works; the client lists the server."""
    model = hold(Model([("run_shell_command", {"command": "rm -rf ~", "description": "remove"}), ("safe_mkdir", {"path": "made"})]))
    path = world.home / ".gemini/settings.json"
    path.parent.mkdir()
    path.write_text(json.dumps({"security": {"auth": {"selectedType": "gemini-api-key"}, "folderTrust": {"enabled": True}}}))
    # The folder is trusted as a person trusts it: servers and hooks run nowhere else.
    (path.parent / "trustedFolders.json").write_text(json.dumps({str(world.workspace): "TRUST_FOLDER"}))
    world.setup("gemini")
    env = {"GOOGLE_GEMINI_BASE_URL": f"http://127.0.0.1:{model.port}", "GEMINI_API_KEY": "x"}
    listed = world.run("gemini", "mcp", "list", env=env)
    assert "watchtower" in listed and "Connected" in listed, listed
    world.run("gemini", "--approval-mode", "yolo", "-o", "json", "-p", "do it", env=env)
    assert recorded(world) == [("shell", "deny", "rm"), ("safe-mkdir", "allow", "made")], recorded(world)
    assert "watchtower: denied" in model.heard()
    assert (world.workspace / "made").is_dir()


def inspector(world, _):
    """The MCP inspector lists and calls tools."""
    wt = str(world.wt_path)
    listed = json.loads(world.run("mcp-inspector", "--cli", wt, "mcp", "--method", "tools/list"))
    assert len(listed["tools"]) == 21, len(listed["tools"])
    world.run("mcp-inspector", "--cli", wt, "mcp", "--method", "tools/call", "--tool-name", "safe_mkdir", "--tool-arg", "path=made")
    assert (world.workspace / "made").is_dir()


CLIENTS = {"opencode": opencode, "claude-code": claude_code, "claude-code-by-flag": claude_code_by_flag,
           "codex": codex, "gemini": gemini, "inspector": inspector}


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
