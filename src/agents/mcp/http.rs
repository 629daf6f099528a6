//! The server over HTTP, for clients that cannot start a program: loopback only, and only with the token.

use super::{
    Server,
    message::{self, Arrived, MARK, MAX_MESSAGE_BYTES},
};
use crate::report::{Exit, Failure};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited, combinators::BoxBody};
use hyper::{
    Method, Request, Response, StatusCode,
    body::{Bytes, Incoming},
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::{
    StreamableHttpServerConfig, StreamableHttpService, session::local::LocalSessionManager,
};
use serde_json::Value as Json;
use std::{convert::Infallible, io::Write, net::SocketAddr, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// Where the endpoint is.
const PATH: &str = "/mcp";
/// The variable that holds the token; without it one is made and printed.
const TOKEN: &str = "WT_MCP_TOKEN";
/// Shortest token that is accepted.
const MIN_TOKEN: usize = 16;

/// How long to wait where no connection can be taken.
const PAUSE: Duration = Duration::from_millis(100);

/// Pages that may ask: those of this machine.
const ORIGINS: [&str; 3] = ["http://localhost:*", "http://127.0.0.1:*", "http://[::1]:*"];

type Reply = Response<BoxBody<Bytes, Infallible>>;

/// Serves until the process is told to end.
pub(super) async fn serve(address: SocketAddr, first: Server) -> Result<(), Failure> {
    if !address.ip().is_loopback() {
        return Err(
            Failure::new(Exit::Usage, format!("`{address}` is not a loopback address"))
                .hint("use 127.0.0.1:PORT; for another machine, let ssh forward the port"),
        );
    }
    let token: Arc<str> = token()?.into();
    let failed = |e: std::io::Error| Failure::new(Exit::Config, format!("cannot listen on `{address}`: {e}"));
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let bound = listener.local_addr().map_err(failed)?;
    let mut out = std::io::stdout();
    let told = writeln!(out, "{{\"url\":\"http://{bound}{PATH}\",\"token\":\"{token}\"}}")
        .and_then(|()| out.flush());
    told.map_err(failed)?;
    // A page of another site that reaches this address gets no answer, token or not.
    let config = StreamableHttpServerConfig::default()
        .with_allowed_origins(ORIGINS)
        .with_max_request_body_bytes(MAX_MESSAGE_BYTES);
    let service = StreamableHttpService::new(
        move || {
            first
                .another()
                .map_err(|failure| std::io::Error::other(failure.message))
        },
        Arc::new(LocalSessionManager::default()),
        config,
    );
    loop {
        // Whoever opens all the connections that this process may hold keeps others waiting, and ends nothing.
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let (service, token) = (service.clone(), Arc::clone(&token));
        tokio::spawn(async move {
            let answer = service_fn(move |request: Request<Incoming>| {
                let (service, token) = (service.clone(), Arc::clone(&token));
                async move {
                    Ok::<Reply, Infallible>(match refusal(&request, &token) {
                        Some(reply) => reply,
                        None => match whole(request).await {
                            Ok(request) => service.handle(request).await,
                            Err(reply) => reply,
                        },
                    })
                }
            });
            // A connection that breaks ends alone.
            let _broken = http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), answer)
                .await;
        });
    }
}

fn token() -> Result<String, Failure> {
    match std::env::var(TOKEN) {
        Ok(token)
            if token.len() >= MIN_TOKEN
                && token
                    .chars()
                    .all(|c| c.is_ascii_graphic() && c != '"' && c != '\\') =>
        {
            Ok(token)
        }
        Ok(_) => Err(Failure::new(Exit::Usage, format!("`{TOKEN}` is not a token"))
            .hint(format!("at least {MIN_TOKEN} printable characters, no quotes"))),
        Err(_) => {
            let mut random = [0_u8; 24];
            rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty())
                .map_err(|e| Failure::new(Exit::Config, format!("cannot read random bytes: {e}")))?;
            Ok(crate::record::hex(&random))
        }
    }
}

/// Whatever is not for the endpoint, or comes without the token.
fn refusal(request: &Request<Incoming>, token: &str) -> Option<Reply> {
    if request.uri().path() != PATH {
        return Some(reply(StatusCode::NOT_FOUND));
    }
    let given = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let given = given.strip_prefix("Bearer ").unwrap_or_default();
    (!same(given.as_bytes(), token.as_bytes())).then(|| reply(StatusCode::UNAUTHORIZED))
}

/// The request with all of its body, or the reply to one that carries no message.
async fn whole(request: Request<Incoming>) -> Result<Request<Full<Bytes>>, Reply> {
    let (head, body) = request.into_parts();
    if head.method != Method::POST {
        return Ok(Request::from_parts(head, Full::default()));
    }
    let body = match Limited::new(body, MAX_MESSAGE_BYTES).collect().await {
        Ok(body) => body.to_bytes(),
        Err(e) if e.is::<LengthLimitError>() => {
            return Err(said(StatusCode::PAYLOAD_TOO_LARGE, &message::too_long()));
        }
        // Whoever broke off in the middle hears nothing anyway.
        Err(_) => return Err(reply(StatusCode::BAD_REQUEST)),
    };
    match message::read(&body) {
        Arrived::Message(_) => {
            let marked = if body.starts_with(MARK) { MARK.len() } else { 0 };
            Ok(Request::from_parts(head, Full::new(body.slice(marked..))))
        }
        Arrived::Wrong(answer) => Err(said(StatusCode::BAD_REQUEST, &answer)),
        Arrived::Nothing if body.trim_ascii().is_empty() => Err(reply(StatusCode::BAD_REQUEST)),
        Arrived::Nothing => Err(reply(StatusCode::ACCEPTED)),
    }
}

/// Compares in a time that does not depend on where the difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0_u8, |all, (x, y)| all | (x ^ y)) == 0
}

fn reply(status: StatusCode) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::new()).boxed());
    *reply.status_mut() = status;
    reply
}

fn said(status: StatusCode, answer: &Json) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from(answer.to_string())).boxed());
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    reply
}
