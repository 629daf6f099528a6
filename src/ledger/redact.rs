/// Name of the key in `keys/` that tags redacted values.
pub(super) const KEY_NAME: &str = "redact";
