# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_wt_global_optspecs
    string join \n V/version v/verbose h/help
end

function __fish_wt_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_wt_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_wt_using_subcommand
    set -l cmd (__fish_wt_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c wt -n "__fish_wt_needs_command" -s V -l version -d 'Print the version'
complete -c wt -n "__fish_wt_needs_command" -s v -l verbose -d 'With --version: build target, profile and kernel back ends'
complete -c wt -n "__fish_wt_needs_command" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_needs_command" -f -a "init" -d 'Make the directory, the default policy and the ledger'
complete -c wt -n "__fish_wt_needs_command" -f -a "check" -d 'Judge an applet call or a shell command, without doing or recording anything'
complete -c wt -n "__fish_wt_needs_command" -f -a "gtfo" -d 'Show the GTFOBins alerts of the ledger, or what is known of a binary or a command'
complete -c wt -n "__fish_wt_needs_command" -f -a "applets" -d 'List the applets'
complete -c wt -n "__fish_wt_needs_command" -f -a "completions" -d 'Print the completions of a shell'
complete -c wt -n "__fish_wt_needs_command" -f -a "man" -d 'Print a man page, or write all of them'
complete -c wt -n "__fish_wt_needs_command" -f -a "mcp" -d 'Serve the applets as tools over MCP'
complete -c wt -n "__fish_wt_needs_command" -f -a "hook" -d 'Judge an event of an agent\'s hook, read from standard input'
complete -c wt -n "__fish_wt_needs_command" -f -a "setup" -d 'Enter Watchtower in an agent\'s settings'
complete -c wt -n "__fish_wt_needs_command" -f -a "utcp" -d 'Print the UTCP manual, or call a tool of it'
complete -c wt -n "__fish_wt_needs_command" -f -a "tail" -d 'Show the newest entries of the ledger, one line an action'
complete -c wt -n "__fish_wt_needs_command" -f -a "recent" -d 'Show the last calls, newest first'
complete -c wt -n "__fish_wt_needs_command" -f -a "watch" -d 'Watch what agents do, live: activity, approvals, alerts, policy, integrity'
complete -c wt -n "__fish_wt_needs_command" -f -a "alert" -d 'Show what is worth attention: changes outside the workspace, credentials, bursts, chain problems'
complete -c wt -n "__fish_wt_needs_command" -f -a "query" -d 'Ask the ledger: entries for which an expression in the policy language holds'
complete -c wt -n "__fish_wt_needs_command" -f -a "report" -d 'Report what happened, for somebody else to read: totals, refusals, alerts, unused rules, integrity'
complete -c wt -n "__fish_wt_needs_command" -f -a "stats" -d 'Add up the ledger: calls by verdict, domain, agent, rule, host and path'
complete -c wt -n "__fish_wt_needs_command" -f -a "status" -d 'Show how this installation stands: level, links, policy, ledger, sandbox'
complete -c wt -n "__fish_wt_needs_command" -f -a "doctor" -d 'Look for what is wrong with this installation and propose the fix of each finding'
complete -c wt -n "__fish_wt_needs_command" -f -a "checkpoint" -d 'Sign the head of the ledger and print it, to be kept elsewhere'
complete -c wt -n "__fish_wt_needs_command" -f -a "prove" -d 'Prove that an entry is in the ledger, or that one head continues another'
complete -c wt -n "__fish_wt_needs_command" -f -a "redact" -d 'Take the data of one entry out; its hash, the chain and all proofs stay'
complete -c wt -n "__fish_wt_needs_command" -f -a "clean" -d 'Take the oldest segments of the ledger out; what remains stays verifiable'
complete -c wt -n "__fish_wt_needs_command" -f -a "export" -d 'Write the ledger in the form another tool reads'
complete -c wt -n "__fish_wt_needs_command" -f -a "import" -d 'Take the Python predecessor\'s ledger in'
complete -c wt -n "__fish_wt_needs_command" -f -a "verify" -d 'Check the ledger: hashes, chain, tree, signed heads, seals'
complete -c wt -n "__fish_wt_needs_command" -f -a "policy" -d 'Check, test, explain, replay and compare policies'
complete -c wt -n "__fish_wt_needs_command" -f -a "links" -d 'Make the links by which applets and commands are called'
complete -c wt -n "__fish_wt_needs_command" -f -a "approvals" -d 'Show what waits for a person, and choose'
complete -c wt -n "__fish_wt_needs_command" -f -a "approve" -d 'Allow what waits, once or for a time'
complete -c wt -n "__fish_wt_needs_command" -f -a "deny" -d 'Say no to what waits'
complete -c wt -n "__fish_wt_needs_command" -f -a "grants" -d 'Show what people allowed; take it back'
complete -c wt -n "__fish_wt_needs_command" -f -a "freeze" -d 'Stop every call that changes anything or leaves this machine'
complete -c wt -n "__fish_wt_needs_command" -f -a "thaw" -d 'Let calls go on after a freeze'
complete -c wt -n "__fish_wt_needs_command" -f -a "admin" -d 'Set up and keep the approver\'s key'
complete -c wt -n "__fish_wt_needs_command" -f -a "undo" -d 'Take back what a call did'
complete -c wt -n "__fish_wt_needs_command" -f -a "trash" -d 'Show what can be taken back, and let go of it'
complete -c wt -n "__fish_wt_needs_command" -f -a "safe-rm" -d 'delete files or directories, kept in the quarantine until it is emptied'
complete -c wt -n "__fish_wt_needs_command" -f -a "safe-cp" -d 'copy files or directories, never through a symbolic link at the destination'
complete -c wt -n "__fish_wt_needs_command" -f -a "safe-mv" -d 'move or rename files and directories'
complete -c wt -n "__fish_wt_needs_command" -f -a "safe-mkdir" -d 'create directories'
complete -c wt -n "__fish_wt_needs_command" -f -a "safe-touch" -d 'create empty files, or set the times of existing ones'
complete -c wt -n "__fish_wt_needs_command" -f -a "safe-chown" -d 'change the owner and group of files'
complete -c wt -n "__fish_wt_needs_command" -f -a "safe-chmod" -d 'change the permissions of files'
complete -c wt -n "__fish_wt_needs_command" -f -a "safe-ln" -d 'create a link to a file'
complete -c wt -n "__fish_wt_needs_command" -f -a "ssh-ls" -d 'list files on a host over SFTP, without a remote shell'
complete -c wt -n "__fish_wt_needs_command" -f -a "ssh-cat" -d 'print files of a host over SFTP, without a remote shell'
complete -c wt -n "__fish_wt_needs_command" -f -a "ssh-ps" -d 'list the processes of a host'
complete -c wt -n "__fish_wt_needs_command" -f -a "kubectl-get-yaml" -d 'print a Kubernetes object as YAML, never a secret'
complete -c wt -n "__fish_wt_needs_command" -f -a "kubectl-logs" -d 'print the log of a pod'
complete -c wt -n "__fish_wt_needs_command" -f -a "kubectl-exec-read" -d 'read a file or directory in a container'
complete -c wt -n "__fish_wt_needs_command" -f -a "rg-search" -d 'search files for a pattern with ripgrep'
complete -c wt -n "__fish_wt_needs_command" -f -a "jq-query" -d 'query JSON files with jq'
complete -c wt -n "__fish_wt_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand init" -l profile -d 'The policy to start from' -r -f -a "default\t''
strict\t''
developer\t''
ci\t''"
complete -c wt -n "__fish_wt_using_subcommand init" -l if-absent -d 'Succeed where everything is there already'
complete -c wt -n "__fish_wt_using_subcommand init" -l seal -d 'Seal every entry with an evolving key'
complete -c wt -n "__fish_wt_using_subcommand init" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand init" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand check" -l shell -d 'Judge a shell command' -r
complete -c wt -n "__fish_wt_using_subcommand check" -l jsonl -d 'Read {"shell": ...} or {"argv": [...]} a line, answer one object a line'
complete -c wt -n "__fish_wt_using_subcommand check" -l json -d 'Print one JSON object'
complete -c wt -n "__fish_wt_using_subcommand check" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l function -d 'With --list: only these that can do this, as `shell` or `file-read`' -r
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l context -d 'With --list: only in this context: unprivileged, sudo, suid, capabilities' -r
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l risk -d 'With --list: only of this risk: critical, high, medium' -r
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l agent -d 'Only this agent\'s' -r
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l session -d 'Only of this session' -r
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l rule -d 'Only what this rule decided' -r
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l where -d 'Only where this holds, in the policy language: `decision.verdict == \'deny\'`' -r
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l list -d 'List the binaries that are known'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l monitor -d 'Show alerts as they come'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -f -a "show" -d 'Show what is known of a binary'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -f -a "check" -d 'Show what a command uses, without running it'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -f -a "import" -d 'Make the facts from a checkout of the upstream database'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and not __fish_seen_subcommand_from show check import help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from show" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from check" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from import" -s o -l output -d 'Where the facts go; `-` prints them' -r
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show what is known of a binary'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from help" -f -a "check" -d 'Show what a command uses, without running it'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from help" -f -a "import" -d 'Make the facts from a checkout of the upstream database'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand applets" -l names -d 'Print only the names'
complete -c wt -n "__fish_wt_using_subcommand applets" -l json -d 'Print JSON: options, operands and examples too'
complete -c wt -n "__fish_wt_using_subcommand applets" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand completions" -l dir -d 'Write them into this directory, also under the names of the applets and links' -r -F
complete -c wt -n "__fish_wt_using_subcommand completions" -l names -d 'Print the names of the files that --dir makes'
complete -c wt -n "__fish_wt_using_subcommand completions" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand man" -l dir -d 'Write every page into this directory' -r -F
complete -c wt -n "__fish_wt_using_subcommand man" -l names -d 'Print the file names of the pages'
complete -c wt -n "__fish_wt_using_subcommand man" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand mcp" -l http -d 'Listen on this loopback address and port instead of standard input; WT_MCP_TOKEN is the token' -r
complete -c wt -n "__fish_wt_using_subcommand mcp" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand hook" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand setup" -l scope -d 'The settings below your home, or below the working directory' -r -f -a "user\t''
project\t''"
complete -c wt -n "__fish_wt_using_subcommand setup" -l print -d 'Show what would change, and change nothing'
complete -c wt -n "__fish_wt_using_subcommand setup" -l remove -d 'Take Watchtower out of the settings'
complete -c wt -n "__fish_wt_using_subcommand setup" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand setup" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand utcp; and not __fish_seen_subcommand_from call help" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand utcp; and not __fish_seen_subcommand_from call help" -f -a "call" -d 'Call a tool as the manual\'s command lines do'
complete -c wt -n "__fish_wt_using_subcommand utcp; and not __fish_seen_subcommand_from call help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand utcp; and __fish_seen_subcommand_from call" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand utcp; and __fish_seen_subcommand_from help" -f -a "call" -d 'Call a tool as the manual\'s command lines do'
complete -c wt -n "__fish_wt_using_subcommand utcp; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand tail" -s n -l lines -d 'How many' -r
complete -c wt -n "__fish_wt_using_subcommand tail" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand tail" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand tail" -l agent -d 'Only this agent\'s' -r
complete -c wt -n "__fish_wt_using_subcommand tail" -l session -d 'Only of this session' -r
complete -c wt -n "__fish_wt_using_subcommand tail" -l rule -d 'Only what this rule decided' -r
complete -c wt -n "__fish_wt_using_subcommand tail" -l where -d 'Only where this holds, in the policy language: `decision.verdict == \'deny\'`' -r
complete -c wt -n "__fish_wt_using_subcommand tail" -s f -l follow -d 'Show what comes, too'
complete -c wt -n "__fish_wt_using_subcommand tail" -l json -d 'Print one JSON object a line'
complete -c wt -n "__fish_wt_using_subcommand tail" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand recent" -s n -l lines -d 'How many' -r
complete -c wt -n "__fish_wt_using_subcommand recent" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand recent" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand recent" -l agent -d 'Only this agent\'s' -r
complete -c wt -n "__fish_wt_using_subcommand recent" -l session -d 'Only of this session' -r
complete -c wt -n "__fish_wt_using_subcommand recent" -l rule -d 'Only what this rule decided' -r
complete -c wt -n "__fish_wt_using_subcommand recent" -l where -d 'Only where this holds, in the policy language: `decision.verdict == \'deny\'`' -r
complete -c wt -n "__fish_wt_using_subcommand recent" -l json -d 'Print one JSON object a line'
complete -c wt -n "__fish_wt_using_subcommand recent" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand watch" -l tab -d 'The page to begin with' -r -f -a "activity\t''
approvals\t''
alerts\t''
policy\t''
integrity\t''"
complete -c wt -n "__fish_wt_using_subcommand watch" -l where -d 'Only entries for which this holds' -r
complete -c wt -n "__fish_wt_using_subcommand watch" -l width -d 'Columns of the frame that --once prints' -r
complete -c wt -n "__fish_wt_using_subcommand watch" -l height -d 'Lines of the frame that --once prints' -r
complete -c wt -n "__fish_wt_using_subcommand watch" -l once -d 'Print one frame as plain text and end'
complete -c wt -n "__fish_wt_using_subcommand watch" -l mouse -d 'Take the mouse: a click opens a page, the wheel scrolls; text is then marked with Shift held'
complete -c wt -n "__fish_wt_using_subcommand watch" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand alert" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand alert" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand alert" -l agent -d 'Only this agent\'s' -r
complete -c wt -n "__fish_wt_using_subcommand alert" -l session -d 'Only of this session' -r
complete -c wt -n "__fish_wt_using_subcommand alert" -l rule -d 'Only what this rule decided' -r
complete -c wt -n "__fish_wt_using_subcommand alert" -l where -d 'Only where this holds, in the policy language: `decision.verdict == \'deny\'`' -r
complete -c wt -n "__fish_wt_using_subcommand alert" -s f -l follow -d 'Go on, and tell what comes'
complete -c wt -n "__fish_wt_using_subcommand alert" -l deliver -d 'Without --follow, too: tell those whom the policy\'s alerts name'
complete -c wt -n "__fish_wt_using_subcommand alert" -l json -d 'Print one JSON object a line'
complete -c wt -n "__fish_wt_using_subcommand alert" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand query" -l select -d 'What to print of each: `seq,decision.verdict,intent.targets.0.path`' -r
complete -c wt -n "__fish_wt_using_subcommand query" -l group-by -d 'Count by the values of these fields' -r
complete -c wt -n "__fish_wt_using_subcommand query" -l top -d 'With --group-by: only the N most frequent' -r
complete -c wt -n "__fish_wt_using_subcommand query" -s n -l limit -d 'End after N entries' -r
complete -c wt -n "__fish_wt_using_subcommand query" -l format -d 'table, json (one object a line) or csv' -r -f -a "table\t''
json\t''
csv\t''"
complete -c wt -n "__fish_wt_using_subcommand query" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand query" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand query" -l agent -d 'Only this agent\'s' -r
complete -c wt -n "__fish_wt_using_subcommand query" -l session -d 'Only of this session' -r
complete -c wt -n "__fish_wt_using_subcommand query" -l rule -d 'Only what this rule decided' -r
complete -c wt -n "__fish_wt_using_subcommand query" -l where -d 'Only where this holds, in the policy language: `decision.verdict == \'deny\'`' -r
complete -c wt -n "__fish_wt_using_subcommand query" -l count -d 'Print only how many'
complete -c wt -n "__fish_wt_using_subcommand query" -l json -d 'The same as --format json'
complete -c wt -n "__fish_wt_using_subcommand query" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand report" -l format -d 'text, json, markdown or html (one file, no script, nothing fetched)' -r -f -a "text\t''
json\t''
markdown\t''
html\t''"
complete -c wt -n "__fish_wt_using_subcommand report" -l top -d 'How many names of each kind' -r
complete -c wt -n "__fish_wt_using_subcommand report" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand report" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand report" -l agent -d 'Only this agent\'s' -r
complete -c wt -n "__fish_wt_using_subcommand report" -l session -d 'Only of this session' -r
complete -c wt -n "__fish_wt_using_subcommand report" -l rule -d 'Only what this rule decided' -r
complete -c wt -n "__fish_wt_using_subcommand report" -l where -d 'Only where this holds, in the policy language: `decision.verdict == \'deny\'`' -r
complete -c wt -n "__fish_wt_using_subcommand report" -l json -d 'The same as --format json'
complete -c wt -n "__fish_wt_using_subcommand report" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand stats" -l top -d 'How many names of each kind' -r
complete -c wt -n "__fish_wt_using_subcommand stats" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand stats" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand stats" -l agent -d 'Only this agent\'s' -r
complete -c wt -n "__fish_wt_using_subcommand stats" -l session -d 'Only of this session' -r
complete -c wt -n "__fish_wt_using_subcommand stats" -l rule -d 'Only what this rule decided' -r
complete -c wt -n "__fish_wt_using_subcommand stats" -l where -d 'Only where this holds, in the policy language: `decision.verdict == \'deny\'`' -r
complete -c wt -n "__fish_wt_using_subcommand stats" -l json -d 'Print one JSON object'
complete -c wt -n "__fish_wt_using_subcommand stats" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand status" -l json -d 'Print one JSON object'
complete -c wt -n "__fish_wt_using_subcommand status" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand doctor" -l json -d 'Print one JSON object'
complete -c wt -n "__fish_wt_using_subcommand doctor" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand checkpoint" -l vkey -d 'Print the verifier key instead; nothing is signed'
complete -c wt -n "__fish_wt_using_subcommand checkpoint" -l json -d 'Print one JSON object'
complete -c wt -n "__fish_wt_using_subcommand checkpoint" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand prove" -l to -d 'In the tree of this many entries' -r
complete -c wt -n "__fish_wt_using_subcommand prove" -l consistency -d 'Prove that NEW entries (all, where not given) continue OLD' -r
complete -c wt -n "__fish_wt_using_subcommand prove" -l json -d 'Print one JSON object'
complete -c wt -n "__fish_wt_using_subcommand prove" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand redact" -l reason -d 'Why; recorded' -r
complete -c wt -n "__fish_wt_using_subcommand redact" -l json -d 'Print one JSON object'
complete -c wt -n "__fish_wt_using_subcommand redact" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand clean" -l before -d 'Entries older than this: `90d`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand clean" -l upto -d 'Entries with smaller numbers than this' -r
complete -c wt -n "__fish_wt_using_subcommand clean" -l archive -d 'Keep the segments there, compressed' -r -F
complete -c wt -n "__fish_wt_using_subcommand clean" -l reason -d 'Why; recorded' -r
complete -c wt -n "__fish_wt_using_subcommand clean" -l recover -d 'After a loss or a failed sync: record what was expected, and go on'
complete -c wt -n "__fish_wt_using_subcommand clean" -l yes -d 'Do it; without this it only says what would go'
complete -c wt -n "__fish_wt_using_subcommand clean" -l json -d 'Print one JSON object'
complete -c wt -n "__fish_wt_using_subcommand clean" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand export" -s f -l format -d 'json, jsonl, csv, ocsf (1.3, one event a line), otlp (JSON, one request a line), cef' -r -f -a "json\t''
jsonl\t''
csv\t''
ocsf\t''
otlp\t''
cef\t''"
complete -c wt -n "__fish_wt_using_subcommand export" -l where -d 'Only entries of which this is true, in the policy language' -r
complete -c wt -n "__fish_wt_using_subcommand export" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand export" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand export" -s o -l output -d 'Where to, as the predecessor had it' -r
complete -c wt -n "__fish_wt_using_subcommand export" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand import" -l json -d 'Print one JSON object'
complete -c wt -n "__fish_wt_using_subcommand import" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand verify" -l against -d 'A head kept elsewhere (`-` for stdin); may be given several times' -r
complete -c wt -n "__fish_wt_using_subcommand verify" -l vkey -d 'The verifier key kept elsewhere, instead of the one in the first entry' -r
complete -c wt -n "__fish_wt_using_subcommand verify" -l seal-key -d 'A file with the seal key kept off the machine (`-` for stdin)' -r
complete -c wt -n "__fish_wt_using_subcommand verify" -l require -d 'Fail with 4 where less than this is proven' -r -f -a "chain\t''
signed\t''
sealed\t''
anchored\t''"
complete -c wt -n "__fish_wt_using_subcommand verify" -l legacy -d 'Check the Python predecessor\'s files instead: a directory, or one file' -r -F
complete -c wt -n "__fish_wt_using_subcommand verify" -l deep -d 'Also look at canonical form, kinds, references and times'
complete -c wt -n "__fish_wt_using_subcommand verify" -l json -d 'Print one JSON object'
complete -c wt -n "__fish_wt_using_subcommand verify" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand policy; and not __fish_seen_subcommand_from check explain test eval replay diff suggest schema help" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand policy; and not __fish_seen_subcommand_from check explain test eval replay diff suggest schema help" -f -a "check" -d 'Say everything that is wrong with policies: shape, names, unreachable rules, failing examples'
complete -c wt -n "__fish_wt_using_subcommand policy; and not __fish_seen_subcommand_from check explain test eval replay diff suggest schema help" -f -a "explain" -d 'Show how a call is judged: each rule tried, which part of it was false, and with which values'
complete -c wt -n "__fish_wt_using_subcommand policy; and not __fish_seen_subcommand_from check explain test eval replay diff suggest schema help" -f -a "test" -d 'Run the examples in policies and the tests in `*.test.json` files'
complete -c wt -n "__fish_wt_using_subcommand policy; and not __fish_seen_subcommand_from check explain test eval replay diff suggest schema help" -f -a "eval" -d 'Evaluate expressions of the policy language'
complete -c wt -n "__fish_wt_using_subcommand policy; and not __fish_seen_subcommand_from check explain test eval replay diff suggest schema help" -f -a "replay" -d 'Judge the recorded calls by another policy and say what would change'
complete -c wt -n "__fish_wt_using_subcommand policy; and not __fish_seen_subcommand_from check explain test eval replay diff suggest schema help" -f -a "diff" -d 'Say where two policies decide differently, over recorded calls and examples'
complete -c wt -n "__fish_wt_using_subcommand policy; and not __fish_seen_subcommand_from check explain test eval replay diff suggest schema help" -f -a "suggest" -d 'From denied and escalated calls, propose the narrowest rules; nothing is applied'
complete -c wt -n "__fish_wt_using_subcommand policy; and not __fish_seen_subcommand_from check explain test eval replay diff suggest schema help" -f -a "schema" -d 'Print the JSON Schema of policies, for editors'
complete -c wt -n "__fish_wt_using_subcommand policy; and not __fish_seen_subcommand_from check explain test eval replay diff suggest schema help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from check" -l json -d 'Answer as JSON'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from explain" -l json -d 'Answer as JSON'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from explain" -l all -d 'Also show rules that were not reached'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from explain" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from test" -l json -d 'Answer as JSON'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from eval" -l scope -d 'Its names, as a JSON object' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from eval" -l jsonl -d 'Read {"expr", "scope"} lines, answer {"ok": value} or {"error": text} lines, in order'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from eval" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -l agent -d 'Only this agent\'s' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -l session -d 'Only of this session' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -l rule -d 'Only what this rule decided' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -l where -d 'Only where this holds, in the policy language: `decision.verdict == \'deny\'`' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -l json -d 'Answer as JSON'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -l agent -d 'Only this agent\'s' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -l session -d 'Only of this session' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -l rule -d 'Only what this rule decided' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -l where -d 'Only where this holds, in the policy language: `decision.verdict == \'deny\'`' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -l json -d 'Answer as JSON'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l since -d 'From then on: `2h`, `7d`, `today`, `2026-01-31`, RFC 3339' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l until -d 'Up to then' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l agent -d 'Only this agent\'s' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l session -d 'Only of this session' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l rule -d 'Only what this rule decided' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l where -d 'Only where this holds, in the policy language: `decision.verdict == \'deny\'`' -r
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from suggest" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from schema" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "check" -d 'Say everything that is wrong with policies: shape, names, unreachable rules, failing examples'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "explain" -d 'Show how a call is judged: each rule tried, which part of it was false, and with which values'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "test" -d 'Run the examples in policies and the tests in `*.test.json` files'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "eval" -d 'Evaluate expressions of the policy language'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "replay" -d 'Judge the recorded calls by another policy and say what would change'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "diff" -d 'Say where two policies decide differently, over recorded calls and examples'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "suggest" -d 'From denied and escalated calls, propose the narrowest rules; nothing is applied'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "schema" -d 'Print the JSON Schema of policies, for editors'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand links" -l remove -d 'Remove the links instead'
complete -c wt -n "__fish_wt_using_subcommand links" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand links" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand approvals" -l watch -d 'Print each request as it comes'
complete -c wt -n "__fish_wt_using_subcommand approvals" -l list -d 'Only list, also on a terminal'
complete -c wt -n "__fish_wt_using_subcommand approvals" -l json -d 'Print JSON, with --watch one object a line'
complete -c wt -n "__fish_wt_using_subcommand approvals" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand approve" -l for -d 'How long: `30m`, `1h`, `7d`' -r
complete -c wt -n "__fish_wt_using_subcommand approve" -l uses -d 'How many calls; with `--for` alone as many as wanted' -r
complete -c wt -n "__fish_wt_using_subcommand approve" -l scope -d 'This call, the same below its directory, on its host, or whatever its rules ask about' -r -f -a "exact\t''
dir\t''
rule\t''
host\t''"
complete -c wt -n "__fish_wt_using_subcommand approve" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand approve" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand deny" -l reason -d 'Why; the agent is told' -r
complete -c wt -n "__fish_wt_using_subcommand deny" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand deny" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand grants; and not __fish_seen_subcommand_from revoke help" -l all -d 'Also those that are over'
complete -c wt -n "__fish_wt_using_subcommand grants; and not __fish_seen_subcommand_from revoke help" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand grants; and not __fish_seen_subcommand_from revoke help" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand grants; and not __fish_seen_subcommand_from revoke help" -f -a "revoke" -d 'Take grants back'
complete -c wt -n "__fish_wt_using_subcommand grants; and not __fish_seen_subcommand_from revoke help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand grants; and __fish_seen_subcommand_from revoke" -l all -d 'Every grant there is now'
complete -c wt -n "__fish_wt_using_subcommand grants; and __fish_seen_subcommand_from revoke" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand grants; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand grants; and __fish_seen_subcommand_from help" -f -a "revoke" -d 'Take grants back'
complete -c wt -n "__fish_wt_using_subcommand grants; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand freeze" -l reason -d 'Why; agents are told' -r
complete -c wt -n "__fish_wt_using_subcommand freeze" -l agent -d 'Only calls of this agent' -r
complete -c wt -n "__fish_wt_using_subcommand freeze" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand freeze" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand thaw" -l reason -d 'Why, for the record' -r
complete -c wt -n "__fish_wt_using_subcommand thaw" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand thaw" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand admin; and not __fish_seen_subcommand_from set show passphrase recover replace help" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand admin; and not __fish_seen_subcommand_from set show passphrase recover replace help" -f -a "set" -d 'Make the key that approves'
complete -c wt -n "__fish_wt_using_subcommand admin; and not __fish_seen_subcommand_from set show passphrase recover replace help" -f -a "show" -d 'Show the public key and where it is named'
complete -c wt -n "__fish_wt_using_subcommand admin; and not __fish_seen_subcommand_from set show passphrase recover replace help" -f -a "passphrase" -d 'Change the passphrase; the key stays'
complete -c wt -n "__fish_wt_using_subcommand admin; and not __fish_seen_subcommand_from set show passphrase recover replace help" -f -a "recover" -d 'Set a new passphrase with the recovery code'
complete -c wt -n "__fish_wt_using_subcommand admin; and not __fish_seen_subcommand_from set show passphrase recover replace help" -f -a "replace" -d 'Make a new key, signed by the old one; grants end'
complete -c wt -n "__fish_wt_using_subcommand admin; and not __fish_seen_subcommand_from set show passphrase recover replace help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from set" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from show" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from passphrase" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from passphrase" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from recover" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from recover" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from replace" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from replace" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from help" -f -a "set" -d 'Make the key that approves'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from help" -f -a "show" -d 'Show the public key and where it is named'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from help" -f -a "passphrase" -d 'Change the passphrase; the key stays'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from help" -f -a "recover" -d 'Set a new passphrase with the recovery code'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from help" -f -a "replace" -d 'Make a new key, signed by the old one; grants end'
complete -c wt -n "__fish_wt_using_subcommand admin; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand undo" -l last -d 'The last call that changed something'
complete -c wt -n "__fish_wt_using_subcommand undo" -l dry-run -d 'Only say what would be done'
complete -c wt -n "__fish_wt_using_subcommand undo" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand undo" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand trash; and not __fish_seen_subcommand_from list empty help" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand trash; and not __fish_seen_subcommand_from list empty help" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand trash; and not __fish_seen_subcommand_from list empty help" -f -a "list" -d 'Show it; what happens without a subcommand'
complete -c wt -n "__fish_wt_using_subcommand trash; and not __fish_seen_subcommand_from list empty help" -f -a "empty" -d 'Delete for good what policy no longer keeps'
complete -c wt -n "__fish_wt_using_subcommand trash; and not __fish_seen_subcommand_from list empty help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand trash; and __fish_seen_subcommand_from list" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand trash; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand trash; and __fish_seen_subcommand_from empty" -l all -d 'Everything'
complete -c wt -n "__fish_wt_using_subcommand trash; and __fish_seen_subcommand_from empty" -l dry-run -d 'Only say what would go'
complete -c wt -n "__fish_wt_using_subcommand trash; and __fish_seen_subcommand_from empty" -l json -d 'Print JSON'
complete -c wt -n "__fish_wt_using_subcommand trash; and __fish_seen_subcommand_from empty" -s h -l help -d 'Print help'
complete -c wt -n "__fish_wt_using_subcommand trash; and __fish_seen_subcommand_from help" -f -a "list" -d 'Show it; what happens without a subcommand'
complete -c wt -n "__fish_wt_using_subcommand trash; and __fish_seen_subcommand_from help" -f -a "empty" -d 'Delete for good what policy no longer keeps'
complete -c wt -n "__fish_wt_using_subcommand trash; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand safe-rm" -l mode -d 'what may be deleted: a file, an empty directory, or a directory with all it holds' -r -f -a "file\t''
dir\t''
dir-recursive\t''"
complete -c wt -n "__fish_wt_using_subcommand safe-rm" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-rm" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-rm" -s r -s R -l recursive -d 'delete directories with all they hold'
complete -c wt -n "__fish_wt_using_subcommand safe-rm" -s d -l dir -d 'delete empty directories'
complete -c wt -n "__fish_wt_using_subcommand safe-rm" -s f -l force -d 'a path that does not exist is no error'
complete -c wt -n "__fish_wt_using_subcommand safe-rm" -s v -l verbose -d 'say what is done'
complete -c wt -n "__fish_wt_using_subcommand safe-rm" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand safe-rm" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand safe-rm" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -l source -d 'what to copy, in the form with named arguments' -r -F
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -l mode -d 'what happens to an existing destination, or `archive` for a tree with its attributes' -r -f -a "no-clobber\t''
force\t''
backup\t''
archive\t''"
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -s r -s R -l recursive -d 'copy directories with all they hold'
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -s a -l archive -d 'recursive, with links as links, times, modes and owners'
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -s p -l preserve -d 'keep times, modes, and owners where permitted'
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -s n -l no-clobber -d 'leave an existing destination as it is'
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -s f -l force -d 'replace an existing destination'
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -s b -l backup -d 'keep an existing destination under its name with `~`'
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -s v -l verbose -d 'say what is done'
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand safe-cp" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -l source -d 'what to move, in the form with named arguments' -r -F
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -l mode -d 'what happens to an existing destination' -r -f -a "no-clobber\t''
force\t''
backup\t''"
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -s n -l no-clobber -d 'leave an existing destination as it is'
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -s f -l force -d 'replace an existing destination'
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -s b -l backup -d 'keep an existing destination under its name with `~`'
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -s v -l verbose -d 'say what is done'
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand safe-mv" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand safe-mkdir" -s m -l mode -d '`single`, `parents`, or the permissions of the new directory' -r -f -a "single\t''
parents\t''"
complete -c wt -n "__fish_wt_using_subcommand safe-mkdir" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-mkdir" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-mkdir" -s p -l parents -d 'create missing parents; one that exists is no error'
complete -c wt -n "__fish_wt_using_subcommand safe-mkdir" -s v -l verbose -d 'say what is done'
complete -c wt -n "__fish_wt_using_subcommand safe-mkdir" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand safe-mkdir" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand safe-mkdir" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -l timestamp -d 'the time to set, in either form' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -s t -l stamp -d 'the time to set: [[CC]YY]MMDDhhmm[.ss]' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -s d -l date -d 'the time to set: 2025-01-31T12:00:00Z, 2025-01-31 or @SECONDS' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -s a -l access -d 'set the access time only'
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -s m -l modify -d 'set the modification time only'
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -s c -l no-create -d 'create nothing'
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand safe-touch" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand safe-chown" -l owner -d 'the new owner, in the form with named arguments' -r -f -a "(__fish_complete_users)"
complete -c wt -n "__fish_wt_using_subcommand safe-chown" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-chown" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-chown" -s R -l recursive -d 'change directories with all they hold'
complete -c wt -n "__fish_wt_using_subcommand safe-chown" -s h -l no-dereference -d 'change a symbolic link itself'
complete -c wt -n "__fish_wt_using_subcommand safe-chown" -s v -l verbose -d 'say what is done'
complete -c wt -n "__fish_wt_using_subcommand safe-chown" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand safe-chown" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand safe-chown" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand safe-chmod" -l mode -d 'the permissions, in the form with named arguments' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-chmod" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-chmod" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-chmod" -s R -l recursive -d 'change directories with all they hold'
complete -c wt -n "__fish_wt_using_subcommand safe-chmod" -s v -l verbose -d 'say what is done'
complete -c wt -n "__fish_wt_using_subcommand safe-chmod" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand safe-chmod" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand safe-chmod" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -l target -d 'what the link leads to, in the form with named arguments' -r -F
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -l mode -d 'a symbolic link, or one that replaces what has its name' -r -f -a "soft\t''
force-soft\t''"
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -s s -l symbolic -d 'make a symbolic link'
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -s f -l force -d 'replace what has the link\'s name'
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -s n -l no-dereference -d 'a link\'s name that is a link to a directory is replaced, not entered'
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -s v -l verbose -d 'say what is done'
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand safe-ln" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand ssh-ls" -l host -d 'the host, in the form with named arguments' -r -f -a "(__fish_print_hostnames)"
complete -c wt -n "__fish_wt_using_subcommand ssh-ls" -s l -l user -d 'the login name on the host' -r -f -a "(__fish_complete_users)"
complete -c wt -n "__fish_wt_using_subcommand ssh-ls" -s p -l port -d 'the port of the host' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-ls" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-ls" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-ls" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand ssh-ls" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand ssh-ls" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -l host -d 'the host, in the form with named arguments' -r -f -a "(__fish_print_hostnames)"
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -s l -l user -d 'the login name on the host' -r -f -a "(__fish_complete_users)"
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -s p -l port -d 'the port of the host' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -l offset -d 'begin at this byte of each file' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -l limit -d 'print at most this many bytes of each file' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -l max-bytes -d 'print at most this many bytes in all' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand ssh-cat" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand ssh-ps" -s l -l user -d 'the login name on the host' -r -f -a "(__fish_complete_users)"
complete -c wt -n "__fish_wt_using_subcommand ssh-ps" -s p -l port -d 'the port of the host' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-ps" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-ps" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand ssh-ps" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand ssh-ps" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand ssh-ps" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand kubectl-get-yaml" -l resource -d 'the kind of object, in the form with named arguments' -r -f -a "configmaps\t''
cronjobs\t''
daemonsets\t''
deployments\t''
endpoints\t''
endpointslices\t''
events\t''
horizontalpodautoscalers\t''
ingresses\t''
ingressclasses\t''
jobs\t''
limitranges\t''
namespaces\t''
networkpolicies\t''
nodes\t''
persistentvolumeclaims\t''
persistentvolumes\t''
poddisruptionbudgets\t''
pods\t''
priorityclasses\t''
replicasets\t''
replicationcontrollers\t''
resourcequotas\t''
rolebindings\t''
roles\t''
clusterrolebindings\t''
clusterroles\t''
serviceaccounts\t''
services\t''
statefulsets\t''
storageclasses\t''"
complete -c wt -n "__fish_wt_using_subcommand kubectl-get-yaml" -s n -l ns -l namespace -d 'the namespace' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-get-yaml" -l context -d 'the context of the kubeconfig' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-get-yaml" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-get-yaml" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-get-yaml" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand kubectl-get-yaml" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand kubectl-get-yaml" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -s n -l ns -l namespace -d 'the namespace' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -s c -l container -d 'the container of the pod' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -l tail -d 'the last lines to print' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -l since -d 'only what is newer than this' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -l context -d 'the context of the kubeconfig' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -s p -l previous -d 'the log of the container\'s previous run'
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand kubectl-logs" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand kubectl-exec-read" -s n -l ns -l namespace -d 'the namespace' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-exec-read" -s c -l container -d 'the container of the pod' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-exec-read" -l cmd -d 'how to read it, in the form with named arguments' -r -f -a "cat\t''
ls\t''
head\t''
stat\t''"
complete -c wt -n "__fish_wt_using_subcommand kubectl-exec-read" -l path -d 'what to read, in the form with named arguments' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-exec-read" -l context -d 'the context of the kubeconfig' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-exec-read" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-exec-read" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand kubectl-exec-read" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand kubectl-exec-read" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand kubectl-exec-read" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand rg-search" -l pattern -d 'what to search for, in the form with named arguments' -r -f
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s t -l type -d 'only files of this type' -r -f
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s g -l glob -d 'only files that match, or `!` and a glob for others' -r -f
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s A -l after-context -d 'lines to print after a match' -r -f
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s B -l before-context -d 'lines to print before a match' -r -f
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s C -l context -d 'lines to print around a match' -r -f
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s m -l max-count -d 'most matching lines of a file' -r -f
complete -c wt -n "__fish_wt_using_subcommand rg-search" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand rg-search" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s i -l ignore-case -d 'upper and lower case are the same'
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s w -l word-regexp -d 'match whole words'
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s F -l fixed-strings -d 'the pattern is plain text'
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s l -l files-with-matches -d 'print only the names of files that match'
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s c -l count -d 'print only how many lines match'
complete -c wt -n "__fish_wt_using_subcommand rg-search" -s n -l line-number -d 'print line numbers'
complete -c wt -n "__fish_wt_using_subcommand rg-search" -l json -d 'print matches, and also errors and refusals, as JSON'
complete -c wt -n "__fish_wt_using_subcommand rg-search" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand rg-search" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand jq-query" -l query -d 'the jq program, in the form with named arguments' -r -f
complete -c wt -n "__fish_wt_using_subcommand jq-query" -l wait -d 'where the call is escalated, wait this many seconds for a person\'s answer' -r -f
complete -c wt -n "__fish_wt_using_subcommand jq-query" -l identity -d 'claim an identity; recorded as claimed, never believed' -r -f
complete -c wt -n "__fish_wt_using_subcommand jq-query" -s r -l raw-output -d 'print strings without quotes'
complete -c wt -n "__fish_wt_using_subcommand jq-query" -s c -l compact-output -d 'print each result on one line'
complete -c wt -n "__fish_wt_using_subcommand jq-query" -s s -l slurp -d 'read all files into one array'
complete -c wt -n "__fish_wt_using_subcommand jq-query" -s e -l exit-status -d 'exit 1 where the last result is false or null'
complete -c wt -n "__fish_wt_using_subcommand jq-query" -l json -d 'print errors and refusals as one JSON object'
complete -c wt -n "__fish_wt_using_subcommand jq-query" -l help -d 'print this help'
complete -c wt -n "__fish_wt_using_subcommand jq-query" -l version -d 'print the version'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "init" -d 'Make the directory, the default policy and the ledger'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "check" -d 'Judge an applet call or a shell command, without doing or recording anything'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "gtfo" -d 'Show the GTFOBins alerts of the ledger, or what is known of a binary or a command'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "applets" -d 'List the applets'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "completions" -d 'Print the completions of a shell'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "man" -d 'Print a man page, or write all of them'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "mcp" -d 'Serve the applets as tools over MCP'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "hook" -d 'Judge an event of an agent\'s hook, read from standard input'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "setup" -d 'Enter Watchtower in an agent\'s settings'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "utcp" -d 'Print the UTCP manual, or call a tool of it'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "tail" -d 'Show the newest entries of the ledger, one line an action'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "recent" -d 'Show the last calls, newest first'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "watch" -d 'Watch what agents do, live: activity, approvals, alerts, policy, integrity'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "alert" -d 'Show what is worth attention: changes outside the workspace, credentials, bursts, chain problems'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "query" -d 'Ask the ledger: entries for which an expression in the policy language holds'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "report" -d 'Report what happened, for somebody else to read: totals, refusals, alerts, unused rules, integrity'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "stats" -d 'Add up the ledger: calls by verdict, domain, agent, rule, host and path'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "status" -d 'Show how this installation stands: level, links, policy, ledger, sandbox'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "doctor" -d 'Look for what is wrong with this installation and propose the fix of each finding'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "checkpoint" -d 'Sign the head of the ledger and print it, to be kept elsewhere'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "prove" -d 'Prove that an entry is in the ledger, or that one head continues another'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "redact" -d 'Take the data of one entry out; its hash, the chain and all proofs stay'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "clean" -d 'Take the oldest segments of the ledger out; what remains stays verifiable'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "export" -d 'Write the ledger in the form another tool reads'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "import" -d 'Take the Python predecessor\'s ledger in'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "verify" -d 'Check the ledger: hashes, chain, tree, signed heads, seals'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "policy" -d 'Check, test, explain, replay and compare policies'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "links" -d 'Make the links by which applets and commands are called'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "approvals" -d 'Show what waits for a person, and choose'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "approve" -d 'Allow what waits, once or for a time'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "deny" -d 'Say no to what waits'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "grants" -d 'Show what people allowed; take it back'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "freeze" -d 'Stop every call that changes anything or leaves this machine'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "thaw" -d 'Let calls go on after a freeze'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "admin" -d 'Set up and keep the approver\'s key'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "undo" -d 'Take back what a call did'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "trash" -d 'Show what can be taken back, and let go of it'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "safe-rm" -d 'delete files or directories, kept in the quarantine until it is emptied'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "safe-cp" -d 'copy files or directories, never through a symbolic link at the destination'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "safe-mv" -d 'move or rename files and directories'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "safe-mkdir" -d 'create directories'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "safe-touch" -d 'create empty files, or set the times of existing ones'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "safe-chown" -d 'change the owner and group of files'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "safe-chmod" -d 'change the permissions of files'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "safe-ln" -d 'create a link to a file'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "ssh-ls" -d 'list files on a host over SFTP, without a remote shell'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "ssh-cat" -d 'print files of a host over SFTP, without a remote shell'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "ssh-ps" -d 'list the processes of a host'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "kubectl-get-yaml" -d 'print a Kubernetes object as YAML, never a secret'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "kubectl-logs" -d 'print the log of a pod'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "kubectl-exec-read" -d 'read a file or directory in a container'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "rg-search" -d 'search files for a pattern with ripgrep'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "jq-query" -d 'query JSON files with jq'
complete -c wt -n "__fish_wt_using_subcommand help; and not __fish_seen_subcommand_from init check gtfo applets completions man mcp hook setup utcp tail recent watch alert query report stats status doctor checkpoint prove redact clean export import verify policy links approvals approve deny grants freeze thaw admin undo trash safe-rm safe-cp safe-mv safe-mkdir safe-touch safe-chown safe-chmod safe-ln ssh-ls ssh-cat ssh-ps kubectl-get-yaml kubectl-logs kubectl-exec-read rg-search jq-query help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from gtfo" -f -a "show" -d 'Show what is known of a binary'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from gtfo" -f -a "check" -d 'Show what a command uses, without running it'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from gtfo" -f -a "import" -d 'Make the facts from a checkout of the upstream database'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from utcp" -f -a "call" -d 'Call a tool as the manual\'s command lines do'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "check" -d 'Say everything that is wrong with policies: shape, names, unreachable rules, failing examples'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "explain" -d 'Show how a call is judged: each rule tried, which part of it was false, and with which values'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "test" -d 'Run the examples in policies and the tests in `*.test.json` files'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "eval" -d 'Evaluate expressions of the policy language'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "replay" -d 'Judge the recorded calls by another policy and say what would change'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "diff" -d 'Say where two policies decide differently, over recorded calls and examples'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "suggest" -d 'From denied and escalated calls, propose the narrowest rules; nothing is applied'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from policy" -f -a "schema" -d 'Print the JSON Schema of policies, for editors'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from grants" -f -a "revoke" -d 'Take grants back'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from admin" -f -a "set" -d 'Make the key that approves'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from admin" -f -a "show" -d 'Show the public key and where it is named'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from admin" -f -a "passphrase" -d 'Change the passphrase; the key stays'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from admin" -f -a "recover" -d 'Set a new passphrase with the recovery code'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from admin" -f -a "replace" -d 'Make a new key, signed by the old one; grants end'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from trash" -f -a "list" -d 'Show it; what happens without a subcommand'
complete -c wt -n "__fish_wt_using_subcommand help; and __fish_seen_subcommand_from trash" -f -a "empty" -d 'Delete for good what policy no longer keeps'

# Words that only this machine knows: ids, names of rules, agents, sessions.
function __wt_words
    command wt __complete -- (commandline -opc) (commandline -ct) 2>/dev/null
end
complete -c wt -n "__fish_wt_using_subcommand check" -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand gtfo" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand gtfo" -l session -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand gtfo" -l rule -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand gtfo; and __fish_seen_subcommand_from show" -f -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand man" -f -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand tail" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand tail" -l session -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand tail" -l rule -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand recent" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand recent" -l session -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand recent" -l rule -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand alert" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand alert" -l session -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand alert" -l rule -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand query" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand query" -l session -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand query" -l rule -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand report" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand report" -l session -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand report" -l rule -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand stats" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand stats" -l session -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand stats" -l rule -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand prove" -f -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand redact" -f -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from explain" -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -l session -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from replay" -l rule -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -l session -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from diff" -l rule -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l session -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand policy; and __fish_seen_subcommand_from suggest" -l rule -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand approvals" -f -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand approve" -f -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand deny" -f -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand grants; and __fish_seen_subcommand_from revoke" -f -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand freeze" -l agent -x -a '(__wt_words)'
complete -c wt -n "__fish_wt_using_subcommand undo" -f -a '(__wt_words)'

# A link is completed as `wt NAME`.
complete -c safe-rm -w 'wt safe-rm'
complete -c safe-cp -w 'wt safe-cp'
complete -c safe-mv -w 'wt safe-mv'
complete -c safe-mkdir -w 'wt safe-mkdir'
complete -c safe-touch -w 'wt safe-touch'
complete -c safe-chown -w 'wt safe-chown'
complete -c safe-chmod -w 'wt safe-chmod'
complete -c safe-ln -w 'wt safe-ln'
complete -c ssh-ls -w 'wt ssh-ls'
complete -c ssh-cat -w 'wt ssh-cat'
complete -c ssh-ps -w 'wt ssh-ps'
complete -c kubectl-get-yaml -w 'wt kubectl-get-yaml'
complete -c kubectl-logs -w 'wt kubectl-logs'
complete -c kubectl-exec-read -w 'wt kubectl-exec-read'
complete -c rg-search -w 'wt rg-search'
complete -c jq-query -w 'wt jq-query'
complete -c wt_init -w 'wt init'
complete -c wt_check -w 'wt check'
complete -c wt_gtfo -w 'wt gtfo'
complete -c wt_applets -w 'wt applets'
complete -c wt_completions -w 'wt completions'
complete -c wt_man -w 'wt man'
complete -c wt_mcp -w 'wt mcp'
complete -c wt_hook -w 'wt hook'
complete -c wt_setup -w 'wt setup'
complete -c wt_utcp -w 'wt utcp'
complete -c wt_tail -w 'wt tail'
complete -c wt_recent -w 'wt recent'
complete -c wt_watch -w 'wt watch'
complete -c wt_alert -w 'wt alert'
complete -c wt_query -w 'wt query'
complete -c wt_report -w 'wt report'
complete -c wt_stats -w 'wt stats'
complete -c wt_status -w 'wt status'
complete -c wt_doctor -w 'wt doctor'
complete -c wt_checkpoint -w 'wt checkpoint'
complete -c wt_prove -w 'wt prove'
complete -c wt_redact -w 'wt redact'
complete -c wt_clean -w 'wt clean'
complete -c wt_export -w 'wt export'
complete -c wt_import -w 'wt import'
complete -c wt_verify -w 'wt verify'
complete -c wt_policy -w 'wt policy'
complete -c wt_links -w 'wt links'
complete -c wt_approvals -w 'wt approvals'
complete -c wt_approve -w 'wt approve'
complete -c wt_deny -w 'wt deny'
complete -c wt_grants -w 'wt grants'
complete -c wt_freeze -w 'wt freeze'
complete -c wt_thaw -w 'wt thaw'
complete -c wt_admin -w 'wt admin'
complete -c wt_undo -w 'wt undo'
complete -c wt_trash -w 'wt trash'
