#!/usr/bin/env bash
# Speed of the ledger: verify against `openssl dgst` and `journalctl --verify` over the same records, appends against a
# bare fdatasync loop and an empty ledger, proofs. Usage: ledger_speed.sh [ENTRIES]; 10,000,000 take 11 GB.
set -euo pipefail
cd "$(dirname "$0")/../.."
entries=${1:-200000}
scratch=$(mktemp -d)
trap 'rm -r -- "$scratch"' EXIT
export WT_BENCH_DIR=$scratch/ledger WT_BENCH_ENTRIES=$entries WATCHTOWER_DIR=$scratch/ledger
run() { cargo test --release --quiet --test integration -- --ignored --exact --nocapture "ledger::bench::$1"; }
cargo build --release --quiet
wt=$(find target -path '*/release/wt' -type f | head -n 1)
run generate >/dev/null
"$wt" init --if-absent >/dev/null
"$wt" checkpoint >/dev/null
echo "entries $entries, bytes $(cat "$scratch"/ledger/*.jsonl | wc -c)"
hyperfine -N --warmup 1 -i "$wt verify" "openssl dgst -sha256 $(echo "$scratch"/ledger/*.jsonl)"
command time -f 'peak memory of verify: %M KiB' "$wt" verify >/dev/null
remote=$(command -v systemd-journal-remote || echo /lib/systemd/systemd-journal-remote)
if [ -x "$remote" ] && [ "$entries" -le 1000000 ]; then
    cat "$scratch"/ledger/ledger-*.jsonl | awk '{
        printf "__REALTIME_TIMESTAMP=%d\n__MONOTONIC_TIMESTAMP=%d\n_BOOT_ID=0123456789abcdef0123456789abcdef\nMESSAGE=%s\n\n",
            1700000000000000 + NR, NR, $0 }' | "$remote" -o "$scratch/records.journal" - >/dev/null 2>&1
    for file in "$scratch"/*.journal; do
        hyperfine -N --warmup 1 "journalctl --verify --file=$file"
    done
else
    echo "not run: journalctl --verify needs systemd-journal-remote, and at most 1,000,000 entries"
fi
run proofs
run appends
