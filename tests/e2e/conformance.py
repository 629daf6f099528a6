#!/usr/bin/env python3
"""Runs the MCP conformance suite against `wt mcp --http`, for both eras of the protocol.

    WT_E2E_PROGRAM=target/.../wt WT_E2E_CLIENTS=DIR tests/e2e/conformance.py

Every check that does not succeed must be explained in `conformance-expected.json`, and every explanation must still be
needed: a check that fails without one, or succeeds with one, fails this run.
"""

import json
import re
import subprocess
import sys
import time
from pathlib import Path

from token_proxy import Proxy
from world import CLIENTS, LIMIT, World

RUNS = {"2026-07-28": ["--requirements", "2026-07-28"], "2025-11-25": ["--spec-version", "2025-11-25"],
        "2025-06-18": ["--spec-version", "2025-06-18"]}
SUITE = CLIENTS / "node_modules/mcp-conformance/dist/index.js"


def failures(directory):
    """The checks that did not succeed: `SCENARIO/CHECK` and what the suite says; and how many checks there were."""
    found, count = {}, 0
    for file in sorted(directory.glob("**/checks.json")):
        # The directory is named for the scenario and the time.
        scenario = re.sub(r"-\d{4}-\d\d-\d\dT.*", "", file.parent.name.removeprefix("server-"))
        for check in json.loads(file.read_text()):
            count += 1
            if check["status"] not in ("SUCCESS", "INFO", "SKIPPED"):
                found[f"{scenario}/{check['id']}"] = check.get("errorMessage") or check.get("description")
    return found, count


def main():
    expected = {key: reason for reason, keys in json.loads(
        Path(__file__).with_name("conformance-expected.json").read_text()).items() for key in keys}
    started, world, wrong, used = time.monotonic(), World(), [], set()
    server = subprocess.Popen([str(world.wt_path), "mcp", "--http", "127.0.0.1:0"], cwd=world.workspace, env=world.env,
                              stdout=subprocess.PIPE, text=True)
    try:
        told = json.loads(server.stdout.readline())
        proxy = Proxy(int(told["url"].split(":")[2].split("/")[0]), told["token"])
        for version, arguments in RUNS.items():
            results = world.root / version
            subprocess.run([CLIENTS / "node_modules/.bin/node", SUITE, "server", "--url",
                            f"http://127.0.0.1:{proxy.port}/mcp", "-o", results, *arguments],
                           cwd=world.root, env=world.env, capture_output=True, timeout=LIMIT)
            found, count = failures(results)
            assert count > 30, (version, count)
            unexpected = {name: says for name, says in found.items() if name not in expected}
            used |= set(found)
            wrong += [f"{version} {name}: {says}" for name, says in unexpected.items()]
            print(f"conformance {version}: {count} checks, {len(found) - len(unexpected)} explained failures, {len(unexpected)} others")
        proxy.close()
        world.verified()
        wrong += [f"explained, but did not fail: {key}" for key in sorted(set(expected) - used)]
    finally:
        server.kill()
        server.wait()
        world.close()
    for line in wrong:
        print(line)
    print(f"conformance: {'FAILED' if wrong else 'passed'} in {time.monotonic() - started:.1f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
