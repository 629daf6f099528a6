//! Our table in a TOML file that a person wrote: between two marks, put in and taken out to the byte. Reads no TOML
//! beyond the lines that could name the same table, beside which the client would not start at all.

const START: &str = "# >>> watchtower >>>";
const END: &str = "# <<< watchtower <<<";
/// The table of all servers, and ours in it.
const SERVERS: &str = "mcp_servers";
const OURS: &str = "watchtower";

/// The text with these lines between the marks: where they stand already, otherwise at the end.
pub(super) fn put_in(text: &str, lines: &str) -> Result<String, String> {
    let ours = format!("{START}\n{lines}{END}");
    if let Some((before, after)) = around(text)? {
        beside(before)?;
        beside(after)?;
        return Ok(format!("{before}{ours}{after}"));
    }
    beside(text)?;
    // An empty line sets it apart; without one the text before it did not end its last line.
    let gap = if text.is_empty() { "" } else { "\n" };
    Ok(format!("{text}{gap}{ours}\n"))
}

/// The text as it was without the marks and what is between them.
pub(super) fn taken_out(text: &str) -> Result<String, String> {
    let Some((before, after)) = around(text)? else {
        return Ok(text.to_owned());
    };
    let before = before.strip_suffix('\n').unwrap_or(before);
    let after = after.strip_prefix('\n').unwrap_or(after);
    // What was written after the block begins a line of its own.
    let gap = if before.is_empty() || before.ends_with('\n') || after.is_empty() {
        ""
    } else {
        "\n"
    };
    Ok(format!("{before}{gap}{after}"))
}

/// What stands before and after the marks; none where there are none.
fn around(text: &str) -> Result<Option<(&str, &str)>, String> {
    let Some((before, rest)) = text.split_once(START) else {
        return Ok(None);
    };
    match rest.split_once(END) {
        Some((_, after)) => Ok(Some((before, after))),
        None => Err(format!("`{START}` has no `{END}`")),
    }
}

/// Refuses a text that names our table itself, or holds all servers in one value that no table can add to.
fn beside(text: &str) -> Result<(), String> {
    let mut header = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(rest) = line.strip_prefix('[') {
            header = keys(rest.trim_start_matches('['));
            if header.len() > 1 && is_ours(&header) {
                return Err(format!("it has a server `{OURS}` of its own"));
            }
        } else if !line.starts_with('#') && line.contains('=') {
            let path: Vec<String> = header.iter().cloned().chain(keys(line)).collect();
            if path.first().is_some_and(|key| key == SERVERS) && path.len() == 1 {
                return Err(format!(
                    "`{SERVERS}` is one value, to which no server can be added"
                ));
            }
            // A key below the header of another server begins with that server's name.
            if path.len() > 1 && is_ours(&path) {
                return Err(format!("it has a server `{OURS}` of its own"));
            }
        }
    }
    Ok(())
}

fn is_ours(path: &[String]) -> bool {
    matches!(path, [servers, name, ..] if servers == SERVERS && name == OURS)
}

/// The keys of a dotted name, up to the bracket or the sign that ends it; quotes are taken off.
fn keys(text: &str) -> Vec<String> {
    let name = text.split([']', '=']).next().unwrap_or_default();
    name.split('.')
        .map(|key| key.trim().trim_matches(['"', '\'']).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{put_in, taken_out};

    const LINES: &str = "[mcp_servers.watchtower]\ncommand = \"/b/wt\"\n";

    #[test]
    fn what_was_put_in_is_taken_out_to_the_byte() {
        for before in [
            "",
            "\n",
            "a = 1",
            "a = 1\n",
            "a = 1\n\n\n",
            "a = 1\r\n",
            "# [mcp_servers.watchtower]\n",
            "[mcp_servers.other]\ncommand = \"watchtower\"\n[watchtower]\nx = 1\n",
            "mcp_servers.other.command = \"x\"\n",
        ] {
            let with = put_in(before, LINES).unwrap();
            assert!(with.contains(LINES), "{before:?}");
            assert_eq!(put_in(&with, LINES).unwrap(), with, "{before:?}");
            assert_eq!(taken_out(&with).unwrap(), before, "{with:?}");
        }
    }

    #[test]
    fn what_was_written_after_it_stays_where_it_is() {
        let with = format!("{}[later]\nb = 2\n", put_in("a = 1", LINES).unwrap());
        assert_eq!(put_in(&with, LINES).unwrap(), with);
        let newer = put_in(&with, "[mcp_servers.watchtower]\ncommand = \"/new\"\n").unwrap();
        assert_eq!(newer, with.replace("/b/wt", "/new"));
        assert_eq!(taken_out(&with).unwrap(), "a = 1\n[later]\nb = 2\n");
    }

    #[test]
    fn a_table_that_the_client_could_not_read_twice_is_refused() {
        for text in [
            "[mcp_servers.watchtower]\ncommand = \"mine\"\n",
            "[ mcp_servers . \"watchtower\" ]\n",
            "[mcp_servers.'watchtower'.env]\nA = \"b\"\n",
            "mcp_servers.watchtower.command = \"x\"\n",
            "[mcp_servers]\nwatchtower = { command = \"x\" }\n",
            "[mcp_servers]\nwatchtower.command = \"x\"\n",
            "mcp_servers = { other = { command = \"x\" } }\n",
            "a = 1\nmcp_servers={}\n",
        ] {
            assert!(put_in(text, LINES).is_err(), "{text}");
            let after = format!("{}{text}", put_in("", LINES).unwrap());
            assert!(put_in(&after, LINES).is_err(), "{text}");
        }
    }

    #[test]
    fn half_a_block_is_refused() {
        assert!(taken_out("# >>> watchtower >>>\na = 1\n").is_err());
    }
}
