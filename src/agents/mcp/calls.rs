//! The calls that are under way: how many at once, in which order, and that each is taken back when nobody waits for
//! it any more. Knows nothing of what a call does.

use crate::withdrawal::Withdrawal;
use rmcp::{
    ErrorData, RoleServer,
    model::{CallToolResult, ProgressNotificationParam},
    service::RequestContext,
};
use std::{convert::Infallible, sync::Arc, time::Duration};
use tokio::sync::{Mutex, OwnedMutexGuard, OwnedSemaphorePermit, Semaphore, watch};

/// Calls that run side by side; more wait.
pub(super) const MAX_CALLS: usize = 16;
/// How often a client that asked for progress hears of it.
const PROGRESS_EVERY: Duration = Duration::from_secs(1);

/// The calls of one connection, among those of the whole process.
#[derive(Clone, Debug)]
pub(super) struct Calls {
    /// Of this process.
    places: Arc<Semaphore>,
    /// Whether this process ends.
    ending: watch::Sender<bool>,
    /// Of this connection: whoever changes something has it, one after another.
    turn: Arc<Mutex<()>>,
}

/// What a call does beside the others of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// It changes something: it starts when those that came before it have ended.
    InTurn,
    /// It only looks.
    Beside,
}

/// What a call holds from its start to its end, whoever waits for it.
type Held = (Option<OwnedMutexGuard<()>>, OwnedSemaphorePermit);

/// Takes the call back when it is dropped.
struct Waiting(Withdrawal);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.withdraw();
    }
}

impl Calls {
    pub(super) fn new() -> Self {
        Self {
            places: Arc::new(Semaphore::new(MAX_CALLS)),
            ending: watch::Sender::new(false),
            turn: Arc::default(),
        }
    }

    /// Those of another connection to this process.
    pub(super) fn another(&self) -> Self {
        Self {
            turn: Arc::default(),
            ..self.clone()
        }
    }

    /// Carries out a call and waits for it; tells the client meanwhile that it still runs. A call that nobody waits
    /// for is taken back: one that waits for its turn is not begun, one that runs is stopped and recorded.
    pub(super) async fn run(
        &self,
        order: Order,
        context: &RequestContext<RoleServer>,
        work: impl FnOnce(&Withdrawal) -> CallToolResult + Send + 'static,
    ) -> Result<CallToolResult, ErrorData> {
        let failed = |e: &dyn std::fmt::Display| ErrorData::internal_error(e.to_string(), None);
        let held: Held = tokio::select! {
            biased;
            why = self.withdrawn(context) => return Err(ErrorData::internal_error(why, None)),
            held = self.admitted(order) => held.map_err(|e| failed(&e))?,
        };
        let withdrawal = Withdrawal::new().map_err(|e| failed(&e))?;
        let _waiting = Waiting(withdrawal.clone());
        let work = tokio::task::spawn_blocking(move || {
            let result = work(&withdrawal);
            drop(held);
            result
        });
        tokio::select! {
            biased;
            done = work => done.map_err(|e| failed(&e)),
            why = self.withdrawn(context) => Err(ErrorData::internal_error(why, None)),
            never = still_running(context) => match never {},
        }
    }

    /// Waits for the turn, where one is needed, then for a place. Both queues are first come, first served.
    async fn admitted(&self, order: Order) -> Result<Held, tokio::sync::AcquireError> {
        let turn = match order {
            Order::InTurn => Some(Arc::clone(&self.turn).lock_owned().await),
            Order::Beside => None,
        };
        Ok((turn, Arc::clone(&self.places).acquire_owned().await?))
    }

    /// Returns once nobody waits for the call any more, with why.
    pub(super) async fn withdrawn(&self, context: &RequestContext<RoleServer>) -> &'static str {
        let mut ending = self.ending.subscribe();
        tokio::select! {
            () = context.ct.cancelled() => "cancelled",
            // The sender lives as long as this does.
            _ = ending.wait_for(|ends| *ends) => "the server ends",
        }
    }

    /// Takes every call back, also those that will come.
    pub(super) fn end(&self) {
        self.ending.send_replace(true);
    }

    /// Waits until no call runs; whether that was so in time.
    pub(super) async fn ended(&self, limit: Duration) -> bool {
        let all = u32::try_from(MAX_CALLS).unwrap_or(u32::MAX);
        tokio::time::timeout(limit, self.places.acquire_many(all))
            .await
            .is_ok()
    }
}

/// Tells a client that asked for it, every second.
async fn still_running(context: &RequestContext<RoleServer>) -> Infallible {
    let token = context.meta.get_progress_token();
    let mut ticks = 0_u32;
    loop {
        tokio::time::sleep(PROGRESS_EVERY).await;
        ticks += 1;
        if let Some(token) = token.clone() {
            let progress =
                ProgressNotificationParam::new(token, f64::from(ticks)).with_message("still running");
            // A client that has gone hears nothing; the call goes on until it is taken back.
            let _gone = context.peer.notify_progress(progress).await;
        }
    }
}
