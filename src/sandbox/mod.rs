//! Confinement of effects: Landlock, seccomp, the confined thread and the confined child.
