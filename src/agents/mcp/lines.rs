//! Messages as lines over standard input and output. A line that is no message is answered and the connection goes
//! on; a line beyond the limit is never held.

use super::message::{self, Arrived, MAX_MESSAGE_BYTES};
use rmcp::{
    RoleServer,
    model::{ClientJsonRpcMessage, RequestId},
    service::{RxJsonRpcMessage, TxJsonRpcMessage},
    transport::Transport,
};
use serde::Serialize;
use std::{collections::HashSet, io, sync::Arc};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader},
    sync::{Mutex, Notify},
    task::JoinHandle,
};

/// Both directions of one connection. [`Transport::receive`] may be dropped at any await: what it has taken in is here.
#[derive(Debug)]
pub(super) struct Lines<R, W> {
    from: BufReader<R>,
    /// What is there of the next line.
    line: Vec<u8>,
    /// Whether the rest of a line that is too long is still to be passed over.
    passing_over: bool,
    ended: Arc<Notify>,
    has_ended: bool,
    /// Whether there was a request. A connection begins with one; what comes before it says nothing.
    begun: bool,
    /// Requests without an answer. One that was cancelled gets none and stays: an answer that comes late would be taken for
    /// that of another request with its id.
    open: HashSet<RequestId>,
    to: Arc<Mutex<W>>,
    /// The answer to what was no message, on its way; nothing is read before it is out.
    answering: Option<JoinHandle<io::Result<()>>>,
}

impl<R, W> Lines<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    pub(super) fn new(from: R, to: W) -> Self {
        Self {
            from: BufReader::new(from),
            line: Vec::new(),
            passing_over: false,
            ended: Arc::default(),
            has_ended: false,
            begun: false,
            open: HashSet::new(),
            to: Arc::new(Mutex::new(to)),
            answering: None,
        }
    }

    /// What is told once the client's end is reached.
    pub(super) fn ended(&self) -> Arc<Notify> {
        Arc::clone(&self.ended)
    }

    /// The next line, or what there is without an end of line at the end; none after that.
    async fn next(&mut self) -> Option<Arrived> {
        while !self.has_ended {
            // Whatever cannot be read is an end.
            let there = self.from.fill_buf().await.unwrap_or_default();
            let newline = there.iter().position(|byte| *byte == b'\n');
            let part = there.get(..newline.unwrap_or(there.len())).unwrap_or_default();
            let too_long = self.line.len().saturating_add(part.len()) > MAX_MESSAGE_BYTES;
            if !self.passing_over && !too_long {
                self.line.extend_from_slice(part);
            }
            let taken = part.len() + usize::from(newline.is_some());
            if taken == 0 {
                self.has_ended = true;
                self.ended.notify_one();
            }
            self.from.consume(taken);
            if !self.passing_over && too_long {
                self.passing_over = true;
                self.line = Vec::new();
                // Said at once: the rest may never come.
                self.answer(&message::too_long());
            }
            let whole = newline.is_some() || self.has_ended;
            if whole && !std::mem::take(&mut self.passing_over) {
                return Some(message::read(&std::mem::take(&mut self.line)));
            }
            if self.answering.is_some() {
                return Some(Arrived::Nothing);
            }
        }
        None
    }

    /// Begins to send an answer.
    fn answer(&mut self, answer: &impl Serialize) {
        self.answering = Some(tokio::spawn(written(Arc::clone(&self.to), line_of(answer))));
    }

    /// What the message is where the connection stands.
    fn placed(&mut self, message: Box<ClientJsonRpcMessage>) -> Arrived {
        if let ClientJsonRpcMessage::Request(request) = &*message {
            self.begun = true;
            if !self.open.insert(request.id.clone()) {
                return Arrived::Wrong(message::in_use(&request.id));
            }
        }
        if self.begun {
            Arrived::Message(message)
        } else {
            Arrived::Nothing
        }
    }
}

impl<R, W> Transport<RoleServer> for Lines<R, W>
where
    R: AsyncRead + Send + Unpin,
    W: AsyncWrite + Send + Unpin + 'static,
{
    type Error = io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        match &item {
            TxJsonRpcMessage::<RoleServer>::Response(answer) => {
                self.open.remove(&answer.id);
            }
            TxJsonRpcMessage::<RoleServer>::Error(answer) => {
                self.open.retain(|id| Some(id) != answer.id.as_ref())
            }
            _ => {}
        }
        written(Arc::clone(&self.to), line_of(&item))
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            if let Some(answering) = &mut self.answering {
                // Where it cannot be sent, the client's end comes next.
                let _sent = answering.await;
                self.answering = None;
            }
            let arrived = match self.next().await? {
                Arrived::Message(message) => self.placed(message),
                other => other,
            };
            match arrived {
                Arrived::Message(message) => return Some(*message),
                Arrived::Nothing => {}
                Arrived::Wrong(answer) => self.answer(&answer),
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.to.lock().await.shutdown().await
    }
}

/// The message as one line; JSON text has no line breaks of its own.
fn line_of(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    Ok(line)
}

async fn written<W: AsyncWrite + Unpin>(to: Arc<Mutex<W>>, line: io::Result<Vec<u8>>) -> io::Result<()> {
    let line = line?;
    let mut to = to.lock().await;
    to.write_all(&line).await?;
    to.flush().await
}
