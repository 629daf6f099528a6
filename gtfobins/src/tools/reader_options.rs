//! The options of programs that read files.

use super::options::Grammar;

pub(super) fn grammar(name: &str) -> Grammar {
    match name {
        "grep" | "egrep" | "fgrep" | "zgrep" | "ugrep" => Grammar {
            values: "ABCDdefm",
            long_values: &[
                "regexp",
                "file",
                "max-count",
                "after-context",
                "before-context",
                "context",
                "include",
                "exclude",
                "exclude-dir",
                "exclude-from",
                "label",
            ],
            ..Grammar::default()
        },
        "rg" => Grammar {
            values: "ABCEefgjmMrTt",
            long_values: &[
                "regexp",
                "file",
                "glob",
                "iglob",
                "type",
                "type-not",
                "type-add",
                "max-count",
                "max-depth",
                "after-context",
                "before-context",
                "context",
                "replace",
                "sort",
                "sortr",
                "pre",
                "pre-glob",
                "hostname-bin",
                "ignore-file",
                "threads",
                "encoding",
                "colors",
                "color",
                "max-filesize",
                "max-columns",
            ],
            ..Grammar::default()
        },
        "jq" | "gojq" | "yq" => Grammar {
            values: "fL",
            long_values: &["from-file", "rawfile", "slurpfile", "arg", "argjson", "indent"],
            ..Grammar::default()
        },
        "sort" => Grammar {
            values: "kotST",
            long_values: &[
                "key",
                "output",
                "field-separator",
                "buffer-size",
                "temporary-directory",
                "compress-program",
                "files0-from",
                "parallel",
                "batch-size",
                "random-source",
            ],
            ..Grammar::default()
        },
        "head" | "tail" => Grammar {
            values: "nc",
            long_values: &["lines", "bytes", "pid", "sleep-interval"],
            ..Grammar::default()
        },
        "cut" => Grammar {
            values: "bcdf",
            long_values: &["bytes", "characters", "delimiter", "fields", "output-delimiter"],
            ..Grammar::default()
        },
        "tr" => Grammar::default(),
        "gpg" => Grammar {
            values: "oru",
            long_values: &[
                "output",
                "recipient",
                "local-user",
                "homedir",
                "keyserver",
                "passphrase-file",
            ],
            ..Grammar::default()
        },
        "vi" | "vim" | "view" => Grammar {
            values: "cSuTswW",
            long_values: &["cmd"],
            ..Grammar::default()
        },
        "iconv" | "pandoc" => Grammar {
            values: "ftoLT",
            long_values: &[
                "output",
                "from-code",
                "to-code",
                "to",
                "from",
                "lua-filter",
                "filter",
            ],
            ..Grammar::default()
        },
        "less" | "more" | "bat" | "batcat" => Grammar {
            values: "okKptTxylrH",
            long_values: &[
                "language",
                "line-range",
                "theme",
                "paging",
                "pager",
                "style",
                "color",
                "highlight-line",
            ],
            ..Grammar::default()
        },
        _ => Grammar {
            values: "dnwslstL",
            long_values: &["output", "width", "delimiter"],
            ..Grammar::default()
        },
    }
}
