//! The set of calls admitted without conditions, as a search tree over its intervals.
//! The kernel runs a new filter once for every call number to learn which ones always pass: a chain of
//! comparisons makes that cost more than the whole rest of the set-up, a balanced tree a quarter of it.

use crate::sandbox::SandboxError;
use seccompiler::sock_filter;

const LOAD_WORD: u16 = 0x20;
const JUMP_GREATER_EQUAL: u16 = 0x35;
const RETURN: u16 = 0x06;
const RETURN_ALLOW: u32 = 0x7fff_0000;
/// Offset of the call number in what a filter sees.
const NUMBER: u32 = 0;

enum Node {
    Leaf {
        inside: bool,
    },
    Split {
        at: u32,
        below: Box<Node>,
        from: Box<Node>,
    },
}

impl Node {
    /// The tree over sorted boundaries, each of which toggles membership.
    fn over(boundaries: &[u32], inside: bool) -> Self {
        let middle = boundaries.len() / 2;
        match (
            boundaries.get(..middle),
            boundaries.get(middle),
            boundaries.get(middle + 1..),
        ) {
            (Some(before), Some(&at), Some(after)) => Self::Split {
                at,
                below: Box::new(Self::over(before, inside)),
                from: Box::new(Self::over(after, inside ^ middle.is_multiple_of(2))),
            },
            _ => Self::Leaf { inside },
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Leaf { .. } => 0,
            Self::Split { below, from, .. } => 1 + below.len() + from.len(),
        }
    }

    /// Writes this subtree at `start`; leaves jump to `allow`, or past it to whatever follows.
    fn write(&self, start: usize, allow: usize, out: &mut Vec<sock_filter>) -> Option<()> {
        let Self::Split { at, below, from } = self else {
            return Some(());
        };
        let below_start = start + 1;
        let from_start = below_start + below.len();
        let jump = |node: &Self, place: usize| {
            let target = match node {
                Self::Leaf { inside: true } => allow,
                Self::Leaf { inside: false } => allow + 1,
                Self::Split { .. } => place,
            };
            u8::try_from(target - start - 1).ok()
        };
        out.push(sock_filter {
            code: JUMP_GREATER_EQUAL,
            jt: jump(from, from_start)?,
            jf: jump(below, below_start)?,
            k: *at,
        });
        below.write(below_start, allow, out)?;
        from.write(from_start, allow, out)
    }
}

/// Instructions that return "allow" for a number in the set and go on to the next instruction otherwise.
///
/// # Errors
/// [`SandboxError::Refused`] where the set is too scattered for the jumps of a filter.
pub(super) fn admit(mut numbers: Vec<u32>) -> Result<Vec<sock_filter>, SandboxError> {
    numbers.sort_unstable();
    numbers.dedup();
    let mut boundaries: Vec<u32> = Vec::with_capacity(numbers.len() * 2);
    for number in numbers {
        if boundaries.last() == Some(&number) {
            boundaries.pop();
        } else {
            boundaries.push(number);
        }
        boundaries.push(number + 1);
    }
    let tree = Node::over(&boundaries, false);
    let mut out = vec![sock_filter {
        code: LOAD_WORD,
        jt: 0,
        jf: 0,
        k: NUMBER,
    }];
    tree.write(1, 1 + tree.len(), &mut out)
        .ok_or_else(|| SandboxError::Refused {
            step: "laying out the seccomp profile",
            why: "too many separate call numbers".to_owned(),
        })?;
    if tree.len() > 0 {
        out.push(sock_filter {
            code: RETURN,
            jt: 0,
            jf: 0,
            k: RETURN_ALLOW,
        });
    }
    Ok(out)
}
