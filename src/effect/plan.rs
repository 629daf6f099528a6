//! What an effect will do, as data: steps that name held descriptors by number.
//! Holds no descriptor and no rule; it can travel to another process beside the descriptors themselves.

use crate::resolve::Status;
use serde::{Deserialize, Serialize};
use std::ffi::OsString;

/// A held descriptor, by its number in the work's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Slot(pub usize);

/// Everything one call does, in order.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The name that messages begin with.
    pub tool: String,
    /// Whether each change is told.
    pub verbose: bool,
    /// File mode creation mask of the caller.
    pub umask: u32,
    /// The steps.
    pub steps: Vec<Step>,
}

/// One step. A step that fails is told and recorded; the next are still done, as rm and cp do.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Step {
    /// Nothing can be done about an operand.
    Trouble(Trouble),
    /// Deletes.
    Remove(Remove),
    /// Copies.
    Copy(Copy),
    /// Moves.
    Move(Move),
    /// Makes directories.
    MakeDir(MakeDir),
    /// Creates a file or sets times.
    Touch(Touch),
    /// Sets modes.
    SetMode(SetMode),
    /// Sets owners.
    SetOwner(SetOwner),
    /// Links.
    Link(Link),
}

/// A name in a held directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spot {
    /// The directory.
    pub dir: Slot,
    /// The name.
    pub name: OsString,
    /// The operand, for messages.
    pub shown: OsString,
    /// The resolved path, for the record.
    pub path: String,
}

/// How an object that would be lost is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Keep {
    /// By a rename into this quarantine directory; by a copy where the kernel cannot rename.
    Rename(Store),
    /// By a copy into it.
    Copy(Store),
    /// Not at all: a person agreed to that.
    Nowhere,
}

/// A quarantine directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The directory.
    pub dir: Slot,
    /// Its path, for the record.
    pub path: String,
}

/// An object at a destination that is replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replaced {
    /// The object that was judged.
    pub judged: Status,
    /// How it is kept.
    pub keep: Keep,
    /// Its resolved path, where no target of the decision is this object.
    pub origin: Option<String>,
    /// The name it gets instead, where a backup is wanted, and what that name replaces.
    pub backup: Option<Backup>,
}

/// A backup's name in the destination's directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    /// The name.
    pub name: OsString,
    /// An older backup of that name.
    pub older: Option<(Status, Keep)>,
}

/// See [`Step::Trouble`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// Line for stderr.
    pub text: String,
    /// The resolved path, for the record.
    pub path: String,
    /// Whether it is a failure; otherwise the operand is passed over.
    pub fails: bool,
}

/// See [`Step::Remove`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remove {
    /// The name that goes.
    pub at: Spot,
    /// The object that was judged.
    pub judged: Status,
    /// How it is kept.
    pub keep: Keep,
    /// Its number among the decision's targets that exist: its entry in the quarantine has it too, so that a call
    /// that was killed before its outcome can still be taken back.
    pub number: u32,
    /// Only if it is an empty directory.
    pub only_empty: bool,
    /// A name that is gone by then is passed over.
    pub force: bool,
    /// Objects in all.
    pub entries: u64,
    /// Bytes in all.
    pub bytes: u64,
}

/// What a copy keeps of its source.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preserve {
    /// Content and permission bits under the umask.
    #[default]
    Content,
    /// Also mode, times and, where permitted, ownership and access lists.
    Attributes,
    /// Also user attributes and hard links within the tree.
    Everything,
}

/// See [`Step::Copy`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Copy {
    /// The source as named, for messages.
    pub shown: OsString,
    /// Its resolved path.
    pub path: String,
    /// The object that was judged, and for a regular file a descriptor to read it.
    pub source: Slot,
    /// Its state when it was judged.
    pub judged: Status,
    /// Where it goes.
    pub to: Spot,
    /// What stands there.
    pub replaced: Option<Replaced>,
    /// What is kept.
    pub preserve: Preserve,
    /// Paths below a source tree that are left out, relative to it.
    pub left_out: Vec<Vec<u8>>,
    /// How files of an existing destination tree are kept when they are overwritten.
    pub keep: Keep,
    /// Whether an existing destination file is left as it is.
    pub no_clobber: bool,
    /// Whether other mounts below the source are copied too.
    pub cross_mounts: bool,
    /// Objects in all.
    pub entries: u64,
    /// Bytes in all.
    pub bytes: u64,
}

/// See [`Step::Move`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    /// The name that goes.
    pub from: Spot,
    /// The object that was judged.
    pub judged: Status,
    /// The name that comes.
    pub to: Spot,
    /// What stands there.
    pub replaced: Option<Replaced>,
    /// Where it is held while it is compared: a quarantine directory on the same mount.
    pub stage: Option<Store>,
    /// The copy that stands in for a rename where the two are on different mounts.
    pub across: Option<Box<Across>>,
    /// Objects in all.
    pub entries: u64,
    /// Bytes in all.
    pub bytes: u64,
}

/// A move between mounts: a copy that keeps everything, then the deletion of the source.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Across {
    /// How the source is kept.
    pub keep: Keep,
}

/// See [`Step::MakeDir`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MakeDir {
    /// The nearest directory that exists, and the last name.
    pub at: Spot,
    /// Names between them, to be made first; each with the text that messages show.
    pub between: Vec<(OsString, OsString)>,
    /// Whether they are made; otherwise an earlier step has made them.
    pub parents: bool,
    /// Permission bits where they were given.
    pub mode: Option<u32>,
}

/// A time to set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Time {
    /// The kernel's clock.
    Now,
    /// Leave as it is.
    Keep,
    /// This one.
    At(crate::resolve::Stamp),
}

/// See [`Step::Touch`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Touch {
    /// The name.
    pub at: Spot,
    /// The object that exists, as it was judged; none to create one.
    pub object: Option<(Slot, Status)>,
    /// Last access.
    pub accessed: Time,
    /// Last change.
    pub modified: Time,
}

/// See [`Step::SetMode`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetMode {
    /// The name, for messages.
    pub at: Spot,
    /// The object that was judged.
    pub object: Slot,
    /// Its state when it was judged.
    pub judged: Status,
    /// The mode as written.
    pub mode: String,
    /// Everything below it, too.
    pub scope: Scope,
}

/// See [`Step::SetOwner`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetOwner {
    /// The name, for messages.
    pub at: Spot,
    /// The object that was judged.
    pub object: Slot,
    /// Its state when it was judged.
    pub judged: Status,
    /// New owner.
    pub uid: Option<u32>,
    /// New group.
    pub gid: Option<u32>,
    /// Everything below it, too.
    pub scope: Scope,
}

/// How far a metadata change reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// Whether everything below is meant.
    pub recursive: bool,
    /// Whether hard-linked files were judged, and may be changed.
    pub hard_links: bool,
    /// Whether other mounts may be entered.
    pub cross_mounts: bool,
    /// Objects in all.
    pub entries: u64,
}

/// What a link leads to.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Referent {
    /// A symbolic link with this text.
    Text(OsString),
    /// A further name of this object.
    Object(Slot),
}

/// See [`Step::Link`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The link's name.
    pub at: Spot,
    /// What it leads to.
    pub referent: Referent,
    /// The referent as given, for messages.
    pub shown: OsString,
    /// What stands there.
    pub replaced: Option<Replaced>,
}
