//! The server from its start to its end: until its client goes or a signal comes, and what still runs then is stopped
//! and recorded.

use super::{Server, calls::MAX_CALLS, http, lines::Lines};
use crate::{
    report::{Exit, Failure},
    signals::Signals,
};
use rmcp::{
    service::{ServerInitializeError, serve_server},
    transport::stdio_pipes,
};
use std::{net::SocketAddr, process::ExitCode, time::Duration};

/// How long calls that still run when the client has gone may take to end by themselves, and how long those that are
/// taken back may take to stop.
const PARTING: Duration = Duration::from_secs(2);
/// Threads beside those of the calls: for signals, for resources, and for streams that cannot be waited for.
const OTHER_THREADS: usize = 8;

/// Runs the server until its client goes or a signal ends it; the exit code.
pub(crate) fn run(listen: Option<SocketAddr>) -> Result<ExitCode, Failure> {
    let failed =
        |e: &dyn std::fmt::Display| Failure::new(Exit::Config, format!("cannot start the server: {e}"));
    let signals = Signals::hold().map_err(|e| failed(&e))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(MAX_CALLS + OTHER_THREADS)
        .build()
        .map_err(|e| failed(&e))?;
    let server = Server::new()?;
    let result = runtime.block_on(async {
        let told = tokio::task::spawn_blocking(move || signals.wait());
        let calls = server.calls.clone();
        let served = async {
            match listen {
                Some(address) => http::serve(address, server).await,
                None => over_pipes(server).await,
            }
        };
        let ended = tokio::select! {
            served = served => served.map(|()| ExitCode::SUCCESS),
            code = told => code.map_err(|e| failed(&e)),
        };
        // What still runs is stopped and its outcome recorded before the process ends.
        calls.end();
        let _in_time = calls.ended(PARTING).await;
        ended
    });
    // A call that does not stop in time ends with this process: its child dies with it, its decision is recorded.
    runtime.shutdown_background();
    result
}

/// Serves the client at the other end of standard input and output. When it has gone, calls that still run have a
/// while to end and be answered, then they are taken back.
async fn over_pipes(server: Server) -> Result<(), Failure> {
    let failed =
        |e: &dyn std::fmt::Display| Failure::new(Exit::Config, format!("the client broke the protocol: {e}"));
    let calls = server.calls.clone();
    let (from, to) = stdio_pipes();
    let lines = Lines::new(from, to);
    let gone = lines.ended();
    let served = async {
        let running = match serve_server(server, lines).await {
            Ok(running) => running,
            Err(ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
            Err(e) => return Err(failed(&e)),
        };
        running.waiting().await.map(|_| ()).map_err(|e| failed(&e))
    };
    let parting = async {
        gone.notified().await;
        tokio::time::sleep(PARTING).await;
        calls.end();
        std::future::pending().await
    };
    tokio::select! {
        served = served => served,
        never = parting => never,
    }
}
