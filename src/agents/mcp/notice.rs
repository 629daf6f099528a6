//! Tells the person at the client that a call waits for the approver, where the client can show it. It only shows:
//! whatever is answered, nothing but the approver's passphrase approves.

use rmcp::{
    ErrorData, RoleServer,
    model::{
        CallToolResult, ClientResult, ElicitRequest, ElicitRequestParams, ElicitationAction,
        ElicitationSchema, InputRequest, InputRequiredResult, ServerRequest,
    },
    service::{PeerRequestOptions, RequestContext, ServiceError},
};
use serde_json::json;
use std::time::Duration;

/// How long a person has to read it; the call's answer waits that long.
const LIMIT: Duration = Duration::from_secs(50);
/// The name of the one question that a client answers between two requests.
const QUESTION: &str = "approval";

/// What is shown.
#[derive(Debug)]
pub(super) struct Notice {
    pending: String,
    message: String,
}

/// Whether this request's client shows questions to a person.
pub(super) fn can_be_shown(context: &RequestContext<RoleServer>) -> bool {
    let elicits = context.client_capabilities().and_then(|can| can.elicitation);
    // A client that names no mode has the form; one that names only the URL has not.
    elicits.is_some_and(|modes| modes.form.is_some() || modes.url.is_none())
}

impl Notice {
    /// What to show about a result; none where nobody is waited for.
    pub(super) fn of(result: &CallToolResult) -> Option<Self> {
        let fields = result.structured_content.as_ref()?;
        let text = |key: &str| fields.get(key)?.as_str().map(str::to_owned);
        let pending = text("pending")?;
        let message = format!(
            "Watchtower holds this call: {}. To let it pass, run `wt approve {pending}` in a terminal of your own, \
             then continue here; the call is tried again. To leave it refused, decline. This question approves nothing.",
            text("reason").unwrap_or_default()
        );
        Some(Self { pending, message })
    }

    fn request(&self) -> Result<ElicitRequest, ErrorData> {
        let schema = json!({"type": "object", "properties": {}});
        let schema: ElicitationSchema =
            serde_json::from_value(schema).map_err(|e| ErrorData::internal_error(e.to_string(), None))?;
        Ok(ElicitRequest::new(ElicitRequestParams::FormElicitationParams {
            meta: None,
            message: self.message.clone(),
            requested_schema: schema,
        }))
    }

    /// The result that has the client show it and then repeat its request.
    pub(super) fn required(&self) -> Result<InputRequiredResult, ErrorData> {
        let question = InputRequest::Elicitation(self.request()?);
        let questions = [(QUESTION.to_owned(), question)].into_iter().collect();
        // The state says nothing that would be believed: the repeated call is judged like any other.
        Ok(InputRequiredResult::new(
            Some(questions),
            Some(self.pending.clone()),
        ))
    }

    /// Shows it over the connection; whether the person says to have decided.
    pub(super) async fn show(&self, context: &RequestContext<RoleServer>) -> Result<bool, ErrorData> {
        let request = ServerRequest::ElicitRequest(self.request()?);
        let options = PeerRequestOptions::with_timeout(LIMIT);
        let handle = context.peer.send_cancellable_request(request, options).await;
        let answer = match handle {
            Ok(handle) => handle.await_response().await,
            Err(e) => Err(e),
        };
        Ok(match answer {
            Ok(ClientResult::ElicitResult(answer)) => answer.action == ElicitationAction::Accept,
            // A client that does not answer, or answers something else, has decided nothing.
            Ok(_) | Err(ServiceError::Timeout { .. } | ServiceError::McpError(_)) => false,
            Err(e) => return Err(ErrorData::internal_error(e.to_string(), None)),
        })
    }
}
