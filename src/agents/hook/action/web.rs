//! Tools that fetch pages, as intents that policy judges by host.

use super::super::event::{Client, Event};
use gtfobins::canonical_host;
use policy::{Intent, Target};
use serde_json::{Map, Value as Json};

/// Every page that the arguments name.
pub(super) fn fetch(event: &Event) -> Result<Intent, String> {
    let mut urls: Vec<String> = Vec::new();
    if let Some(url) = event.input.get("url").and_then(Json::as_str) {
        urls.push(url.to_owned());
    }
    for item in event
        .input
        .get("urls")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        urls.push(item.as_str().ok_or("a URL is not text")?.to_owned());
    }
    // Gemini reads the addresses in the prompt, and may not know the other names.
    if let Some(prompt) = event
        .input
        .get("prompt")
        .and_then(Json::as_str)
        .filter(|_| urls.is_empty() || event.client == Client::Gemini)
    {
        let words = prompt
            .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')' | ','));
        urls.extend(words.filter(|word| word.contains("://")).map(str::to_owned));
    }
    if urls.is_empty() {
        return Err(format!("the arguments of `{}` name no URL", event.tool));
    }
    let targets = urls.into_iter().map(page).collect::<Result<Vec<_>, _>>()?;
    Ok(Intent {
        domain: "network".into(),
        operation: "fetch".into(),
        targets,
        params: Map::new(),
        tool: event.tool.clone().into(),
    })
}

fn page(url: String) -> Result<Target, String> {
    let (host, port) =
        host_of(&url).ok_or_else(|| format!("`{}` is not a URL that can be judged", shown(&url)))?;
    Ok(Target {
        role: "url".into(),
        domain: "network".into(),
        operation: "fetch".into(),
        host,
        port,
        url,
        ..Target::default()
    })
}

/// Host and port of a URL with an authority. User information, backslashes and control characters, by which
/// parsers differ about the host, are refused.
fn host_of(url: &str) -> Option<(String, Option<u16>)> {
    let (scheme, rest) = url.split_once("://")?;
    if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
        return None;
    }
    let authority = rest.split(['/', '?', '#']).next()?;
    if url.chars().any(|c| c.is_control() || c == '\\' || c == ' ') || authority.contains('@') {
        return None;
    }
    let (host, port) = match authority.strip_prefix('[') {
        Some(six) => {
            let (host, rest) = six.split_once(']')?;
            (host, rest.strip_prefix(':'))
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    let port = match port {
        Some(port) => Some(port.parse().ok()?),
        None => None,
    };
    let address = authority.starts_with('[').then(|| format!("[{host}]"));
    let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | ':');
    let host = canonical_host(address.as_deref().unwrap_or(host));
    (!host.is_empty() && host.chars().all(known)).then_some((host, port))
}

fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}
