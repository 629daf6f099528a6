//! Clients of databases: statements and client commands that destroy data, run programs or touch files.

use crate::shell::call::Call;
use crate::shell::state::Stream;

const CLIENTS: &[&str] = &[
    "psql",
    "mysql",
    "mariadb",
    "sqlite3",
    "sqlite",
    "mongosh",
    "mongo",
    "duckdb",
    "clickhouse-client",
    "sqlcmd",
];

/// Reads what a client is told by its arguments and its input.
pub(super) fn check(name: &str, args: &[String], call: &mut Call) {
    if !CLIENTS.contains(&name) {
        return;
    }
    let mut text = args.join(" ");
    if let Stream::Text(input) = &call.stdin {
        text.push(' ');
        text.push_str(input);
    }
    // `.sh` and `.sy` are enough of `.shell` and `.system`.
    let runs = |word: &str| {
        let command = word.trim_matches(['"', '\'']);
        command.len() > 2
            && [".shell", ".system"]
                .iter()
                .any(|whole| whole.starts_with(command))
    };
    if name.starts_with("sqlite") && text.split_whitespace().any(runs) {
        call.part.concern(
            "runs-program",
            format!("the commands given to `{name}` run a program"),
        );
    }
    statements(name, &text, call);
}

fn statements(name: &str, text: &str, call: &mut Call) {
    let upper = text.to_ascii_uppercase();
    if text.contains("\\!")
        || text.contains(".shell")
        || text.contains(".system")
        || upper.contains("TO PROGRAM")
        || upper.contains("FROM PROGRAM")
        || upper.contains("SYS_EXEC")
        || upper.contains("LOAD_EXTENSION")
        || text.contains(".load ")
        || text.contains("\\o |")
        || upper.contains("XP_CMDSHELL")
        || [".once", ".output", ".import", ".o", ".excel", ".www"]
            .iter()
            .any(|c| {
                text.split(*c)
                    .skip(1)
                    .any(|rest| rest.trim_start().trim_start_matches(['"', '\'']).starts_with('|'))
            })
    {
        call.part.concern(
            "runs-program",
            format!("the commands given to `{name}` run a program"),
        );
    }
    let unbounded_delete = upper.contains("DELETE FROM") && !upper.contains("WHERE");
    if [
        "DROP TABLE",
        "DROP DATABASE",
        "DROP SCHEMA",
        "DROP USER",
        "DROP ROLE",
        "TRUNCATE",
        "DROPDATABASE(",
        ".DROP()",
        "ALTER USER",
        "ALTER ROLE",
        "GRANT ALL",
    ]
    .iter()
    .any(|w| upper.contains(w))
        || unbounded_delete
    {
        call.part.class(
            "destructive",
            format!("the statement given to `{name}` destroys data"),
        );
    }
    if upper.contains("INTO OUTFILE")
        || upper.contains("INTO DUMPFILE")
        || upper.contains("LOAD_FILE")
        || upper.contains("PG_READ_FILE")
    {
        call.part.concern(
            "unresolved-path",
            format!("the statement given to `{name}` touches files of the server"),
        );
    }
}
