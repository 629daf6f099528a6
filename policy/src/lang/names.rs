//! Every name a condition may use: the scope and its attributes. A name that is not here is a load error.

/// What is known of a value before it is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Any,
    None,
    Bool,
    Int,
    Float,
    Str,
    List,
    Tuple,
    Set,
    Dict,
    Record(RecordKind),
    /// The list of all targets.
    Targets,
}

/// The objects of the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordKind {
    Target,
    Identity,
    Gtfo,
    Risk,
    Time,
    Workspace,
    Enforcement,
}

/// The names of the scope of rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Global {
    Target,
    Targets,
    Identity,
    Params,
    Domain,
    Operation,
    Gtfo,
    Risk,
    Time,
    Env,
    Workspace,
    Enforcement,
}

/// Names, what they mean, and what they hold.
pub(crate) const GLOBALS: &[(&str, Global, Type)] = &[
    ("target", Global::Target, Type::Record(RecordKind::Target)),
    ("targets", Global::Targets, Type::Targets),
    ("identity", Global::Identity, Type::Record(RecordKind::Identity)),
    ("params", Global::Params, Type::Dict),
    ("domain", Global::Domain, Type::Str),
    ("operation", Global::Operation, Type::Str),
    ("gtfo", Global::Gtfo, Type::Record(RecordKind::Gtfo)),
    ("risk", Global::Risk, Type::Record(RecordKind::Risk)),
    ("time", Global::Time, Type::Record(RecordKind::Time)),
    ("env", Global::Env, Type::Dict),
    (
        "workspace",
        Global::Workspace,
        Type::Record(RecordKind::Workspace),
    ),
    (
        "enforcement",
        Global::Enforcement,
        Type::Record(RecordKind::Enforcement),
    ),
];

/// An attribute of some record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    Agent,
    Args,
    Attestation,
    Binary,
    Branch,
    Burst,
    Capabilities,
    Container,
    Domain,
    Entries,
    Exists,
    Ext,
    Extra,
    Functions,
    Host,
    Hour,
    Interactive,
    Invoked,
    Iso,
    Kind,
    LandlockAbi,
    Learnt,
    Level,
    Links,
    Mode,
    Name,
    Namespace,
    Operation,
    Owner,
    Parent,
    Path,
    Port,
    Principal,
    Resource,
    Risk,
    Role,
    Root,
    Score,
    Session,
    Size,
    Tool,
    Uid,
    Url,
    User,
    Weekday,
}

type Row = (&'static str, Field, Type);

const TARGET: &[Row] = &[
    ("path", Field::Path, Type::Str),
    ("name", Field::Name, Type::Str),
    ("parent", Field::Parent, Type::Str),
    ("ext", Field::Ext, Type::Str),
    ("kind", Field::Kind, Type::Str),
    ("size", Field::Size, Type::Int),
    ("owner", Field::Owner, Type::Str),
    ("mode", Field::Mode, Type::Int),
    ("links", Field::Links, Type::Int),
    ("entries", Field::Entries, Type::Int),
    ("exists", Field::Exists, Type::Bool),
    ("role", Field::Role, Type::Str),
    ("domain", Field::Domain, Type::Str),
    ("operation", Field::Operation, Type::Str),
    ("host", Field::Host, Type::Str),
    ("user", Field::User, Type::Str),
    ("port", Field::Port, Type::Int),
    ("namespace", Field::Namespace, Type::Str),
    ("container", Field::Container, Type::Str),
    ("resource", Field::Resource, Type::Str),
    ("url", Field::Url, Type::Str),
    ("extra", Field::Extra, Type::Dict),
];

const IDENTITY: &[Row] = &[
    ("principal", Field::Principal, Type::Str),
    ("uid", Field::Uid, Type::Int),
    ("agent", Field::Agent, Type::Str),
    ("learnt", Field::Learnt, Type::Str),
    ("session", Field::Session, Type::Str),
    ("capabilities", Field::Capabilities, Type::List),
    ("attestation", Field::Attestation, Type::Str),
    ("interactive", Field::Interactive, Type::Bool),
];

const GTFO: &[Row] = &[
    ("risk", Field::Risk, Type::Str),
    ("invoked", Field::Invoked, Type::Bool),
    ("functions", Field::Functions, Type::List),
    ("binary", Field::Binary, Type::Str),
    ("score", Field::Score, Type::Float),
];

const RISK: &[Row] = &[
    ("score", Field::Score, Type::Int),
    ("tool", Field::Tool, Type::Int),
    ("args", Field::Args, Type::Int),
    ("burst", Field::Burst, Type::Int),
];

const TIME: &[Row] = &[
    ("hour", Field::Hour, Type::Int),
    ("weekday", Field::Weekday, Type::Int),
    ("iso", Field::Iso, Type::Str),
];

const WORKSPACE: &[Row] = &[
    ("root", Field::Root, Type::Str),
    ("branch", Field::Branch, Type::Str),
];

const ENFORCEMENT: &[Row] = &[
    ("level", Field::Level, Type::Str),
    ("landlock_abi", Field::LandlockAbi, Type::Int),
];

impl RecordKind {
    const ALL: [Self; 7] = [
        Self::Target,
        Self::Identity,
        Self::Gtfo,
        Self::Risk,
        Self::Time,
        Self::Workspace,
        Self::Enforcement,
    ];

    /// The attributes of this kind.
    pub(crate) fn fields(self) -> &'static [Row] {
        match self {
            Self::Target => TARGET,
            Self::Identity => IDENTITY,
            Self::Gtfo => GTFO,
            Self::Risk => RISK,
            Self::Time => TIME,
            Self::Workspace => WORKSPACE,
            Self::Enforcement => ENFORCEMENT,
        }
    }

    /// The kind that a name of the scope has.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        GLOBALS
            .iter()
            .find(|(n, ..)| *n == name)
            .and_then(|(.., t)| match t {
                Type::Record(kind) => Some(*kind),
                _ => None,
            })
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Identity => "identity",
            Self::Gtfo => "gtfo",
            Self::Risk => "risk",
            Self::Time => "time",
            Self::Workspace => "workspace",
            Self::Enforcement => "enforcement",
        }
    }
}

impl Field {
    /// The attribute of that name, whichever record it belongs to.
    pub(crate) fn named(name: &str) -> Option<&'static Row> {
        let mut rows = RecordKind::ALL.iter().flat_map(|kind| kind.fields());
        rows.find(|(n, ..)| *n == name)
    }
}
