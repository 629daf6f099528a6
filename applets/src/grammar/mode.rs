//! Permissions as chmod takes them: octal or symbolic, kept as clauses and applied to a mode.
//! Says when a mode asks for set-user-ID or set-group-ID; whether that is refused is decided elsewhere.

use serde_json::{Value as Json, json};

const SET_UID: u32 = 0o4000;
const SET_GID: u32 = 0o2000;
const STICKY: u32 = 0o1000;
const ALL: u32 = 0o7777;
const EXECUTE: u32 = 0o111;
const MAX_CLAUSES: usize = 64;

/// A change of permissions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// These bits exactly; a directory keeps its set-ID bits unless five digits were written.
    Absolute {
        /// The twelve bits.
        bits: u32,
        /// Whether the set-ID bits of a directory are meant too.
        explicit: bool,
    },
    /// Clauses, applied in order.
    Symbolic(Vec<Clause>),
}

/// One symbolic action: `go-w` is one, `u+x=` would be two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clause {
    /// Bits that the classes `u`, `g`, `o`, `a` cover; 0 where none was written and the umask counts.
    pub affected: u32,
    /// `+`, `-` or `=`.
    pub action: Action,
    /// What is added, removed or set.
    pub permissions: Permissions,
}

/// The sign of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// `+`
    Add,
    /// `-`
    Remove,
    /// `=`
    Set,
}

/// The right-hand side of a clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permissions {
    /// Bits for all classes, and whether `X` was among the letters.
    Bits {
        /// The bits of `r`, `w`, `x`, `s` and `t`, each for every class.
        bits: u32,
        /// `X`: execute for directories and for files that someone may execute already.
        search: bool,
    },
    /// What this class has now: the shift of its three bits.
    Copy {
        /// 6 for `u`, 3 for `g`, 0 for `o`.
        shift: u32,
    },
}

impl Mode {
    /// Reads `644`, `0755`, `u+rwX,go=`, `g=u`; none where it is neither.
    pub fn parse(text: &str) -> Option<Self> {
        if text.starts_with(|c: char| c.is_ascii_digit()) {
            let octal = text.bytes().all(|b| (b'0'..=b'7').contains(&b)) && text.len() <= 8;
            let bits = octal.then(|| u32::from_str_radix(text, 8).ok()).flatten()?;
            return (bits <= ALL).then_some(Self::Absolute {
                bits,
                explicit: text.len() > 4,
            });
        }
        let mut clauses = Vec::new();
        for part in text.split(',') {
            let signs = part.find(['+', '-', '='])?;
            let (classes, mut rest) = part.split_at_checked(signs)?;
            let affected = classes
                .chars()
                .try_fold(0, |all, class| Some(all | class_bits(class)?))?;
            while !rest.is_empty() {
                let (clause, tail) = Clause::parse(affected, rest)?;
                clauses.push(clause);
                rest = tail;
            }
        }
        (clauses.len() <= MAX_CLAUSES).then_some(Self::Symbolic(clauses))
    }

    /// The mode that `current` becomes, as GNU chmod defines it.
    pub fn apply(&self, current: u32, is_directory: bool, umask: u32) -> u32 {
        let set_ids = if is_directory { SET_UID | SET_GID } else { 0 };
        match self {
            Self::Absolute { bits, explicit: true } => *bits,
            Self::Absolute {
                bits,
                explicit: false,
            } => bits | (current & set_ids),
            Self::Symbolic(clauses) => clauses.iter().fold(current & ALL, |mode, clause| {
                clause.apply(mode, is_directory, umask, set_ids)
            }),
        }
    }

    /// Whether it asks for set-user-ID or set-group-ID.
    pub fn sets_ids(&self) -> bool {
        match self {
            Self::Absolute { bits, .. } => bits & (SET_UID | SET_GID) != 0,
            Self::Symbolic(clauses) => clauses.iter().any(|clause| clause.gives(SET_UID | SET_GID)),
        }
    }

    /// The same as a parameter: `{"octal": "0644"}` or a list of clauses.
    pub fn to_json(&self) -> Json {
        match self {
            Self::Absolute { bits, .. } => json!({"octal": format!("{bits:04o}")}),
            Self::Symbolic(clauses) => Json::Array(clauses.iter().copied().map(Clause::to_json).collect()),
        }
    }
}

impl Clause {
    fn parse(affected: u32, text: &str) -> Option<(Self, &str)> {
        let mut chars = text.chars();
        let action = match chars.next()? {
            '+' => Action::Add,
            '-' => Action::Remove,
            '=' => Action::Set,
            _ => return None,
        };
        let rest = chars.as_str();
        let (letters, tail) = rest.split_at_checked(rest.find(['+', '-', '=']).unwrap_or(rest.len()))?;
        let permissions = match letters {
            "u" => Permissions::Copy { shift: 6 },
            "g" => Permissions::Copy { shift: 3 },
            "o" => Permissions::Copy { shift: 0 },
            _ => {
                let (mut bits, mut search) = (0, false);
                for letter in letters.chars() {
                    match letter {
                        'r' => bits |= 0o444,
                        'w' => bits |= 0o222,
                        'x' => bits |= EXECUTE,
                        'X' => search = true,
                        's' => bits |= SET_UID | SET_GID,
                        't' => bits |= STICKY,
                        _ => return None,
                    }
                }
                Permissions::Bits { bits, search }
            }
        };
        Some((
            Self {
                affected,
                action,
                permissions,
            },
            tail,
        ))
    }

    fn gives(&self, wanted: u32) -> bool {
        let Permissions::Bits { bits, .. } = self.permissions else {
            return false;
        };
        let covered = if self.affected == 0 { ALL } else { self.affected };
        self.action != Action::Remove && bits & covered & wanted != 0
    }

    fn apply(&self, mode: u32, is_directory: bool, umask: u32, set_ids: u32) -> u32 {
        let (mut value, mentioned) = match self.permissions {
            Permissions::Bits { bits, search } => {
                let executable = search && (is_directory || mode & EXECUTE != 0);
                (if executable { bits | EXECUTE } else { bits }, bits)
            }
            Permissions::Copy { shift } => (((mode >> shift) & 0o7) * 0o111, 0),
        };
        let mentioned = if self.affected == 0 {
            mentioned
        } else {
            mentioned & self.affected
        };
        // A directory's set-ID bits change only where the clause names them.
        let kept = set_ids & !mentioned;
        value &= if self.affected == 0 { !umask } else { self.affected } & !kept;
        match self.action {
            Action::Add => mode | (value & ALL),
            Action::Remove => mode & !value,
            Action::Set => {
                let preserved = if self.affected == 0 { 0 } else { !self.affected } | kept;
                (mode & preserved) | (value & ALL)
            }
        }
    }

    fn to_json(self) -> Json {
        let mut classes: String = [('u', 0o700), ('g', 0o070), ('o', 0o007)]
            .iter()
            .filter(|(_, bits)| self.affected & bits != 0)
            .map(|(class, _)| *class)
            .collect();
        if classes == "ugo" {
            classes = "a".to_owned();
        }
        let action = match self.action {
            Action::Add => "+",
            Action::Remove => "-",
            Action::Set => "=",
        };
        let permissions: String = match self.permissions {
            Permissions::Copy { shift } => match shift {
                6 => "u".to_owned(),
                3 => "g".to_owned(),
                _ => "o".to_owned(),
            },
            Permissions::Bits { bits, search } => {
                let letters = [
                    ('r', 0o444),
                    ('w', 0o222),
                    ('x', EXECUTE),
                    ('s', SET_UID | SET_GID),
                    ('t', STICKY),
                ];
                letters
                    .iter()
                    .filter(|(_, mask)| bits & mask != 0)
                    .map(|(letter, _)| *letter)
                    .chain(search.then_some('X'))
                    .collect()
            }
        };
        json!({"who": classes, "op": action, "perms": permissions})
    }
}

fn class_bits(class: char) -> Option<u32> {
    match class {
        'u' => Some(SET_UID | 0o700),
        'g' => Some(SET_GID | 0o070),
        'o' => Some(STICKY | 0o007),
        'a' => Some(ALL),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Mode;

    /// Results of GNU chmod 9.1 with umask 022.
    #[test]
    fn modes_give_what_gnu_chmod_gives() {
        for (mode, before, directory, after) in [
            ("644", 0o777, false, 0o644),
            ("0755", 0o2700, true, 0o2755),
            ("00755", 0o2700, true, 0o755),
            ("755", 0o4700, false, 0o755),
            ("u+x", 0o644, false, 0o744),
            ("+x", 0o644, false, 0o755),
            ("+w", 0o444, false, 0o644),
            ("a+w", 0o444, false, 0o666),
            ("go=", 0o777, false, 0o700),
            ("u=rw,go=r", 0o777, false, 0o644),
            ("a+X", 0o644, false, 0o644),
            ("a+X", 0o744, false, 0o755),
            ("a+X", 0o644, true, 0o755),
            ("g=u", 0o750, false, 0o770),
            ("o=g", 0o750, false, 0o755),
            ("u=g", 0o4750, false, 0o550),
            ("g-s", 0o2755, true, 0o755),
            ("g=rx", 0o2775, true, 0o2755),
            ("u+s", 0o755, false, 0o4755),
            ("+t", 0o777, true, 0o1777),
            ("=", 0o777, false, 0o000),
            ("u+r-x", 0o100, false, 0o400),
            ("=rwx", 0o000, false, 0o755),
        ] {
            let parsed = Mode::parse(mode).unwrap();
            assert_eq!(
                parsed.apply(before, directory, 0o022),
                after,
                "{mode} on {before:o}"
            );
        }
    }

    #[test]
    fn what_is_not_a_mode_is_not_read_as_one() {
        for text in [
            "", "8", "77777", "rw", "u", "u+q", "u+x,", ",u+x", "z+x", "u+x g", "-", "0x1ff", "+u+g,",
        ] {
            let parsed = Mode::parse(text);
            assert!(text == "-" || parsed.is_none(), "{text}: {parsed:?}");
        }
    }

    #[test]
    fn asking_for_set_ids_is_noticed() {
        for (mode, sets) in [
            ("4755", true),
            ("2755", true),
            ("6777", true),
            ("u+s", true),
            ("+s", true),
            ("g=sx", true),
            ("1777", false),
            ("u-s", false),
            ("o+s", false),
            ("755", false),
            ("u=g", false),
        ] {
            assert_eq!(Mode::parse(mode).unwrap().sets_ids(), sets, "{mode}");
        }
    }
}
