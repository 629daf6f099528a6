#!/usr/bin/env bash
# The long forms of the ledger's tests: every bit, every torn offset, every system call of a call, every kill, 200
# power cuts. Usage: ledger_long.sh [KILLS]
set -euo pipefail
cd "$(dirname "$0")/../.."
export WT_LONG=1 WT_KILLS=${1:-20000} WT_CUTS=200 WT_TEST_REQUIRE_ALL=1
cargo test --no-run --quiet --test integration
for part in damage inject power crash; do
    cargo test --quiet --test integration "ledger::$part" -- --nocapture --test-threads 1
done
