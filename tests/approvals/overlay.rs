//! On an overlay, as in a container: what of the lower layer cannot be renamed is copied, and comes back all the same.

use super::world::{Seen, seen, world};
use crate::support::needs;
use rustix::mount::{MountFlags, mount};
use std::{collections::BTreeMap, ffi::CString, fs, path::PathBuf};

/// What is there but the trash, apart from what tells a copy from its original.
fn content(seen: BTreeMap<PathBuf, Seen>) -> BTreeMap<PathBuf, Seen> {
    // A file of several names becomes several files when one of them is changed.
    let plain = |(path, seen): (PathBuf, Seen)| {
        (
            path,
            Seen {
                ino: 0,
                links: 1,
                ..seen
            },
        )
    };
    let wanted = |(path, _): &(PathBuf, Seen)| !path.to_string_lossy().starts_with(".watchtower");
    seen.into_iter().filter(wanted).map(plain).collect()
}

#[test]
fn what_is_in_a_lower_layer_comes_back_from_moves_and_deletes() {
    if !needs::private_mounts() {
        return;
    }
    let scratch = world();
    let layers = scratch.file("layers");
    fs::create_dir(&layers).unwrap();
    mount("tmpfs", &layers, "tmpfs", MountFlags::empty(), c"size=8m").unwrap();
    for dir in ["lower/e/sub", "lower/into", "upper", "work"] {
        fs::create_dir_all(layers.join(dir)).unwrap();
    }
    fs::write(layers.join("lower/e/sub/f"), "e").unwrap();
    for (name, other) in [("one", "two"), ("red", "blue")] {
        fs::write(layers.join("lower").join(name), name).unwrap();
        fs::hard_link(layers.join("lower").join(name), layers.join("lower").join(other)).unwrap();
    }
    let at = layers.display();
    let options = format!("lowerdir={at}/lower,upperdir={at}/upper,workdir={at}/work,redirect_dir=off");
    let options = CString::new(options).unwrap();
    let merged = scratch.file("merged");
    fs::create_dir(&merged).unwrap();
    let done = mount(
        "overlay",
        &merged,
        "overlay",
        MountFlags::empty(),
        options.as_c_str(),
    );
    if !needs::met(done.is_ok(), "an overlay file system") {
        return;
    }
    let before = content(seen(&merged));
    for change in [
        &["safe-rm", "merged/one"][..],
        &["safe-rm", "merged/one", "merged/two"],
        &["safe-mv", "merged/red", "merged/moved"],
        &["safe-mv", "merged/two", "merged/blue"],
        &["safe-cp", "merged/e/sub/f", "merged/red"],
        &["safe-mv", "merged/e", "merged/moved"],
        &["safe-mv", "merged/e/sub", "merged/e", "merged/into"],
        &["safe-rm", "-r", "merged/e"],
        &["safe-rm", "-r", "merged/e/sub/f", "merged/e"],
    ] {
        scratch.expect(0, change);
        assert_ne!(content(seen(&merged)), before, "{change:?}");
        let done = scratch.undo(&["--last"]);
        assert_eq!((done.0, done.2.as_str()), (0, ""), "{change:?}: {}", done.1);
        assert_eq!(content(seen(&merged)), before, "{change:?}");
    }
}
