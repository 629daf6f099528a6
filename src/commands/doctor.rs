//! `wt doctor`: what is wrong with this installation, and the way out of each. Looks, never changes.

use crate::{
    caller::Caller,
    ground::Ground,
    home::{self, Home},
    level::{self, Level},
    report::{Exit, Failure, json_text},
    sandbox::{self, MinSandbox, SandboxError},
    view::{
        out,
        paint::{Paint, Tone},
        standing::{
            approver::Approving, finding::Finding, kernel::Kernel, links::Links, record::Record,
            room::Unwritable, rules::Rules, storage::Storage, waiting::Waiting,
        },
        table::{Cell, Layout, lines},
        words,
    },
};
use clap::{Arg, ArgAction, ArgMatches, Command};
use jiff::Timestamp;
use ledger::ASIDE;
use policy::Settings;
use std::{path::Path, process::ExitCode};

/// Exit code where something is wrong.
const PROBLEMS: u8 = 1;

/// The command line.
pub(crate) fn build() -> Command {
    Command::new("doctor")
        .about("Look for what is wrong with this installation and propose the fix of each finding")
        .arg(
            Arg::new("json")
                .long("json")
                .action(ArgAction::SetTrue)
                .help("Print one JSON object"),
        )
        .after_help("Exit code: 0 nothing is wrong (warnings may stand), 1 something is.")
}

/// Looks at everything.
pub(crate) fn run(matches: &ArgMatches) -> Result<ExitCode, Failure> {
    let caller = Caller::of_this_process()?;
    let mut findings = Vec::new();
    let mut settings = Settings::default();
    match Home::open(&caller) {
        Ok(home) => {
            findings.extend(of_home(&home));
            let unwritable = Unwritable::look(&home);
            findings.extend(unwritable.as_ref().map(of_unwritable));
            let ground = Ground::of(&caller);
            findings.push(of_rules(&Rules::look(&home, &caller, &ground)));
            findings.extend(
                ground
                    .iter()
                    .flat_map(|ground| of_waiting(ground, unwritable.as_ref())),
            );
            let level = level::of(home.owner, &caller);
            findings.extend(ground.iter().filter_map(|ground| of_approver(ground, level)));
            if let Ok(ground) = ground {
                settings = ground.policy.settings().clone();
            }
        }
        Err(failure) => findings.push(Finding::failed(
            "directory",
            &failure,
            "make it yours alone: `wt init` begins where there is none",
        )),
    }
    let dir = home::locate(&caller).map(|(path, _)| path);
    findings.extend(of_links(
        &Links::find(&caller),
        dir.as_deref().unwrap_or(Path::new("/")),
    ));
    findings.extend(of_kernel(&Kernel::ask()));
    findings.push(of_tools(&MinSandbox::of_tools(&settings)));
    let wrong = findings.iter().any(|finding| finding.is_problem());
    out::stream(|out| {
        if matches.get_flag("json") {
            out.line(&json_text(
                &serde_json::json!({"sound": !wrong, "findings": findings}),
            ))?;
        } else {
            for line in screen(&findings, Paint::of_stdout()) {
                out.line(&line)?;
            }
        }
        Ok(if wrong {
            ExitCode::from(PROBLEMS)
        } else {
            ExitCode::SUCCESS
        })
    })
}

fn of_home(home: &Home) -> Vec<Finding> {
    let mut findings = vec![Finding::good(
        "directory",
        format!("{} is yours alone to write", home.path.display()),
    )];
    findings.extend(Storage::of(&home.dir).map(of_storage));
    match Record::look(home) {
        Err(e) => {
            let otherwise = format!("keep the files as they are; where calls end with 74, {ASIDE}");
            findings.push(Finding::failed("ledger", &e.into(), &otherwise));
        }
        Ok(record) => {
            if record.poisoned {
                findings.push(Finding::problem(
                    "ledger",
                    "a sync failed earlier, so nothing is recorded and every call is refused",
                    "look at the disk, then `wt clean --recover --reason TEXT` records what was expected and goes on",
                ));
            }
            let size = words::size(record.bytes);
            let integrity = &record.integrity;
            findings.push(match integrity.state {
                "whole" => Finding::good("ledger", format!("whole, {size}; proven: {}", integrity.proven)),
                "unchecked" if !record.is_damaged() => {
                    Finding::good("ledger", format!("{size}; `wt verify` checks it"))
                }
                "torn" => Finding::warning("ledger", &integrity.finding, "the next call records this and goes on"),
                state => Finding::problem(
                    "ledger",
                    // Too large for a look in passing, it is what the last `wt verify` noted.
                    match &record.last_check {
                        Some(last) if state == "unchecked" => last.words(last.entry, Timestamp::now()),
                        _ => format!("{state}: {}", integrity.finding),
                    },
                    format!(
                        "keep the files as they are and compare with a checkpoint kept elsewhere; where calls end with \
                         74, `wt clean --recover --reason WHY` goes on, and where that cannot, {ASIDE}"
                    ),
                ),
            });
        }
    }
    findings
}

fn of_storage(storage: Storage) -> Finding {
    Finding::warning(
        "storage",
        format!("the record lies on {}: {}", storage.name, storage.why),
        "move the directory to a disk of this machine, and name it by WATCHTOWER_DIR where it is another",
    )
}

fn of_rules(rules: &Rules) -> Finding {
    if !rules.problem.is_empty() {
        let failure = Failure::new(Exit::Config, &rules.problem).hint(&rules.hint);
        return Finding::failed(
            "policy",
            &failure,
            "mend the document where it says, until `wt policy check` finds nothing",
        );
    }
    let files: Vec<&str> = rules.layers.iter().map(|layer| layer.path.as_str()).collect();
    Finding::good("policy", format!("loads: {}", files.join(", ")))
}

fn of_unwritable(unwritable: &Unwritable) -> Finding {
    Finding::problem("writing", &unwritable.what, &unwritable.fix)
}

fn of_waiting(ground: &Ground, unwritable: Option<&Unwritable>) -> Vec<Finding> {
    let waiting = match Waiting::look(ground) {
        Ok(waiting) => waiting,
        Err(failure) => {
            let otherwise = match unwritable {
                Some(unwritable) => unwritable.fix.clone(),
                None => format!(
                    "let its owner read and write it, below `{}`",
                    ground.home.path.display()
                ),
            };
            return vec![Finding::failed("approvals", &failure, &otherwise)];
        }
    };
    let mut findings = Vec::new();
    for frozen in &waiting.frozen {
        findings.push(Finding::warning(
            "freeze",
            format!("stopped: {}", frozen.words()),
            "`wt thaw` lets calls go on",
        ));
    }
    if !waiting.pending.is_empty() {
        let what = words::count(waiting.pending.len() as u64, "request waits", "requests wait");
        findings.push(Finding::warning(
            "approvals",
            format!("{what} for a person"),
            "`wt approvals` lists them",
        ));
    }
    findings
}

/// The approver's key; what keeps it from being looked up is a finding already.
fn of_approver(ground: &Ground, level: &Level) -> Option<Finding> {
    let approving = Approving::look(ground, level).ok()?;
    Some(match approving.problem.as_str() {
        "" => Finding::good("approver", approving.words()),
        // Where no key was ever set, nothing is wrong yet.
        problem if approving.ledger.is_none() => Finding::warning("approver", problem, &approving.fix),
        problem => Finding::failed(
            "approver",
            &Failure::new(Exit::Config, problem).hint(&approving.fix),
            "`wt admin show` says which key is meant",
        ),
    })
}

fn of_links(links: &Links, dir: &Path) -> Vec<Finding> {
    let mut findings = Vec::new();
    if links.dir.is_none() {
        let way_out = "`wt links DIR` makes them in a directory on PATH; `./install.sh --path` does both";
        return vec![Finding::warning(
            "links",
            "no applet is on PATH, so no agent finds one",
            way_out,
        )];
    }
    for shadowed in &links.shadowed {
        let what = format!("`{}` is {} instead of Watchtower", shadowed.name, shadowed.by);
        let way_out = match &links.dir {
            Some(first) => format!("put {first} first on PATH, or remove the other program"),
            None => format!("remove {}", shadowed.by),
        };
        findings.push(Finding::problem("links", what, way_out));
    }
    if let Some(name) = links.missing.first() {
        let what = format!(
            "{} not on PATH: `{name}`",
            words::count(links.missing.len() as u64, "applet is", "applets are")
        );
        let place = links
            .dir
            .as_deref()
            .map_or_else(|| dir.display().to_string(), str::to_owned);
        findings.push(Finding::warning("links", what, format!("wt links {place}")));
    }
    if findings.is_empty() {
        let place = links.dir.as_deref().unwrap_or_default();
        findings.push(Finding::good(
            "links",
            format!("all {} come first on PATH, in {place}", links.first_on_path),
        ));
    }
    findings
}

fn of_kernel(kernel: &Kernel) -> Vec<Finding> {
    let mut findings = vec![match kernel.landlock_abi {
        0 => Finding::warning(
            "landlock",
            format!(
                "no Landlock here (Linux {}): file operations run under seccomp alone",
                kernel.release
            ),
            kernel.way_to_landlock(),
        ),
        abi => Finding::good("landlock", format!("ABI {abi} (Linux {})", kernel.release)),
    }];
    findings.push(if kernel.seccomp {
        Finding::good("seccomp", "filters can be installed")
    } else {
        Finding::problem(
            "seccomp",
            "this kernel takes no seccomp filters, so every call is refused",
            "use a kernel with CONFIG_SECCOMP_FILTER, or a container that does not hide it",
        )
    });
    findings.push(if kernel.user_namespaces {
        Finding::good("namespaces", "user namespaces are not switched off")
    } else {
        Finding::warning(
            "namespaces",
            "user namespaces are switched off: tools run without a root and network of their own",
            "sysctl user.max_user_namespaces, kernel.unprivileged_userns_clone=1, \
             kernel.apparmor_restrict_unprivileged_userns=0",
        )
    });
    findings
}

/// What would hold a tool, found out by confining a child, and whether calls go on with it.
fn of_tools(demanded: &MinSandbox) -> Finding {
    match sandbox::probe() {
        Err(error) => Finding::problem("tools", error.to_string(), "`/proc` must be mounted"),
        Ok(held) => {
            let missing: Vec<String> = held
                .missing
                .iter()
                .map(|missing| format!("{}: {}", missing.layer, missing.why))
                .collect();
            // That one is of no use to root, and nobody can mend it.
            let whole = held.missing.iter().all(|missing| missing.layer == "processes");
            if whole {
                Finding::good(
                    "tools",
                    format!(
                        "confined by namespaces ({}), Landlock, seccomp",
                        held.namespaces.join(", ")
                    ),
                )
            } else {
                let what = format!("not all of it holds: {}", missing.join("; "));
                let way_out = match demanded.check(&held) {
                    Ok(()) => "calls of tools go on with what is left; the policy's `sandbox.min_sandbox.exec` says \
                               what they need"
                        .to_owned(),
                    Err(SandboxError::BelowMinimum { wanted, .. }) => format!(
                        "calls of tools end with 69: the policy's `sandbox.min_sandbox.exec` demands {wanted}"
                    ),
                    Err(other) => other.to_string(),
                };
                Finding::warning("tools", what, way_out)
            }
        }
    }
}

fn screen(findings: &[Finding], paint: Paint) -> Vec<String> {
    let mut rows = Vec::new();
    for finding in findings {
        let tone = if finding.is_problem() {
            Tone::Bad
        } else if finding.fix.is_empty() {
            Tone::Good
        } else {
            Tone::Warn
        };
        rows.push(vec![
            Cell::toned(tone, finding.state),
            Cell::toned(Tone::Strong, finding.check),
            Cell::new(&finding.what),
        ]);
        if !finding.fix.is_empty() {
            rows.push(vec![
                Cell::default(),
                Cell::default(),
                Cell::toned(Tone::Dim, format!("fix: {}", finding.fix)),
            ]);
        }
    }
    lines(
        &rows,
        Layout {
            width: None,
            elastic: 2,
            least: &[],
        },
        paint,
    )
}
