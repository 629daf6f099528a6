//! gtfobins
