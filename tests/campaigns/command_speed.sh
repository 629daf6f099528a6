#!/usr/bin/env bash
# Speed of command analysis in a release build: one command as a whole process, the corpora as lines of `--jsonl`, and
# 100 KB of hostile text. `--assert` fails above 3 ms, below 20,000 lines a second, above 50 ms.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --release --locked --quiet --bin wt
triple=$(rustc -vV | sed -n 's/^host: //p')
wt=$PWD/target/$triple/release/wt corpus=$PWD/tests/corpus
scratch=$(mktemp -d "$PWD/target/speed.XXXXXX")
trap 'rm -r -- "$scratch"' EXIT
mkdir -p "$scratch/home" "$scratch/project/.git"
export HOME=$scratch/home WATCHTOWER_DIR=$scratch/home/.watchtower
"$wt" init >/dev/null
cd "$scratch/project"
for command in true 'git status' "cd src && find . -name '*.rs' | xargs grep -n TODO | sort > out.txt"; do
    hyperfine -N --warmup 20 --runs 300 --export-json "$scratch/one.json" "$wt check --shell '${command//\'/\'\\\'\'}'" >/dev/null 2>&1
    jq -r --arg command "$command" '.results[0] | "\(.median * 1000 * 1000 | round / 1000) ms  \($command)"' "$scratch/one.json"
done | tee "$scratch/process"
python3 - "$wt" "$corpus" "$scratch/process" "${1-}" <<'PY'
import json, subprocess, sys, time
wt, corpus, process, asserts = sys.argv[1:]
lines = []
for name in ("everyday.txt", "danger.tsv"):
    for line in open(f"{corpus}/{name}"):
        line = line.rstrip("\n")
        if line and not line.startswith("# "):
            lines.append(json.dumps({"shell": line.split("\t")[-1].replace("%NL", "\n").replace("%CR", "\r")}) + "\n")

def best(text):
    took = []
    for _ in range(5):
        start = time.monotonic()
        subprocess.run([wt, "check", "--jsonl"], input=text.encode(), stdout=subprocess.DEVNULL, check=True)
        took.append(time.monotonic() - start)
    return min(took)

many = lines * (40_000 // len(lines) + 1)
rate = len(many) / best("".join(many))
print(f"{rate:.0f} lines a second ({len(many)} lines of the corpora)")
worst = (0.0, "")
for pattern in open(f"{corpus}/hostile.txt"):
    pattern = pattern.rstrip("\n")
    if pattern.startswith("# "):
        continue
    before, behind = pattern.split("|", 1)
    times = 100_000 // len(before + behind)
    text = json.dumps({"shell": before * times + "x" + behind * times}) + "\n"
    worst = max(worst, (best(text), pattern))
print(f"{worst[0] * 1000:.1f} ms whole process for the slowest 100 KB: {worst[1]}")
slowest = max(float(line.split()[0]) for line in open(process))
if asserts == "--assert":
    sys.exit(slowest > 3 or rate < 20_000 or worst[0] > 0.05)
PY
