#!/usr/bin/env bash
# The long forms of the ledger's tests: every kill, every bit, every torn offset, every system call of a call, 50 power
# cuts. Each part says what it did. Usage: ledger_long.sh [KILLS] [PART...]; parts are crash, damage, inject and power.
set -euo pipefail
cd "$(dirname "$0")/../.."
export WT_LONG=1 WT_KILLS=${1:-20000} WT_CUTS=50 WT_TEST_REQUIRE_ALL=1
shift || true
parts=("$@")
[ ${#parts[@]} -gt 0 ] || parts=(crash damage inject power)
cargo test --no-run --quiet --test integration
for part in "${parts[@]}"; do
    begun=$SECONDS
    # What damage does is independent of the disk; the other parts need a real one.
    scratch=${TMPDIR:-/tmp}
    if [ "$part" = damage ] && [ -w /dev/shm ]; then scratch=/dev/shm; fi
    TMPDIR=$scratch cargo test --quiet --test integration "ledger::$part" -- --nocapture --test-threads 1
    echo "$part: $((SECONDS - begun)) s"
done
