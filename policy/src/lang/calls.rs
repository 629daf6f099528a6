//! Every function and method there is, with the arguments it takes. What is not here is a load error.

use super::names::Type;

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Builtin {
    Abs,
    All,
    Any,
    Bool,
    Dict,
    Enumerate,
    Filter,
    Float,
    Int,
    Len,
    List,
    Map,
    Max,
    Min,
    Range,
    Reversed,
    Round,
    Set,
    Sorted,
    Str,
    Sum,
    Tuple,
    Zip,
    /// Ours: a glob over the components of a path.
    Glob,
    /// Ours: whether a path is a directory or lies below it.
    Within,
    /// Ours: whether a regular expression is found.
    Matches,
    /// Ours: whether an address is in a network.
    Cidr,
}

/// How a function is called.
pub(crate) struct Function {
    pub(crate) name: &'static str,
    pub(crate) builtin: Builtin,
    /// Fewest and most positional arguments.
    pub(crate) args: (usize, usize),
    pub(crate) named: &'static [&'static str],
    pub(crate) returns: Type,
}

const MANY: usize = 1000;

const fn function(
    name: &'static str,
    builtin: Builtin,
    args: (usize, usize),
    named: &'static [&'static str],
    returns: Type,
) -> Function {
    Function {
        name,
        builtin,
        args,
        named,
        returns,
    }
}

pub(crate) const FUNCTIONS: &[Function] = &[
    function("abs", Builtin::Abs, (1, 1), &[], Type::Any),
    function("all", Builtin::All, (1, 1), &[], Type::Bool),
    function("any", Builtin::Any, (1, 1), &[], Type::Bool),
    function("bool", Builtin::Bool, (0, 1), &[], Type::Bool),
    function("dict", Builtin::Dict, (0, 1), &[], Type::Dict),
    function("enumerate", Builtin::Enumerate, (1, 2), &["start"], Type::Any),
    function("filter", Builtin::Filter, (2, 2), &[], Type::Any),
    function("float", Builtin::Float, (0, 1), &[], Type::Float),
    function("int", Builtin::Int, (0, 2), &["base"], Type::Int),
    function("len", Builtin::Len, (1, 1), &[], Type::Int),
    function("list", Builtin::List, (0, 1), &[], Type::List),
    function("map", Builtin::Map, (2, MANY), &[], Type::Any),
    function("max", Builtin::Max, (1, MANY), &["default", "key"], Type::Any),
    function("min", Builtin::Min, (1, MANY), &["default", "key"], Type::Any),
    function("range", Builtin::Range, (1, 3), &[], Type::Any),
    function("reversed", Builtin::Reversed, (1, 1), &[], Type::Any),
    function("round", Builtin::Round, (1, 2), &["ndigits"], Type::Any),
    function("set", Builtin::Set, (0, 1), &[], Type::Set),
    function("sorted", Builtin::Sorted, (1, 1), &["reverse", "key"], Type::List),
    function("str", Builtin::Str, (0, 1), &[], Type::Str),
    function("sum", Builtin::Sum, (1, 2), &["start"], Type::Any),
    function("tuple", Builtin::Tuple, (0, 1), &[], Type::Tuple),
    function("zip", Builtin::Zip, (0, MANY), &["strict"], Type::Any),
    function("glob", Builtin::Glob, (2, 2), &[], Type::Bool),
    function("within", Builtin::Within, (2, 2), &[], Type::Bool),
    function("matches", Builtin::Matches, (2, 2), &[], Type::Bool),
    function("cidr", Builtin::Cidr, (2, 2), &[], Type::Bool),
];

impl Builtin {
    pub(crate) fn function(self) -> &'static Function {
        // INVARIANT: every builtin has its row; `every_builtin_has_a_row` tests it.
        FUNCTIONS.iter().find(|f| f.builtin == self).unwrap_or(&FALLBACK)
    }
}

const FALLBACK: Function = function("?", Builtin::Abs, (0, 0), &[], Type::Any);

/// A method; the same word on several types is one method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    Capitalize,
    Casefold,
    Center,
    Copy,
    Count,
    Difference,
    EndsWith,
    ExpandTabs,
    Find,
    Get,
    Index,
    Intersection,
    IsAlnum,
    IsAlpha,
    IsAscii,
    IsDecimal,
    IsDigit,
    IsDisjoint,
    IsIdentifier,
    IsLower,
    IsNumeric,
    IsPrintable,
    IsSpace,
    IsSubset,
    IsSuperset,
    IsTitle,
    IsUpper,
    Items,
    Join,
    Keys,
    Ljust,
    Lower,
    Lstrip,
    Partition,
    RemovePrefix,
    RemoveSuffix,
    Replace,
    Rfind,
    Rindex,
    Rjust,
    Rpartition,
    Rsplit,
    Rstrip,
    Split,
    SplitLines,
    StartsWith,
    Strip,
    Swapcase,
    SymmetricDifference,
    Title,
    Union,
    Upper,
    Values,
    Zfill,
}

/// How a method is called on one of the types that have it.
pub(crate) struct MethodRow {
    pub(crate) name: &'static str,
    pub(crate) method: Method,
    pub(crate) on: Type,
    pub(crate) args: (usize, usize),
    pub(crate) named: &'static [&'static str],
    pub(crate) returns: Type,
}

const fn on_str(name: &'static str, method: Method, least: usize, most: usize, returns: Type) -> MethodRow {
    MethodRow {
        name,
        method,
        on: Type::Str,
        args: (least, most),
        named: &[],
        returns,
    }
}

const fn on(
    on: Type,
    name: &'static str,
    method: Method,
    least: usize,
    most: usize,
    returns: Type,
) -> MethodRow {
    MethodRow {
        name,
        method,
        on,
        args: (least, most),
        named: &[],
        returns,
    }
}

const SPLIT: &[&str] = &["sep", "maxsplit"];

pub(crate) const METHODS: &[MethodRow] = &[
    on_str("capitalize", Method::Capitalize, 0, 0, Type::Str),
    on_str("casefold", Method::Casefold, 0, 0, Type::Str),
    on_str("center", Method::Center, 1, 2, Type::Str),
    on_str("count", Method::Count, 1, 3, Type::Int),
    on_str("endswith", Method::EndsWith, 1, 3, Type::Bool),
    MethodRow {
        named: &["tabsize"],
        ..on_str("expandtabs", Method::ExpandTabs, 0, 1, Type::Str)
    },
    on_str("find", Method::Find, 1, 3, Type::Int),
    on_str("index", Method::Index, 1, 3, Type::Int),
    on_str("isalnum", Method::IsAlnum, 0, 0, Type::Bool),
    on_str("isalpha", Method::IsAlpha, 0, 0, Type::Bool),
    on_str("isascii", Method::IsAscii, 0, 0, Type::Bool),
    on_str("isdecimal", Method::IsDecimal, 0, 0, Type::Bool),
    on_str("isdigit", Method::IsDigit, 0, 0, Type::Bool),
    on_str("isidentifier", Method::IsIdentifier, 0, 0, Type::Bool),
    on_str("islower", Method::IsLower, 0, 0, Type::Bool),
    on_str("isnumeric", Method::IsNumeric, 0, 0, Type::Bool),
    on_str("isprintable", Method::IsPrintable, 0, 0, Type::Bool),
    on_str("isspace", Method::IsSpace, 0, 0, Type::Bool),
    on_str("istitle", Method::IsTitle, 0, 0, Type::Bool),
    on_str("isupper", Method::IsUpper, 0, 0, Type::Bool),
    on_str("join", Method::Join, 1, 1, Type::Str),
    on_str("ljust", Method::Ljust, 1, 2, Type::Str),
    on_str("lower", Method::Lower, 0, 0, Type::Str),
    on_str("lstrip", Method::Lstrip, 0, 1, Type::Str),
    on_str("partition", Method::Partition, 1, 1, Type::Tuple),
    on_str("removeprefix", Method::RemovePrefix, 1, 1, Type::Str),
    on_str("removesuffix", Method::RemoveSuffix, 1, 1, Type::Str),
    on_str("replace", Method::Replace, 2, 3, Type::Str),
    on_str("rfind", Method::Rfind, 1, 3, Type::Int),
    on_str("rindex", Method::Rindex, 1, 3, Type::Int),
    on_str("rjust", Method::Rjust, 1, 2, Type::Str),
    on_str("rpartition", Method::Rpartition, 1, 1, Type::Tuple),
    MethodRow {
        named: SPLIT,
        ..on_str("rsplit", Method::Rsplit, 0, 2, Type::List)
    },
    on_str("rstrip", Method::Rstrip, 0, 1, Type::Str),
    MethodRow {
        named: SPLIT,
        ..on_str("split", Method::Split, 0, 2, Type::List)
    },
    MethodRow {
        named: &["keepends"],
        ..on_str("splitlines", Method::SplitLines, 0, 1, Type::List)
    },
    on_str("startswith", Method::StartsWith, 1, 3, Type::Bool),
    on_str("strip", Method::Strip, 0, 1, Type::Str),
    on_str("swapcase", Method::Swapcase, 0, 0, Type::Str),
    on_str("title", Method::Title, 0, 0, Type::Str),
    on_str("upper", Method::Upper, 0, 0, Type::Str),
    on_str("zfill", Method::Zfill, 1, 1, Type::Str),
    on(Type::List, "count", Method::Count, 1, 1, Type::Int),
    on(Type::List, "index", Method::Index, 1, 3, Type::Int),
    on(Type::List, "copy", Method::Copy, 0, 0, Type::List),
    on(Type::Tuple, "count", Method::Count, 1, 1, Type::Int),
    on(Type::Tuple, "index", Method::Index, 1, 3, Type::Int),
    on(Type::Dict, "get", Method::Get, 1, 2, Type::Any),
    on(Type::Dict, "keys", Method::Keys, 0, 0, Type::Any),
    on(Type::Dict, "values", Method::Values, 0, 0, Type::Any),
    on(Type::Dict, "items", Method::Items, 0, 0, Type::Any),
    on(Type::Dict, "copy", Method::Copy, 0, 0, Type::Dict),
    on(Type::Set, "issubset", Method::IsSubset, 1, 1, Type::Bool),
    on(Type::Set, "issuperset", Method::IsSuperset, 1, 1, Type::Bool),
    on(Type::Set, "isdisjoint", Method::IsDisjoint, 1, 1, Type::Bool),
    on(Type::Set, "union", Method::Union, 0, MANY, Type::Set),
    on(
        Type::Set,
        "intersection",
        Method::Intersection,
        0,
        MANY,
        Type::Set,
    ),
    on(Type::Set, "difference", Method::Difference, 0, MANY, Type::Set),
    on(
        Type::Set,
        "symmetric_difference",
        Method::SymmetricDifference,
        1,
        1,
        Type::Set,
    ),
    on(Type::Set, "copy", Method::Copy, 0, 0, Type::Set),
];

#[cfg(test)]
mod tests {
    use super::{FUNCTIONS, METHODS};

    #[test]
    fn every_builtin_has_a_row() {
        assert!(FUNCTIONS.iter().all(|f| f.builtin.function().name == f.name));
        assert_eq!(FUNCTIONS.len(), super::Builtin::Cidr as usize + 1);
    }

    #[test]
    fn no_method_stands_twice_on_a_type() {
        for (n, row) in METHODS.iter().enumerate() {
            assert!(
                METHODS[..n]
                    .iter()
                    .all(|other| (other.name, other.on) != (row.name, row.on)),
                "{}",
                row.name
            );
        }
    }
}
