//! `wt watch`: one plain frame, and the live dashboard in a terminal of tmux.

use super::{
    desk::{Call, Desk, text},
    screen::{LEFT, Screen},
};
use std::{
    process::Command,
    time::{Duration, Instant},
};

const TABS: [&str; 5] = ["activity", "approvals", "alerts", "policy", "integrity"];

fn busy() -> Desk {
    let desk = Desk::new();
    let mut ledger = desk.ledger();
    for n in 0..4 {
        desk.call(&mut ledger, &Call::removing(&format!("f{n}")));
    }
    desk.call(&mut ledger, &Call::denied("/etc/evil\x1b[31m\u{9b}"));
    desk.call(&mut ledger, &Call::removing("/home/ann/x"));
    desk
}

#[test]
fn once_prints_a_frame_of_80_by_24_without_a_terminal() {
    let shown = busy().says(&["watch", "--once"]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 24);
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{shown}");
    assert!(
        lines[0].starts_with("Watchtower   1 Activity  2 Approvals  3 Alerts 1  4 Policy  5 Integrity"),
        "{shown}"
    );
    assert!(shown.contains("6 calls seen"), "{shown}");
    assert!(
        shown.contains("deny") && shown.contains("safe-rm /etc/evil\\u{1b}[31m\\u{9b}"),
        "{shown}"
    );
    assert!(!shown.contains('\x1b') && !shown.contains('\u{9b}'), "{shown}");
}

#[test]
fn every_page_has_its_frame() {
    let desk = busy();
    for (tab, want) in [
        ("approvals", "nothing waits for a person"),
        (
            "alerts",
            "outside-workspace: safe-rm /home/ann/x (1 time, claude-code, entry 11)",
        ),
        ("policy", "workspace-delete"),
        ("integrity", "whole; proven: "),
    ] {
        let shown = desk.says(&["watch", "--once", "--tab", tab, "--width", "120"]);
        assert!(shown.contains(want), "{tab}: {shown}");
    }
}

#[test]
fn a_record_that_does_not_hold_is_an_alert_and_stands_above_every_page() {
    let desk = busy();
    desk.forge("/work/f1", "/work/f9");
    let alerts = desk.says(&["watch", "--once", "--tab", "alerts", "--width", "120"]);
    assert!(
        alerts.contains("critical chain-problem: tampered: entry 4: "),
        "{alerts}"
    );
    for tab in TABS {
        let shown = desk.says(&["watch", "--once", "--tab", tab]);
        let mut lines = shown.lines();
        assert!(lines.next().unwrap().contains("3 Alerts 2"), "{tab}: {shown}");
        assert!(
            lines.next().unwrap().starts_with("BROKEN at entry 4: tampered: "),
            "{tab}: {shown}"
        );
        assert_eq!(shown.lines().count(), 24);
    }
}

/// The number and what is wrong are read at any width, and the frame keeps its size.
#[test]
fn what_is_broken_is_said_over_several_lines_where_one_is_too_short() {
    let desk = busy();
    desk.forge("/work/f1", "/work/f9");
    let wide = desk.says(&["watch", "--once", "--width", "300"]);
    let whole = wide.lines().nth(1).unwrap().trim_end().to_owned();
    assert!(
        whole.starts_with("BROKEN at entry 4: tampered: entry 4: "),
        "{whole}"
    );
    let narrow = (whole.len() / 2).to_string();
    for tab in TABS {
        let shown = desk.says(&["watch", "--once", "--tab", tab, "--width", &narrow]);
        let lines: Vec<&str> = shown.lines().map(str::trim_end).collect();
        let said = lines[1..4].join(" ");
        assert!(said.starts_with(&whole), "{tab}: {shown}");
        assert_eq!(lines.len(), 24);
    }
}

#[test]
fn what_is_broken_is_whole_at_the_common_size() {
    let desk = busy();
    let path = desk.segment(1);
    let whole = std::fs::read_to_string(&path).unwrap();
    let kept: Vec<&str> = whole.lines().take(5).collect();
    std::fs::write(&path, kept.join("\n") + "\n").unwrap();
    let wide = desk.says(&["watch", "--once", "--width", "300"]);
    let whole = wide.lines().nth(1).unwrap().trim_end();
    assert!(whole.starts_with("BROKEN") && whole.len() > 80, "{whole}");
    let shown = desk.says(&["watch", "--once"]);
    let lines: Vec<&str> = shown.lines().map(str::trim_end).collect();
    assert!(lines[1..4].join(" ").starts_with(whole), "{whole}: {shown}");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{shown}");
    assert_eq!(lines.len(), 24);
}

#[test]
fn a_freeze_in_force_stands_above_every_page() {
    let desk = busy();
    desk.says(&["freeze", "--reason", "an odd night"]);
    for tab in TABS {
        let shown = desk.says(&["watch", "--once", "--tab", tab]);
        let mark = shown.lines().nth(1).unwrap();
        assert!(
            mark.starts_with("FROZEN: ") && mark.ends_with(": an odd night"),
            "{tab}: {shown}"
        );
    }
}

#[test]
fn frames_of_any_size_are_drawn() {
    let desk = busy();
    for (width, height) in [("20", "20"), ("40", "20"), ("300", "100")] {
        let shown = desk.says(&["watch", "--once", "--width", width, "--height", height]);
        assert_eq!(shown.lines().count().to_string(), height);
    }
}

#[test]
fn the_filter_is_a_condition_in_the_policy_language() {
    let shown = busy().says(&["watch", "--once", "--where", "decision.verdict == 'deny'"]);
    assert!(
        shown.contains("/etc/evil") && !shown.contains("safe-rm f1"),
        "{shown}"
    );
}

#[test]
fn without_a_terminal_the_live_view_says_what_to_do_instead() {
    let said = busy().refuses(64, &["watch"]);
    assert_eq!(
        said,
        "wt watch: `wt watch` needs a terminal\nhint: `wt watch --once` prints one frame\n"
    );
}

#[test]
fn the_dashboard_follows_the_ledger_explains_filters_and_gives_the_terminal_back() {
    let desk = busy();
    let Some(screen) = Screen::start(&desk) else {
        return;
    };
    screen.shows("safe-rm f3");
    desk.call(&mut desk.ledger(), &Call::denied("/etc/newcomer"));
    screen.shows("/etc/newcomer");
    screen.keys(&["Enter"]);
    let detail = screen.shows("verdict   deny by rule system-paths");
    assert!(
        detail.contains("who       ann, agent claude-code (learnt from parent), session s-1"),
        "{detail}"
    );
    screen.keys(&["Escape"]);
    screen.shows("Newest first");
    screen.keys(&["/"]);
    screen.keys(&["-l", "decision.verdict = 'deny'"]);
    screen.keys(&["Enter"]);
    screen.shows("condition, column");
    for _ in 0.."= 'deny'".len() {
        screen.keys(&["BSpace"]);
    }
    screen.keys(&["-l", "== 'allow'"]);
    screen.keys(&["Enter"]);
    let filtered = screen.shows("filter: decision.verdict == 'allow'");
    assert!(!filtered.contains("/etc/newcomer"), "{filtered}");
    screen.keys(&["?"]);
    screen.shows("explain the entry");
    // Not Escape: right before another key it would reach a slow reader as that key with Alt.
    screen.keys(&["x"]);
    screen.keys(&["5"]);
    screen.shows("whole; proven: ");
    assert!(
        screen
            .tmux(&["resize-window", "-x", "50", "-y", "15"])
            .status()
            .unwrap()
            .success()
    );
    screen.keys(&["1"]);
    screen.shows("Newest first");
    screen.keys(&["q"]);
    let left = screen.shows("left with 0");
    assert!(
        !left.contains("Watchtower"),
        "the screen was not given back: {left}"
    );
}

#[test]
fn a_dashboard_that_was_open_before_the_damage_shows_it_once_it_looks_anew() {
    let desk = busy();
    let Some(screen) = Screen::start(&desk) else {
        return;
    };
    assert!(!screen.shows("3 Alerts 1").contains("BROKEN"));
    desk.forge("/work/f1", "/work/f9");
    screen.keys(&["r"]);
    screen.shows("BROKEN at entry 4: tampered: ");
    screen.keys(&["3"]);
    screen.shows("chain-problem: tampered: entry 4: ");
    desk.forge("/work/f9", "/work/f1");
    screen.keys(&["r"]);
    assert!(!screen.shows("3 Alerts 1").contains("BROKEN"));
}

#[test]
fn a_signal_gives_the_terminal_back_too() {
    use rustix::process::{Pid, Signal, kill_process};
    let desk = busy();
    for (signal, code) in [
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
    ] {
        let Some(screen) = Screen::start_args(&desk, "", "--mouse") else {
            return;
        };
        screen.shows("Newest first");
        assert!(screen.holds_mouse());
        kill_process(Pid::from_raw(screen.child()).unwrap(), signal).unwrap();
        screen.shows(&format!("left with {code}"));
        let left = screen.shows(LEFT);
        assert!(left.contains("\nicanon\necho\n"), "echo is off: {left}");
        assert!(
            !left.contains("Watchtower"),
            "the screen was not given back: {left}"
        );
        assert!(
            !screen.holds_mouse(),
            "{code}: the terminal still tells of the mouse"
        );
    }
}

#[test]
fn a_panic_gives_the_terminal_back_too() {
    let desk = busy();
    let Some(screen) = Screen::start_with(&desk, "WT_TEST_PANIC=1 RUST_BACKTRACE=0") else {
        return;
    };
    let left = screen.shows(LEFT);
    assert!(
        left.contains("as was asked for"),
        "what went wrong is said: {left}"
    );
    assert!(left.contains("left with 101"), "{left}");
    assert!(left.contains("\nicanon\necho\n"), "echo is off: {left}");
    assert!(
        !left.contains("Newest first"),
        "the screen was not given back: {left}"
    );
}

#[test]
fn the_mouse_is_taken_only_when_asked_for_opens_pages_and_is_given_back() {
    let desk = busy();
    for (name, set, ends, code) in [
        ("mouse", "", "q", 0),
        ("mouse-panic", "WT_TEST_PANIC=1 RUST_BACKTRACE=0", "", 101),
    ] {
        let Some(screen) = Screen::start_args(&desk, set, "--mouse") else {
            return;
        };
        if !ends.is_empty() {
            screen.shows("Newest first");
            assert!(screen.holds_mouse());
            let page = screen
                .shows("3 Alerts")
                .lines()
                .next()
                .unwrap()
                .find("Alerts")
                .unwrap();
            screen.keys(&["-l", &format!("\x1b[<0;{};1M", page + 1)]);
            screen.shows("outside-workspace: ");
            screen.keys(&[ends]);
        }
        screen.shows(&format!("left with {code}"));
        screen.shows(LEFT);
        assert!(
            !screen.holds_mouse(),
            "{name}: the terminal still tells of the mouse"
        );
    }
    let plain = Screen::start(&desk).unwrap();
    plain.shows("Newest first");
    assert!(!plain.holds_mouse(), "text can be marked as ever");
}

#[test]
fn a_refresh_reads_what_is_new_and_not_the_ledger_again() {
    let desk = busy();
    let mut ledger = desk.ledger();
    let long = "d/".repeat(1500);
    for n in 0..400 {
        desk.call(&mut ledger, &Call::removing(&format!("{long}{n}")));
    }
    let size = std::fs::metadata(desk.segment(1)).unwrap().len();
    let Some(screen) = Screen::start(&desk) else {
        return;
    };
    screen.shows("Newest first");
    let child = screen.child();
    let read = || -> u64 {
        let counters = std::fs::read_to_string(format!("/proc/{child}/io")).unwrap();
        let line = counters.lines().find_map(|line| line.strip_prefix("rchar: "));
        line.unwrap().parse().unwrap()
    };
    // The first refresh finds its place in the segment.
    desk.call(&mut ledger, &Call::denied("/etc/first"));
    screen.shows("/etc/first");
    let before = read();
    for name in ["/etc/second", "/etc/third"] {
        desk.call(&mut ledger, &Call::denied(name));
        screen.shows(name);
    }
    let took = read() - before;
    assert!(size > 2_000_000, "{size}");
    assert!(
        took > 0 && took < size / 4,
        "two refreshes read {took} bytes beside a ledger of {size}"
    );
}

#[test]
fn what_another_program_wrote_over_it_goes_with_the_next_look() {
    let desk = busy();
    let Some(screen) = Screen::start(&desk) else {
        return;
    };
    screen.shows("Activity");
    let pane = screen
        .tmux(&["list-panes", "-F", "#{pane_tty}"])
        .output()
        .unwrap();
    std::fs::write(text(&pane.stdout).trim(), "\x1b[21;3Hgibberish of a broadcast").unwrap();
    screen.shows("gibberish of a broadcast");
    screen.keys(&["C-l"]);
    let begun = Instant::now();
    while text(&screen.tmux(&["capture-pane", "-p"]).output().unwrap().stdout).contains("gibberish") {
        assert!(begun.elapsed() < Duration::from_secs(20), "it is not drawn anew");
        std::thread::sleep(Duration::from_millis(50));
    }
    screen.shows("Activity");
}

/// Also where the terminal goes in the middle of a key, of which crossterm waits for the rest.
#[test]
fn a_dashboard_whose_terminal_has_gone_ends() {
    let desk = busy();
    let script = "
import os, pty, subprocess, sys, time
for begun in (b'', b'\\x1b[<3'):
    master, slave = pty.openpty()
    child = subprocess.Popen(sys.argv[1:], stdin=slave, stdout=slave, stderr=subprocess.DEVNULL, start_new_session=True)
    os.close(slave)
    os.read(master, 1)
    if begun:
        os.write(master, begun)
        time.sleep(1)
    os.close(master)
    try:
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        child.kill()
        sys.exit(3 + len(begun))
";
    let ended = Command::new("python3")
        .args(["-c", script, super::desk::WT, "watch"])
        .env("HOME", desk.home())
        .env("WATCHTOWER_DIR", desk.state())
        .env("TERM", "xterm")
        .status()
        .unwrap();
    assert_eq!(ended.code(), Some(0), "the dashboard outlived its terminal");
}
