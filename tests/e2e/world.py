"""A private world for one client: a home, a workspace, Watchtower set up in it, and the client's own programs."""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

WT = Path(os.environ["WT_E2E_PROGRAM"]).resolve()
CLIENTS = Path(os.environ["WT_E2E_CLIENTS"]).resolve()
LIMIT = 60


class World:
    """A home with a git workspace and a ledger; everything in it goes away with it."""

    def __init__(self):
        self.root = Path(tempfile.mkdtemp(prefix="wt-e2e-"))
        # Below a home that is not in /tmp, so that the policy's rules for /tmp do not hide those for the home.
        self.home = self.root / "home"
        self.workspace = self.home / "project"
        self.workspace.mkdir(parents=True)
        bin_dir = self.root / "bin"
        bin_dir.mkdir()
        # Clients leave libraries and scratch files behind: in here they go away with the rest.
        scratch = self.root / "tmp"
        scratch.mkdir()
        shutil.copy2(WT, bin_dir / "wt")
        self.wt_path = bin_dir / "wt"
        node = CLIENTS / "node_modules/.bin"
        self.env = {
            "HOME": str(self.home),
            "TMPDIR": str(scratch),
            "PATH": f"{bin_dir}:{node}:{os.environ['PATH']}",
            "TERM": "dumb",
            "LANG": "C.UTF-8",
            "NO_COLOR": "1",
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_DATA_HOME": str(self.home / ".local/share"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_STATE_HOME": str(self.home / ".local/state"),
        }
        self.run("git", "init", "-q", ".")
        self.wt("init")
        self.wt("links", str(bin_dir))

    def run(self, *argv, env=None, stdin=None, check=True, cwd=None):
        """Runs a program in the workspace; its output, both streams as one text."""
        done = subprocess.run(
            argv, cwd=cwd or self.workspace, env={**self.env, **(env or {})}, input=stdin, capture_output=True,
            text=True, errors="replace", timeout=LIMIT, stdin=None if stdin is not None else subprocess.DEVNULL,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"{argv[:3]} ended with {done.returncode}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout + done.stderr

    def wt(self, *argv, **kwargs):
        return self.run(str(self.wt_path), *argv, **kwargs)

    def setup(self, client, scope="user"):
        """`wt setup`, twice: the second time there must be nothing to do."""
        self.wt("setup", client, "--scope", scope)
        again = json.loads(self.wt("setup", client, "--scope", scope, "--json"))
        assert not any(file["changed"] for file in again["files"]), again

    def calls(self):
        """The recorded calls, newest first."""
        text = self.wt("recent", "-n", "100", "--json")
        return [json.loads(line) for line in text.splitlines() if line.strip()]

    def verified(self):
        self.wt("verify")

    def close(self):
        shutil.rmtree(self.root, ignore_errors=True)
