//! Which functions of the database a call of a well-known program uses, where reading it exactly keeps its
//! everyday use apart from its recipes. None means that the generic triggers decide.

use super::editors::{Told, told};
use super::languages::language;
use super::options::{Grammar, Options};
use super::script_functions::functions;
use super::scripts::{AwkUse, SedUse, awk_uses, sed_uses};
use super::streams::{awk_parts, sed_parts};
use crate::facts::{Invocation, Use, option_given};
use crate::finding::Function;
use crate::shell::state::Stream;

/// The functions used, and whether what runs is judged elsewhere.
pub(crate) fn uses(entry: &str, call: &Invocation<'_>) -> Option<Vec<(Function, Use)>> {
    let args = call.args;
    if let Some(language) = language(entry).filter(|_| entry != "irb") {
        let mut out: Vec<_> = functions(language, args, call.stdin)
            .into_iter()
            .map(|f| (f, Use::Yes))
            .collect();
        if entry == "perl"
            && call
                .situation
                .env
                .iter()
                .any(|e| e == "PERL5OPT" || e == "PERL5DB")
        {
            out.push((Function::Shell, Use::Accounted));
        }
        return Some(out);
    }
    match entry {
        "gawk" | "mawk" => Some(awk(args)),
        "sed" => Some(sed(args)),
        "find" => Some(find(args)),
        // Without a command it only prints.
        "env"
            if args
                .iter()
                .all(|a| a.contains('=') || a.starts_with('-') && !a.contains('S')) =>
        {
            Some(Vec::new())
        }
        // What it runs for each file is judged itself.
        "fd" => Some(vec![(Function::Command, Use::Accounted)]).filter(|_| {
            ["-x", "-X", "--exec", "--exec-batch"]
                .iter()
                .any(|o| option_given(o, args))
        }),
        "docker" | "podman" => Some(docker(args)),
        "ssh" => Some(ssh(args, call.stdin)),
        "less" | "more" | "zless" => Some(pager(call)),
        "screen"
            if ["-ls", "-list", "-wipe", "-v", "-X", "-x", "-r"]
                .iter()
                .any(|o| args.iter().any(|a| a == o)) =>
        {
            Some(Vec::new())
        }
        "gdb" => Some(debugger(args)),
        "tar" => tar(args),
        "rsync" | "scp" => copy(entry, args),
        "mysql" | "psql" | "sqlite3" => database(entry, args, call),
        "vim" | "vi" | "ex" => Some(editor(args)),
        "dpkg" if args.iter().any(|a| a == "-i" || a == "--install") && call.situation.sudo => None,
        _ => None,
    }
}

fn awk(args: &[String]) -> Vec<(Function, Use)> {
    let (scripts, files, _) = awk_parts(args);
    let mut out = Vec::new();
    for found in scripts.iter().flat_map(|s| awk_uses(s)) {
        match found {
            AwkUse::Run(_) => out.extend([(Function::Shell, Use::Yes), (Function::Command, Use::Yes)]),
            AwkUse::Network => out.extend([
                (Function::ReverseShell, Use::Yes),
                (Function::BindShell, Use::Yes),
                (Function::Upload, Use::Yes),
                (Function::Download, Use::Yes),
            ]),
            AwkUse::Write(_) => out.push((Function::FileWrite, Use::Yes)),
            AwkUse::Read(_) => out.push((Function::FileRead, Use::Yes)),
        }
    }
    if !files.is_empty() || args.iter().any(|a| a.starts_with("-f")) {
        out.push((Function::FileRead, Use::Yes));
    }
    out
}

fn sed(args: &[String]) -> Vec<(Function, Use)> {
    let (scripts, files, in_place) = sed_parts(args);
    let mut out = Vec::new();
    for found in scripts.iter().flat_map(|s| sed_uses(s)) {
        out.push(match found {
            SedUse::Run(_) => (Function::Shell, Use::Yes),
            SedUse::Write(_) => (Function::FileWrite, Use::Yes),
            SedUse::Read(_) => (Function::FileRead, Use::Yes),
        });
    }
    if !files.is_empty() {
        out.push((Function::FileRead, Use::Yes));
    }
    if in_place {
        out.push((Function::FileWrite, Use::Yes));
    }
    out
}

fn find(args: &[String]) -> Vec<(Function, Use)> {
    let mut out = Vec::new();
    if args
        .iter()
        .any(|a| matches!(a.as_str(), "-exec" | "-execdir" | "-ok" | "-okdir"))
    {
        // The command it runs is judged itself.
        out.extend([
            (Function::Shell, Use::Accounted),
            (Function::FileRead, Use::Accounted),
        ]);
    }
    if args.iter().any(|a| a.starts_with("-fprint") || a == "-fls") {
        out.push((Function::FileWrite, Use::Yes));
    }
    out
}

fn docker(args: &[String]) -> Vec<(Function, Use)> {
    let verb = args
        .iter()
        .find(|a| !a.starts_with('-'))
        .map(String::as_str)
        .unwrap_or_default();
    match verb {
        "run" | "create" | "exec" => {
            let host = args.iter().any(|a| {
                let value = a.split_once('=').map_or(a.as_str(), |(_, v)| v);
                a == "--privileged"
                    || value.starts_with("/:")
                    || a.contains("docker.sock")
                    || a.contains("source=/,")
                    || a.contains("src=/,")
                    || a == "--pid=host"
            });
            vec![(Function::Shell, if host { Use::Yes } else { Use::Accounted })]
        }
        "cp" => vec![(Function::FileRead, Use::Yes), (Function::FileWrite, Use::Yes)],
        _ => Vec::new(),
    }
}

fn ssh(args: &[String], stdin: &Stream) -> Vec<(Function, Use)> {
    let mut out = Vec::new();
    let all = args.join(" ").to_ascii_lowercase();
    let local = ["proxycommand", "localcommand", "knownhostscommand"]
        .iter()
        .any(|o| all.contains(o));
    if local {
        out.push((Function::Shell, Use::Yes));
    }
    if option_given("-F", args) {
        out.push((Function::FileRead, Use::Yes));
    }
    let options = Options::parse(
        args,
        &Grammar {
            values: "bBcDEeFIiJLlmOoPpQRSwW",
            in_order: true,
            ..Grammar::default()
        },
    );
    if options.operands.len() > 1 {
        // What runs there is judged as a remote command.
        out.extend([(Function::Shell, Use::Accounted), (Function::Download, Use::Yes)]);
        if stdin.is_fed() {
            out.push((Function::Upload, Use::Yes));
        }
    }
    out
}

fn tar(args: &[String]) -> Option<Vec<(Function, Use)>> {
    // `-I` and `--use-compress-program` with a compressor are everyday.
    const COMPRESSORS: &[&str] = &[
        "gzip", "bzip2", "xz", "zstd", "lz4", "lzop", "lzip", "pigz", "pbzip2", "pixz", "zstdmt", "unzstd",
        "brotli",
    ];
    let runs = [
        "--checkpoint-action",
        "--to-command",
        "--rsh-command",
        "--rmt-command",
        "--info-script",
        "--new-volume-script",
    ]
    .iter()
    .any(|o| option_given(o, args));
    let mut out = Vec::new();
    if runs {
        out.push((Function::Shell, Use::Yes));
    }
    let mut words = args.iter();
    while let Some(word) = words.next() {
        let value = if word == "-I" || word == "--use-compress-program" {
            words.next().map(String::as_str)
        } else {
            word.strip_prefix("--use-compress-program=")
                .or_else(|| word.strip_prefix("-I"))
        };
        if let Some(value) = value.filter(|_| word.starts_with("-I") || word.starts_with("--use")) {
            let plain = value
                .split_whitespace()
                .next()
                .is_some_and(|p| COMPRESSORS.contains(&p));
            out.extend([
                (Function::Shell, if plain { Use::Accounted } else { Use::Yes }),
                (Function::FileRead, Use::Yes),
            ]);
        }
    }
    let writes = args
        .iter()
        .any(|a| a.starts_with('-') && a.contains('x') || a == "--extract")
        || args.first().is_some_and(|a| a.contains('x'));
    if writes {
        out.push((Function::FileWrite, Use::Yes));
    }
    if args.iter().any(|a| a.contains('@') && a.contains(':')) || option_given("--rsh-command", args) {
        out.extend([(Function::Upload, Use::Yes), (Function::Download, Use::Yes)]);
    }
    Some(out)
}

fn copy(entry: &str, args: &[String]) -> Option<Vec<(Function, Use)>> {
    let mut out = Vec::new();
    let (values, long): (&str, &'static [&'static str]) = if entry == "rsync" {
        ("efTBM", &["rsh", "rsync-path"])
    } else {
        ("cDFiJloPSX", &[])
    };
    let options = Options::parse(
        args,
        &Grammar {
            values,
            long_values: long,
            ..Grammar::default()
        },
    );
    let programs = if entry == "rsync" {
        options.all(&["-e", "--rsh", "--rsync-path"])
    } else {
        options.all(&["-S", "-D"])
    };
    for program in programs {
        let plain = crate::shell::environment::is_harmless_program(program);
        out.push((Function::Shell, if plain { Use::Accounted } else { Use::Yes }));
    }
    if options
        .all(&["-o"])
        .iter()
        .any(|o| o.to_ascii_lowercase().contains("command"))
        && entry == "scp"
    {
        out.push((Function::Shell, Use::Yes));
    }
    if options.operands.iter().any(|o| o.contains(':')) {
        out.extend([(Function::Upload, Use::Yes), (Function::Download, Use::Yes)]);
    }
    Some(out)
}

fn pager(call: &Invocation<'_>) -> Vec<(Function, Use)> {
    let mut out = Vec::new();
    let shows = call.args.iter().any(|a| !a.starts_with(['-', '+']));
    let commands = call
        .args
        .iter()
        .any(|a| a.starts_with("+!") || a.starts_with("+|") || a.starts_with("+v") || a.starts_with("++!"));
    // With a file to show, what is fed is typed; without one it is what is shown, and nobody types.
    let typed = match (call.situation.interactive || commands, call.stdin.is_fed()) {
        (true, _) => Some(Use::Yes),
        (false, true) => Some(if shows { Use::Yes } else { Use::Accounted }),
        (false, false) => None,
    };
    if let Some(used) = typed {
        out.extend([
            (Function::Shell, used),
            (Function::Inherit, used),
            (Function::FileWrite, used),
        ]);
    }
    if call.name == "zless" {
        out.push((Function::Inherit, Use::Accounted));
    }
    if shows {
        // A filter of the caller's own home may be run for each file.
        out.extend([
            (Function::FileRead, Use::Yes),
            (Function::Command, Use::Accounted),
        ]);
    }
    for name in ["LESSOPEN", "LESSCLOSE", "VISUAL", "EDITOR", "LESS"] {
        if call.situation.env.iter().any(|e| e == name) {
            out.extend([
                (Function::Shell, Use::Accounted),
                (Function::Command, Use::Accounted),
                (Function::FileRead, Use::Yes),
            ]);
        }
    }
    out
}

fn debugger(args: &[String]) -> Vec<(Function, Use)> {
    let mut out = Vec::new();
    let commands = args
        .iter()
        .skip_while(|a| !a.starts_with("-e") && !a.starts_with("--e") && !a.starts_with("-x"));
    for text in commands {
        let text = text.trim_start();
        if text.starts_with('!')
            || [
                "shell", "python", "py ", "pipe", "make", "source", "guile", "system", "exec", "call ",
            ]
            .iter()
            .any(|w| text.contains(w))
        {
            out.extend([(Function::Shell, Use::Yes), (Function::Inherit, Use::Yes)]);
        }
        if ["dump", "append", "logging", "restore", "save"]
            .iter()
            .any(|w| text.contains(w))
        {
            out.push((Function::FileWrite, Use::Yes));
        }
    }
    out
}

fn database(entry: &str, args: &[String], call: &Invocation<'_>) -> Option<Vec<(Function, Use)>> {
    let mut text = args.join(" ");
    let typed = match call.stdin {
        Stream::Text(input) => {
            text.push(' ');
            text.push_str(input);
            true
        }
        other => other.is_fed() || call.situation.interactive,
    };
    let mut out = Vec::new();
    let unknown = typed && !matches!(call.stdin, Stream::Text(_) | Stream::File(_));
    if text.contains("\\!") || text.contains(".shell") || text.contains(".system") || unknown {
        out.push((Function::Shell, Use::Yes));
    }
    if entry == "psql" && (text.contains("\\?") || unknown || args.is_empty()) {
        out.push((Function::Inherit, if typed { Use::Yes } else { Use::Accounted }));
    }
    if text.contains(".import") || text.contains(".read") || text.to_ascii_uppercase().contains("READFILE(") {
        out.push((Function::FileRead, Use::Yes));
    }
    if text.contains(".output")
        || text.contains(".once")
        || text.contains(".dump")
        || text.contains("INTO OUTFILE")
    {
        out.push((Function::FileWrite, Use::Yes));
    }
    if text.contains("--default-auth") || text.contains("--plugin-dir") || text.contains(".load") {
        out.push((Function::LibraryLoad, Use::Yes));
    }
    Some(out)
}

fn editor(args: &[String]) -> Vec<(Function, Use)> {
    let told = told(args);
    let mut out = Vec::new();
    if told == Told::More || args.is_empty() {
        out.extend([(Function::Shell, Use::Yes), (Function::Inherit, Use::Yes)]);
    }
    if told == Told::More || args.iter().any(|a| !a.starts_with(['-', '+'])) {
        out.extend([(Function::FileRead, Use::Yes), (Function::FileWrite, Use::Yes)]);
    }
    out
}
