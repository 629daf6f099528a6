//! Path and host patterns of rules: globset's language, `*` within one component, with `~` for any home and
//! `$WORKSPACE` for the workspace root. Compiled when first needed, checked when read.

use crate::components;
use globset::{GlobBuilder, GlobMatcher};
use std::sync::OnceLock;

/// One pattern over resolved paths.
#[derive(Clone, Debug)]
pub(crate) struct PathPattern {
    source: String,
    base: Base,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Base {
    Root,
    Home,
    Workspace,
}

/// The usual patterns need no glob: a plain path, and everything below one.
#[derive(Clone, Debug)]
enum Form {
    Exact(String),
    Below(String),
    Glob(Glob),
}

/// A glob that is compiled when it is first asked.
#[derive(Clone, Debug)]
pub(crate) struct Glob {
    pattern: globset::Glob,
    matcher: OnceLock<GlobMatcher>,
}

impl Glob {
    /// Reads a glob; `*` and `?` do not cross `/`.
    pub(crate) fn parse(source: &str) -> Result<Self, String> {
        let pattern = GlobBuilder::new(source).literal_separator(true).build();
        let pattern = pattern.map_err(|e| e.kind().to_string())?;
        Ok(Self {
            pattern,
            matcher: OnceLock::new(),
        })
    }

    pub(crate) fn is_match(&self, text: &str) -> bool {
        self.matcher
            .get_or_init(|| self.pattern.compile_matcher())
            .is_match(text)
    }
}

impl PathPattern {
    /// Reads a pattern; the error says what globset finds wrong.
    pub(crate) fn parse(source: &str) -> Result<Self, String> {
        let (base, rest) = match (source.strip_prefix('~'), source.strip_prefix("$WORKSPACE")) {
            (Some(rest), _) => (Base::Home, rest),
            (_, Some(rest)) => (Base::Workspace, rest),
            _ => (Base::Root, source),
        };
        let rest = rest.trim_matches('/');
        let literal = |text: &str| !text.contains(['*', '?', '[', ']', '{', '}', '\\']);
        let form = if literal(rest) {
            Form::Exact(rest.to_owned())
        } else if let Some(dir) = rest.strip_suffix("**").filter(|dir| literal(dir)) {
            Form::Below(dir.trim_end_matches('/').to_owned())
        } else {
            Form::Glob(Glob::parse(rest)?)
        };
        Ok(Self {
            source: source.to_owned(),
            base,
            form,
        })
    }

    /// The literal text that every matching path begins with; none where it depends on the call or on a glob.
    pub(crate) fn beginning(&self) -> Option<&str> {
        let literal = matches!(self.form, Form::Exact(_) | Form::Below(_));
        let stem = self.source.trim_end_matches("**").trim_end_matches('/');
        let plain = self.base == Base::Root && literal && stem.starts_with('/') && !stem.contains("//");
        (plain && stem.len() > 1).then_some(stem)
    }

    /// As it was written.
    pub(crate) fn source(&self) -> &str {
        &self.source
    }

    /// How many places of the pattern one byte of a path may have to be compared with.
    pub(crate) fn places(&self) -> usize {
        match self.form {
            Form::Exact(_) | Form::Below(_) => 1,
            Form::Glob(_) => self.source.len(),
        }
    }

    /// Whether a path matches.
    pub(crate) fn is_match(&self, path: &str, homes: &[String], workspace: &str) -> bool {
        self.is_match_plain(&components::lexical(path), homes, workspace)
    }

    /// The same for a path that is known to be lexically plain.
    pub(crate) fn is_match_plain(&self, path: &str, homes: &[String], workspace: &str) -> bool {
        match self.base {
            Base::Root => path.strip_prefix('/').is_some_and(|rest| self.rest_matches(rest)),
            Base::Home => homes.iter().any(|home| self.below_matches(path, home)),
            Base::Workspace => self.below_matches(path, workspace),
        }
    }

    fn below_matches(&self, path: &str, dir: &str) -> bool {
        !dir.is_empty() && components::below(path, dir).is_some_and(|rest| self.rest_matches(rest))
    }

    fn rest_matches(&self, rest: &str) -> bool {
        match &self.form {
            Form::Exact(path) => rest == path,
            Form::Below(dir) if dir.is_empty() => !rest.is_empty(),
            Form::Below(dir) => components::below(rest, dir).is_some_and(|below| !below.is_empty()),
            Form::Glob(glob) => glob.is_match(rest),
        }
    }
}

/// One pattern over host names, compared without regard to case.
#[derive(Clone, Debug)]
pub(crate) struct HostPattern {
    source: String,
    glob: Option<Glob>,
}

impl HostPattern {
    pub(crate) fn parse(source: &str) -> Result<Self, String> {
        let lower = source.to_lowercase();
        let glob = lower
            .contains(['*', '?', '[', '{', '\\'])
            .then(|| Glob::parse(&lower))
            .transpose()?;
        Ok(Self { source: lower, glob })
    }

    pub(crate) fn is_match(&self, host: &str) -> bool {
        let host = host.to_lowercase();
        self.glob
            .as_ref()
            .map_or_else(|| self.source == host, |glob| glob.is_match(&host))
    }
}

#[cfg(test)]
mod tests {
    use super::{HostPattern, PathPattern};

    #[test]
    fn patterns_match_by_components_and_know_home_and_workspace() {
        let homes = ["/home/ann".to_owned(), "/srv/ann".to_owned()];
        for (pattern, path, expected) in [
            ("/tmp/**", "/tmp/a/b", true),
            ("/tmp/**", "/tmp", false),
            ("/tmp/**", "/tmpx/a", false),
            ("/tmp/*", "/tmp/a/b", false),
            ("/tmp/*", "/tmp/a", true),
            ("/tmp/**", "/tmp/../etc/passwd", false),
            ("~/.ssh/**", "/srv/ann/.ssh/id", true),
            ("~", "/home/ann", true),
            ("$WORKSPACE/**/*.rs", "/home/ann/repo/src/a.rs", true),
            ("$WORKSPACE/**/*.rs", "/home/ann/repo-2/src/a.rs", false),
            ("/**", "/x", true),
            ("/srv/{a,b}/*.log", "/srv/b/x.log", true),
        ] {
            let parsed = PathPattern::parse(pattern).unwrap();
            assert_eq!(
                parsed.is_match(path, &homes, "/home/ann/repo"),
                expected,
                "{pattern} {path}"
            );
        }
        let nowhere = PathPattern::parse("$WORKSPACE/**").unwrap();
        assert!(
            !nowhere.is_match("/etc/passwd", &[], ""),
            "without a workspace nothing is in it"
        );
        assert!(PathPattern::parse("/a/[").is_err());
    }

    #[test]
    fn hosts_match_without_case() {
        assert!(
            HostPattern::parse("*.Example.com")
                .unwrap()
                .is_match("A.example.COM")
        );
        assert!(
            !HostPattern::parse("*.example.com")
                .unwrap()
                .is_match("example.com")
        );
    }
}
