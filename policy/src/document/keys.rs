//! The keys of a policy document, each with its shape: what `load` accepts and `schema` describes.

pub(crate) use super::rule_keys::{RULE, TESTS};
use super::shape::{Field, Shape, field, required};

pub(super) const COUNT: Shape = Shape::Int(0, 1 << 53);
const ABI: Shape = Shape::Int(0, 64);
pub(super) const TEXTS: Shape = Shape::List(&Shape::Text);
pub(super) const PLACES: Shape = Shape::List(&Shape::Place);
const FIXED: Shape = Shape::List(&Shape::Fixed);
pub(super) const LEVELS: Shape = Shape::Choice(&["low", "medium", "high", "critical"]);
pub(crate) const VERDICTS: &[&str] = &["allow", "shadow", "escalate", "deny"];
const DURABILITY: Shape = Shape::Choice(&["relaxed", "intent", "strict"]);

/// The document itself.
pub(crate) const DOCUMENT: &[Field] = &[
    field("$schema", Shape::Text, "where editors find the schema"),
    required(
        "version",
        Shape::Choice(&["2.0.0"]),
        "the format: `\"version\": \"2.0.0\"`",
    ),
    field("description", Shape::Text, "what this document is for"),
    required("policies", Shape::List(&Shape::Object(RULE)), "the rules"),
    field(
        "identities",
        Shape::List(&Shape::Object(IDENTITY)),
        "who holds which capabilities",
    ),
    field("limits", Shape::Object(LIMITS), "sizes, counts and times"),
    field(
        "protect",
        Shape::Object(PROTECT),
        "paths and names kept from agents, besides the built-in ones",
    ),
    field(
        "workspace",
        Shape::Object(&[field("roots", PLACES, "roots where agents may work")]),
        "where agents work",
    ),
    field("sandbox", Shape::Object(SANDBOX), "how effects are confined"),
    field("ledger", Shape::Object(LEDGER), "how calls are recorded"),
    field("redact", Shape::Object(REDACT), "what is removed from records"),
    field("ssh", Shape::Object(SSH), "remote reads over ssh"),
    field("kubernetes", Shape::Object(KUBERNETES), "cluster reads"),
    field("env", TEXTS, "environment variables that conditions may read"),
    field("trash", Shape::Object(TRASH), "what deleted objects may occupy"),
    field("approvals", Shape::Object(APPROVALS), "the person in the loop"),
    field(
        "alerts",
        Shape::List(&Shape::Object(ALERT)),
        "what is worth a person's attention",
    ),
];

/// Keys that only tighten, or only describe: all that a project's document may hold.
pub(crate) const PROJECT_KEYS: &[&str] = &[
    "$schema",
    "version",
    "description",
    "policies",
    "limits",
    "protect",
    "sandbox",
    "ledger",
    "redact",
    "trash",
];

const IDENTITY: &[Field] = &[
    field(
        "match",
        Shape::Object(WHO),
        "whom it is about; everyone if left out",
    ),
    required("capabilities", TEXTS, "what they hold"),
    field("description", Shape::Text, "why"),
];

const WHO: &[Field] = &[
    field("principal", Shape::Words, "user names or patterns"),
    field("uid", Shape::Ints, "user ids"),
    field("agent", Shape::Words, "agent names or patterns; `` is a person"),
    field("learnt", Shape::Words, "how the agent was learnt"),
    field("interactive", Shape::Bool, "whether a person sits at a terminal"),
];

const LIMITS: &[Field] = &[
    field("max_targets", COUNT, "operands of one call"),
    field("max_entries", COUNT, "entries that one recursive call may touch"),
    field(
        "stdout_bytes",
        COUNT,
        "bytes of a tool's output that are passed on",
    ),
    field(
        "stderr_bytes",
        COUNT,
        "bytes of a tool's error output that are passed on",
    ),
    field("record_bytes", COUNT, "bytes of output kept in a record"),
    field("timeout_s", Shape::Int(1, 86_400), "wall-clock seconds of a tool"),
    field("cpu_s", Shape::Int(1, 86_400), "processor seconds of a tool"),
    field("memory_bytes", COUNT, "memory of a tool"),
    field(
        "cross_mounts",
        Shape::Bool,
        "whether a recursive call may cross mount points",
    ),
];

const PROTECT: &[Field] = &[
    field(
        "paths",
        FIXED,
        "paths that agents neither read nor change, with all below them",
    ),
    field(
        "names",
        TEXTS,
        "names that agents neither create nor write, wherever they stand",
    ),
    field("except", FIXED, "paths that the built-in protection leaves alone"),
];

const SANDBOX: &[Field] = &[
    field(
        "native",
        Shape::Choice(&["thread", "process"]),
        "where native effects run",
    ),
    field(
        "min_sandbox",
        Shape::Object(&[
            field(
                "native",
                Shape::Object(&[
                    field("landlock_abi", ABI, "Landlock ABI"),
                    field("seccomp", Shape::Bool, "whether seccomp must hold"),
                ]),
                "for native effects",
            ),
            field(
                "exec",
                Shape::Object(&[
                    field("landlock_abi", ABI, "Landlock ABI"),
                    field(
                        "namespaces",
                        Shape::Bool,
                        "whether user and mount namespaces must hold",
                    ),
                    field("seccomp", Shape::Bool, "whether seccomp must hold"),
                ]),
                "for tools",
            ),
        ]),
        "below this a call is refused",
    ),
    field(
        "tools",
        Shape::Map(&Shape::Absolute),
        "absolute paths of tools by name",
    ),
];

const LEDGER: &[Field] = &[
    field("durability", DURABILITY, "when a record is on disk"),
    field(
        "min_durability",
        DURABILITY,
        "a caller that asks for less is refused",
    ),
    field(
        "rotate_bytes",
        Shape::Int(1 << 16, 1 << 40),
        "size at which a new segment begins",
    ),
    field(
        "rotate_hours",
        Shape::Int(1, 24 * 366),
        "age at which a new segment begins",
    ),
    field("seal", Shape::Bool, "whether every entry must be sealed"),
    field(
        "retention_days",
        Shape::Int(0, 36_600),
        "days that must be kept, 0 for all",
    ),
    field("archive", Shape::Place, "where pruned segments go"),
];

const REDACT: &[Field] = &[field(
    "patterns",
    Shape::List(&Shape::Object(&[
        required("name", Shape::Text, "written in place of what it finds"),
        required("regex", Shape::Text, "regular expression"),
    ])),
    "named patterns",
)];

const SSH: &[Field] = &[
    field("identity_files", PLACES, "private keys"),
    field("known_hosts", PLACES, "known hosts files"),
    field("agent", Shape::Bool, "whether the caller's ssh agent may be used"),
    field(
        "connect_timeout_s",
        Shape::Int(1, 3600),
        "seconds for a connection",
    ),
    field(
        "hosts",
        Shape::Map(&Shape::Object(&[
            field("address", Shape::Text, "name or address to connect to"),
            field("port", Shape::Int(1, 65_535), "port"),
            field("user", Shape::Text, "remote user"),
            field("identity_file", Shape::Place, "private key"),
        ])),
        "names for hosts",
    ),
];

const KUBERNETES: &[Field] = &[
    field("kubeconfig", Shape::Place, "the kubeconfig to use"),
    field("contexts", TEXTS, "contexts that may be used"),
    field(
        "exec_plugins",
        Shape::List(&Shape::Object(&[
            required("path", Shape::Absolute, "absolute path"),
            required("sha256", Shape::Text, "SHA-256 of the file in hex"),
        ])),
        "credential plugins that may run",
    ),
    field(
        "insecure",
        Shape::Bool,
        "whether servers without a verified certificate may be used",
    ),
];

const TRASH: &[Field] = &[
    field("max_bytes", COUNT, "bytes in all"),
    field("max_days", COUNT, "days until an object may go"),
    field(
        "copy_bytes",
        COUNT,
        "bytes of one object that are copied where it cannot be renamed",
    ),
];

const APPROVALS: &[Field] = &[
    field("public_key", Shape::Text, "the approver's public key in hex"),
    field(
        "expiry_s",
        Shape::Int(1, 31_622_400),
        "seconds after which a request is denied",
    ),
    field(
        "max_grant_s",
        Shape::Int(1, 31_622_400),
        "seconds that a grant may last",
    ),
    field("notify", TEXTS, "a command to run when something waits"),
    field(
        "freeze_after",
        Shape::Int(0, 10_000),
        "denials within `freeze_minutes` after which the agent is frozen, 0 for never",
    ),
    field(
        "freeze_minutes",
        Shape::Int(1, 1440),
        "minutes within which denials are counted, 1 where nothing is said",
    ),
    field(
        "freeze_reads",
        Shape::Bool,
        "whether a freeze stops local reads too",
    ),
    field(
        "webhook",
        Shape::Object(WEBHOOK),
        "a web address to tell when something waits",
    ),
];

const WEBHOOK: &[Field] = &[
    required(
        "format",
        Shape::Choice(&["slack", "discord", "json"]),
        "what the address understands",
    ),
    required(
        "url_file",
        Shape::Place,
        "a private file that holds the https address",
    ),
    field(
        "token_file",
        Shape::Place,
        "a private file that holds a bearer token",
    ),
];

const ALERT: &[Field] = &[
    required("name", Shape::Text, "its name"),
    required("where", Shape::Text, "a query over entries"),
    field("level", LEVELS, "how much it matters"),
    field("threshold", COUNT, "how many within the window make an alert"),
    field("window_s", COUNT, "seconds of the window"),
    field(
        "notify",
        TEXTS,
        "a command, `webhook` and URL, `syslog` or `desktop`",
    ),
];
