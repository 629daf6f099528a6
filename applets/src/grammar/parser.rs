//! Reads an argv by a grammar: exact long options, combined short options, `--`, operands by form.
//! Accepts no abbreviation, and nothing that another tool could take for an option.

use super::{Count, Form, Grammar, Kind, Operand, Opt, Parsed, UsageError, limits, suggest};
use policy::text::escape;
use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
};

/// What a line turned out to be.
pub(crate) enum Line {
    Help,
    Version,
    Parsed(Parsed),
}

struct Reader<'a> {
    applet: &'static str,
    grammar: &'static Grammar,
    rest: std::slice::Iter<'a, OsString>,
    parsed: Parsed,
    operands: Vec<OsString>,
}

/// Reads the arguments after the applet's name.
pub(crate) fn read(
    applet: &'static str,
    grammar: &'static Grammar,
    args: &[OsString],
) -> Result<Line, UsageError> {
    limits::check(applet, args)?;
    let mut reader = Reader {
        applet,
        grammar,
        rest: args.iter(),
        parsed: Parsed::default(),
        operands: Vec::new(),
    };
    while let Some(arg) = reader.rest.next() {
        match arg.as_bytes() {
            b"--" => {
                let operands = reader.rest.by_ref().cloned().collect::<Vec<_>>();
                reader.operands.extend(operands);
            }
            b"--help" => return Ok(Line::Help),
            b"--version" => return Ok(Line::Version),
            [b'-', b'-', long @ ..] => reader.long(long)?,
            [b'-', shorts @ ..] if !shorts.is_empty() => {
                let first = shorts.first().copied().map(char::from);
                match first.and_then(|first| grammar.dashed(first)) {
                    Some(opt) => reader.set_value(opt, arg, &format!("--{}", opt.key))?,
                    None => reader.shorts(shorts)?,
                }
            }
            _ => reader.operands.push(arg.clone()),
        }
        limits::check_count(applet, reader.operands.len())?;
    }
    reader.finish().map(Line::Parsed)
}

impl Reader<'_> {
    fn long(&mut self, bytes: &[u8]) -> Result<(), UsageError> {
        let mut parts = bytes.splitn(2, |b| *b == b'=');
        let name = parts.next().unwrap_or_default();
        let value = parts.next().map(OsStr::from_bytes);
        let known = std::str::from_utf8(name)
            .ok()
            .and_then(|name| self.grammar.long(name));
        let Some(opt) = known else {
            return Err(self.unknown_long(name));
        };
        let shown = format!("--{}", escape(name));
        match (opt.kind, value) {
            (Kind::Flag, Some(_)) => Err(UsageError::new(
                format!("option `{shown}` takes no value"),
                format!("write `{shown}` alone"),
            )),
            (Kind::Flag, None) => self.set_flag(opt),
            (Kind::Switch, value) => {
                let value = value.unwrap_or(OsStr::new("yes"));
                check(opt.kind, value, &shown)?;
                if value == "yes" {
                    self.set_flag(opt)
                } else {
                    self.unset_flag(opt, &shown)
                }
            }
            (_, Some(value)) => self.set_value(opt, value, &shown),
            (_, None) => {
                let value = self.separate_value(&shown)?;
                self.set_value(opt, &value, &shown)
            }
        }
    }

    fn shorts(&mut self, bytes: &[u8]) -> Result<(), UsageError> {
        let mut rest = bytes;
        while let [first, tail @ ..] = rest {
            let Some(opt) = self.grammar.short(char::from(*first)) else {
                return Err(self.unknown_short(*first, bytes));
            };
            let shown = format!("-{}", char::from(*first));
            if opt.kind.is_switch() {
                self.set_flag(opt)?;
                rest = tail;
                continue;
            }
            if tail.is_empty() {
                let value = self.separate_value(&shown)?;
                return self.set_value(opt, &value, &shown);
            }
            return self.set_value(opt, OsStr::from_bytes(tail), &shown);
        }
        Ok(())
    }

    fn separate_value(&mut self, shown: &str) -> Result<OsString, UsageError> {
        let joined = if shown.starts_with("--") {
            format!("{shown}=VALUE")
        } else {
            format!("{shown}VALUE")
        };
        match self.rest.next() {
            None => Err(UsageError::new(
                format!("option `{shown}` needs a value"),
                format!("write `{joined}`"),
            )),
            Some(value) if value.as_bytes().starts_with(b"-") => Err(UsageError::new(
                format!(
                    "option `{shown}` needs a value, and {} looks like an option",
                    quoted(value)
                ),
                format!("write `{joined}` if the value begins with `-`"),
            )),
            Some(value) => Ok(value.clone()),
        }
    }

    fn set_flag(&mut self, opt: &'static Opt) -> Result<(), UsageError> {
        if self.parsed.values.iter().any(|(key, _)| *key == opt.key) {
            return Err(contradiction(&format!("--{}", opt.key)));
        }
        if !self.parsed.flag(opt.key) {
            self.parsed.flags.push(opt.key);
        }
        Ok(())
    }

    fn unset_flag(&mut self, opt: &'static Opt, shown: &str) -> Result<(), UsageError> {
        if self.parsed.flag(opt.key) {
            return Err(contradiction(shown));
        }
        self.parsed.values.push((opt.key, OsString::from("no")));
        Ok(())
    }

    fn set_value(&mut self, opt: &'static Opt, value: &OsStr, shown: &str) -> Result<(), UsageError> {
        check(opt.kind, value, shown)?;
        if matches!(opt.kind, Kind::Path | Kind::Directory) && value.as_bytes().starts_with(b"-") {
            return Err(UsageError::new(
                format!("the value of `{shown}`, {}, looks like an option", quoted(value)),
                "write `./` before a name that begins with `-`",
            ));
        }
        if !opt.repeats && self.parsed.one(opt.key).is_some() {
            return Err(UsageError::new(
                format!("option `{shown}` was given twice"),
                "give it once",
            ));
        }
        self.parsed.values.push((opt.key, value.to_owned()));
        Ok(())
    }

    fn unknown_long(&self, name: &[u8]) -> UsageError {
        let text = escape(name);
        let near = suggest::nearest(&text, self.grammar.all_options().map(|opt| opt.key));
        let hint = match near {
            Some(near) => format!("did you mean `--{near}`? long options are never abbreviated"),
            None => format!("`{} --help` lists the options", self.applet),
        };
        UsageError::new(
            format!("unknown option `--{}` for {}", shortened(&text), self.applet),
            hint,
        )
    }

    fn unknown_short(&self, short: u8, all: &[u8]) -> UsageError {
        let whole = shortened(&escape(all));
        let option = if short.is_ascii_graphic() {
            char::from(short).to_string()
        } else {
            whole.clone()
        };
        UsageError::new(
            format!("unknown option `-{option}` for {}", self.applet),
            format!("if `-{whole}` is a name, write it as `./-{whole}` or after `--`"),
        )
    }

    fn finish(mut self) -> Result<Parsed, UsageError> {
        for group in self.grammar.alternatives {
            let mut given = group
                .iter()
                .filter(|key| self.parsed.flag(key) || self.parsed.one(key).is_some());
            if let (Some(first), Some(second)) = (given.next(), given.next()) {
                return Err(UsageError::new(
                    format!("options `--{first}` and `--{second}` exclude each other"),
                    "give one of them",
                ));
            }
        }
        let chosen = |form: &&Form| form.when.is_some_and(|key| self.parsed.one(key).is_some());
        let plain = |form: &&Form| form.when.is_none();
        let forms = self.grammar.forms;
        let Some(form) = forms.iter().find(chosen).or_else(|| forms.iter().find(plain)) else {
            let Some(when) = forms.first().and_then(|form| form.when) else {
                return Err(UsageError::new(format!("{} takes no line", self.applet), ""));
            };
            return Err(UsageError::new(
                format!("`--{when}` is missing for {}", self.applet),
                self.see_help(),
            ));
        };
        self.parsed.named = form.when.is_some();
        self.take_operands(form)?;
        Ok(self.parsed)
    }

    fn take_operands(&mut self, form: &'static Form) -> Result<(), UsageError> {
        let single = form
            .operands
            .iter()
            .filter(|operand| operand.count == Count::One)
            .count();
        let given = self.operands.len();
        let mut spare = given.saturating_sub(single);
        let mut operands = std::mem::take(&mut self.operands).into_iter();
        for operand in form.operands {
            let take = match operand.count {
                Count::One => 1,
                Count::Some | Count::Any => std::mem::take(&mut spare),
            };
            let mut taken = 0;
            for value in operands.by_ref().take(take) {
                self.take_operand(operand, value)?;
                taken += 1;
            }
            if taken == 0 && operand.count != Count::Any {
                return Err(UsageError::new(
                    format!("operand {} is missing for {}", operand.meta(), self.applet),
                    self.see_help(),
                ));
            }
        }
        match operands.next() {
            None => Ok(()),
            Some(extra) => Err(UsageError::new(
                format!("one operand too many for {}: {}", self.applet, quoted(&extra)),
                self.see_help(),
            )),
        }
    }

    fn take_operand(&mut self, operand: &'static Operand, value: OsString) -> Result<(), UsageError> {
        if self
            .grammar
            .long(operand.key)
            .is_some_and(|opt| self.parsed.one(opt.key).is_some() && !opt.repeats)
        {
            return Err(UsageError::new(
                format!(
                    "{} was given both as an operand and as `--{}`",
                    operand.meta(),
                    operand.key
                ),
                "give it once",
            ));
        }
        check(operand.kind, &value, &operand.meta())?;
        self.parsed.values.push((operand.key, value));
        Ok(())
    }

    fn see_help(&self) -> String {
        let usage = super::usage_lines(self.applet, self.grammar);
        format!("usage: {}", usage.join(", or "))
    }
}

fn check(kind: Kind, value: &OsStr, what: &str) -> Result<(), UsageError> {
    if value.is_empty() {
        return Err(UsageError::new(
            format!("an empty value for `{what}`"),
            format!("it should be {}", kind.expected()),
        ));
    }
    let Err(expected) = kind.check(value) else {
        return Ok(());
    };
    let near = value
        .to_str()
        .and_then(|text| suggest::nearest(text, kind.words().into_iter()));
    let hint = near
        .map(|near| format!("did you mean `{near}`?"))
        .unwrap_or_default();
    Err(UsageError::new(
        format!("{} for `{what}` is not {expected}", quoted(value)),
        hint,
    ))
}

fn contradiction(shown: &str) -> UsageError {
    UsageError::new(
        format!("option `{shown}` was given as yes and as no"),
        "give it once",
    )
}

/// The argument in backticks, on one line and not longer than a line.
pub(super) fn quoted(arg: &OsStr) -> String {
    format!("`{}`", shortened(&escape(arg.as_bytes())))
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    let mut shown: String = text.chars().take(LONGEST).flat_map(visible).collect();
    if text.chars().count() > LONGEST {
        shown.push_str("...");
    }
    shown
}

/// Control characters as escapes, so that a message stays one line.
fn visible(c: char) -> Vec<char> {
    if c.is_control() {
        c.escape_default().collect()
    } else {
        vec![c]
    }
}
