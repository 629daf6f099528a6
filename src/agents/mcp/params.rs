//! What is answered to a request whose method there is and whose parameters do not fit, which reads as one of an
//! unknown method.

use rmcp::{
    ErrorData,
    model::{
        CallToolRequestParams, CustomRequest, ErrorCode, InitializeRequestParams, ReadResourceRequestParams,
    },
};
use serde::de::DeserializeOwned;

/// Why it does not fit, or that there is no such method; where each request stands for itself there is no beginning.
pub(super) fn refusal(request: &CustomRequest, stateless: bool) -> ErrorData {
    let why = match request.method.as_str() {
        "initialize" if !stateless => wrong::<InitializeRequestParams>(request),
        "tools/call" => wrong::<CallToolRequestParams>(request),
        "resources/read" => wrong::<ReadResourceRequestParams>(request),
        _ => return ErrorData::new(ErrorCode::METHOD_NOT_FOUND, request.method.clone(), None),
    };
    ErrorData::invalid_params(format!("parameters of `{}`: {why}", request.method), None)
}

fn wrong<T: DeserializeOwned>(request: &CustomRequest) -> String {
    match request.params_as::<T>() {
        Ok(None) => "they are missing".to_owned(),
        Ok(Some(_)) => "they do not fit".to_owned(),
        Err(e) => crate::report::visible(&e.to_string()),
    }
}
