//! What the ssh applets share: their options, and the host that a line names.

use super::{Kind, Opt, Parsed, UsageError};
use policy::{Name, Target};

/// The host in the form with named arguments.
pub(crate) const HOST: Opt = Opt::value(
    "host",
    "",
    Kind::Host,
    "the host, in the form with named arguments",
);
/// The login name.
pub(crate) const USER: Opt = Opt::value("user", "l", Kind::User, "the login name on the host");
/// The port.
pub(crate) const PORT: Opt = Opt::value("port", "p", Kind::Port, "the port of the host");

/// The host of the line as a target, still without a path.
pub(crate) fn host(line: &Parsed, operation: &'static str) -> Result<Target, UsageError> {
    let destination = line.text("destination").or(line.text("host")).unwrap_or_default();
    let (at, host) = match destination.split_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, destination),
    };
    let user = match (at, line.text("user")) {
        (Some(one), Some(other)) if one != other => {
            return Err(UsageError::new(
                format!("two users for `{host}`: `{one}` and `{other}`"),
                "give one of them",
            ));
        }
        (one, other) => one.or(other).unwrap_or_default(),
    };
    Ok(Target {
        role: Name::Borrowed("host"),
        domain: Name::Borrowed("ssh"),
        operation: Name::Borrowed(operation),
        host: host.to_owned(),
        user: user.to_owned(),
        port: line.number("port"),
        ..Target::default()
    })
}
