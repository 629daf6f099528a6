#!/usr/bin/env bash
# Pairs every native applet with plain coreutils, and the tool applets with the bare tool, as whole processes
# (hyperfine -N, medians, several alternating rounds), and prints the ratios. `--assert` fails above the bounds.
# usage: tests/bench.sh [--assert] [--rounds N] [--runs N] [PATTERN]
set -euo pipefail
cd "$(dirname "$0")/.."

assert=no rounds=5 runs=200 pattern=.
while [ $# -gt 0 ]; do
    case $1 in
        --assert) assert=yes ;;
        --rounds) rounds=$2 && shift ;;
        --runs) runs=$2 && shift ;;
        *) pattern=$1 ;;
    esac
    shift
done

triple=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --locked --quiet --bin wt
scratch=$(mktemp -d "$PWD/target/bench.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch"/{bin,home,results} "$scratch/project/.git"
cp "target/$triple/release/wt" "$scratch/bin/wt"
export HOME=$scratch/home WATCHTOWER_DIR=$scratch/home/.watchtower
wt=$scratch/bin/wt
"$wt" links "$scratch/bin" >/dev/null
"$wt" init >/dev/null
cd "$scratch/project"
seq 1 20000 >numbers.txt
printf '{"a":[1,2,3]}' >data.json
echo content >source.txt

# Sets the durability of the ledger in the user's policy.
durability() {
    jq --arg mode "$1" '.ledger.durability = $mode' "$WATCHTOWER_DIR/policy.json" >"$scratch/policy.json"
    cat "$scratch/policy.json" >"$WATCHTOWER_DIR/policy.json"
}

# Prints the median in milliseconds of one command with its preparation.
median() {
    hyperfine -N --warmup 5 --runs "$runs" --prepare "$1" --export-json "$scratch/results/one.json" "$2" \
        >/dev/null 2>&1 || { echo "failed: $2" >&2; exit 1; }
    jq '.results[0].median * 1000' "$scratch/results/one.json"
}

failures=0
# pair NAME LIMIT PREPARE BARE OURS: alternates the two and prints the medians of all rounds and the median ratio.
pair() {
    [[ $1 =~ $pattern ]] || return 0
    : >"$scratch/results/pairs"
    for ((round = 0; round < rounds; round++)); do
        printf '%s %s\n' "$(median "$3" "$4")" "$(median "$3" "$5")" >>"$scratch/results/pairs"
    done
    python3 - "$1" "$2" "$scratch/results/pairs" <<'PY' || failures=$((failures + 1))
import statistics, sys
name, limit, path = sys.argv[1:]
rows = [tuple(map(float, line.split())) for line in open(path)]
bare, ours = (statistics.median(column) for column in zip(*rows))
ratio = statistics.median(b / a for a, b in rows)
if limit.startswith("+"):
    shown, bad = f"+{ours - bare:.2f} ms", statistics.median(b - a for a, b in rows) > float(limit)
else:
    shown, bad = f"{ratio:.2f}x", limit != "-" and ratio > float(limit)
print(f"{name:<22} {bare:7.3f} ms {ours:7.3f} ms  {shown:>9}  limit {limit}{'  ABOVE' if bad else ''}", flush=True)
sys.exit(bad)
PY
}

printf '%-22s %10s %10s  %9s\n' pair bare ours ratio
for mode in intent relaxed strict; do
    durability "$mode"
    case $mode in intent) limit=1.25 ;; relaxed) limit=1.0 ;; *) limit=- ;; esac
    pair "rm/$mode" "$limit" "touch victim" "rm victim" "$scratch/bin/safe-rm victim"
done
durability intent
pair cp - "rm -f copy.txt" "cp source.txt copy.txt" "$scratch/bin/safe-cp source.txt copy.txt"
pair mv - "touch a" "mv a moved" "$scratch/bin/safe-mv a moved"
pair mkdir - "rm -rf made" "mkdir made" "$scratch/bin/safe-mkdir made"
pair touch - "true" "touch source.txt" "$scratch/bin/safe-touch source.txt"
pair chmod - "true" "chmod 644 source.txt" "$scratch/bin/safe-chmod 644 source.txt"
pair ln - "rm -f link" "ln -s source.txt link" "$scratch/bin/safe-ln -s source.txt link"
pair rg +3 "true" "rg --no-config -e 19999 -- numbers.txt" "$scratch/bin/rg-search 19999 numbers.txt"
pair jq +3 "true" "jq -c .a data.json" "$scratch/bin/jq-query -c .a data.json"
pair check +3 "true" "true" "$wt check --shell true"

[ "$assert" = no ] || [ "$failures" -eq 0 ] || { echo "$failures pairs above their limit" >&2; exit 1; }
