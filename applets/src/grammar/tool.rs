//! Applets as tools with named arguments: their schema, and the line that a call of such a tool stands for.
//! Arguments become values of that line one to one; nothing here quotes, joins or splits them.

use super::{Count, Kind, Operand, Opt, UsageError, suggest};
use crate::{Applet, Effect};
use policy::text::escape;
use serde_json::{Map, Value as Json, json};
use std::ffi::OsString;

/// What a tool's caller should know about its effects (the hints of MCP).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// It changes nothing.
    pub read_only: bool,
    /// Something can be lost by it.
    pub destructive: bool,
    /// Repeating it changes nothing more.
    pub idempotent: bool,
    /// It reaches other machines.
    pub open_world: bool,
}

impl Applet {
    /// Its traits.
    pub fn traits(&self) -> Traits {
        Traits {
            read_only: matches!(self.effect, Effect::Exec { .. }),
            destructive: self.effect == Effect::Native { destroys: true },
            idempotent: self.idempotent,
            open_world: matches!(self.domain, "ssh" | "kubernetes"),
        }
    }

    /// The options that a tool offers.
    pub fn tool_options(&self) -> impl Iterator<Item = &'static Opt> {
        self.grammar.options.iter().filter(|opt| opt.tool)
    }

    /// The operands that a tool offers.
    pub fn tool_operands(&self) -> impl Iterator<Item = &'static Operand> {
        self.grammar
            .tool_form()
            .map_or(&[][..], |form| form.operands)
            .iter()
    }

    /// Whether a tool call must have this argument.
    pub fn tool_requires(&self, key: &str) -> bool {
        let everyday = self.grammar.forms.iter().find(|form| form.when.is_none());
        let needed = |operand: &Operand| operand.key == key && operand.count != Count::Any;
        self.tool_operands().any(needed)
            || self.grammar.tool_form().and_then(|form| form.when) == Some(key)
            || everyday.is_some_and(|form| {
                form.operands.iter().any(needed) && self.tool_options().any(|opt| opt.key == key)
            })
    }

    /// The JSON Schema of a tool's arguments.
    pub fn input_schema(&self) -> Json {
        let mut properties = Map::new();
        let mut required = Vec::new();
        for operand in self.tool_operands() {
            if self.tool_requires(operand.key) {
                required.push(Json::from(property(operand.key)));
            }
            properties.insert(property(operand.key), schema(operand.kind, operand.help, None));
            if operand.count != Count::One {
                properties.insert(
                    several(operand.key),
                    list(operand.kind, &format!("more of `{}`", operand.key)),
                );
            }
        }
        for opt in self.tool_options() {
            if self.tool_requires(opt.key) {
                required.push(Json::from(property(opt.key)));
            }
            let help = opt.help.trim_end_matches(", in the form with named arguments");
            properties.insert(property(opt.key), schema(opt.kind, help, opt.default));
            if opt.repeats {
                properties.insert(
                    several(opt.key),
                    list(opt.kind, &format!("more of `{}`", opt.key)),
                );
            }
        }
        json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
    }

    /// The line that a tool call stands for, without the applet's name. Absent, null and, where the argument
    /// is not required, empty arguments are left out; everything else becomes one argument of the line.
    pub fn arguments(&self, given: &Map<String, Json>) -> Result<Vec<OsString>, UsageError> {
        self.refuse_unknown(given)?;
        let mut line = Vec::new();
        for opt in self.tool_options() {
            for value in self.values(given, opt.key)? {
                match (opt.kind, value.as_str()) {
                    (Kind::Flag, "true" | "yes" | "True") => line.push(format!("--{}", opt.key).into()),
                    (Kind::Flag, "false" | "no" | "False") => {}
                    (Kind::Flag, _) => {
                        return Err(UsageError::new(
                            format!(
                                "`{}` for `{}` is not true or false",
                                escape(value.as_bytes()),
                                opt.key
                            ),
                            "",
                        ));
                    }
                    (Kind::Switch, "true" | "True") => line.push(format!("--{}=yes", opt.key).into()),
                    (Kind::Switch, "false" | "False") => line.push(format!("--{}=no", opt.key).into()),
                    _ => line.push(format!("--{}={value}", opt.key).into()),
                }
            }
        }
        line.push("--".into());
        for operand in self.tool_operands() {
            let values = self.values(given, operand.key)?;
            if values.is_empty() && operand.count != Count::Any {
                return Err(UsageError::new(
                    format!(
                        "argument `{}` is missing for {}",
                        property(operand.key),
                        self.tool_name()
                    ),
                    format!("it is {}", operand.help),
                ));
            }
            line.extend(values.into_iter().map(OsString::from));
        }
        Ok(line)
    }

    fn refuse_unknown(&self, given: &Map<String, Json>) -> Result<(), UsageError> {
        let operands = self
            .tool_operands()
            .map(|operand| (operand.key, operand.count != Count::One));
        let options = self.tool_options().map(|opt| (opt.key, opt.repeats));
        let known: Vec<String> = operands
            .chain(options)
            .flat_map(|(key, repeats)| [Some(property(key)), repeats.then(|| several(key))])
            .flatten()
            .collect();
        let Some(unknown) = given.keys().find(|key| !known.contains(key)) else {
            return Ok(());
        };
        let hint = match suggest::nearest(unknown, known.iter().map(String::as_str)) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it takes {}", known.join(", ")),
        };
        let shown: String = escape(unknown.as_bytes())
            .chars()
            .filter(|c| !c.is_control())
            .take(80)
            .collect();
        Err(UsageError::new(
            format!("unknown argument `{shown}` for {}", self.tool_name()),
            hint,
        ))
    }

    /// The values of an argument, of its plural too.
    fn values(&self, given: &Map<String, Json>, key: &str) -> Result<Vec<String>, UsageError> {
        let mut values = Vec::new();
        for name in [property(key), several(key)] {
            match given.get(&name) {
                None | Some(Json::Null) => {}
                Some(Json::Array(items)) => {
                    for item in items {
                        values.push(text(&name, item)?);
                    }
                }
                Some(Json::String(empty)) if empty.is_empty() && !self.tool_requires(key) => {}
                Some(value) => values.push(text(&name, value)?),
            }
        }
        Ok(values)
    }
}

/// A scalar as the line has it.
fn text(name: &str, value: &Json) -> Result<String, UsageError> {
    match value {
        Json::String(text) => Ok(text.clone()),
        Json::Bool(flag) => Ok(flag.to_string()),
        // Some clients write whole numbers with a fraction.
        Json::Number(number) => match number.as_f64() {
            Some(float) if number.is_f64() && float.fract() == 0.0 && (0.0..1e15).contains(&float) => {
                Ok(format!("{float:.0}"))
            }
            _ => Ok(number.to_string()),
        },
        Json::Null | Json::Array(_) | Json::Object(_) => Err(UsageError::new(
            format!("argument `{name}` is not text, a number, or true or false"),
            "",
        )),
    }
}

/// The argument's name in JSON.
pub fn property(key: &str) -> String {
    key.replace('-', "_")
}

fn several(key: &str) -> String {
    format!("{}s", property(key))
}

fn list(kind: Kind, help: &str) -> Json {
    let mut items = schema(kind, "", None);
    if let Json::Object(items) = &mut items {
        items.shift_remove("description");
    }
    json!({"type": "array", "items": items, "description": help})
}

fn schema(kind: Kind, help: &str, default: Option<&str>) -> Json {
    let mut schema = Map::new();
    let words = kind.words();
    let (name, default) = match kind {
        Kind::Flag => ("boolean", Some(Json::Bool(false))),
        Kind::Switch => ("string", default.map(Json::from)),
        Kind::Number { .. } | Kind::Port => (
            "integer",
            default.and_then(|text| text.parse::<u64>().ok()).map(Json::from),
        ),
        _ => ("string", default.map(Json::from)),
    };
    schema.insert("type".to_owned(), name.into());
    let form = kind.expected();
    let told = matches!(
        kind,
        Kind::Flag | Kind::Switch | Kind::Choice(_) | Kind::Number { .. } | Kind::Text(_)
    ) || help.is_empty();
    let description = if told {
        help.to_owned()
    } else {
        format!("{help} ({form})")
    };
    schema.insert("description".to_owned(), description.into());
    match kind {
        Kind::Choice(_) | Kind::Switch => {
            schema.insert("enum".to_owned(), words.into());
        }
        Kind::Number { min, max } => {
            schema.insert("minimum".to_owned(), min.into());
            schema.insert("maximum".to_owned(), max.into());
        }
        Kind::Port => {
            schema.insert("minimum".to_owned(), 1.into());
            schema.insert("maximum".to_owned(), 65_535.into());
        }
        _ => {
            if name == "string" {
                schema.insert("minLength".to_owned(), 1.into());
            }
        }
    }
    if let Some(default) = default {
        schema.insert("default".to_owned(), default);
    }
    Json::Object(schema)
}
