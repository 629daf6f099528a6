//! Landlock: every right the running kernel knows is handled, and each grant is one rule through a held
//! descriptor. Never opens a path, so that no rule can be skipped or land on another object.

use super::{Access, Enforcement, Grant, SandboxError, enforcement::LandlockLayer};
use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, LandlockStatus, NetPort, PathBeneath, RestrictSelf,
    Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus, Scope,
};
use rustix::fs::{FileType, fstat};

/// The newest ABI this build knows.
pub(crate) const NEWEST: ABI = ABI::V9;

/// The ABI of the running kernel as far as this build knows it, 0 where Landlock is absent or off.
///
/// # Errors
/// [`SandboxError::Refused`] where even asking fails.
pub fn abi() -> Result<u8, SandboxError> {
    let status = RestrictSelf::default()
        .no_new_privs(false)
        .apply()
        .map_err(|error| refused(&error))?;
    Ok(number(&status.landlock))
}

fn number(status: &LandlockStatus) -> u8 {
    match status {
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => 0,
        LandlockStatus::Available { effective_abi, .. } => u8::try_from(*effective_abi as i32).unwrap_or(0),
    }
}

fn refused(error: &dyn std::error::Error) -> SandboxError {
    SandboxError::Refused {
        step: "Landlock",
        why: error.to_string(),
    }
}

/// What a ruleset lets through besides the grants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Outside<'a> {
    /// TCP ports that may be connected to; none cuts TCP off (ABI 4).
    pub(crate) connect: &'a [u16],
}

/// Restricts the calling thread for good. `newest` caps the ABI; tests use it to be an older kernel.
///
/// # Errors
/// [`SandboxError`] where a rule cannot be added or the ruleset not be enforced; absence is no error but
/// noted as missing in `enforced`.
pub(crate) fn restrict(
    grants: &[Grant],
    outside: Outside<'_>,
    newest: ABI,
    enforced: &mut Enforcement,
) -> Result<(), SandboxError> {
    let refers = grants.iter().any(|grant| grant.access.contains(Access::REFER));
    if newest == ABI::Unsupported {
        enforced.miss("landlock", "the kernel has no Landlock");
        return Ok(());
    }
    if refers && (newest == ABI::V1 || abi()? == 1) {
        // ABI 1 refuses every rename between directories (EXDEV), and nothing can grant it.
        enforced.miss("landlock", "ABI 1 cannot allow renames between directories");
        return Ok(());
    }
    let step = |error: landlock::RulesetError| refused(&error);
    let mut ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(newest))
        .map_err(step)?;
    if newest >= ABI::V4 {
        ruleset = ruleset.handle_access(AccessNet::from_all(newest)).map_err(step)?;
    }
    if newest >= ABI::V6 {
        ruleset = ruleset.scope(Scope::from_all(newest)).map_err(step)?;
    }
    let mut created = ruleset.create().map_err(step)?;
    let mut granted = Vec::with_capacity(grants.len());
    for grant in grants.iter().filter(|grant| grant.access != Access::NONE) {
        let kind = fstat(grant)
            .map_err(|errno| SandboxError::kernel("looking at a granted object", errno))?
            .st_mode;
        let rights = rights(
            grant.access,
            newest,
            FileType::from_raw_mode(kind) == FileType::Directory,
        );
        if rights.is_empty() {
            continue;
        }
        created = created.add_rule(PathBeneath::new(grant, rights)).map_err(step)?;
        granted.push(grant.access.names());
    }
    if newest >= ABI::V4 {
        for port in outside.connect {
            created = created
                .add_rule(NetPort::new(*port, AccessNet::ConnectTcp))
                .map_err(step)?;
            granted.push(format!("connect tcp {port}"));
        }
    }
    let status = created.restrict_self().map_err(step)?;
    if status.ruleset == RulesetStatus::NotEnforced {
        let why = match status.landlock {
            LandlockStatus::NotEnabled => "Landlock is built in but not enabled at boot",
            LandlockStatus::NotImplemented | LandlockStatus::Available { .. } => {
                "the kernel has no Landlock, or a container's seccomp filter keeps it away"
            }
        };
        enforced.miss("landlock", why);
        return Ok(());
    }
    let known = number(&status.landlock);
    let abi = known.min(u8::try_from(newest as i32).unwrap_or(0));
    let effective = ABI::from(i32::from(abi));
    enforced.landlock = Some(LandlockLayer {
        abi,
        handled: AccessFs::from_all(effective).bits().count_ones(),
        granted,
        tcp: abi >= 4,
        scoped: abi >= 6,
    });
    Ok(())
}

fn rights(access: Access, newest: ABI, is_dir: bool) -> BitFlags<AccessFs> {
    const MAP: [(Access, &[AccessFs]); 12] = [
        (Access::READ, &[AccessFs::ReadFile]),
        (Access::LIST, &[AccessFs::ReadDir]),
        (Access::WRITE, &[AccessFs::WriteFile, AccessFs::Truncate]),
        (Access::MAKE_FILE, &[AccessFs::MakeReg]),
        (Access::MAKE_DIR, &[AccessFs::MakeDir]),
        (Access::MAKE_SYMLINK, &[AccessFs::MakeSym]),
        (Access::REMOVE_FILE, &[AccessFs::RemoveFile]),
        (Access::REMOVE_DIR, &[AccessFs::RemoveDir]),
        (Access::REFER, &[AccessFs::Refer]),
        (Access::EXECUTE, &[AccessFs::Execute]),
        (Access::CONNECT, &[AccessFs::ResolveUnix]),
        (
            Access::MAKE_SPECIAL,
            &[
                AccessFs::MakeFifo,
                AccessFs::MakeSock,
                AccessFs::MakeChar,
                AccessFs::MakeBlock,
            ],
        ),
    ];
    let mut out = BitFlags::<AccessFs>::EMPTY;
    for (right, flags) in MAP {
        if access.contains(right) {
            for flag in flags {
                out |= *flag;
            }
        }
    }
    out &= AccessFs::from_all(newest);
    if is_dir {
        out
    } else {
        out & AccessFs::from_file(newest)
    }
}
