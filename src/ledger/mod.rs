//! The ledger: one writer interface, hash-chained lines, verification. Imports no front end and no sandbox.
