//! `wt mcp`: the applets as tools of an MCP server, over standard input and output or over HTTP. Arguments stay
//! values from the request to the intent; every call goes through the engine like one from the command line.

mod call;
mod calls;
mod capped;
mod http;
mod lines;
mod message;
mod notice;
mod params;
mod questions;
mod resources;
mod schema;
mod serve;
mod tools;

pub(crate) use serve::run;

use crate::{
    report::{Exit, Failure},
    withdrawal::Withdrawal,
};
use calls::{Calls, Order};
use notice::Notice;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, CustomRequest, CustomResult, Implementation,
        ListPromptsRequestMethod, ListPromptsResult, ListResourcesResult, ListToolsResult,
        PaginatedRequestParams, ProtocolVersion, ReadResourceRequestParams, ReadResourceResponse,
        ReadResourceResult, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
};
use serde_json::Map;
use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

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
    calls: Calls,
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
            calls: Calls::new(),
        })
    }

    /// The server of another connection to this process.
    fn another(&self) -> Result<Self, Failure> {
        Ok(Self {
            session: session_name()?,
            calls: self.calls.another(),
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
        let result = self.answered(&asked, &context).await?;
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
        let decided = tokio::select! {
            decided = notice.show(&context) => decided?,
            why = self.calls.withdrawn(&context) => return Err(ErrorData::internal_error(why, None)),
        };
        if decided {
            // The person says to have decided: policy and the grants say what that was.
            return self.answered(&asked, &context).await.map(CallToolResponse::from);
        }
        Ok(result.into())
    }

    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        Err(params::refusal(&request, stateless(&context)))
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

impl Server {
    async fn answered(
        &self,
        asked: &Asked,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult, ErrorData> {
        let (name, arguments, peer) = (asked.name.clone(), asked.arguments.clone(), asked.peer.clone());
        let applet = applets::find_tool(&name);
        let order = match applet {
            Some(applet) if !applet.traits().read_only => Order::InTurn,
            _ => Order::Beside,
        };
        let work = move |withdrawal: &Withdrawal| match applet {
            Some(applet) => call::run(applet, &arguments, &peer, withdrawal),
            None => questions::answer(&name, &arguments, &peer, withdrawal),
        };
        self.calls.run(order, context, work).await
    }
}
