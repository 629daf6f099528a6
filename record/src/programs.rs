//! Options and operands of programs by which they are given secrets. Facts only; `calls` looks for them.

/// Where in a value the secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// All of it.
    Whole,
    /// Behind the first of these: `user:SECRET`, `name=SECRET`. With nothing behind it, what stands before.
    After(u8),
    /// Behind `pass:`; other sources are no secrets themselves.
    Pass,
}

/// What a program's operands are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operands {
    /// Nothing of interest.
    Plain,
    /// Another program's call begins with the first.
    Ends,
    /// All behind the subcommands are secrets.
    Every(Form),
    /// A name and the value of what is set; a secret if the name is that of one.
    Setting,
    /// `[FILE] USER SECRET`, where an option asks for it.
    Account,
}

/// How programs are given secrets.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) names: &'static [&'static str],
    /// Subcommands that must have come before.
    pub(super) after: &'static [&'static str],
    /// Letters of options whose value is a secret, next to them or the next word.
    pub(super) short: &'static [(u8, Form)],
    /// Letters whose secret is always next to them.
    pub(super) joined: &'static [u8],
    /// Letters of other options that take a value.
    pub(super) valued: &'static [u8],
    /// Names of options, behind one hyphen or two.
    pub(super) long: &'static [(&'static str, Form)],
    /// Names of other options that take a value.
    pub(super) valued_long: &'static [&'static str],
    pub(super) operands: Operands,
}

const NONE: Program = Program {
    names: &[],
    after: &[],
    short: &[],
    joined: &[],
    valued: &[],
    long: &[],
    valued_long: &[],
    operands: Operands::Plain,
};

const USER: Form = Form::After(b':');
const ASSIGNED: Form = Form::After(b'=');

/// As their manuals have it. What an option like `--password` says by its name is not here.
pub(super) const PROGRAMS: &[Program] = &[
    Program {
        names: &["curl"],
        short: &[(b'u', USER), (b'U', USER), (b'E', USER), (b'b', ASSIGNED)],
        valued: b"AcCdDeFHhKmoPQrtTwxXyYz",
        long: &[
            ("cookie", ASSIGNED),
            ("user", USER),
            ("proxy-user", USER),
            ("cert", USER),
            ("oauth2-bearer", Form::Whole),
            ("pass", Form::Whole),
            ("proxy-pass", Form::Whole),
        ],
        ..NONE
    },
    Program {
        names: &["http", "https", "xh", "xhs"],
        short: &[(b'a', USER)],
        long: &[("auth", USER)],
        ..NONE
    },
    Program {
        names: &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlcheck",
            "mysqlshow",
            "mysqlsh",
            "mysqlpump",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
            "mariadb-import",
            "mariadb-check",
        ],
        joined: b"p",
        valued: b"uhPSDe",
        ..NONE
    },
    Program {
        names: &[
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "twine",
        ],
        short: &[(b'p', Form::Whole)],
        valued: b"uhdcro",
        ..NONE
    },
    Program {
        names: &["sshpass"],
        short: &[(b'p', Form::Whole)],
        valued: b"fdP",
        operands: Operands::Ends,
        ..NONE
    },
    Program {
        names: &[
            "docker", "podman", "nerdctl", "buildah", "skopeo", "oras", "helm", "oc", "az",
        ],
        after: &["login"],
        short: &[(b'p', Form::Whole)],
        valued: b"ut",
        ..NONE
    },
    Program {
        names: &["podman", "buildah", "skopeo"],
        long: &[("creds", USER), ("src-creds", USER), ("dest-creds", USER)],
        ..NONE
    },
    Program {
        names: &["redis-cli", "valkey-cli", "keydb-cli"],
        short: &[(b'a', Form::Whole)],
        valued: b"hpnsu",
        long: &[("pass", Form::Whole)],
        ..NONE
    },
    Program {
        names: &["htpasswd"],
        valued: b"C",
        operands: Operands::Account,
        ..NONE
    },
    Program {
        names: &["openssl"],
        long: &[
            ("pass", Form::Pass),
            ("passin", Form::Pass),
            ("passout", Form::Pass),
            ("k", Form::Whole),
            ("K", Form::Whole),
            ("macopt", Form::After(b':')),
            ("hmac", Form::Whole),
        ],
        valued_long: &[
            "config",
            "engine",
            "in",
            "inform",
            "keyform",
            "out",
            "outform",
            "propquery",
            "provider",
            "provider-path",
            "rand",
            "salt",
            "writerand",
        ],
        ..NONE
    },
    Program {
        names: &["openssl"],
        after: &["passwd"],
        operands: Operands::Every(Form::Whole),
        ..NONE
    },
    Program {
        names: &["kubectl", "oc", "k3s", "microk8s"],
        after: &["create", "secret"],
        long: &[("from-literal", ASSIGNED), ("docker-password", Form::Whole)],
        ..NONE
    },
    Program {
        names: &["gh"],
        after: &["secret", "set"],
        short: &[(b'b', Form::Whole)],
        valued: b"aefoRrvu",
        long: &[("body", Form::Whole)],
        ..NONE
    },
    Program {
        names: &["az"],
        after: &["secret", "set"],
        long: &[("value", Form::Whole)],
        ..NONE
    },
    Program {
        names: &["aws"],
        after: &["configure", "set"],
        operands: Operands::Setting,
        ..NONE
    },
    Program {
        names: &["npm", "pnpm", "yarn", "pip", "pip3", "poetry"],
        after: &["config"],
        operands: Operands::Setting,
        ..NONE
    },
    Program {
        names: &["aws"],
        after: &["secretsmanager"],
        long: &[("secret-string", Form::Whole)],
        ..NONE
    },
    Program {
        names: &["aws"],
        after: &["ssm", "put-parameter"],
        long: &[("value", Form::Whole)],
        ..NONE
    },
    Program {
        names: &["fly", "flyctl", "doppler"],
        after: &["secrets", "set"],
        operands: Operands::Every(ASSIGNED),
        ..NONE
    },
    Program {
        names: &["vault", "bao"],
        after: &["login"],
        operands: Operands::Every(Form::Whole),
        ..NONE
    },
    Program {
        names: &["vault", "bao"],
        after: &["kv", "put"],
        operands: Operands::Every(ASSIGNED),
        ..NONE
    },
    Program {
        names: &[
            "sqlcmd",
            "bcp",
            "zip",
            "unzip",
            "mosquitto_pub",
            "mosquitto_sub",
            "ipmitool",
        ],
        short: &[(b'P', Form::Whole)],
        ..NONE
    },
    Program {
        names: &["7z", "7za", "7zr", "7zz"],
        joined: b"p",
        ..NONE
    },
    Program {
        names: &[
            "ldapsearch",
            "ldapadd",
            "ldapmodify",
            "ldapdelete",
            "ldappasswd",
            "ldapwhoami",
        ],
        short: &[(b'w', Form::Whole)],
        valued: b"DHhpbsfyYUXR",
        ..NONE
    },
    Program {
        names: &["smbclient", "rpcclient", "smbget"],
        short: &[(b'U', Form::After(b'%'))],
        long: &[("user", Form::After(b'%'))],
        ..NONE
    },
    Program {
        names: &["lftp"],
        short: &[(b'u', Form::After(b','))],
        ..NONE
    },
    Program {
        names: &["ssh-keygen"],
        short: &[(b'N', Form::Whole), (b'P', Form::Whole)],
        valued: b"tbfCamnOrsVwzYFIDE",
        ..NONE
    },
    Program {
        names: &["keytool", "jarsigner"],
        long: &[
            ("storepass", Form::Whole),
            ("keypass", Form::Whole),
            ("srcstorepass", Form::Whole),
            ("deststorepass", Form::Whole),
            ("srckeypass", Form::Whole),
            ("destkeypass", Form::Whole),
        ],
        ..NONE
    },
];
