//! `ssh-ls`: lists files on a host over SFTP.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Parsed, UsageError, remote},
};
use policy::{Intent, Target, Verdict};

pub(crate) const APPLET: Applet = Applet {
    name: "ssh-ls",
    summary: "list files on a host over SFTP, without a remote shell",
    domain: "ssh",
    operations: &["list"],
    effect: Effect::Exec {
        tool: "ssh",
        package: "openssh-client",
    },
    grammar: &Grammar {
        options: &[remote::HOST, remote::USER, remote::PORT],
        forms: &[
            Form {
                when: None,
                operands: &[
                    Operand::one("destination", Kind::Destination, "the host, or USER@HOST"),
                    Operand::some("path", Kind::RemotePath, "a file or directory there"),
                ],
            },
            Form {
                when: Some("host"),
                operands: &[Operand::some(
                    "path",
                    Kind::RemotePath,
                    "a file or directory there",
                )],
            },
        ],
        alternatives: &[],
    },
    parse,
    examples: &[
        Example {
            argv: &["deploy@web-1", "/var/log"],
            expect: Verdict::Allow,
            says: "lists a directory of the host",
        },
        Example {
            argv: &["/var/log", "--host=web-1", "--user=deploy", "--port=22"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
        Example {
            argv: &["web-1", "/root/.ssh"],
            expect: Verdict::Deny,
            says: "credentials are protected there too",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    let host = remote::host(line, "list")?;
    Ok(Intent {
        domain: "ssh".into(),
        operation: "list".into(),
        targets: line
            .all("path")
            .map(|path| Target {
                path: Some(path.to_owned()),
                ..host.clone()
            })
            .collect(),
        ..Intent::default()
    })
}
