"""Today's UTCP client calls the tools of `watchtower.json`, hostile values included. Run in an environment with `utcp`,
`utcp-cli` and `utcp-file`: WT_E2E_PROGRAM=... WT_E2E_CLIENTS=... python tests/e2e/utcp_client.py"""

import asyncio
import os
from pathlib import Path

from utcp.utcp_client import UtcpClient

from world import World

HOSTILE = ["; touch created", "$(touch created)", "`touch created`", "'; touch created; '", '"; touch created; "', "a\ntouch created"]


async def drive(world):
    manual = Path(__file__).resolve().parents[2] / "watchtower.json"
    by_file = {"name": "wt", "call_template_type": "file", "file_path": str(manual),
               "allowed_communication_protocols": ["file", "cli"]}
    client = await UtcpClient.create(config={"manual_call_templates": [by_file]})
    tools = {tool.name.split(".")[-1]: tool.name for tool in await client.search_tools("", limit=100)}
    assert len(tools) == 16, sorted(tools)

    async def call(tool, **arguments):
        return str(await client.call_tool(tools[tool], arguments))

    await call("safe_mkdir", path="made", mode="parents")
    assert Path("made").is_dir()
    await call("safe_touch", path="made/a")
    await call("safe_cp", source="made/a", dest="made/b", mode="no-clobber")
    await call("safe_mv", source="made/b", dest="made/c")
    await call("safe_chmod", path="made/c", mode="600")
    await call("safe_ln", target="a", linkpath="made/link", mode="soft")
    await call("safe_rm", path="made/c", mode="file")
    assert sorted(os.listdir("made")) == ["a", "link"], os.listdir("made")
    for tool, template in [
        ("safe_rm", {"path": None, "mode": "file"}), ("safe_touch", {"path": None}), ("safe_mkdir", {"path": None}),
        ("safe_cp", {"source": None, "dest": "x"}), ("safe_mv", {"source": None, "dest": "x"}),
        ("safe_chmod", {"path": None, "mode": "644"}), ("safe_chown", {"path": "made/a", "owner": None}),
        ("safe_ln", {"target": "a", "linkpath": "made/l2", "mode": None}), ("ssh_ls", {"path": "/", "host": None}),
        ("ssh_cat", {"file": "/x", "host": None}), ("ssh_ps", {"host": None}),
        ("kubectl_get_yaml", {"name": None, "resource": "pods"}), ("kubectl_logs", {"pod": None}),
        ("kubectl_exec_read", {"pod": None, "cmd": "cat", "path": "/x"}),
        ("rg_search", {"pattern": None, "path": "made"}), ("jq_query", {"query": None, "file": "made/a"}),
    ]:
        for value in HOSTILE:
            await call(tool, **{key: value if given is None else given for key, given in template.items()})
            assert not Path("created").exists(), (tool, value)


def main():
    world = World()
    try:
        os.chdir(world.workspace)
        os.environ.update(world.env)
        asyncio.run(drive(world))
        world.verified()
        print("utcp: passed")
    finally:
        os.chdir("/")
        world.close()


if __name__ == "__main__":
    main()
