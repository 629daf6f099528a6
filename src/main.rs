//! `wt`

fn main() {}
