//! Tokens of known issuers: what each begins with, of which characters it is and how long it is at least.

/// A token: what it begins with, how many characters follow at least, which, and its kind.
pub(super) struct Token {
    pub(super) prefix: &'static str,
    pub(super) least: usize,
    set: fn(u8) -> bool,
    kind: &'static str,
}

const fn token(prefix: &'static str, least: usize, set: fn(u8) -> bool, kind: &'static str) -> Token {
    Token {
        prefix,
        least,
        set,
        kind,
    }
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

pub(super) fn word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn dotted(byte: u8) -> bool {
    word(byte) || byte == b'.'
}

pub(super) fn base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_' | b'.')
}

/// As issuers publish them.
pub(super) const TOKENS: &[Token] = &[
    token("AKIA", 16, capital, "aws-key"),
    token("ASIA", 16, capital, "aws-key"),
    token("AIza", 35, word, "google-key"),
    token("AGE-SECRET-KEY-1", 40, capital, "age-key"),
    token("GOCSPX-", 20, word, "google-secret"),
    token("SG.", 40, dotted, "sendgrid-key"),
    token("dop_v1_", 40, alphanumeric, "digitalocean-token"),
    token("dckr_pat_", 20, word, "docker-token"),
    token("ghp_", 36, alphanumeric, "github-token"),
    token("gho_", 36, alphanumeric, "github-token"),
    token("ghu_", 36, alphanumeric, "github-token"),
    token("ghs_", 36, alphanumeric, "github-token"),
    token("ghr_", 36, alphanumeric, "github-token"),
    token("github_pat_", 22, word, "github-token"),
    token("glpat-", 20, word, "gitlab-token"),
    token("gldt-", 20, word, "gitlab-token"),
    token("hf_", 30, alphanumeric, "huggingface-token"),
    token("hvs.", 24, word, "vault-token"),
    token("npm_", 36, alphanumeric, "npm-token"),
    token("pypi-AgE", 50, word, "pypi-token"),
    token("rk_live_", 20, alphanumeric, "stripe-key"),
    token("sk_live_", 20, alphanumeric, "stripe-key"),
    token("sk_test_", 20, alphanumeric, "stripe-key"),
    token("sk-ant-", 20, word, "anthropic-key"),
    token("sk-proj-", 20, word, "openai-key"),
    token("sk-", 40, alphanumeric, "openai-key"),
    token("shpat_", 32, alphanumeric, "shopify-token"),
    token("tfp_", 32, alphanumeric, "typeform-token"),
    token("wt-seal-", 64, alphanumeric, "seal-key"),
    token("xapp-", 20, word, "slack-token"),
    token("xoxa-", 10, word, "slack-token"),
    token("xoxb-", 10, word, "slack-token"),
    token("xoxe", 20, dotted, "slack-token"),
    token("xoxo-", 10, word, "slack-token"),
    token("xoxp-", 10, word, "slack-token"),
    token("xoxr-", 10, word, "slack-token"),
    token("xoxs-", 10, word, "slack-token"),
    token("ya29.", 20, dotted, "google-token"),
];

/// How many bytes at the beginning are of a set.
pub(super) fn run(bytes: &[u8], set: fn(u8) -> bool) -> usize {
    bytes.iter().take_while(|&&byte| set(byte)).count()
}

/// The token that a text begins with: its length and kind.
pub(super) fn known(rest: &[u8]) -> Option<(usize, &'static str)> {
    let first = *rest.first()?;
    TOKENS
        .iter()
        .filter(|token| token.prefix.as_bytes().first() == Some(&first))
        .find_map(|token| {
            let body = rest.strip_prefix(token.prefix.as_bytes())?;
            let length = run(body, token.set);
            (length >= token.least).then_some((token.prefix.len() + length, token.kind))
        })
}
