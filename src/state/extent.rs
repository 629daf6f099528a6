//! How far a yes reaches: what the person says, and what that is for one request.

use super::{Reach, State, request::Request};
use crate::report::{Exit, Failure};

/// How far an approval reaches, as the person says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// This very call on these very objects, as they were found.
    Exact,
    /// This very call, also when the objects have changed meanwhile.
    Same,
    /// The same operation below the directory.
    Dir,
    /// The same operation on the host.
    Host,
    /// Whatever the same rules ask about.
    Rule,
}

/// What a person adds to a yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// How far.
    pub extent: Extent,
    /// How often, none for as often as wanted.
    pub uses: Option<u32>,
    /// How long.
    pub seconds: u64,
}

impl State<'_> {
    /// What a grant for this request would reach.
    ///
    /// # Errors
    /// 64 where the request has no such extent, or it would take in far more than was asked about.
    pub fn reach(request: &Request, extent: Extent, homes: &[String]) -> Result<Reach, Failure> {
        let call = &request.call;
        let unfit =
            |why: String| Failure::new(Exit::Usage, why).hint("`--scope exact` approves this very call");
        match extent {
            Extent::Exact => Ok(Reach::Exact(call.digest.clone())),
            Extent::Same => Ok(Reach::Same(call.same.clone())),
            Extent::Rule if call.rules.is_empty() => Err(unfit("no rule asked about this call".to_owned())),
            Extent::Rule => Ok(Reach::Rule(call.rules.join(", "))),
            Extent::Host => call
                .common_host()
                .map(|host| Reach::Host(host.to_owned()))
                .ok_or_else(|| unfit("this call is not about one host".to_owned())),
            Extent::Dir => {
                let dir = call
                    .common_dir()
                    .ok_or_else(|| unfit("this call is not about paths".to_owned()))?;
                let above = |home: &String| std::path::Path::new(home).starts_with(&dir);
                if dir == "/" || homes.iter().any(above) {
                    return Err(unfit(format!("a grant for everything below `{dir}` is too wide")));
                }
                // Whoever asked about what lies in a directory asked nothing about the directory.
                let itself = call.objects.iter().any(|object| object.path == dir);
                Ok(Reach::Dir(if itself { dir } else { format!("{dir}/") }))
            }
        }
    }
}
