//! How the release binary is linked: what an applet call runs through lies side by side, addresses that the loader
//! adjusts are stored in the short form, and no tables for unwinding, which a program that aborts never does.
//! Changes nothing about what the program does; other linkers and profiles than the ones named here link as ever.

#![expect(clippy::print_stdout, reason = "a build script speaks to cargo by printing")]

use std::{env, process::Command};

/// The first glibc whose start-up code reads relocations in the short form (DT_RELR), also in a static program.
const RELR_SINCE: (u32, u32) = (2, 36);

fn main() {
    for file in ["link.rs", "link.ld"] {
        println!("cargo:rerun-if-changed=packaging/{file}");
    }
    if !is_release() || !is_linked_by_lld() {
        return;
    }
    let own = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    // A name that a later compiler spells in another way costs speed and nothing else.
    argument(&format!("-T,{own}/packaging/link.ld"));
    if glibc().is_some_and(|version| version >= RELR_SINCE) {
        argument("-z,pack-relative-relocs");
    }
}

fn argument(text: &str) {
    println!("cargo:rustc-link-arg-bins=-Wl,{text}");
}

fn is_release() -> bool {
    env::var("PROFILE").is_ok_and(|profile| profile == "release")
}

/// Whether rustc links with the lld it brings, which it does on this target unless told otherwise.
fn is_linked_by_lld() -> bool {
    let target = env::var("TARGET").unwrap_or_default();
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let is_told = env::var_os("RUSTC_LINKER").is_some()
        || ["linker", "fuse-ld", "link-self-contained"]
            .iter()
            .any(|word| flags.contains(word));
    target == "x86_64-unknown-linux-gnu" && !is_told
}

/// The glibc of this machine, which a static program takes its start-up code from.
fn glibc() -> Option<(u32, u32)> {
    let told = Command::new("getconf").arg("GNU_LIBC_VERSION").output().ok()?;
    let text = String::from_utf8(told.stdout).ok()?;
    let (major, minor) = text.trim().strip_prefix("glibc ")?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
