#!/usr/bin/env bash
# The long forms of the ledger's tests: every bit, every torn offset, every failing call, 20,000 kills.
set -euo pipefail
cd "$(dirname "$0")/../.."
export WT_LONG=1 WT_KILLS=${1:-20000} WT_TEST_REQUIRE_ALL=1
cargo nextest run --release --profile ci --no-fail-fast -E 'test(ledger::damage) or test(ledger::crash)'
