"""Today's UTCP client calls every tool of the manual against real files, a real sshd and an API server, then all of them
with hostile values, which must create nothing. Both ways of loading the manual are driven.

Run by the test `the_utcp_client_calls_every_tool`, which starts the servers and tells of them in WT_E2E_SERVERS, in an
environment with `utcp`, `utcp-cli` and `utcp-file`."""

import asyncio
import json
import os
import sys
from pathlib import Path

from utcp.utcp_client import UtcpClient

from world import World

MANUAL = Path(__file__).resolve().parents[2] / "watchtower.json"
HOSTILE = ["; touch created", "$(touch created)", "`touch created`", "'; touch created; '", '"; touch created; "',
           "a\ntouch created", "&& touch created", "| touch created", "--output=created", "\\'$(touch created)"]
# Every tool with arguments that work, and what the answer then holds.
GOOD = [
    ("safe_mkdir", {"path": "made", "mode": "parents"}, "made", ""),
    ("safe_touch", {"path": "made/a"}, "made/a", ""),
    ("safe_cp", {"source": "made/a", "dest": "made/b", "mode": "no-clobber"}, "made/b", ""),
    ("safe_mv", {"source": "made/b", "dest": "made/c"}, "made/c", ""),
    ("safe_chmod", {"path": "made/c", "mode": "600"}, "made/c", ""),
    ("safe_chown", {"path": "made/c", "owner": f"{os.getuid()}:{os.getgid()}"}, "made/c", ""),
    ("safe_ln", {"target": "a", "linkpath": "made/link", "mode": "soft"}, "made/link", ""),
    ("safe_rm", {"path": "made/c", "mode": "file"}, None, ""),
    ("rg_search", {"pattern": "need.e", "path": "made"}, None, "a needle"),
    ("jq_query", {"query": ".a[1]", "file": "made/data.json"}, None, "22"),
    ("ssh_ls", {"path": "WORKSPACE/made", "host": "web"}, None, "data.json"),
    ("ssh_cat", {"file": "WORKSPACE/made/text", "host": "web"}, None, "a needle"),
    ("ssh_ps", {"host": "web"}, None, "PID"),
    ("kubectl_get_yaml", {"name": "web-1", "resource": "pods", "ns": "dev"}, None, "color: blue|value: blue"),
    ("kubectl_logs", {"pod": "web-1", "ns": "dev"}, None, "second"),
    # What comes back depends on the version of kubectl; that the server was asked is checked there.
    ("kubectl_exec_read", {"pod": "web-1", "ns": "dev", "cmd": "cat", "path": "/srv/file"}, None, None),
]


async def load(template):
    """A client with this manual, and the full names of its tools by their own."""
    client = await UtcpClient.create(config={"manual_call_templates": [template]})
    tools = {tool.name.split(".")[-1]: tool.name for tool in await client.search_tools("", limit=100)}
    assert sorted(tools) == sorted(name for name, *_ in GOOD), sorted(tools)

    async def call(tool, arguments):
        return str(await client.call_tool(tools[tool], arguments))

    return call


def at(world, value):
    return value.replace("WORKSPACE", str(world.workspace)) if isinstance(value, str) else value


async def works(world, call):
    for tool, arguments, path, says in GOOD:
        arguments = {name: at(world, value) for name, value in arguments.items()}
        answer = await call(tool, arguments)
        newest = world.calls()[0]
        assert (newest["tool"], newest["verdict"]) == (tool.replace("_", "-"), "allow"), (newest, answer)
        assert path is None or os.path.lexists(path), (tool, answer)
        assert says is None or any(part in answer for part in says.split("|")), (tool, answer)
        assert "hunter2" not in answer, (tool, answer)
        if tool == "safe_mkdir":
            Path("made/text").write_text("a needle\n")
            Path("made/data.json").write_text('{"a": [11, 22]}')
    assert not Path("made/c").exists() and not Path("made/b").exists()


async def holds(world, call):
    """Each argument of each tool in turn takes each hostile value."""
    before = sorted(str(path) for path in Path(".").rglob("*") if ".git" not in path.parts)
    calls = 0
    for tool, arguments, _, _ in GOOD:
        for name in arguments:
            for value in HOSTILE:
                given = {key: at(world, old) for key, old in arguments.items()}
                await call(tool, {**given, name: value})
                calls += 1
                assert not Path("created").exists() and not (world.home / "created").exists(), (tool, name, value)
    # A name is a name: some of the values are files now, under exactly that name.
    after = {str(path) for path in Path(".").rglob("*") if ".git" not in path.parts}
    fresh = {path for path in after - set(before) if not any(value in path for value in HOSTILE)}
    assert {"/".join(path.split("/")[:2]) for path in fresh} <= {"made/b", "made/c"}, fresh
    return calls


async def drive(world):
    by_file = {"name": "wt", "call_template_type": "file", "file_path": str(MANUAL),
               "allowed_communication_protocols": ["file", "cli"]}
    by_discovery = {"name": "wt", "call_template_type": "cli", "commands": [{"command": "wt utcp"}]}
    for template in (by_file, by_discovery):
        call = await load(template)
        await works(world, call)
        await call("safe_rm", {"path": "made", "mode": "dir-recursive"})
        assert not Path("made").exists()
    await works(world, call)
    return await holds(world, call)


def main():
    world = World()
    try:
        policy = world.home / ".watchtower/policy.json"
        policy.write_text(json.dumps({**json.loads(policy.read_text()), **json.loads(os.environ["WT_E2E_SERVERS"])}))
        os.chdir(world.workspace)
        os.environ.update(world.env)
        calls = asyncio.run(drive(world))
        world.verified()
        print(f"utcp: passed, with {calls} calls with hostile values")
    finally:
        os.chdir("/")
        world.close()


if __name__ == "__main__":
    sys.exit(main())
