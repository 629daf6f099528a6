//! How long loading and deciding take. Targets: a decision under the default policy 2 µs, with 10,000 rules
//! 50 µs; loading 10,000 rules 100 ms; loading the default policy must not show in an applet's start.

mod calls;
mod documents;

use divan::{Bencher, black_box};
use documents::{default_sources, many};
use policy::{Policy, Source, load, load_again};

fn main() {
    divan::main();
}

fn loaded(sources: &[Source]) -> Policy {
    load(sources).unwrap_or_else(|_| std::process::exit(1))
}

#[divan::bench]
fn load_default(bencher: Bencher) {
    let sources = default_sources();
    bencher.bench(|| load(black_box(&sources)));
}

/// As every call after the first loads it: the same bytes were checked before.
#[divan::bench]
fn load_default_again(bencher: Bencher) {
    let sources = default_sources();
    bencher.bench(|| load_again(black_box(&sources)));
}

#[divan::bench]
fn load_10_000_rules(bencher: Bencher) {
    let sources = many(10_000, true);
    // What is loaded stays: letting go of it is not part of loading.
    bencher.bench(|| load(black_box(&sources)));
}

#[divan::bench(args = calls::CALLS)]
fn decide_default(bencher: Bencher, name: &str) {
    let policy = loaded(&default_sources());
    let scope = calls::call(name);
    bencher.bench(|| black_box(&policy).decide(black_box(&scope)));
}

#[divan::bench]
fn decide_10_000_rules_spread(bencher: Bencher) {
    let policy = loaded(&many(10_000, true));
    let mut scope = calls::call("filesystem:delete");
    scope.domain = "domain7".to_owned();
    scope
        .targets
        .iter_mut()
        .for_each(|target| target.domain = "domain7".to_owned());
    bencher.bench(|| black_box(&policy).decide(black_box(&scope)));
}

#[divan::bench]
fn decide_10_000_rules_of_one_operation(bencher: Bencher) {
    let policy = loaded(&many(10_000, false));
    let scope = calls::call("filesystem:delete");
    bencher.bench(|| black_box(&policy).decide(black_box(&scope)));
}
