#!/usr/bin/env python3
"""Fills a directory that `wt init` has just made with calls and their outcomes, as a writer would have left them.

usage: big_ledger.py DIRECTORY BYTES [SEED]

Agents, sessions, verdicts, rules, tools, paths and hosts vary; the times end now and span BYTES / 6 MB hours. Written
here because the writer, which makes every entry durable, would take hours for gigabytes.
"""
import datetime
import glob
import hashlib
import json
import os
import random
import sys
import time

SEGMENT = 64 << 20
CALLS = [  # verdict, domain, operation, tool, rule, risk, share
    ("allow", "filesystem", "delete", "safe-rm", "deletes", 0.35, 30),
    ("allow", "filesystem", "copy", "safe-cp", "changes", 0.35, 20),
    ("allow", "search", "rg", "rg-search", "searches", 0.2, 25),
    ("allow", "ssh", "read", "ssh-cat", "ssh-reads", 0.2, 8),
    ("shadow", "kubernetes", "logs", "kubectl-logs", "kubernetes-reads", 0.4, 5),
    ("deny", "filesystem", "delete", "safe-rm", "system-paths", 0.7, 7),
    ("escalate", "filesystem", "chmod", "safe-chmod", "home", 0.7, 5),
]
AGENTS = ["claude-code", "codex", "opencode", "gemini", ""]


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def decision(call, rng):
    verdict, domain, operation, tool, rule, risk, _ = call
    agent = rng.choice(AGENTS)
    path = f"src/part-{rng.randrange(40)}/output-@@@@@@@@.o"
    target = {"role": "path", "domain": domain, "operation": operation, "path": path}
    facts = {**target, "path": "/home/ann/project/" + path, "parent": "/home/ann/project/src", "ext": "o",
             "kind": "file", "size": rng.randrange(1 << 20), "owner": "ann", "mode": 420, "links": 1, "exists": True}
    if domain == "ssh":
        target["host"] = facts["host"] = f"db{rng.randrange(1, 9)}.example"
    if domain == "filesystem" and verdict == "deny":
        target["path"] = facts["path"] = "/etc/part-@@@@@@@@.conf"
    return canonical({
        "kind": "decision", "salt": "%032x" % rng.getrandbits(128), "level": "B", "tool": tool,
        "workspace": "/home/ann/project", "dir": "default", "enforcement": {"native": "thread", "landlock": 7},
        "identity": {"principal": "ann", "uid": 1000, "agent": {"value": agent, "learnt": "parent" if agent else "none"},
                     "session": f"s-{rng.randrange(200)}"},
        "intent": {"domain": domain, "operation": operation, "targets": [target], "params": {"recursive": False}},
        "scope": {"domain": domain, "operation": operation, "targets": [facts],
                  "workspace": {"root": "/home/ann/project", "branch": "main"},
                  "time": {"hour": 12, "weekday": 3, "iso": "2026-01-01T12:00:00+00:00"}},
        "decision": {"verdict": verdict, "risk_score": risk, "audit": "standard", "hint": None,
                     "risk": {"score": int(risk * 100), "tool": int(risk * 100), "args": 0, "burst": 0},
                     "matched_rules": [{"layer": "user", "rule": rule, "verdict": verdict, "target": 0}],
                     "reasons": [f"rule {rule} says so"]},
        "annotations": {"gtfo_alerts": []}, "policy_sha256": {"user": "5" * 64},
    })


def outcome(rng):
    return canonical({
        "kind": "outcome", "of": 10**9, "salt": "%032x" % rng.getrandbits(128),
        "execution": {"exit_code": int(rng.random() < 0.05), "signal": None, "duration_us": rng.randrange(100, 90000),
                      "stdout_sha256": "e" * 64, "stdout_bytes": 0, "effects": [{"what": "removed", "bytes": 1234}]},
    })


def main():
    place, size = sys.argv[1], int(sys.argv[2])
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    (begun,) = glob.glob(os.path.join(place, "ledger-*.jsonl"))
    genesis = json.loads(open(begun).readline())
    end = time.time()
    hours = max(size / 6e6, 1)
    clock = end - hours * 3600
    texts = [decision(call, rng).split("@@@@@@@@") for call in CALLS for _ in range(call[6])]
    allowed = [call[0] in ("allow", "shadow") for call in CALLS for _ in range(call[6])]
    outcomes = [outcome(rng).split(str(10**9)) for _ in range(64)]
    step = hours * 3600 / (size / 1100)
    sha = hashlib.sha256
    prev, seq, written, out = "0" * 64, 0, 0, None

    def stamp():
        whole = int(clock)
        day = datetime.datetime.fromtimestamp(whole, datetime.timezone.utc)
        return f"{day:%Y-%m-%dT%H:%M:%S}.{int((clock - whole) * 1e6):06d}Z"

    def write(data):
        nonlocal prev, seq, written, out, clock
        seq += 1
        clock = min(clock + step, end)
        if out is None or out.tell() >= SEGMENT:
            if out:
                out.close()
            name = os.path.join(place, f"ledger-{seq:020}.jsonl")
            out = os.fdopen(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb", 1 << 20)
        when = stamp()
        digest = sha(data.encode()).hexdigest()
        own = sha(f"wt-entry-v1\n{seq}\n{when}\n{prev}\n{digest}\n".encode()).hexdigest()
        written += out.write(
            f'{{"seq":{seq},"timestamp":"{when}","data":{data},"prev_hash":"{prev}","hash":"{own}"}}\n'.encode())
        prev = own

    write(canonical(genesis["data"]))
    while written < size:
        pick = rng.randrange(len(texts))
        write(f"{seq:08}".join(texts[pick]))
        if allowed[pick]:
            write(str(seq).join(outcomes[seq % 64]))
    out.close()
    # What the writer remembers of the end is of the ledger that was here before.
    os.truncate(os.path.join(place, "ledger.lock"), 0)
    print(seq, "entries,", written, "bytes")


main()
