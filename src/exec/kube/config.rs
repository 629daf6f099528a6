//! The user's kubeconfig, read by Watchtower: one context becomes a minimal private configuration. Whatever runs
//! programs, goes through proxies, skips verification or impersonates is refused, not passed on.

use crate::report::{Exit, Failure};
use base64::{Engine, engine::general_purpose::STANDARD};
use policy::{ExecPlugin, KubernetesSettings};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};

/// Largest kubeconfig, and largest file that one names.
pub(super) const MAX_BYTES: u64 = 4 << 20;

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Config {
    current_context: String,
    contexts: Vec<NamedContext>,
    clusters: Vec<NamedCluster>,
    users: Vec<NamedUser>,
}

#[derive(Debug, Deserialize)]
struct NamedContext {
    name: String,
    #[serde(default)]
    context: Context,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Context {
    cluster: String,
    user: String,
}

#[derive(Debug, Deserialize)]
struct NamedCluster {
    name: String,
    #[serde(default)]
    cluster: Cluster,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct Cluster {
    server: String,
    certificate_authority: Option<String>,
    certificate_authority_data: Option<String>,
    tls_server_name: Option<String>,
    insecure_skip_tls_verify: bool,
    proxy_url: Option<String>,
}

#[derive(Debug, Deserialize)]
struct NamedUser {
    name: String,
    #[serde(default)]
    user: User,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
struct User {
    token: Option<String>,
    #[serde(rename = "tokenFile")]
    token_file: Option<String>,
    client_certificate: Option<String>,
    client_certificate_data: Option<String>,
    client_key: Option<String>,
    client_key_data: Option<String>,
    username: Option<String>,
    password: Option<String>,
    exec: Option<Plugin>,
    auth_provider: Option<Json>,
    #[serde(rename = "as")]
    impersonate: Option<String>,
    as_uid: Option<String>,
    as_groups: Option<Json>,
    as_user_extra: Option<Json>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Plugin {
    api_version: String,
    command: String,
    args: Option<Vec<String>>,
    env: Option<Vec<Variable>>,
    provide_cluster_info: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Variable {
    name: String,
    value: String,
}

/// One context, checked; the files it names are still to be read.
#[derive(Debug)]
pub(super) struct Chosen {
    /// Name of the context.
    pub(super) context: String,
    /// Whether it is the current one.
    pub(super) is_current: bool,
    /// Host of the API server.
    pub(super) host: String,
    /// Its port.
    pub(super) port: u16,
    /// The credential plugin that policy pins.
    pub(super) plugin: Option<ExecPlugin>,
    cluster: Cluster,
    user: User,
    dir: PathBuf,
}

/// What a file that a kubeconfig names is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// The certificate authority.
    Authority,
    /// The client's certificate.
    Certificate,
    /// The client's key.
    Key,
    /// The bearer token.
    Token,
}

fn refused(message: String, hint: &str) -> Failure {
    Failure::new(Exit::Config, message).hint(hint)
}

/// Chooses a context of a kubeconfig at `path`.
pub(super) fn choose(
    text: &[u8],
    path: &Path,
    wanted: Option<&str>,
    settings: &KubernetesSettings,
) -> Result<Chosen, Failure> {
    let shown = path.display();
    let config: Config = serde_saphyr::from_slice(text).map_err(|error| {
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default();
        refused(
            format!("`{shown}` is no kubeconfig: {line}"),
            "`kubectl config view` shows what kubectl reads of it",
        )
    })?;
    let name = wanted.unwrap_or(&config.current_context);
    if name.is_empty() {
        return Err(refused(
            format!("`{shown}` has no current context"),
            "name one with `--context`",
        ));
    }
    let missing = |kind: &str, name: &str| {
        refused(
            format!("`{shown}` has no {kind} `{name}`"),
            "`kubectl config get-contexts` lists what there is",
        )
    };
    let context = config
        .contexts
        .into_iter()
        .find(|entry| entry.name == name)
        .ok_or_else(|| missing("context", name))?;
    let (cluster_name, user_name) = (context.context.cluster, context.context.user);
    let cluster = config
        .clusters
        .into_iter()
        .find(|entry| entry.name == cluster_name)
        .ok_or_else(|| missing("cluster", &cluster_name))?
        .cluster;
    let user = if user_name.is_empty() {
        User::default()
    } else {
        config
            .users
            .into_iter()
            .find(|entry| entry.name == user_name)
            .ok_or_else(|| missing("user", &user_name))?
            .user
    };
    let (host, port) = check_cluster(&cluster, name, settings)?;
    let plugin = check_user(&user, name, settings)?;
    Ok(Chosen {
        is_current: name == config.current_context,
        context: name.to_owned(),
        host,
        port,
        plugin,
        cluster,
        user,
        dir: path.parent().unwrap_or(Path::new("/")).to_owned(),
    })
}

fn check_cluster(
    cluster: &Cluster,
    context: &str,
    settings: &KubernetesSettings,
) -> Result<(String, u16), Failure> {
    let insecure = "the policy's `kubernetes.insecure` admits such servers";
    if cluster.proxy_url.as_deref().is_some_and(|url| !url.is_empty()) {
        return Err(refused(
            format!("context `{context}` goes through a `proxy-url`, which is not honoured"),
            "use a context that reaches its server directly",
        ));
    }
    if cluster.insecure_skip_tls_verify && !settings.insecure {
        return Err(refused(
            format!("context `{context}` does not verify its server"),
            insecure,
        ));
    }
    let (rest, default) = match cluster.server.split_once("://") {
        Some(("https", rest)) => (rest, 443),
        Some(("http", rest)) if settings.insecure => (rest, 80),
        Some(("http", _)) => {
            return Err(refused(
                format!("context `{context}` speaks plain http"),
                insecure,
            ));
        }
        Some(_) | None => {
            return Err(refused(
                format!("the server of context `{context}` is no https URL"),
                "`kubectl config view`",
            ));
        }
    };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() || authority.contains('@') {
        return Err(refused(
            format!("the server of context `{context}` is no plain URL"),
            "`kubectl config view`",
        ));
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, port.parse().ok()),
        _ => (authority, Some(default)),
    };
    let port = port.ok_or_else(|| {
        refused(
            format!("the server of context `{context}` has no valid port"),
            "`kubectl config view`",
        )
    })?;
    Ok((host.trim_matches(['[', ']']).to_owned(), port))
}

fn check_user(
    user: &User,
    context: &str,
    settings: &KubernetesSettings,
) -> Result<Option<ExecPlugin>, Failure> {
    if user.auth_provider.is_some() {
        return Err(refused(
            format!("context `{context}` uses an `auth-provider`, which can run programs"),
            "use a token, a certificate, or a credential plugin that the policy pins",
        ));
    }
    let impersonates = user.impersonate.is_some() || user.as_uid.is_some();
    if impersonates || user.as_groups.is_some() || user.as_user_extra.is_some() {
        return Err(refused(
            format!("context `{context}` impersonates somebody"),
            "use a context with credentials of its own",
        ));
    }
    let Some(plugin) = &user.exec else { return Ok(None) };
    let pinned = settings
        .exec_plugins
        .iter()
        .find(|pinned| pinned.path == plugin.command);
    pinned.cloned().map(Some).ok_or_else(|| {
        refused(
            format!(
                "context `{context}` runs the credential plugin `{}`",
                plugin.command
            ),
            "the policy's `kubernetes.exec_plugins` can pin one by absolute path and sha256",
        )
    })
}

impl Chosen {
    /// The files it names, absolute, with what they are for.
    pub(super) fn files(&self) -> Vec<(Part, PathBuf)> {
        let data = [
            &self.cluster.certificate_authority_data,
            &self.user.client_certificate_data,
            &self.user.client_key_data,
        ];
        let [authority, certificate, key] =
            data.map(|inline| inline.as_deref().is_some_and(|text| !text.is_empty()));
        [
            (Part::Authority, &self.cluster.certificate_authority, authority),
            (Part::Certificate, &self.user.client_certificate, certificate),
            (Part::Key, &self.user.client_key, key),
            (Part::Token, &self.user.token_file, false),
        ]
        .into_iter()
        .filter(|(_, _, inline)| !inline)
        .filter_map(|(part, path, _)| {
            Some((
                part,
                self.dir.join(path.as_deref().filter(|path| !path.is_empty())?),
            ))
        })
        .collect()
    }

    /// The private configuration, with the content of the files it names in it.
    pub(super) fn private(&self, files: &[(Part, Vec<u8>)]) -> Vec<u8> {
        let content = |part: Part| files.iter().find(|(of, _)| *of == part).map(|(_, bytes)| bytes);
        let data = |inline: &Option<String>, part: Part| {
            content(part)
                .map(|bytes| STANDARD.encode(bytes))
                .or_else(|| inline.clone())
        };
        let token = content(Part::Token)
            .map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned())
            .or_else(|| self.user.token.clone());
        let exec = self.user.exec.as_ref().map(|plugin| {
            let env: Vec<Json> = plugin
                .env
                .iter()
                .flatten()
                .map(|variable| json!({"name": variable.name, "value": variable.value}))
                .collect();
            json!({
                "apiVersion": plugin.api_version,
                "command": plugin.command,
                "args": plugin.args,
                "env": env,
                "provideClusterInfo": plugin.provide_cluster_info,
                "interactiveMode": "Never",
            })
        });
        let config = json!({
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "wt",
            "contexts": [{"name": "wt", "context": {"cluster": "wt", "user": "wt"}}],
            "clusters": [{"name": "wt", "cluster": without_nulls(json!({
                "server": self.cluster.server,
                "certificate-authority-data": data(&self.cluster.certificate_authority_data, Part::Authority),
                "tls-server-name": self.cluster.tls_server_name,
                "insecure-skip-tls-verify": self.cluster.insecure_skip_tls_verify.then_some(true),
            }))}],
            "users": [{"name": "wt", "user": without_nulls(json!({
                "token": token,
                "client-certificate-data": data(&self.user.client_certificate_data, Part::Certificate),
                "client-key-data": data(&self.user.client_key_data, Part::Key),
                "username": self.user.username,
                "password": self.user.password,
                "exec": exec,
            }))}],
        });
        config.to_string().into_bytes()
    }
}

fn without_nulls(mut value: Json) -> Json {
    if let Some(fields) = value.as_object_mut() {
        fields.retain(|_, field| !field.is_null());
    }
    value
}

#[cfg(test)]
mod tests;
