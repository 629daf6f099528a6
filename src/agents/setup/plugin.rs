//! The plugin by which opencode asks before each tool. It has no logic of its own: what does not come back as
//! an allowance stops the tool.

/// The plugin's source for this program.
pub(super) fn opencode(program: &str) -> String {
    let program = serde_json::Value::from(program);
    format!(
        r#"// Written by `wt setup opencode`. Asks Watchtower before every tool, and reports what it did.
import {{ spawn }} from "node:child_process"

const PROGRAM = {program}
const LIMIT_MS = 10000
const MAX_OUTPUT = 65536

const ask = (event) =>
  new Promise((resolve) => {{
    const failed = (why) => resolve({{ decision: "deny", reason: `watchtower: the hook ${{why}}; nothing was done` }})
    let stdout = ""
    const child = spawn(PROGRAM, ["hook", "opencode"], {{ stdio: ["pipe", "pipe", "ignore"] }})
    const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS)
    child.on("error", (error) => failed(`cannot run (${{error.message}})`))
    child.stdin.on("error", () => {{}})
    child.stdout.on("data", (chunk) => (stdout += chunk))
    child.on("close", (code) => {{
      clearTimeout(timer)
      try {{
        resolve(JSON.parse(stdout))
      }} catch {{
        failed(`ended with ${{code}} and no answer`)
      }}
    }})
    child.stdin.end(JSON.stringify(event))
  }})

// How each server is started, so that ours is known by its program and not by its name.
let servers = {{}}

export const Watchtower = async ({{ directory }}) => ({{
  config: async (config) => {{
    servers = Object.fromEntries(
      Object.entries(config.mcp ?? {{}}).map(([name, server]) => [
        name,
        {{ command: server.command, environment: server.environment, url: server.url }},
      ]),
    )
  }},
  "tool.execute.before": async (input, output) => {{
    const answer = await ask({{
      event: "tool.execute.before",
      tool: input.tool,
      sessionID: input.sessionID,
      callID: input.callID,
      cwd: directory,
      args: output.args,
      servers,
    }})
    if (answer.decision !== "allow") throw new Error(answer.reason || "watchtower: refused")
  }},
  "tool.execute.after": async (input, output) => {{
    await ask({{
      event: "tool.execute.after",
      tool: input.tool,
      sessionID: input.sessionID,
      callID: input.callID,
      cwd: directory,
      args: input.args,
      servers,
      output: String(output?.output ?? "").slice(0, MAX_OUTPUT),
    }})
  }},
}})
"#
    )
}
