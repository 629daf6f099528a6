//! `ssh-cat`: prints files of a host over SFTP.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Opt, Parsed, UsageError, remote},
};
use policy::{Intent, Target, Verdict};

/// Largest offset, limit and cap that can be asked for, in bytes.
const MAX_BYTES: u64 = 1 << 53;

pub(crate) const APPLET: Applet = Applet {
    name: "ssh-cat",
    summary: "print files of a host over SFTP, without a remote shell",
    domain: "ssh",
    operations: &["read"],
    effect: Effect::Exec {
        tool: "ssh",
        package: "openssh-client",
    },
    grammar: &Grammar {
        options: &[
            remote::HOST,
            remote::USER,
            remote::PORT,
            Opt::value(
                "offset",
                "",
                Kind::Number {
                    min: 0,
                    max: MAX_BYTES,
                },
                "begin at this byte of each file",
            ),
            Opt::value(
                "limit",
                "",
                Kind::Number {
                    min: 0,
                    max: MAX_BYTES,
                },
                "print at most this many bytes of each file",
            ),
            Opt::value(
                "max-bytes",
                "",
                Kind::Number {
                    min: 0,
                    max: MAX_BYTES,
                },
                "print at most this many bytes in all",
            ),
        ],
        forms: &[
            Form {
                when: None,
                operands: &[
                    Operand::one("destination", Kind::Destination, "the host, or USER@HOST"),
                    Operand::some("file", Kind::RemotePath, "a file there"),
                ],
            },
            Form {
                when: Some("host"),
                operands: &[Operand::some("file", Kind::RemotePath, "a file there")],
            },
        ],
        alternatives: &[],
    },
    parse,
    examples: &[
        Example {
            argv: &["web-1", "/var/log/syslog"],
            expect: Verdict::Allow,
            says: "prints a log of the host",
        },
        Example {
            argv: &["/var/log/syslog", "--host=web-1", "--user=deploy", "--port=22"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &["--offset=1000000", "--limit=4096", "web-1", "/var/log/syslog"],
            expect: Verdict::Allow,
            says: "a part of it",
        },
        Example {
            argv: &["web-1", "/etc/shadow"],
            expect: Verdict::Deny,
            says: "credentials are protected there too",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let host = remote::host(line, "read")?;
    let numbers = [
        ("offset", "offset"),
        ("limit", "limit"),
        ("max-bytes", "max_bytes"),
    ];
    let params = numbers
        .iter()
        .filter_map(|(key, name)| Some(((*name).to_owned(), line.number::<u64>(key)?.into())))
        .collect();
    Ok(Intent {
        domain: "ssh".into(),
        operation: "read".into(),
        targets: line
            .all("file")
            .map(|path| Target {
                path: Some(path.to_owned()),
                ..host.clone()
            })
            .collect(),
        params,
        ..Intent::default()
    })
}
