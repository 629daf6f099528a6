//! A host that is known by its name only. Where the name leads is found out under the recorded decision; a name that
//! leads to this machine is judged again as reading here, and ssh is given the address, not the name, to connect to.

use super::{
    Destination,
    address::{any_is_local, is_literal},
    argv::connect_to,
    dns::{addresses, reachable},
};
use crate::{
    exec::work::{Again, Seen},
    report::Failure,
    sandbox::plan::Bytes,
    withdrawal::Withdrawal,
};
use policy::{TargetFacts, text::escape};
use std::{net::IpAddr, time::Instant};

/// Such a host.
#[derive(Debug)]
pub(in crate::exec) struct Named {
    host: String,
    port: u16,
    argv: Vec<Bytes>,
    /// What would be read here, were it this machine; none where that is judged already.
    locals: Vec<TargetFacts>,
}

impl Named {
    /// None where the destination is an address.
    pub(super) fn of(to: &Destination, argv: &[Bytes], locals: Vec<TargetFacts>) -> Option<Self> {
        (!is_literal(&to.host)).then(|| Self {
            host: to.host.clone(),
            port: to.port,
            argv: argv.to_vec(),
            locals,
        })
    }

    /// The word of the argv that says where to connect to; none where the name has no address,
    /// or the call was taken back.
    ///
    /// # Errors
    /// A refusal of `again`.
    pub(in crate::exec) fn find(
        &self,
        deadline: Instant,
        withdrawal: &Withdrawal,
        again: &mut Again<'_>,
    ) -> Result<Option<(usize, Bytes)>, Failure> {
        let found: Vec<IpAddr> = addresses(&self.host, deadline, withdrawal);
        if !self.locals.is_empty() && any_is_local(&found) {
            again(Seen::Local(&self.locals))?;
        }
        let address = reachable(&found, self.port);
        Ok(address.and_then(|address| connect_to(&self.argv, address)))
    }

    /// What is said where the name has no address.
    pub(in crate::exec) fn unknown(&self) -> String {
        format!("no address is known for `{}`\n", escape(self.host.as_bytes()))
    }
}
