//! From a profile to the program the kernel runs, and its digest for the record.

use super::{Profile, When, numbers::admit};
use crate::sandbox::SandboxError;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// A compiled profile.
#[derive(Clone, Debug)]
pub struct Program {
    name: &'static str,
    mismatch: &'static str,
    code: BpfProgram,
}

impl Program {
    /// The instructions.
    pub(crate) fn code(&self) -> &[seccompiler::sock_filter] {
        &self.code
    }

    /// Profile name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// What a call outside the profile meets, by name.
    #[must_use]
    pub const fn mismatch(&self) -> &'static str {
        self.mismatch
    }

    /// SHA-256 of the instructions as the kernel receives them, lower-case hex.
    #[must_use]
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for step in &self.code {
            hash.update(step.code.to_le_bytes());
            hash.update([step.jt, step.jf]);
            hash.update(step.k.to_le_bytes());
        }
        record::hash::text(&hash.finalize())
    }
}

/// Instructions with which every compiled filter checks the architecture.
const ARCHITECTURE_CHECK: usize = 3;

/// Compiles a profile for the running architecture: the architecture check, then the rows without
/// conditions, then those with, then the mismatch.
///
/// `process` is the id that rows on the process itself admit.
///
/// # Errors
/// [`SandboxError::Refused`] where the table cannot be compiled.
pub fn compile(profile: &Profile, process: u32) -> Result<Program, SandboxError> {
    let mut plain = Vec::new();
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for row in profile.rows.iter().copied().flatten() {
        if row.when.is_empty() {
            plain.push(u32::try_from(row.number).map_err(|error| refused(&error))?);
        } else {
            let conditions = row
                .when
                .iter()
                .map(|when| condition(when, process))
                .collect::<Result<_, _>>()
                .map_err(|e| refused(&e))?;
            rules
                .entry(row.number)
                .or_default()
                .push(SeccompRule::new(conditions).map_err(|e| refused(&e))?);
        }
    }
    let admitted = admit(plain)?;
    let mut code = filter(profile, rules)?;
    let at = ARCHITECTURE_CHECK.min(code.len());
    code.splice(at..at, admitted);
    Ok(Program {
        name: profile.name,
        mismatch: profile.mismatch.name(),
        code,
    })
}

fn filter(profile: &Profile, rules: BTreeMap<i64, Vec<SeccompRule>>) -> Result<BpfProgram, SandboxError> {
    let arch = std::env::consts::ARCH
        .try_into()
        .map_err(|e: seccompiler::BackendError| refused(&e))?;
    let mismatch = SeccompAction::Errno(profile.mismatch.number());
    let filter = SeccompFilter::new(rules, mismatch, SeccompAction::Allow, arch).map_err(|e| refused(&e))?;
    BpfProgram::try_from(filter).map_err(|e| refused(&e))
}

fn refused(error: &dyn std::error::Error) -> SandboxError {
    SandboxError::Refused {
        step: "compiling the seccomp profile",
        why: error.to_string(),
    }
}

fn condition(when: &When, process: u32) -> Result<SeccompCondition, seccompiler::BackendError> {
    match *when {
        When::Is(arg, value) => SeccompCondition::new(arg, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value),
        When::Masked(arg, mask, value) => {
            SeccompCondition::new(arg, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(mask), value)
        }
        When::IsOwnProcess(arg) => {
            SeccompCondition::new(arg, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, u64::from(process))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{NATIVE, NATIVE_PROCESS, Row, tools::TOOLS};
    use super::*;

    const X86_64: u32 = 0xc000_003e;
    const KILL_PROCESS: u32 = 0x8000_0000;
    const ALLOW: u32 = 0x7fff_0000;
    const EPERM: u32 = 0x0005_0001;

    /// Runs a filter as the kernel would on (number, architecture, arguments).
    fn run(code: &[seccompiler::sock_filter], number: u32, arch: u32, args: [u64; 6]) -> u32 {
        let mut data = Vec::new();
        data.extend(number.to_le_bytes());
        data.extend(arch.to_le_bytes());
        data.extend(0u64.to_le_bytes());
        for arg in args {
            data.extend(arg.to_le_bytes());
        }
        let (mut a, mut pc) = (0u32, 0usize);
        loop {
            let step = &code[pc];
            let k = step.k;
            pc += 1;
            let mut jump = |taken: bool| pc += usize::from(if taken { step.jt } else { step.jf });
            match step.code {
                0x20 => a = u32::from_le_bytes(data[k as usize..][..4].try_into().unwrap()),
                0x05 => pc += k as usize,
                0x15 => jump(a == k),
                0x25 => jump(a > k),
                0x35 => jump(a >= k),
                0x45 => jump(a & k != 0),
                0x54 => a &= k,
                0x06 => return k,
                other => panic!("instruction {other:#x}"),
            }
        }
    }

    /// The same table, compiled by the crate alone.
    fn plain(profile: &Profile) -> BpfProgram {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
        for row in profile.rows.iter().copied().flatten() {
            let entry = rules.entry(row.number).or_default();
            if !row.when.is_empty() {
                entry.push(
                    SeccompRule::new(row.when.iter().map(|w| condition(w, 0).unwrap()).collect()).unwrap(),
                );
            }
        }
        filter(profile, rules).unwrap()
    }

    #[test]
    fn the_tree_admits_exactly_what_the_chain_of_comparisons_admits() {
        for profile in TOOLS.into_iter().chain([&NATIVE, &NATIVE_PROCESS]) {
            same_answers(profile);
        }
    }

    fn same_answers(profile: &Profile) {
        let (ours, theirs) = (compile(profile, 0).unwrap(), plain(profile));
        let arguments = [
            0,
            1,
            2,
            3,
            4,
            5,
            6,
            7,
            1024,
            1030,
            0x5412,
            0x4004_9409,
            0x1_0000_0000 | 0x4004_9409,
            u64::MAX,
        ];
        for number in (0..700)
            .chain(0x4000_0000..0x4000_0300)
            .chain([u32::MAX, 0x8000_0000])
        {
            for value in arguments {
                let args = [value; 6];
                let expected = run(&theirs, number, X86_64, args);
                assert_eq!(
                    run(ours.code(), number, X86_64, args),
                    expected,
                    "call {number} with {value:#x}"
                );
            }
        }
    }

    #[test]
    fn the_x32_bit_never_passes_and_a_foreign_architecture_is_killed() {
        let program = compile(&NATIVE, 0).unwrap();
        for number in 0..700 {
            assert_eq!(run(program.code(), number | 0x4000_0000, X86_64, [0; 6]), EPERM);
            assert_eq!(run(program.code(), number, 0x4000_0003, [0; 6]), KILL_PROCESS);
        }
        assert_eq!(run(program.code(), 0, X86_64, [0; 6]), ALLOW);
    }

    #[test]
    fn an_ioctl_number_is_compared_as_the_kernel_reads_it() {
        let program = compile(&NATIVE, 0).unwrap();
        for (request, answer) in [
            (0x4004_9409, ALLOW),
            (0x5412, EPERM),
            (0xffff_ffff_0000_5412, EPERM),
            (0x541c, EPERM),
        ] {
            assert_eq!(run(program.code(), 16, X86_64, [0, request, 0, 0, 0, 0]), answer);
        }
    }

    /// With flags, `landlock_restrict_self` reaches other threads or silences the kernel's log (linux/landlock.h).
    #[test]
    fn a_thread_may_restrict_itself_and_a_process_has_done_so_before() {
        let (thread, process) = (compile(&NATIVE, 0).unwrap(), compile(&NATIVE_PROCESS, 0).unwrap());
        let (restrict, prctl) = (446, 157);
        for (number, args, answer) in [
            (444, [0; 6], ALLOW),
            (445, [0; 6], ALLOW),
            (restrict, [7, 0, 0, 0, 0, 0], ALLOW),
            (restrict, [7, 1, 0, 0, 0, 0], EPERM),
            (restrict, [7, 1 << 3, 0, 0, 0, 0], EPERM),
            // PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG, PR_SET_DUMPABLE.
            (prctl, [38, 1, 0, 0, 0, 0], ALLOW),
            (prctl, [1, 0, 0, 0, 0, 0], EPERM),
            (prctl, [4, 1, 0, 0, 0, 0], EPERM),
        ] {
            assert_eq!(
                run(thread.code(), number, X86_64, args),
                answer,
                "{number} {args:?}"
            );
            assert_eq!(
                run(process.code(), number, X86_64, args),
                EPERM,
                "{number} {args:?}"
            );
        }
    }

    #[test]
    fn no_call_is_listed_twice_in_a_profile_but_for_other_arguments() {
        for profile in TOOLS.into_iter().chain([&NATIVE, &NATIVE_PROCESS]) {
            distinct(profile);
        }
    }

    fn distinct(profile: &Profile) {
        let rows: Vec<&Row> = profile.rows.iter().copied().flatten().collect();
        for row in &rows {
            let same = |other: &&&Row| other.number == row.number && other.when.is_empty();
            assert!(
                rows.iter().filter(same).count() <= 1,
                "call {} of {}",
                row.number,
                profile.name
            );
            assert!(!row.reason.is_empty());
            assert!(
                rows.iter()
                    .all(|other| other.number != row.number || other.when.is_empty() == row.when.is_empty())
            );
        }
    }
}
