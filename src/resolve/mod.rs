//! From an operand to held descriptors: the kernel resolves, nothing is normalised textually.
//! Only looks; never creates, changes or decides anything.

mod ladder;
mod object;
mod place;
mod real_path;
mod walk;

pub use ladder::Ladder;
pub use object::{Kind, ObjectId, Stamp, Status, status_at, status_of};
pub use place::{Dir, Object, Place, Resolver};
pub use walk::{Flow, Visitor, walk};
