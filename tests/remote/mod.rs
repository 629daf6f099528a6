//! The remote tools: a real sshd with the SFTP subsystem, and the real kubectl against an API server of our own.

mod cluster;
mod kubectl;
mod ordinary;
mod person;
pub(crate) mod server;
mod ssh;
mod utcp;
