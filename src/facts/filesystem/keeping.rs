//! Where what would be lost is kept: a quarantine on the same mount, a copy in Watchtower's own, or a person's word.

use super::gathering::{Gathering, move_file, shown};
use crate::{
    effect::{
        Pending,
        plan::{Keep, Store},
    },
    quarantine::Site,
    report::Failure,
    resolve::{Kind, Object, Place},
    sandbox::Access,
};
use policy::{Verdict, text::escape};
use std::{
    os::{fd::AsFd, unix::ffi::OsStrExt},
    sync::Arc,
};

/// Overlay file systems rename no directory that has a lower layer.
const OVERLAYFS_MAGIC: u64 = 0x794c_7630;

impl Gathering<'_> {
    /// How an object of `bytes` in `place`'s directory, on mount `mount`, is kept when it goes. Where it cannot be,
    /// a person is asked.
    pub(super) fn keep(
        &mut self,
        target: usize,
        place: &Place,
        object: &Object,
        bytes: u64,
        access: Access,
    ) -> Result<Keep, Failure> {
        let mount = object.status.mount;
        if let Some(site) = self.site(place, mount)? {
            return Ok(Keep::Rename(self.store(site, access)));
        }
        let limit = self.around.policy.settings().trash.copy_bytes;
        if bytes <= limit && !object.status.kind.is_special() {
            let site = self.home_site()?;
            let access = Access::MOVE | Access::WRITE | Access::LIST;
            return Ok(Keep::Copy(self.store(site, access)));
        }
        let text = format!(
            "{} cannot be kept for an undo: {bytes} bytes on another mount",
            shown(&place.operand)
        );
        self.floor(
            target,
            "cannot-undo",
            Verdict::Escalate,
            text,
            "delete it in parts, or move it away instead",
        );
        Ok(Keep::Nowhere)
    }

    /// A quarantine on this mount, for the time that a moved object is compared.
    pub(super) fn stage(
        &mut self,
        place: &Place,
        mount: u64,
        access: Access,
    ) -> Result<Option<Store>, Failure> {
        Ok(self.site(place, mount)?.map(|site| self.store(site, access)))
    }

    fn home_site(&mut self) -> Result<Site, Failure> {
        let home = self.around.home;
        Site::in_home(home.dir.as_fd(), &home.path, self.around.caller.uid)
    }

    fn site(&mut self, place: &Place, mount: u64) -> Result<Option<Site>, Failure> {
        if let Some((_, site)) = self.sites.iter().find(|(known, _)| *known == mount) {
            return Ok(site.clone());
        }
        let home = self.home_site()?;
        let site = if home.mount() == mount {
            Some(home)
        } else {
            Site::on_mount(place.dir.fd.as_fd(), &place.dir.path, self.around.caller.uid)
                .filter(|site| site.mount() == mount)
        };
        self.sites.push((mount, site.clone()));
        Ok(site)
    }

    fn store(&mut self, site: Site, access: Access) -> Store {
        let path = escape(site.path().as_os_str().as_bytes());
        match site {
            Site::Open(store) => {
                self.grant(&store.dir, access);
                Store {
                    dir: self.hold(&store.dir),
                    path,
                }
            }
            Site::Absent { ref above, .. } => {
                let above = Arc::clone(above);
                if let Some(pending) = self.work.stores.iter_mut().find(|pending| pending.is_in(&above)) {
                    pending.access |= access;
                    return Store {
                        dir: pending.slot,
                        path,
                    };
                }
                // Its number is kept for the directory that is made when the call is allowed.
                let slot = self.hold(&above);
                self.work.stores.push(Pending {
                    site,
                    slot,
                    access,
                    uid: self.around.caller.uid,
                });
                Store { dir: slot, path }
            }
        }
    }

    /// What a rename of this directory needs on both sides. Overlay file systems may make it a copy instead.
    pub(super) fn move_access(object: &Object) -> Access {
        if object.status.kind != Kind::Dir {
            return move_file();
        }
        let overlay = rustix::fs::fstatfs(&*object.fd)
            .is_ok_and(|fs| u64::try_from(fs.f_type).is_ok_and(|magic| magic == OVERLAYFS_MAGIC));
        if overlay {
            Access::MOVE | Access::LOOK | Access::WRITE
        } else {
            Access::MOVE
        }
    }
}
