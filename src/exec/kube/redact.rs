//! Secret-like fields of `kubectl get -o yaml`, taken out line by line while it streams. Works on the layout that
//! kubectl writes: keys on lines of their own, longer values indented deeper.

use regex::Regex;
use std::sync::LazyLock;

/// What stands in the place of a value.
const REDACTED: &str = "\"[redacted: secret-like field]\"";
/// Longest line that is looked into; a longer one is redacted whole.
const MAX_LINE: usize = 1 << 20;

/// Keys whose value is a secret.
static SECRET_KEY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)(passw(or)?d|passphrase|secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|credential|bearer|connection[-_.]?string|dsn$|last-applied-configuration|ssh-privatekey|\.pem$|\.key$|\bauth$)",
    )
    .ok()
});
/// Keys that only name or configure one.
static STRUCTURE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^(secretName|secretNamespace|automountServiceAccountToken|imagePullSecrets?|secretKeyRef|secretRef|tokenExpirationSeconds|credentialName|passwordSecretRef|tokenRequests)$").ok()
});
/// Values that are secrets wherever they stand.
static SECRET_VALUE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}|\bglpat-[\w-]{16,}|\bxox[abprs]-[\w-]{10,}|\bsk-[A-Za-z0-9_-]{20,}|\beyJ[\w-]{8,}\.[\w-]{8,}\.|://[^/\s:@]+:[^/\s@]+@)",
    )
    .ok()
});

/// The state of one stream.
#[derive(Clone, Debug, Default)]
pub(super) struct Redactor {
    line: Vec<u8>,
    /// Lines deeper than this belong to a value that was taken out.
    below: Option<usize>,
    /// The secret-like `name:` of a list item, and the column of its keys.
    named: Option<usize>,
    /// How many values were taken out.
    pub(super) count: u64,
}

impl Redactor {
    /// What may be shown of the next bytes: whole lines only.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.line.len() > MAX_LINE {
                let line = std::mem::take(&mut self.line);
                self.take(&line, &mut out);
            }
        }
        out
    }

    /// What is left at the end.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        let mut out = Vec::new();
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.take(&line, &mut out);
        }
        out
    }

    fn take(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let text = String::from_utf8_lossy(line);
        let body = text.trim_end_matches('\n');
        let blank = body.trim().is_empty();
        let column = body.len() - body.trim_start().len();
        if let Some(limit) = self.below {
            if blank || column > limit {
                return;
            }
            self.below = None;
        }
        // A list item's first key stands behind its dash.
        let mut start = column;
        while let Some(rest) = body.get(start..).and_then(|rest| rest.strip_prefix("- ")) {
            start = body.len() - rest.trim_start().len();
            self.named = None;
        }
        let Some((key, value)) = body.get(start..).and_then(|rest| split(rest)) else {
            if matches(&SECRET_VALUE, body) {
                self.replace(body.get(..start).unwrap_or_default(), column, out);
            } else {
                out.extend_from_slice(line);
            }
            return;
        };
        if self.named.is_some_and(|named| start < named) {
            self.named = None;
        }
        let plain = value.trim_matches(['"', '\'']);
        if key == "name" {
            self.named = matches(&SECRET_KEY, plain).then_some(start);
        }
        let by_key = matches(&SECRET_KEY, key) && !matches(&STRUCTURE, key);
        let by_name = key == "value" && self.named == Some(start);
        let switch = matches!(plain, "" | "true" | "false" | "null" | "{}" | "[]");
        if (by_key || by_name || matches(&SECRET_VALUE, value)) && !switch {
            let kept = body.len() - value.len();
            self.replace(body.get(..kept).unwrap_or_default(), start, out);
        } else {
            out.extend_from_slice(line);
        }
    }

    fn replace(&mut self, kept: &str, column: usize, out: &mut Vec<u8>) {
        out.extend_from_slice(kept.as_bytes());
        out.extend_from_slice(REDACTED.as_bytes());
        out.push(b'\n');
        self.below = Some(column);
        self.count += 1;
    }
}

/// `key: value`; the value is empty for a key that opens a block.
fn split(text: &str) -> Option<(&str, &str)> {
    let (key, rest) = match text.split_once(": ") {
        Some(both) => both,
        None => (text.strip_suffix(':')?, ""),
    };
    let key = key.trim_matches(['"', '\'']);
    (!key.is_empty() && !key.contains(' ')).then(|| (key, rest.trim_start()))
}

/// A pattern that did not compile matches everything: nothing is shown that could not be looked at.
fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::{LazyLock, Redactor, SECRET_KEY, SECRET_VALUE, STRUCTURE};

    fn all(text: &str) -> String {
        let mut redactor = Redactor::default();
        let mut out: Vec<u8> = text
            .as_bytes()
            .chunks(7)
            .flat_map(|chunk| redactor.feed(chunk))
            .collect();
        out.extend(redactor.finish());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_patterns_compile() {
        for pattern in [&SECRET_KEY, &SECRET_VALUE, &STRUCTURE] {
            assert!(LazyLock::force(pattern).is_some());
        }
    }

    #[test]
    fn secret_like_fields_lose_their_values_and_nothing_else_changes() {
        let hidden = "\"[redacted: secret-like field]\"";
        for (given, shown) in [
            (
                "data:\n  db-password: hunter2\n  color: blue\n",
                format!("data:\n  db-password: {hidden}\n  color: blue\n"),
            ),
            (
                "  env:\n  - name: DB_PASSWORD\n    value: hunter2\n  - name: COLOR\n    value: blue\n",
                format!(
                    "  env:\n  - name: DB_PASSWORD\n    value: {hidden}\n  - name: COLOR\n    value: blue\n"
                ),
            ),
            (
                "  - value: hunter2\n    x: 1\n",
                "  - value: hunter2\n    x: 1\n".to_owned(),
            ),
            (
                "  tls.key: |\n    line one\n\n    line two\n  next: 1\n",
                format!("  tls.key: {hidden}\n  next: 1\n"),
            ),
            (
                "  apiKey: long value that\n    goes on here\n  next: 1\n",
                format!("  apiKey: {hidden}\n  next: 1\n"),
            ),
            (
                "    kubectl.kubernetes.io/last-applied-configuration: |\n      {\"a\":1}\n  name: x\n",
                format!("    kubectl.kubernetes.io/last-applied-configuration: {hidden}\n  name: x\n"),
            ),
            (
                "  secretName: tls\n  automountServiceAccountToken: false\n",
                "  secretName: tls\n  automountServiceAccountToken: false\n".to_owned(),
            ),
            (
                "    secretKeyRef:\n      name: db\n      key: user\n",
                "    secretKeyRef:\n      name: db\n      key: user\n".to_owned(),
            ),
            ("  url: postgres://u:p@host/db\n", format!("  url: {hidden}\n")),
            (
                "  - --token=ghp_0123456789abcdefghijABCDEFGHIJ\n  - plain\n",
                format!("  - {hidden}\n  - plain\n"),
            ),
            ("no newline", "no newline".to_owned()),
        ] {
            assert_eq!(all(given), shown);
        }
    }
}
