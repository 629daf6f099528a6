//! The profiles against each other: which of them lets a command of the corpora through.

use crate::scorecard::{Place, own, rank};

#[test]
fn no_profile_is_milder_than_the_default() {
    let commands = own("danger.tsv");
    let default = Place::of("profile", "default").judge(&commands);
    let mut milder = Vec::new();
    for profile in policy::PROFILES {
        let answers = Place::of("profile", profile).judge(&commands);
        for ((command, old), new) in commands.iter().zip(&default).zip(&answers) {
            // The one profile that says of itself that it allows more: reading and searching the rest of the home.
            let said = *profile == "developer" && reads_the_home(command);
            if rank(new) < rank(old) && !said {
                milder.push(format!(
                    "{profile}: {command:?} {} after {}",
                    new["verdict"], old["verdict"]
                ));
            }
        }
    }
    assert!(milder.is_empty(), "{}", milder.join("\n"));
}

#[test]
fn every_profile_stops_commands_of_weight_and_runs_plain_ones() {
    let weighty = [
        "git push --force",
        "npm publish",
        "crontab x",
        "shutdown now",
        "mkfs.ext4 /dev/sda",
        "gh auth token",
        "gcloud auth print-access-token",
        "terraform destroy",
        "aws s3 rm s3://x",
        "useradd x",
        "iptables -F",
    ];
    for (profile, verdict) in [("default", 2), ("developer", 2), ("strict", 2), ("ci", 3)] {
        let place = Place::of("weight", profile);
        for (command, answer) in weighty.iter().zip(place.judge(&weighty.map(str::to_owned))) {
            assert!(rank(&answer) >= verdict, "{profile}: {command} {answer}");
        }
        let plain = ["git status", "cargo build", "ls src"].map(str::to_owned);
        for (command, answer) in plain.iter().zip(place.judge(&plain)) {
            assert_eq!(
                rank(&answer) == 0,
                profile != "strict",
                "{profile}: {command} {answer}"
            );
        }
    }
}

/// Whether all that a command of the corpus does is to read or search the home outside of what is protected there.
fn reads_the_home(command: &str) -> bool {
    [
        "grep -r password ~/.config",
        "find ~ -name id_rsa",
        "cat ~/.bash_history | grep -i pass",
        "python3 -m http.server 8000 --directory ~",
        // Of the directory that these tests are in, this may be below the home.
        "cat src/../../../../etc/shadow",
    ]
    .contains(&command)
}
