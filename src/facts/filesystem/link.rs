//! Facts of links: what they lead to is judged as a read, the name as a link, an existing name as a write.

use super::gathering::{Gathering, move_file, shown};
use crate::{
    effect::plan::{Keep, Link, Referent, Replaced, Step},
    effect::words::plain,
    report::Failure,
    resolve::{Kind, Place, Resolver},
    sandbox::Access,
};
use rustix::io::Errno;
use std::{
    ffi::{OsStr, OsString},
    os::unix::ffi::OsStrExt,
};

pub(super) fn gather(g: &mut Gathering<'_>) -> Result<(), Failure> {
    let (Some((reads, text)), Some((operation, name))) =
        (g.operands("referent").pop(), g.operands("link").pop())
    else {
        return Ok(());
    };
    let place = link_place(g, text, name)?;
    let symbolic = operation == "symlink";
    // A symbolic link's text counts from where the link is.
    let referent = if symbolic {
        Resolver::relative_to(&place.dir, text)?
    } else {
        g.resolver.place(text)?
    };
    let target = g.target("referent", reads, &referent);
    let link = g.target("link", operation, &place);
    let leads_to = if symbolic {
        Referent::Text(text.to_owned())
    } else {
        match &referent.found {
            Ok(object) if object.status.kind == Kind::Dir => {
                let text = format!("{}: hard link not allowed for directory", plain(text.as_bytes()));
                g.trouble(target, text);
                return Ok(());
            }
            Ok(object) => {
                g.judge_kind(target, &referent, &object.status);
                Referent::Object(g.hold(&object.fd))
            }
            Err(errno) => {
                g.cannot(target, "failed to access", text, *errno);
                return Ok(());
            }
        }
    };
    let Some(replaced) = at_name(g, link, &place, &referent, symbolic)? else {
        return Ok(());
    };
    let making = if symbolic {
        Access::MAKE_SYMLINK
    } else {
        Access::MAKE_FILE | Access::MAKE_SYMLINK | Access::REFER
    };
    g.grant(
        &place.dir.fd,
        if replaced.is_some() {
            making | move_file()
        } else {
            making
        },
    );
    if !symbolic {
        g.grant(&referent.dir.fd, making);
    }
    let at = g.spot(&place);
    g.step(Step::Link(Link {
        at,
        referent: leads_to,
        shown: text.to_owned(),
        replaced,
    }));
    Ok(())
}

/// Where the link comes: below the operand where that is a directory, unless `-n` says that a link to one is a name.
fn link_place(g: &mut Gathering<'_>, text: &OsStr, name: &OsStr) -> Result<Place, Failure> {
    let mut place = g.resolver.place(name)?;
    if place.kind() == Some(Kind::Symlink) && (!g.flag("no_dereference") || place.slash) {
        let real = g.resolver.followed(name)?;
        if real.kind() == Some(Kind::Dir) {
            place = real;
        }
    }
    match &place.found {
        Ok(object) if object.status.kind == Kind::Dir => {
            let object = object.clone();
            g.resolver.inside(&place, &object, &final_name(text))
        }
        _ => Ok(place),
    }
}

/// The last component of a path as written.
fn final_name(path: &OsStr) -> OsString {
    let bytes = path.as_bytes();
    let mut parts = bytes.rsplit(|b| *b == b'/').filter(|part| !part.is_empty());
    OsStr::from_bytes(parts.next().unwrap_or(b"/")).to_owned()
}

/// Judges what has the link's name already. Outer none: nothing is to be done. Inner none: the name is free.
fn at_name(
    g: &mut Gathering<'_>,
    link: usize,
    place: &Place,
    referent: &Place,
    symbolic: bool,
) -> Result<Option<Option<Replaced>>, Failure> {
    let what = format!(
        "failed to create {} link",
        if symbolic { "symbolic" } else { "hard" }
    );
    let object = match &place.found {
        Ok(object) => object.clone(),
        Err(Errno::NOENT) if place.missing.is_empty() && !place.slash && !place.dots => {
            return Ok(Some(None));
        }
        Err(errno) => {
            g.cannot(link, &what, &place.operand, *errno);
            return Ok(None);
        }
    };
    if !g.flag("force") {
        g.cannot(link, &what, &place.operand, Errno::EXIST);
        return Ok(None);
    }
    if object.status.kind == Kind::Dir {
        g.trouble(
            link,
            format!("{}: cannot overwrite directory", shown(&place.operand)),
        );
        return Ok(None);
    }
    g.judge_kind(link, place, &object.status);
    if object.status.mount_root {
        g.judge_whole(link, place, &object);
    }
    if referent
        .status()
        .is_some_and(|status| status.id == object.status.id)
    {
        let (one, other) = (shown(&referent.operand), shown(&place.operand));
        g.trouble(link, format!("{one} and {other} are the same file"));
        return Ok(None);
    }
    g.target("link", "write", place);
    let keep: Keep = g.keep(link, place, &object, object.status.size, move_file())?;
    Ok(Some(Some(Replaced {
        judged: object.status,
        origin: None,
        keep,
        backup: None,
    })))
}
