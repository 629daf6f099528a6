//! One message of a client from its bytes, or what is answered to bytes that are none (JSON-RPC 2.0, section 5.1).

use crate::report::visible;
use rmcp::model::{ClientJsonRpcMessage, RequestId};
use serde_json::{Value as Json, json};

/// Most bytes of one message, over either transport.
pub(super) const MAX_MESSAGE_BYTES: usize = 4 << 20;

/// A byte order mark, which may be passed over (RFC 8259, section 8.1).
pub(super) const MARK: &[u8] = b"\xEF\xBB\xBF";

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const INVALID_PARAMS: i32 = -32602;

/// What some bytes were.
#[derive(Debug)]
pub(super) enum Arrived {
    /// A message.
    Message(Box<ClientJsonRpcMessage>),
    /// Nothing that anything is answered to.
    Nothing,
    /// No message; with the answer.
    Wrong(Json),
}

/// Reads a message: a line without its end, or a body.
pub(super) fn read(bytes: &[u8]) -> Arrived {
    let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
    if bytes.trim_ascii().is_empty() {
        return Arrived::Nothing;
    }
    match serde_json::from_slice(bytes) {
        Ok(message) => Arrived::Message(Box::new(message)),
        Err(why) => match serde_json::from_slice(bytes) {
            Ok(value) => of_value(&value, &why),
            Err(e) => Arrived::Wrong(error(PARSE_ERROR, &Json::Null, &format!("not JSON: {e}"))),
        },
    }
}

/// What is answered to a message beyond the limit.
pub(super) fn too_long() -> Json {
    let why = format!("longer than {MAX_MESSAGE_BYTES} bytes, which is the most that one message may have");
    error(INVALID_REQUEST, &Json::Null, &why)
}

/// What is answered to a request whose id another one has that is not answered yet. To answer it by that id would answer
/// the other.
pub(super) fn in_use(id: &RequestId) -> Json {
    let why = format!("the id {} is in use", visible(&id.to_string()));
    error(INVALID_REQUEST, &Json::Null, &why)
}

fn of_value(value: &Json, why: &serde_json::Error) -> Arrived {
    let Some(fields) = value.as_object() else {
        let why = "a message is one JSON object; lists of them ended with protocol version 2025-06-18";
        return Arrived::Wrong(error(INVALID_REQUEST, &Json::Null, why));
    };
    let spoken = fields.get("jsonrpc").is_some_and(|version| version == "2.0");
    let is_request = fields.contains_key("id") || !fields.get("method").is_some_and(Json::is_string);
    let is_answer =
        !fields.contains_key("method") && (fields.contains_key("result") || fields.contains_key("error"));
    // Notifications and answers are never answered, an echo of our own least of all.
    if spoken && (!is_request || is_answer) {
        return Arrived::Nothing;
    }
    let id = fields
        .get("id")
        .filter(|id| id.is_string() || id.is_number())
        .unwrap_or(&Json::Null);
    let method = fields.get("method").and_then(Json::as_str);
    let wrong = match method {
        Some(method)
            if spoken && !id.is_null() && fields.get("params").is_some_and(|params| !params.is_object()) =>
        {
            let why = format!("parameters of `{}`: not an object", visible(method));
            error(INVALID_PARAMS, id, &why)
        }
        _ => error(INVALID_REQUEST, id, &format!("not a request: {why}")),
    };
    Arrived::Wrong(wrong)
}

fn error(code: i32, id: &Json, message: &str) -> Json {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}})
}

#[cfg(test)]
mod tests {
    use super::{Arrived, INVALID_PARAMS, INVALID_REQUEST, PARSE_ERROR, read, too_long};
    use serde_json::{Value as Json, json};

    #[test]
    fn what_is_no_message_is_answered_by_what_it_is() {
        for (text, code, id) in [
            ("{", PARSE_ERROR, Json::Null),
            ("hello", PARSE_ERROR, Json::Null),
            ("\"\\ud800", PARSE_ERROR, Json::Null),
            ("[]", INVALID_REQUEST, Json::Null),
            (
                r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
                INVALID_REQUEST,
                Json::Null,
            ),
            ("7", INVALID_REQUEST, Json::Null),
            ("{}", INVALID_REQUEST, Json::Null),
            (r#"{"jsonrpc":"2.0","id":7}"#, INVALID_REQUEST, json!(7)),
            (
                r#"{"jsonrpc":"2.0","id":"a","method":7}"#,
                INVALID_REQUEST,
                json!("a"),
            ),
            (
                r#"{"jsonrpc":"1.0","id":8,"method":"ping"}"#,
                INVALID_REQUEST,
                json!(8),
            ),
            (r#"{"id":9,"method":"ping"}"#, INVALID_REQUEST, json!(9)),
            (
                r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
                INVALID_REQUEST,
                Json::Null,
            ),
            (
                r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
                INVALID_REQUEST,
                Json::Null,
            ),
            (r#"{"method":"ping"}"#, INVALID_REQUEST, Json::Null),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}"#,
                INVALID_PARAMS,
                json!(1),
            ),
            (
                r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":7}"#,
                INVALID_PARAMS,
                json!(1),
            ),
        ] {
            let Arrived::Wrong(answer) = read(text.as_bytes()) else {
                panic!("{text}");
            };
            assert_eq!(
                (&answer["error"]["code"], &answer["id"]),
                (&json!(code), &id),
                "{text}: {answer}"
            );
        }
        assert!(matches!(read(b"\xff\xfe"), Arrived::Wrong(_)));
    }

    #[test]
    fn messages_are_read_and_an_answer_of_ours_that_comes_back_is_not_answered() {
        for text in [
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#,
            "\u{feff}{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r",
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        ] {
            assert!(matches!(read(text.as_bytes()), Arrived::Message(_)), "{text}");
        }
        for text in ["", "  \r", r#"{"jsonrpc":"2.0","id":null,"result":{}}"#] {
            assert!(matches!(read(text.as_bytes()), Arrived::Nothing), "{text}");
        }
        assert!(!matches!(
            read(too_long().to_string().as_bytes()),
            Arrived::Wrong(_)
        ));
    }
}
