//! The remote tools: a real sshd with the SFTP subsystem, and the real kubectl against an API server of our own.

mod server;
mod ssh;
