//! The tools of the clients, by the names that each gives them, and what they do. A name that is not here is not
//! known, and policy judges it as such.

/// What a tool of a client does, as far as its name tells.
#[derive(Clone, Copy)]
pub(super) enum Effect {
    Shell,
    File(&'static str),
    Tree(&'static str),
    Search,
    Patch,
    Fetch,
    Nothing,
}

/// Tools by the names that the clients give them.
const TOOLS: &[(Effect, &[&str])] = &[
    (
        Effect::Shell,
        &[
            "Bash",
            "bash",
            "Shell",
            "shell",
            "local_shell",
            "shell_command",
            "exec_command",
            "run_shell_command",
            "run_terminal_cmd",
            "run_in_terminal",
            "Monitor",
        ],
    ),
    (
        Effect::File("write"),
        &[
            "Write",
            "write",
            "write_file",
            "create",
            "create_file",
            "Edit",
            "edit",
            "edit_file",
            "MultiEdit",
            "multiedit",
            "NotebookEdit",
            "replace",
            "str_replace",
            "str_replace_editor",
            "str_replace_based_edit_tool",
            "insert",
            "search_replace",
            "edit_notebook",
            "StrReplace",
            "EditNotebook",
        ],
    ),
    (Effect::File("delete"), &["Delete", "delete", "delete_file"]),
    (
        Effect::File("read"),
        &[
            "Read",
            "read",
            "read_file",
            "view",
            "view_image",
            "NotebookRead",
            "read_many_files",
            "ReadFile",
        ],
    ),
    (
        Effect::Tree("list"),
        &[
            "LS",
            "ls",
            "list",
            "list_dir",
            "list_directory",
            "Glob",
            "glob",
            "file_search",
            "find_files",
        ],
    ),
    (
        Effect::Search,
        &[
            "Grep",
            "grep",
            "grep_search",
            "search_file_content",
            "codebase_search",
            "ripgrep",
            "rg",
        ],
    ),
    (Effect::Patch, &["apply_patch", "patch", "ApplyPatch"]),
    (
        Effect::Fetch,
        &["WebFetch", "webfetch", "web_fetch", "fetch_webpage", "fetch_url"],
    ),
    (
        Effect::Nothing,
        &[
            "TodoWrite",
            "TodoRead",
            "todowrite",
            "todoread",
            "todo_write",
            "write_todos",
            "update_plan",
            "ExitPlanMode",
            "EnterPlanMode",
            "exit_plan_mode",
            "enter_plan_mode",
            "AskUserQuestion",
            "ask_user",
            "question",
            "Task",
            "Agent",
            "task",
            "BashOutput",
            "KillShell",
            "KillBash",
            "TaskOutput",
            "TaskStop",
            "ToolSearch",
            "Skill",
            "skill",
            "WebSearch",
            "websearch",
            "web_search",
            "google_web_search",
            "complete_task",
            "report_intent",
            "StructuredOutput",
            "TaskCreate",
            "TaskUpdate",
            "TaskGet",
            "TaskList",
            "read_bash",
            "stop_bash",
            "list_bash",
        ],
    ),
];

/// What the tool of this name does; none where it is not known.
pub(super) fn effect_of(name: &str) -> Option<Effect> {
    TOOLS
        .iter()
        .find(|(_, names)| names.contains(&name))
        .map(|(effect, _)| *effect)
}
