//! `wt report`.

use super::desk::{Call, Desk, text};
use crate::support::needs;
use serde_json::{Value, json};
use std::{path::Path, process::Command};

const HOSTILE: &str = "/etc/<script>alert(1)</script>|`x`\"'\x1b[2J";

fn desk() -> Desk {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    for n in 0..3 {
        desk.call(&mut ledger, &Call::removing(&format!("src/f{n}")));
    }
    desk.call(&mut ledger, &Call::denied(HOSTILE));
    desk.call(
        &mut ledger,
        &Call {
            agent: "<b>x</b>",
            ..Call::removing("/home/ann/y")
        },
    );
    desk
}

#[test]
fn the_json_report_has_its_documented_members() {
    let report: Value = serde_json::from_str(&desk().says(&["report", "--json"])).unwrap();
    let members: Vec<&str> = report.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members,
        [
            "made",
            "version",
            "origin",
            "sums",
            "alerts",
            "more_alerts",
            "policy",
            "unused_rules",
            "integrity",
            "checkpoint"
        ]
    );
    assert_eq!(report["origin"], "test.example/ann");
    assert_eq!(report["sums"]["calls"], 5);
    assert_eq!(report["integrity"]["state"], "whole");
    assert_eq!(report["alerts"][0]["rule"], "outside-workspace");
    let unused = report["unused_rules"].as_array().unwrap();
    assert!(
        !unused.is_empty() && !unused.contains(&json!("workspace-delete")),
        "{unused:?}"
    );
}

#[test]
fn text_and_markdown_name_totals_refusals_and_integrity_and_obey_no_record() {
    let desk = desk();
    for format in ["text", "markdown"] {
        let shown = desk.says(&["report", "--format", format]);
        for want in ["5 calls, 1 refused, 0 failed", "whole: entries 1 to ", "system"] {
            assert!(shown.contains(want), "{format}: no `{want}` in {shown}");
        }
        assert!(!shown.contains('\x1b'), "{format}");
    }
    let markdown = desk.says(&["report", "--format", "markdown"]);
    assert!(
        markdown.contains("&lt;script&gt;") && !markdown.contains("<script>"),
        "{markdown}"
    );
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    let refused = markdown.split("## Refused most").nth(1).unwrap();
    let rows: Vec<usize> = refused
        .lines()
        .filter(|line| line.starts_with('|'))
        .map(columns)
        .take(3)
        .collect();
    assert_eq!(rows, [4, 4, 4]);
}

#[test]
fn an_empty_time_is_a_report_too_and_damage_is_named() {
    let desk = desk();
    for format in ["text", "json", "markdown", "html"] {
        desk.says(&["report", "--since", "2999-01-01", "--format", format]);
    }
    let path = desk.segment(1);
    let forged = std::fs::read_to_string(&path)
        .unwrap()
        .replace("src/f1", "src/f9");
    std::fs::write(&path, forged).unwrap();
    let shown = desk.says(&["report"]);
    assert!(
        shown.contains("tampered: ") && shown.contains("entry 4: "),
        "{shown}"
    );
}

#[test]
fn the_html_report_is_one_file_that_fetches_and_runs_nothing() {
    let page = desk().says(&["report", "--format", "html"]);
    assert!(page.contains("default-src 'none'"));
    for banned in [
        "<script", "<b>x</b>", "http://", "https://", " src=", " href=", "onload", "url(",
    ] {
        assert!(!page.contains(banned), "`{banned}` in the page");
    }
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    assert!(page.contains("<svg") && page.contains("prefers-color-scheme:dark"));
    for key in [
        "</i>let through",
        "</i>refused",
        "</i>mean",
        "</i>greatest",
        "times in UTC",
    ] {
        assert!(page.contains(key), "what the charts show is said: {key}");
    }
    assert!(page.contains(" in 1 segment; proven: "));
    let open = page.matches("<table>").count();
    assert_eq!(open, page.matches("</table>").count());
}

#[test]
fn a_browser_shows_the_html_report_in_light_and_dark() {
    let Some(browser) = browser() else {
        return;
    };
    let desk = desk();
    let file = desk.home().join("report.html");
    std::fs::write(&file, desk.says(&["report", "--format", "html"])).unwrap();
    let run = |args: &[String]| {
        let output = Command::new(browser)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--window-size=1000,1400",
            ])
            .arg(format!(
                "--user-data-dir={}",
                desk.home().join("profile").display()
            ))
            .args(args)
            .arg(format!("file://{}", file.display()))
            .env("HOME", desk.home())
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        output.stdout
    };
    let dom = text(&run(&["--dump-dom".to_owned()]));
    assert!(dom.contains("Refused most") && !dom.contains("<script"), "{dom}");
    let shot = |name: &str, scheme: u8| {
        let path = desk.home().join(name);
        run(&[
            format!("--blink-settings=preferredColorScheme={scheme}"),
            format!("--screenshot={}", path.display()),
        ]);
        picture(&path)
    };
    let (dark, light) = (shot("dark.png", 0), shot("light.png", 1));
    assert_ne!(dark, light, "light and dark look the same");
}

/// A picture of the right size that shows something: an empty page compresses to far less.
fn picture(path: &Path) -> Vec<u8> {
    let png = std::fs::read(path).unwrap();
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
    assert_eq!(side(16), 1000);
    assert!(png.len() > 30_000, "{} bytes", png.len());
    if let Some(keep) = std::env::var_os("WT_TEST_KEEP_PICTURES") {
        let name = Path::new(&keep).join(path.file_name().unwrap());
        std::fs::write(name, &png).unwrap();
    }
    png
}

fn browser() -> Option<&'static str> {
    let known = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];
    needs::some(
        known.into_iter().find(|path| Path::new(path).exists()),
        "`chromium`, which is not installed",
    )
}
