//! Every limit of the language, by name. An expression that needs more is an error, never a wrong value.

/// Bytes of one expression.
pub const MAX_EXPR_BYTES: usize = 64 * 1024;
/// How deep an expression may nest.
pub const MAX_EXPR_DEPTH: usize = 64;
/// Steps of one evaluation: nodes visited, elements drawn, and sixteen bytes looked at count one each.
pub const MAX_STEPS: u32 = 100_000;
/// Bytes of intermediate data that one evaluation may make.
pub const MAX_DATA_BYTES: usize = 1 << 20;
/// Bytes of a compiled regular expression.
pub const MAX_REGEX_BYTES: usize = 1 << 20;
/// The same of a pattern that costs one of `MAX_PATTERN_COST`, and of those that are made while evaluating.
pub const MAX_SMALL_REGEX_BYTES: usize = 64 << 10;
/// Bytes of one pattern as it is written.
pub const MAX_PATTERN_BYTES: usize = 4096;
/// What the constant patterns of one expression may cost together: a small one costs 1, another one 8.
pub const MAX_PATTERN_COST: usize = 32;
/// Variables that the comprehensions of one expression may bind.
pub const MAX_VARIABLES: usize = 256;
