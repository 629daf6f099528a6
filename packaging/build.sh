#!/bin/sh
# Builds what is handed out: a static tarball and, where dpkg-deb is there, a Debian package, with their checksums.
# The same sources and SOURCE_DATE_EPOCH give the same bytes. Each is unpacked and run before it counts as made.
# usage: packaging/build.sh [OUT]   (default: target/packages)
set -eu

fail() {
    printf 'packaging: %s\n' "$1" >&2
    exit 1
}

here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
out=${1:-$here/target/packages}
mkdir -p "$out"
out=$(CDPATH='' cd -- "$out" && pwd)
cd "$here"
triple=$(rustc -vV | sed -n 's/^host: //p')
cargo build --release --locked --quiet --bin wt --target "$triple" || fail "the build failed"
built=${CARGO_TARGET_DIR:-$here/target}/$triple/release/wt
! ldd "$built" >/dev/null 2>&1 || ldd "$built" 2>&1 | grep -q 'statically linked' || fail "wt is not static"
version=$("$built" --version | awk '{print $NF}')
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || date +%s)}
case $(uname -m) in
    x86_64) arch=amd64 ;;
    aarch64) arch=arm64 ;;
    *) fail "no package is made for $(uname -m)" ;;
esac

stage=$(mktemp -d "$out/.stage.XXXXXX")
trap 'rm -rf "$stage"' EXIT
trap 'exit 130' INT TERM
root=$stage/root
mkdir -p "$root/usr/bin" "$root/usr/share/man/man1" "$root/usr/share/doc/watchtower" \
    "$root/usr/share/bash-completion/completions" "$root/usr/share/zsh/site-functions" \
    "$root/usr/share/fish/vendor_completions.d"
cp "$built" "$root/usr/bin/wt"
"$built" applets --names | while read -r name; do ln -s wt "$root/usr/bin/$name"; done
"$built" completions bash --dir "$root/usr/share/bash-completion/completions"
"$built" completions zsh --dir "$root/usr/share/zsh/site-functions"
"$built" completions fish --dir "$root/usr/share/fish/vendor_completions.d"
"$built" man --dir "$root/usr/share/man/man1" >/dev/null
gzip -9n "$root"/usr/share/man/man1/*.1
cp -R README.md CHANGELOG.md SECURITY.md LICENSE-MIT LICENSE-APACHE watchtower.json docs "$root/usr/share/doc/watchtower/"
mkdir -p "$root/usr/lib/systemd/user"
cp packaging/watchtower-alerts.service "$root/usr/lib/systemd/user/"
chmod -R u=rwX,go=rX "$root"
chmod 755 "$root/usr/bin/wt"

# archive NAME DIRECTORY: packs a directory so that equal content gives equal bytes.
archive() {
    tar --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner -C "$2" -cf - . | gzip -9n >"$1"
}

tarball=watchtower-$version-linux-$arch.tar.gz
mkdir "$stage/tar"
cp -a "$root/usr" "$stage/tar/watchtower-$version"
archive "$out/$tarball" "$stage/tar"
made=$tarball

if command -v dpkg-deb >/dev/null 2>&1; then
    package=watchtower_${version}_$arch.deb
    mkdir "$root/DEBIAN"
    cat >"$root/DEBIAN/control" <<TEXT
Package: watchtower
Version: $version
Architecture: $arch
Maintainer: Watchtower <watchtower@users.noreply.github.com>
Section: admin
Priority: optional
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Suggests: openssh-client, ripgrep, jq
Description: judges, confines and records what AI agents do at a shell
 Replaces the commands that an agent needs by applets that are judged by a
 policy, carried out inside Landlock and seccomp, and recorded in a
 hash-chained ledger.
TEXT
    find "$root" -exec touch -h -d "@$epoch" {} +
    SOURCE_DATE_EPOCH=$epoch dpkg-deb --root-owner-group -Zxz --build "$root" "$out/$package" >/dev/null
    made="$made $package"
fi

# What was made is what is tried.
mkdir "$stage/try"
tar -C "$stage/try" -xzf "$out/$tarball"
[ "$("$stage/try/watchtower-$version/bin/safe-rm" --version)" = "safe-rm (watchtower) $version" ] ||
    fail "the tarball's safe-rm does not run"
case $made in
    *.deb)
        dpkg-deb -x "$out/$package" "$stage/try/deb"
        [ "$("$stage/try/deb/usr/bin/wt" --version)" = "$("$built" --version)" ] || fail "the package's wt does not run"
        ;;
esac
cd "$out"
# shellcheck disable=SC2086  # names without spaces, one word each
sha256sum $made >SHA256SUMS
cat SHA256SUMS
