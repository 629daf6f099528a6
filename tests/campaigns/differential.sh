#!/usr/bin/env bash
# Compares the policy language with CPython on expressions that no run has seen: each of N rounds has a seed of its own,
# which a disagreement names. What it finds goes to `policy/tests/differential/regressions.txt`.
# usage: tests/campaigns/differential.sh [N] [EXPRESSIONS OF EACH GENERATOR]
set -euo pipefail
cd "$(dirname "$0")/../.."

rounds=${1:-10}
export WT_DIFFERENTIAL=${2:-200000}
for ((round = 1; round <= rounds; round++)); do
    WT_DIFFERENTIAL_SEED=$(od -An -N7 -tu8 /dev/urandom | tr -d ' ')
    export WT_DIFFERENTIAL_SEED
    echo "round $round of $rounds, seed $WT_DIFFERENTIAL_SEED, $WT_DIFFERENTIAL expressions of each generator"
    WT_TEST_REQUIRE_ALL=1 cargo test --release --locked --quiet -p watchtower-policy --test main differential::
done
