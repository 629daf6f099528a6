//! Posting JSON by the system's curl, which reads the address, the token and the body from its stdin, so that no other
//! process sees them: the address is often a secret in itself. The static program has no resolver and no TLS.

/// The arguments of curl: no `.curlrc`, everything from stdin.
pub(crate) const ARGS: [&str; 3] = ["--disable", "--config", "-"];
/// Seconds that an address has to answer.
pub(crate) const LIMIT_S: u64 = 10;

/// What curl is told on its stdin (curl(1), `--config`): to post `json` to `url` by this scheme alone, with this token.
pub(crate) fn post(url: &str, scheme: &str, token: Option<&str>, json: &str) -> String {
    let mut config = format!(
        "url = {}\nproto = \"={scheme}\"\nmax-time = {LIMIT_S}\nfail\nsilent\nshow-error\noutput = \"/dev/null\"\n\
         header = \"Content-Type: application/json\"\ndata-raw = {}\n",
        text(url),
        text(json),
    );
    if let Some(token) = token {
        config.push_str(&format!(
            "header = {}\n",
            text(&format!("Authorization: Bearer {token}"))
        ));
    }
    config
}

/// A text as curl's configuration has it.
fn text(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{post, text};

    #[test]
    fn no_text_ends_its_line_or_its_quotes() {
        assert_eq!(text("a\"b\\c\nd\re\tf"), r#""a\"b\\c\nd\re\tf""#);
        let config = post("https://h/\"\noutput = \"/x", "https", Some("t\nk"), "{}");
        assert_eq!(config.lines().count(), 10, "{config}");
        assert_eq!(
            config.lines().filter(|line| line.starts_with("output")).count(),
            1
        );
    }
}
