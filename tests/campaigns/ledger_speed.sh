#!/usr/bin/env bash
# Speed of the ledger: verify against `openssl dgst`, in memory and from the disk, and against `journalctl --verify` over
# the same records; appends against a bare fdatasync loop and an empty ledger; proofs.
# Usage: ledger_speed.sh [ENTRIES]; 10,000,000 take 11 GB. WT_JOURNAL_REMOTE names systemd-journal-remote.
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
segments=("$scratch"/ledger/ledger-*.jsonl)
echo "entries $entries, bytes $(cat "${segments[@]}" | wc -c)"
took() { command time -f "%e s, %M KiB: $1" "${@:2}" >/dev/null; }
forget() {
    python3 - "${segments[@]}" <<'PY'
import os, sys
for path in sys.argv[1:]:
    fd = os.open(path, os.O_RDONLY)
    os.fdatasync(fd)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    os.close(fd)
PY
}
cat "${segments[@]}" >/dev/null
for _ in 1 2 3 4 5; do
    took "openssl dgst, in memory" openssl dgst -sha256 "${segments[@]}"
    took "wt verify, in memory" "$wt" verify
done
for _ in 1 2 3; do
    forget
    took "openssl dgst, from the disk" openssl dgst -sha256 "${segments[@]}"
    forget
    took "wt verify, from the disk" "$wt" verify
done
remote=${WT_JOURNAL_REMOTE:-$(command -v systemd-journal-remote || echo /lib/systemd/systemd-journal-remote)}
if [ -x "$remote" ] && [ "$entries" -le 1000000 ]; then
    for form in both fields message; do
        mkdir "$scratch/$form"
        cat "${segments[@]}" | python3 tests/campaigns/ledger_journal.py "$form" |
            "$remote" -o "$scratch/$form/records.journal" - >/dev/null 2>&1
        took "journalctl --verify, $form" journalctl --verify --directory="$scratch/$form" 2>"$scratch/said" ||
            cat "$scratch/said"
        tail -n 1 "$scratch/said"
        rm -r -- "${scratch:?}/$form"
    done
else
    echo "not run: journalctl --verify needs systemd-journal-remote, and at most 1,000,000 entries"
fi
run proofs
run appends
