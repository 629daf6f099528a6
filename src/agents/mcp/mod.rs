//! `wt mcp`: the applets as tools of an MCP server, over standard input and output or over HTTP. Arguments stay
//! values from the request to the intent; every call goes through the engine like one from the command line.

mod call;
mod capped;
mod http;
mod lines;
mod message;
mod notice;
mod params;
mod questions;
mod resources;
mod schema;
mod tools;

use crate::report::{Exit, Failure};
use lines::Lines;
use notice::Notice;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, CustomRequest, CustomResult, Implementation,
        ListPromptsRequestMethod, ListPromptsResult, ListResourcesResult, ListToolsResult,
        PaginatedRequestParams, ProgressNotificationParam, ProtocolVersion, ReadResourceRequestParams,
        ReadResourceResponse, ReadResourceResult, ServerCapabilities, ServerConfig, Tool,
    },
    service::{RequestContext, serve_server},
    transport::stdio_pipes,
};
use serde_json::Map;
use std::{
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Calls that run side by side; more wait.
const MAX_CALLS: usize = 16;
/// How long calls that still run may take to stop when the client has gone.
const PARTING: Duration = Duration::from_secs(2);
/// How often a client that asked for progress hears of it.
const PROGRESS_EVERY: Duration = Duration::from_secs(1);

/// What the server tells a model about itself.
const INSTRUCTIONS: &str = "These tools act through Watchtower: each call is judged by policy, confined and recorded. \
A refusal names the rule, the reason and what to do instead; do not try the same by other means. An escalated call \
gives a pending id: ask the person to run `wt approve ID`, use wait_for_approval, then repeat the call unchanged. \
check_command tells beforehand what policy would say.";

/// The server of one connection.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    tools: Arc<Vec<Tool>>,
    /// Of this connection.
    session: Arc<str>,
    /// Of this process, for clients that keep no connection.
    process: Arc<str>,
    root: Root,
}

/// The workspace of the first call, once there was one.
type Root = Arc<OnceLock<Option<PathBuf>>>;

/// Who is behind a request, as far as the protocol tells.
#[derive(Clone, Debug)]
struct Peer {
    agent: String,
    session: String,
    request_id: String,
    root: Root,
}

impl Server {
    fn new() -> Result<Self, Failure> {
        let session = session_name()?;
        Ok(Self {
            tools: Arc::new(tools::all()),
            process: Arc::clone(&session),
            session,
            root: Root::default(),
        })
    }

    /// The server of another connection to this process.
    fn another(&self) -> Result<Self, Failure> {
        Ok(Self {
            session: session_name()?,
            ..self.clone()
        })
    }

    fn peer(&self, context: &RequestContext<RoleServer>) -> Peer {
        let agent = context
            .client_info()
            .map(|client| format!("{}/{}", client.name, client.version));
        Peer {
            agent: agent
                .unwrap_or_default()
                .chars()
                .filter(|c| !c.is_control())
                .take(128)
                .collect(),
            session: if stateless(context) {
                self.process.to_string()
            } else {
                self.session.to_string()
            },
            request_id: context.id.to_string(),
            root: Arc::clone(&self.root),
        }
    }
}

fn session_name() -> Result<Arc<str>, Failure> {
    let mut random = [0_u8; 8];
    rustix::rand::getrandom(&mut random, rustix::rand::GetRandomFlags::empty())
        .map_err(|e| Failure::new(Exit::Config, format!("cannot read random bytes: {e}")))?;
    Ok(format!("mcp-{}", crate::record::hex(&random)).into())
}

/// Whether each request stands for itself, as from 2026-07-28 on; versions are dates and compare as text.
fn stateless(context: &RequestContext<RoleServer>) -> bool {
    context
        .protocol_version()
        .is_some_and(|version| version.as_str() >= ProtocolVersion::V_2026_07_28.as_str())
}

/// Runs the server until its client goes.
pub(crate) fn run(listen: Option<SocketAddr>) -> Result<(), Failure> {
    let failed = |e: std::io::Error| Failure::new(Exit::Config, format!("cannot start the server: {e}"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(MAX_CALLS)
        .build()
        .map_err(failed)?;
    let result = runtime.block_on(async {
        match listen {
            Some(address) => http::serve(address).await,
            None => over_pipes(Server::new()?).await,
        }
    });
    // A call that still runs ends with this process: its child dies with it, its decision is recorded.
    runtime.shutdown_timeout(PARTING);
    result
}

async fn over_pipes(server: Server) -> Result<(), Failure> {
    let failed =
        |e: &dyn std::fmt::Display| Failure::new(Exit::Config, format!("the client broke the protocol: {e}"));
    let (from, to) = stdio_pipes();
    let running = match serve_server(server, Lines::new(from, to)).await {
        Ok(running) => running,
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(e) => return Err(failed(&e)),
    };
    running.waiting().await.map(|_| ()).map_err(|e| failed(&e))
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(
            ServerCapabilities::builder()
                .enable_tools()
                .enable_resources()
                .build(),
        )
        .with_server_info(
            Implementation::new("watchtower", env!("CARGO_PKG_VERSION")).with_title("Watchtower"),
        )
        .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.to_vec()))
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tools.iter().find(|tool| tool.name == name).cloned()
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let name = request.name.to_string();
        let Some(tool) = self.tools.iter().find(|tool| tool.name == name) else {
            return Err(ErrorData::invalid_params(
                format!("unknown tool `{}`", crate::report::visible(&name)),
                None,
            ));
        };
        let arguments = request.arguments.unwrap_or_default();
        // The model that sent them reads why and tries again, which an error of the protocol would not let it do.
        if let Err(failure) = schema::check(&tool.input_schema, &arguments) {
            return Ok(call::failed(&failure).into());
        }
        let asked = Asked {
            name,
            arguments,
            peer: self.peer(&context),
        };
        let result = asked.answered(&context).await?;
        let Some(notice) = Notice::of(&result).filter(|_| notice::can_be_shown(&context)) else {
            return Ok(result.into());
        };
        if stateless(&context) {
            // The client comes back with the answer, or without one; either way it is not asked again.
            let shown = request.input_responses.is_some();
            return Ok(if shown {
                result.into()
            } else {
                notice.required()?.into()
            });
        }
        if notice.show(&context).await? {
            // The person says to have decided: policy and the grants say what that was.
            return asked.answered(&context).await.map(CallToolResponse::from);
        }
        Ok(result.into())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        _: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(params::refusal(&request))
    }

    /// There are none, and none are declared.
    async fn list_prompts(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListPromptsResult, ErrorData> {
        Err(ErrorData::method_not_found::<ListPromptsRequestMethod>())
    }

    async fn list_resources(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListResourcesResult, ErrorData> {
        Ok(ListResourcesResult::with_all_items(resources::all()))
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        _: RequestContext<RoleServer>,
    ) -> Result<ReadResourceResponse, ErrorData> {
        let uri = request.uri;
        let read = tokio::task::spawn_blocking(move || resources::read(&uri)).await;
        let contents = read.map_err(|e| ErrorData::internal_error(e.to_string(), None))??;
        Ok(ReadResourceResult::new(vec![contents]).into())
    }
}

/// A tool, what it is called with, and by whom.
struct Asked {
    name: String,
    arguments: Map<String, serde_json::Value>,
    peer: Peer,
}

impl Asked {
    async fn answered(&self, context: &RequestContext<RoleServer>) -> Result<CallToolResult, ErrorData> {
        let (name, arguments, peer) = (self.name.clone(), self.arguments.clone(), self.peer.clone());
        let cancelled = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&cancelled);
        let work = tokio::task::spawn_blocking(move || match applets::find_tool(&name) {
            Some(applet) => call::run(applet, &arguments, &peer, &flag),
            None => questions::answer(&name, &arguments, &peer, &flag),
        });
        watched(work, context, &cancelled).await
    }
}

/// Waits for a call; tells the client how long it takes, and tells the call when nobody waits for it any more.
async fn watched(
    mut work: tokio::task::JoinHandle<CallToolResult>,
    context: &RequestContext<RoleServer>,
    cancelled: &AtomicBool,
) -> Result<CallToolResult, ErrorData> {
    let token = context.meta.get_progress_token();
    let mut ticks = 0_u32;
    loop {
        tokio::select! {
            done = &mut work => return done.map_err(|e| ErrorData::internal_error(e.to_string(), None)),
            () = context.ct.cancelled() => {
                cancelled.store(true, Ordering::Relaxed);
                return Err(ErrorData::internal_error("cancelled", None));
            }
            () = tokio::time::sleep(PROGRESS_EVERY) => {
                ticks += 1;
                if let Some(token) = token.clone() {
                    let progress = ProgressNotificationParam::new(token, f64::from(ticks)).with_message("still running");
                    // A client that has gone hears nothing; the call goes on until it is told to stop.
                    let _gone = context.peer.notify_progress(progress).await;
                }
            }
        }
    }
}
