//! The remote tools: a real sshd with the SFTP subsystem, and the real kubectl against an API server of our own.

mod cluster;
mod ends;
mod kubectl;
mod names;
mod ordinary;
mod person;
mod plugin;
pub(crate) mod server;
mod ssh;
mod utcp;
