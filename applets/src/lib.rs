//! applets
