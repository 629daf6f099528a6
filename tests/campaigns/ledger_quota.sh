#!/usr/bin/env bash
# A real quota used up under the ledger: a btrfs subvolume with a limit, in a mount namespace of its own. Calls go on
# until one is refused, a few more are, then there is room again. Each must be refused with 74 and do nothing, or say
# that only its outcome is missing, and the record must verify and have a decision for everything that was done. Needs root, btrfs-progs and loop devices.
# Usage: ledger_quota.sh WT [LIMIT]
set -euo pipefail
wt=$(realpath "${1:?the program is missing}")
limit=${2:-2M}
if [ -z "${WT_QUOTA_INSIDE:-}" ]; then
    WT_QUOTA_INSIDE=$(mktemp -d)
    export WT_QUOTA_INSIDE
    trap 'rm -r -- "$WT_QUOTA_INSIDE"' EXIT
    unshare --mount --propagation private "$0" "$wt" "$limit"
    exit
fi
cd "$WT_QUOTA_INSIDE"
mkdir -p disk project/.git
truncate -s 300M image
mkfs.btrfs -q image >/dev/null 2>&1
mount -o loop image disk
btrfs quota enable disk
btrfs subvolume create disk/home >/dev/null
btrfs qgroup limit "$limit" disk/home
sync
export HOME=$PWD/disk/home
export WATCHTOWER_DIR=$HOME/.watchtower
"$wt" init >/dev/null
cd project
done=0
refused=0
while [ "$refused" -lt 5 ]; do
    name=f$((done + refused))
    code=0
    "$wt" safe-touch "$name" 2>said || code=$?
    if [ "$code" -eq 0 ]; then
        done=$((done + 1))
    elif [ "$code" -eq 74 ] && [ -e "$name" ] && grep -q "was done, but its outcome is not recorded" said; then
        done=$((done + 1))
        head -n 1 said
    elif [ "$code" -eq 74 ] && [ ! -e "$name" ] && grep -q "quota exceeded\|is full" said; then
        refused=$((refused + 1))
    else
        echo "call $name ended with $code: $(cat said)"
        exit 1
    fi
    [ "$done" -lt 100000 ] || { echo "the quota was never used up"; exit 1; }
done
head -n 1 said
"$wt" verify >/dev/null
btrfs qgroup limit none ../disk/home
sync
"$wt" safe-touch again
"$wt" verify | head -n 1
decided=$(cat "$WATCHTOWER_DIR"/ledger-*.jsonl | grep -c '"kind":"decision"')
there=$(find . -maxdepth 1 -type f \( -name 'f*' -o -name again \) | wc -l)
echo "$done calls done, $refused refused, $decided decisions, $there files"
[ "$there" -eq $((done + 1)) ] && [ "$decided" -ge "$there" ]
umount ../disk
