//! `ssh-ps`: lists the processes of a host with one constant remote command.

use crate::{
    Applet, Effect, Example,
    grammar::{Form, Grammar, Kind, Operand, Parsed, UsageError, remote},
};
use policy::{Intent, Verdict};

pub(crate) const APPLET: Applet = Applet {
    name: "ssh-ps",
    summary: "list the processes of a host",
    domain: "ssh",
    operations: &["ps"],
    effect: Effect::Exec {
        tool: "ssh",
        package: "openssh-client",
    },
    grammar: &Grammar {
        options: &[remote::USER, remote::PORT],
        forms: &[Form {
            when: None,
            operands: &[Operand::one("host", Kind::Destination, "the host, or USER@HOST")],
        }],
        alternatives: &[],
    },
    parse,
    examples: &[
        Example {
            argv: &["deploy@web-1"],
            expect: Verdict::Allow,
            says: "lists the processes of the host",
        },
        Example {
            argv: &["web-1", "--user=deploy", "--port=22"],
            expect: Verdict::Allow,
            says: "the form with named arguments",
        },
    ],
    idempotent: true,
};

fn parse(line: &Parsed) -> Result<Intent, UsageError> {
    Ok(Intent {
        domain: "ssh".into(),
        operation: "ps".into(),
        targets: vec![remote::host(line, "ps")?],
        ..Intent::default()
    })
}
