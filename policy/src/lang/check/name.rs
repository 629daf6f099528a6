//! Names and attributes: what each stands for, and what was meant where it stands for nothing.

use super::{Checked, Checker, Names, elements::UNBOUND};
use crate::{
    json::Span,
    lang::{
        ast::Ast,
        calls::{FUNCTIONS, METHODS},
        error::ExprError,
        names::{Field, GLOBALS, Type},
        node::{Node, NodeKind},
    },
    nearest::did_you_mean,
};

impl Checker {
    pub(super) fn name(&mut self, name: &str, at: Span) -> Checked<(NodeKind, Type)> {
        if let Some((_, slot, of)) = self.bound.iter().rev().find(|(n, ..)| n == name) {
            if *slot == UNBOUND {
                return Err(ExprError::new(
                    at,
                    format!("`{name}` is used before its `for` binds it"),
                ));
            }
            return Ok((NodeKind::Slot(*slot), *of));
        }
        if FUNCTIONS.iter().any(|f| f.name == name) {
            let error = ExprError::new(at, format!("`{name}` is a function and must be called"));
            return Err(error.hint(format!("write `{name}(...)`")));
        }
        self.plain = false;
        match self.names {
            Names::Query => {
                self.fields.insert(name.to_owned());
                Ok((NodeKind::Name(name.into(), true), Type::Any))
            }
            Names::Free => Ok((NodeKind::Name(name.into(), false), Type::Any)),
            Names::Rule => match GLOBALS.iter().find(|(n, ..)| *n == name) {
                Some((_, global, of)) => Ok((NodeKind::Global(*global), *of)),
                None => {
                    let known = GLOBALS.iter().map(|(n, ..)| *n).collect::<Vec<_>>();
                    let all = known.join(", ");
                    let locals = self.bound.iter().map(|(n, ..)| n.as_str());
                    let hint =
                        did_you_mean(name, known.into_iter().chain(locals), format!("known are {all}"));
                    Err(ExprError::new(at, format!("unknown name `{name}`")).hint(hint))
                }
            },
        }
    }

    pub(super) fn attribute(&mut self, object: &Ast, name: &str, at: Span) -> Checked<(NodeKind, Type)> {
        no_underscore(name, at)?;
        let (node, of) = self.value(object)?;
        let object = Box::new(node);
        if self.names == Names::Query {
            if let Some(of) = path(&object) {
                self.fields.insert(format!("{of}.{name}"));
            }
            return Ok((NodeKind::Open(object, name.into()), Type::Any));
        }
        let method = METHODS.iter().any(|m| m.name == name);
        match of {
            Type::Record(kind) => match kind.fields().iter().find(|(n, ..)| *n == name) {
                Some((name, field, of)) => Ok((NodeKind::Field(object, *field, name), *of)),
                None => {
                    let known: Vec<_> = kind.fields().iter().map(|(n, ..)| *n).collect();
                    let all = known.join(", ");
                    let hint = did_you_mean(name, known, format!("`{}` has {all}", kind.word()));
                    Err(ExprError::new(at, format!("`{}` has no attribute `{name}`", kind.word())).hint(hint))
                }
            },
            Type::Dict => {
                let error = ExprError::new(at, format!("a dict has no attribute `{name}`"));
                Err(error.hint(format!("write `.get('{name}')` for the value of a key")))
            }
            Type::Any => match Field::named(name) {
                Some((name, field, _)) => Ok((NodeKind::Field(object, *field, name), Type::Any)),
                None if method => Err(must_be_called(name, at)),
                None => Err(ExprError::new(at, format!("unknown attribute `{name}`"))),
            },
            _ if method => Err(must_be_called(name, at)),
            _ => Err(ExprError::new(at, format!("unknown attribute `{name}`"))),
        }
    }
}

/// The path of a name and the members behind it, none for what is worked out.
fn path(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Name(name, _) => Some(name.to_string()),
        NodeKind::Open(object, name) => Some(format!("{}.{name}", path(object)?)),
        _ => None,
    }
}

pub(super) fn no_underscore(name: &str, at: Span) -> Checked<()> {
    if name.starts_with('_') {
        return Err(ExprError::new(
            at,
            format!("names never begin with an underscore: `{name}`"),
        ));
    }
    Ok(())
}

pub(super) fn must_be_called(name: &str, at: Span) -> ExprError {
    ExprError::new(at, format!("`{name}` is a method and must be called"))
        .hint(format!("write `.{name}(...)`"))
}
