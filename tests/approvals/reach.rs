//! How far a grant that is wider than one call reaches.

use super::place::{Ask, Desk, HOUR};
use policy::Verdict;
use watchtower::state::{Extent, State, Terms};

#[test]
fn wider_grants_reach_as_far_as_they_say_and_no_further() {
    let within = |extent| Terms { extent, ..HOUR };
    let dir = Desk::new();
    dir.approve(&dir.ask(&Ask::delete("/home/ada/old/a")), within(Extent::Dir));
    for (path, verdict) in [
        ("/home/ada/old/b", Verdict::Allow),
        ("/home/ada/old/deep/er/c", Verdict::Allow),
        ("/home/ada/old-evil/c", Verdict::Escalate),
        ("/home/ada/c", Verdict::Escalate),
    ] {
        assert_eq!(dir.call(&Ask::delete(path)), verdict, "{path}");
    }
    let rule = Desk::new();
    rule.approve(&rule.ask(&Ask::delete("/home/ada/old/a")), within(Extent::Rule));
    assert_eq!(rule.call(&Ask::delete("/srv/x")), Verdict::Allow);
    assert_eq!(
        rule.call(&Ask {
            rule: "other",
            ..Ask::delete("/srv/x")
        }),
        Verdict::Escalate
    );
    let host = Desk::new();
    let ask = Ask {
        host: "db1",
        operation: "read",
        ..Ask::delete("/var/log/x")
    };
    host.approve(&host.ask(&ask), within(Extent::Host));
    assert_eq!(
        host.call(&Ask {
            path: "/etc/motd".into(),
            ..ask.clone()
        }),
        Verdict::Allow
    );
    assert_eq!(host.call(&Ask { host: "db2", ..ask }), Verdict::Escalate);
}

#[test]
fn a_directory_grant_for_a_home_or_the_root_is_not_given() {
    let desk = Desk::new();
    let homes = ["/home/ada".to_owned()];
    for path in ["/home/ada/x", "/x", "/home/x"] {
        let request = desk.state().request(&desk.ask(&Ask::delete(path))).unwrap();
        assert_eq!(
            State::reach(&request, Extent::Dir, &homes).unwrap_err().code,
            64,
            "{path}"
        );
        assert_eq!(
            State::reach(&request, Extent::Host, &homes).unwrap_err().code,
            64,
            "{path}"
        );
    }
}

#[test]
fn a_grant_for_what_lies_in_a_directory_is_none_for_the_directory() {
    let dir = Terms {
        extent: Extent::Dir,
        ..HOUR
    };
    let whole = |path: &str| Ask {
        kind: "dir",
        ..Ask::delete(path)
    };
    let desk = Desk::new();
    let id = desk.ask(&Ask::delete("/home/ada/old/a"));
    let request = desk.state().request(&id).unwrap();
    let reach = State::reach(&request, Extent::Dir, &[]).unwrap();
    assert_eq!(reach.words(), "anything below `/home/ada/old`");
    desk.approve(&id, dir);
    for (ask, verdict) in [
        (whole("/home/ada/old"), Verdict::Escalate),
        (whole("/home/ada/old/deep"), Verdict::Allow),
        (Ask::delete("/home/ada/old/deep/b"), Verdict::Allow),
        (Ask::delete("/home/ada/old"), Verdict::Escalate),
    ] {
        assert_eq!(desk.call(&ask), verdict, "{} {}", ask.kind, ask.path);
    }
    // Whoever asked about the directory gets the directory.
    let desk = Desk::new();
    let id = desk.ask(&whole("/home/ada/old"));
    let request = desk.state().request(&id).unwrap();
    let reach = State::reach(&request, Extent::Dir, &[]).unwrap();
    assert_eq!(reach.words(), "`/home/ada/old` and anything below it");
    desk.approve(&id, dir);
    for ask in [
        whole("/home/ada/old"),
        whole("/home/ada/old/deep"),
        Ask::delete("/home/ada/old/b"),
    ] {
        assert_eq!(desk.call(&ask), Verdict::Allow, "{} {}", ask.kind, ask.path);
    }
    assert_eq!(desk.call(&whole("/home/ada")), Verdict::Escalate);
}
