#!/usr/bin/env bash
# Writes packaging/link.ld anew: builds the release with its symbols and sees which functions calls run. To be run when
# `tests/e2e/bench.py` says that a call touches too many pages, which other code or another compiler may bring about.
# usage: tests/campaigns/link_order.sh
set -euo pipefail
cd "$(dirname "$0")/../.."

triple=$(rustc -vV | sed -n 's/^host: //p')
target=${WT_ORDER_TARGET:-target/link-order}
CARGO_PROFILE_RELEASE_STRIP=none cargo build --release --locked --bin wt --target-dir "$target"
WT_TRACED_PROGRAM=$PWD/$target/$triple/release/wt
[[ $target != /* ]] || WT_TRACED_PROGRAM=$target/$triple/release/wt
export WT_TRACED_PROGRAM
cargo nextest run --locked --run-ignored ignored-only --no-capture -E 'test(what_calls_run_is_linked_side_by_side)'
