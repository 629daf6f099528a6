//! Watchtower: every call of an agent becomes a typed intent, is judged by policy, recorded, confined, done.
//! `engine` is the one pipeline; everything else serves it or calls it.

#[cfg(not(target_os = "linux"))]
compile_error!(
    "Watchtower holds its promises with Linux's openat2, Landlock, seccomp and namespaces; there is no back end for \
     this system yet"
);

pub mod accounts;
mod again;
pub mod agents;
pub mod approver;
pub mod caller;
mod checked;
pub mod commands;
mod curl;
pub mod dispatch;
pub mod effect;
pub mod engine;
pub mod exec;
pub mod facts;
pub mod ground;
pub mod home;
pub mod level;
mod limits;
pub mod outcome;
pub mod product;
pub mod quarantine;
pub mod record;
pub mod report;
pub mod resolve;
pub mod sandbox;
pub mod shell_check;
mod signals;
pub mod state;
pub mod undo;
mod unheard;
mod view;
pub mod withdrawal;
pub mod witness;
pub mod work;
