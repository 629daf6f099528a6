//! The keys of rules, their examples, and files of tests.

use super::{
    keys::{COUNT, LEVELS, PLACES, TEXTS, VERDICTS},
    shape::{Field, Shape, field, required},
};

pub(crate) const RULE: &[Field] = &[
    required("name", Shape::Text, "the name that refusals and records show"),
    field("description", Shape::Text, "what the rule is for"),
    field(
        "priority",
        Shape::Int(-1_000_000, 1_000_000),
        "the highest with a match decides; 100 if left out",
    ),
    field(
        "match",
        Shape::Object(MATCH),
        "the calls it is tried for; all if left out",
    ),
    field("condition", Shape::Text, "an expression that must be true"),
    field(
        "paths",
        PLACES,
        "patterns of which the target's path must match one",
    ),
    field(
        "hosts",
        TEXTS,
        "patterns of which the target's host must match one",
    ),
    field(
        "action",
        Shape::Choice(VERDICTS),
        "what it says; `deny` if left out",
    ),
    field(
        "audit",
        Shape::Choice(&["minimal", "standard", "full"]),
        "how much the record keeps",
    ),
    field("risk_level", LEVELS, "low .1, medium .4, high .7, critical 1.0"),
    field("reason", Shape::Text, "shown to the agent"),
    field("hint", Shape::Text, "what the agent may do instead"),
    field(
        "expires",
        Shape::Text,
        "RFC 3339 time after which the rule no longer matches",
    ),
    field(
        "examples",
        Shape::List(&Shape::Object(EXAMPLE)),
        "calls with the verdict that is expected",
    ),
];

pub(crate) const MATCH: &[Field] = &[
    field(
        "domain",
        Shape::Text,
        "`filesystem`, `ssh`, `kubernetes`, `search`, `process`, ...",
    ),
    field("operation", Shape::Words, "one operation or several"),
];

pub(crate) const EXAMPLE: &[Field] = &[
    field("argv", TEXTS, "a command line of an applet"),
    field("intent", Shape::Object(INTENT), "the call as facts"),
    required("expect", Shape::Choice(VERDICTS), "the verdict"),
    field("rule", Shape::Text, "the rule that must give it"),
    field("note", Shape::Text, "what it shows"),
];

/// A file of tests beside a policy.
pub(crate) const TESTS: &[Field] = &[
    field("description", Shape::Text, "what the tests are for"),
    field("policy", Shape::Text, "the policy under test, beside this file"),
    required("tests", Shape::List(&Shape::Object(TEST)), "the tests"),
];

const TEST: &[Field] = &[
    field("name", Shape::Text, "its name"),
    field("argv", TEXTS, "a command line of an applet"),
    field("intent", Shape::Object(INTENT), "the call as facts"),
    required("expect", Shape::Choice(VERDICTS), "the verdict"),
    field("rule", Shape::Text, "the rule that must give it"),
    field("note", Shape::Text, "what it shows"),
];

/// An example's call: the scope of conditions, with everything left out taken from synthetic facts.
pub(crate) const INTENT: &[Field] = &[
    required("domain", Shape::Text, "the domain"),
    required("operation", Shape::Text, "the operation"),
    field("target", Shape::Any, "the target's facts"),
    field(
        "targets",
        Shape::List(&Shape::Any),
        "the facts of several targets",
    ),
    field("params", Shape::Map(&Shape::Any), "the parameters"),
    field("identity", Shape::Any, "who asks"),
    field("gtfo", Shape::Any, "GTFOBins findings"),
    field("burst", COUNT, "calls in the last 60 s"),
    field("time", Shape::Any, "when"),
    field("env", Shape::Map(&Shape::Text), "environment variables"),
    field("workspace", Shape::Any, "the workspace"),
    field("places", Shape::Any, "homes and Watchtower's directories"),
    field("enforcement", Shape::Any, "what can be enforced"),
];
