//! From an operand to held descriptors: the kernel resolves, nothing is normalised textually.
