#!/usr/bin/env python3
"""Ledger lines on stdin become records in the export format of systemd's journal on stdout, as a service that logs
structured records writes them: one field for every leaf of the entry, and the line itself as MESSAGE.
With `message`, the line as MESSAGE alone; with `fields`, the fields and a MESSAGE of a few words. Read by
systemd-journal-remote."""
import json
import sys
from datetime import datetime, timezone

BOOT = "0123456789abcdef0123456789abcdef"


def leaves(prefix, value):
    if isinstance(value, dict):
        for name, item in value.items():
            yield from leaves(prefix + "_" + name.lstrip("_").upper(), item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(f"{prefix}_{index}", item)
    else:
        yield prefix[1:65], value if isinstance(value, str) else json.dumps(value)


def main():
    form = (sys.argv[1:] or ["both"])[0]
    out = sys.stdout
    for count, line in enumerate(sys.stdin):
        line = line.rstrip("\n")
        entry = json.loads(line)
        at = datetime.strptime(entry["timestamp"], "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
        micros = int(at.timestamp()) * 1_000_000 + at.microsecond + count
        out.write(f"__REALTIME_TIMESTAMP={micros}\n__MONOTONIC_TIMESTAMP={count + 1}\n_BOOT_ID={BOOT}\n")
        out.write("MESSAGE=decided\n" if form == "fields" else f"MESSAGE={line}\n")
        if form != "message":
            for name, value in leaves("", entry):
                out.write(f"{name}={value}\n")
        out.write("\n")


main()
