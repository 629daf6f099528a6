#!/usr/bin/env bash
# Every console command on a big ledger: time, peak memory, and that the answer is right. `wt query` may take three times
# as long as `wt verify`, and no command more memory than a bound, whatever the size. Needs so many bytes of disk for a
# while. Usage: console_big.sh [BYTES [WT]]; the default is 5 GB and a release build. `--assert` behind them fails where
# a bound is missed.
set -euo pipefail
cd "$(dirname "$0")/../.."
bytes=${1:-5000000000}
wt=${2:-}
if [ -z "$wt" ]; then
    cargo build --release --locked --quiet --bin wt
    wt=$PWD/target/$(rustc -vV | sed -n 's/^host: //p')/release/wt
fi
asserts=${3:-}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/wt-big.XXXXXX")
trap 'rm -r -- "$scratch"' EXIT
export WATCHTOWER_DIR=$scratch/ledger HOME=$scratch TZ=UTC
"$wt" init >/dev/null
python3 tests/campaigns/big_ledger.py "$WATCHTOWER_DIR" "$bytes"
cat "$WATCHTOWER_DIR"/ledger-*.jsonl >/dev/null
python3 - "$wt" "$asserts" <<'PY'
import os, subprocess, sys, time

wt, asserts = sys.argv[1:3]
rows, wrong = [], []
TIMES = 3  # of a query
MOST = 65536  # KiB of peak memory that are allowed


def run(name, args, code=0, head=None):
    """Seconds, KiB and output of one command; with `head`, its reader leaves after so many lines."""
    begun = time.monotonic()
    peak = os.environ["HOME"] + "/peak"
    # A program of its own measures: what Python has in memory when it forks would count, too.
    command = ["/usr/bin/time", "-q", "-f", "%M", "-o", peak, wt, *args]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    kept, lines = [], 0
    for line in child.stdout:
        lines += 1
        if lines <= 2000:
            kept.append(line)
        if head and lines >= head:
            break
    child.stdout.close()
    said = child.stderr.read().decode()
    child.wait()
    took = time.monotonic() - begun
    kib = int(open(peak).read())
    rows.append((name, took, kib))
    if child.returncode != code:
        wrong.append(f"{name}: exit {child.returncode}, {said.strip()}")
    if kib > MOST:
        wrong.append(f"{name}: {kib} KiB")
    return took, b"".join(kept).decode()


verify, shown = run("verify", ["verify"])
if not shown.startswith("whole: "):
    wrong.append("verify: " + shown)
run("verify (again)", ["verify"])
verify = min(verify, rows[-1][1])
queries = [
    ["True", "--count"],
    ["kind == 'decision'", "--count"],
    ["decision.verdict == 'deny'", "--count"],
    ["any(t.path.startswith('/etc') for t in scope.targets or [])", "--count"],
    ["kind == 'decision'", "--group-by", "identity.agent.value,decision.verdict"],
    ["decision.verdict == 'deny'", "--select", "seq,intent.targets.*.path", "--format", "csv"],
    ["kind == 'decision' and decision.risk_score > 0.5", "--json"],
]
answers = {}
for query in queries:
    name = "query " + " ".join(word if " " not in word else f'"{word}"' for word in query)
    # Each beside a `verify` of its own: a machine that changes its pace in between changes it for both.
    pairs = []
    for _ in range(TIMES):
        beside, _ = run("verify", ["verify"])
        rows.pop()
        took, shown = run(name, ["query", *query])
        pairs.append((took / beside, *rows.pop(), beside))
    ratio, *row = sorted(pairs)[TIMES // 2]
    rows.append(row)
    answers[query[0]] = shown
    if ratio > 3:
        wrong.append(f"{name}: {ratio:.2f} times verify, the median of {TIMES}")
denied = [answers[query[0]].strip() for query in queries[2:4]]
if denied[0] != denied[1] and denied[0].isdigit():
    wrong.append(f"the same question asked twice: {denied}")
run("stats", ["stats"])
run("stats --since 1h", ["stats", "--since", "1h"])
run("report", ["report"])
run("report --format html", ["report", "--format", "html"])
run("tail", ["tail"])
run("tail --where (rare)", ["tail", "-n", "5", "--where", "seq == 17"])
run("recent", ["recent"])
run("alert (a day)", ["alert"], code=1)
run("alert --since 2020-01-01", ["alert", "--since", "2020-01-01"], code=1)
run("status", ["status"])
run("doctor", ["doctor"])
run("watch --once", ["watch", "--once"])
run("gtfo", ["gtfo"])
run("export | head", ["export"], head=10)
run("export --format ocsf | head", ["export", "--format", "ocsf"], head=10)
run("policy replay", ["policy", "replay", os.environ["WATCHTOWER_DIR"] + "/policy.json", "--since", "1h"])
run("prove 1", ["prove", "1"])
run("__complete", ["__complete", "--", "wt", "tail", "--agent", ""])
print(f"\n| command | seconds | times verify | peak MiB |\n|---|---|---|---|")
for name, took, kib, *beside in rows:
    print(f"| `{name}` | {took:.2f} | {took / (beside or [verify])[0]:.2f} | {kib / 1024:.0f} |")
for line in wrong:
    print("WRONG:", line)
sys.exit(1 if wrong and asserts == "--assert" else 0)
PY
