#!/bin/sh
# Builds `wt`, installs it with its links, completions and man pages, and writes the default policy.
# See `./install.sh --help`. Puts nothing but PATH into a shell's start-up file, and that only when asked.
set -eu

usage() {
    cat <<'TEXT'
usage: ./install.sh [--try | --uninstall | --path] [--profile NAME]

  (nothing)       build, install under $PREFIX (default ~/.local), run `wt init`
  --try           do the whole main job in a scratch directory, show it, clean up
  --path          also put $PREFIX/bin on PATH in the shell's start-up file
  --profile NAME  the policy to start from: developer, strict, ci
  --uninstall     remove what was installed, and the alerts' systemd user unit
                  that runs it; the ledger and the policy stay

Environment: PREFIX, CARGO_TARGET_DIR, WATCHTOWER_DIR
TEXT
}

say() { printf '%s\n' "$*"; }
fail() {
    printf 'install.sh: %s\n' "$1" >&2
    [ $# -lt 2 ] || printf 'hint: %s\n' "$2" >&2
    exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
mode=install
profile=
path=no
while [ $# -gt 0 ]; do
    case $1 in
        --try) mode=try ;;
        --uninstall) mode=uninstall ;;
        --path) path=yes ;;
        --profile)
            [ $# -gt 1 ] || fail "--profile needs a name" "./install.sh --profile developer"
            profile=$2
            shift
            ;;
        -h | --help)
            usage
            exit 0
            ;;
        *) fail "unknown option \`$1\`" "./install.sh --help" ;;
    esac
    shift
done

[ -n "${HOME:-}" ] || fail "HOME is not set" "HOME=/root ./install.sh"
prefix=${PREFIX:-$HOME/.local}
target=${CARGO_TARGET_DIR:-$here/target}

# Sets `built` to the release binary.
build() {
    [ "$(uname -s)" = Linux ] || fail "only Linux is supported, this is $(uname -s)"
    if ! command -v cargo >/dev/null 2>&1 && [ -r "$HOME/.cargo/env" ]; then
        fail "cargo is not on PATH" ". ~/.cargo/env"
    fi
    command -v cargo >/dev/null 2>&1 || fail "cargo is missing" \
        "install Rust 1.95 or newer: your distribution's rustup package, or https://rustup.rs"
    command -v cc >/dev/null 2>&1 || fail "a C linker (cc) is missing" "Debian, Ubuntu: apt-get install gcc libc6-dev"
    say "building wt (release); the first time this takes some minutes, in silence ..."
    triple=$(rustc -vV | sed -n 's/^host: //p')
    (cd "$here" && cargo build --release --locked --quiet --bin wt --target "$triple" --target-dir "$target") ||
        fail "the build failed" "the compiler's message is above"
    built=$target/$triple/release/wt
}

# Where a shell looks for completions, below share.
completions_dir() {
    case $1 in
        bash) echo bash-completion/completions ;;
        zsh) echo zsh/site-functions ;;
        fish) echo fish/vendor_completions.d ;;
    esac
}

install_files() {
    build
    mkdir -p "$prefix/bin"
    # A new file and a rename, so that a running wt is never written over.
    cp "$built" "$prefix/bin/.wt.new"
    chmod 755 "$prefix/bin/.wt.new"
    mv -f "$prefix/bin/.wt.new" "$prefix/bin/wt"
    "$prefix/bin/wt" links "$prefix/bin"
    mkdir -p "$prefix/share/man/man1"
    # Also under the names of the applets and links: bash and fish look for completions by the command's name.
    for shell in bash zsh fish; do
        mkdir -p "$prefix/share/$(completions_dir $shell)"
        "$prefix/bin/wt" completions $shell --dir "$prefix/share/$(completions_dir $shell)"
    done
    "$prefix/bin/wt" man --dir "$prefix/share/man/man1"
    "$prefix/bin/wt" init ${profile:+--profile "$profile"} --if-absent
    [ "$path" = no ] || add_to_path
    say "installed $prefix/bin/wt"
    case :$PATH: in
        *":$prefix/bin:"*) ;;
        *)
            hint="\`./install.sh --path\` adds it"
            [ "$path" = no ] || hint="a new shell has it"
            say "note: $prefix/bin is not on PATH here; $hint, or: export PATH=\"$prefix/bin:\$PATH\""
            ;;
    esac
}

line="export PATH=\"$prefix/bin:\$PATH\""
fish=${XDG_CONFIG_HOME:-$HOME/.config}/fish/config.fish

add_to_path() {
    case ${SHELL:-/bin/sh} in
        */zsh) rc=$HOME/.zshrc ;;
        */fish) rc=$fish ;;
        *) rc=$HOME/.bashrc ;;
    esac
    mkdir -p "$(dirname "$rc")"
    if ! grep -qsF "$line" "$rc"; then
        printf '%s\n' "$line" >>"$rc"
        say "added $prefix/bin to PATH in $rc"
    fi
}

# The file itself is written, so that a link to it stays one.
remove_from_path() {
    for rc in "$HOME/.bashrc" "$HOME/.zshrc" "$fish"; do
        grep -qsxF "$line" "$rc" || continue
        kept=$(grep -vxF "$line" "$rc" && printf x || printf x)
        printf '%s' "${kept%x}" >"$rc"
        say "took $prefix/bin out of PATH in $rc"
    done
}

# The unit of docs/console.md, where it runs the wt that goes.
remove_unit() {
    units=${XDG_CONFIG_HOME:-$HOME/.config}/systemd/user
    unit=watchtower-alerts.service
    [ -f "$units/$unit" ] || return 0
    runs=$(sed -n 's/^ExecStart=//p' "$units/$unit")
    case $runs in
        "%h/"*) runs=$HOME${runs#%h} ;;
    esac
    case $runs in
        "$prefix/bin/wt alert "*) ;;
        *) return 0 ;;
    esac
    # Without a session of systemd there is nothing to end, and the links are taken out below.
    systemctl --user disable --now "$unit" >/dev/null 2>&1 || :
    rm -f "$units/$unit"
    for wants in "$units"/*.wants; do
        [ ! -L "$wants/$unit" ] || rm -f "$wants/$unit"
        [ ! -d "$wants" ] || rmdir "$wants" 2>/dev/null || :
    done
    systemctl --user daemon-reload >/dev/null 2>&1 || :
    rmdir "$units" "${units%/user}" 2>/dev/null || :
    say "switched off and removed $units/$unit"
}

# Those that an install makes. What a system or a home has anyway stays, and what is not empty.
remove_empty_dirs() {
    case $prefix in
        /usr | /usr/local) return 0 ;;
    esac
    for dir in "$(completions_dir bash)" "$(completions_dir zsh)" "$(completions_dir fish)" man/man1; do
        rmdir "$prefix/share/$dir" 2>/dev/null || continue
        rmdir "$prefix/share/${dir%/*}" 2>/dev/null || :
    done
    [ "$prefix" = "$HOME/.local" ] || rmdir "$prefix/share" "$prefix/bin" 2>/dev/null || :
}

uninstall() {
    if [ -x "$prefix/bin/wt" ]; then
        # Some clients go on without an answer where the hook's program is gone.
        agents=$("$prefix/bin/wt" status 2>/dev/null | sed -n 's/^agents  *//p')
        case $agents in
            "" | "none is set up"*) ;;
            *) fail "agents still ask this wt: $agents" "\`wt setup CLIENT --remove\` for each, then this again" ;;
        esac
    fi
    remove_from_path
    remove_unit
    if [ -x "$prefix/bin/wt" ]; then
        "$prefix/bin/wt" links --remove "$prefix/bin"
        "$prefix/bin/wt" man --names | while read -r page; do rm -f "$prefix/share/man/man1/$page"; done
        for shell in bash zsh fish; do
            "$prefix/bin/wt" completions $shell --names |
                while read -r name; do rm -f "$prefix/share/$(completions_dir $shell)/$name"; done
        done
    fi
    rm -f "$prefix/bin/wt"
    remove_empty_dirs
    say "removed wt from $prefix; the ledger and the policy stay in ${WATCHTOWER_DIR:-$HOME/.watchtower}"
}

# Shows a command as typed, runs it, and insists on its exit code.
expect() {
    wanted=$1
    shift
    printf '\n$ %s\n' "$*"
    got=0
    "$@" || got=$?
    [ "$got" -eq "$wanted" ] || fail "\`$*\` ended with $got instead of $wanted"
    [ "$wanted" -eq 0 ] || printf '(exit %s)\n' "$got"
}

try() {
    build
    mkdir -p "$target"
    scratch=$(CDPATH='' cd -- "$(mktemp -d "$target/try.XXXXXX")" && pwd)
    trap 'rm -rf "$scratch"' EXIT
    trap 'exit 130' INT TERM
    HOME=$scratch/home
    WATCHTOWER_DIR=$scratch/home/.watchtower
    PATH=$scratch/bin:$PATH
    export HOME WATCHTOWER_DIR PATH
    mkdir -p "$HOME" "$scratch/bin" "$scratch/project/.git"
    cp "$built" "$scratch/bin/wt"
    wt links "$scratch/bin" >/dev/null
    wt init ${profile:+--profile "$profile"}
    cd "$scratch/project"
    echo draft >notes.txt
    echo private >"$HOME/diary.txt"
    say ""
    say "-- allowed: work inside the project"
    expect 0 safe-mkdir -p build/out
    expect 0 safe-cp notes.txt build/out
    expect 0 safe-rm -r build
    [ ! -e build ] || fail "build is still there"
    say ""
    say "-- refused: the system is not the agent's"
    expect 77 safe-rm /etc/hostname
    [ ! -e /etc/hostname ] || say "(and /etc/hostname is still there)"
    say ""
    say "-- escalated: a person decides"
    expect 75 safe-rm "$HOME/diary.txt"
    [ -e "$HOME/diary.txt" ] || fail "the diary is gone"
    say ""
    say "-- the record, and its proof"
    expect 0 wt tail -n 5
    expect 0 wt verify
    say ""
    say "done; $scratch is removed"
}

case $mode in
    install) install_files ;;
    try) try ;;
    uninstall) uninstall ;;
esac
