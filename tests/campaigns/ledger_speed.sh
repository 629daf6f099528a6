#!/usr/bin/env bash
# Speed of the ledger against `openssl dgst` and a bare fdatasync loop, in one run. Usage: ledger_speed.sh [ENTRIES]
set -euo pipefail
cd "$(dirname "$0")/../.."
entries=${1:-500000}
scratch=$(mktemp -d)
trap 'rm -r -- "$scratch"' EXIT
export WT_BENCH_DIR=$scratch/ledger WT_BENCH_ENTRIES=$entries WATCHTOWER_DIR=$scratch/ledger
run() { cargo test --release --quiet --test integration -- --ignored --exact --nocapture "ledger::bench::$1"; }
cargo build --release --quiet
wt=$(find target -path '*/release/wt' -type f | head -n 1)
run generate >/dev/null
"$wt" checkpoint >/dev/null
echo "entries $entries, bytes $(cat "$scratch"/ledger/*.jsonl | wc -c)"
hyperfine -N --warmup 1 -i "$wt verify" "openssl dgst -sha256 $(echo "$scratch"/ledger/*.jsonl)"
command time -f 'peak memory of verify: %M KiB' "$wt" verify >/dev/null
hyperfine -N --warmup 1 "$wt prove 12345"
run appends
