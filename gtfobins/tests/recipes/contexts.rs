//! The recipes as they are written, in every context.

use super::{cases, recipes_of};

#[test]
fn all_822_recipes_carry_their_alert_in_every_context_they_have() {
    let Some(cases) = cases() else { return };
    let of = |context: &str| cases.iter().filter(|case| case.context == context).count();
    println!(
        "{} recipes in {} contexts: unprivileged {}, sudo {}, suid {}, capabilities {}",
        recipes_of(&cases),
        cases.len(),
        of("unprivileged"),
        of("sudo"),
        of("suid"),
        of("capabilities")
    );
    let lost: Vec<String> = cases
        .iter()
        .filter(|case| !case.is_carried(&case.code))
        .map(|case| format!("{case}: {}", case.code))
        .collect();
    assert!(lost.is_empty(), "{} lost:\n{}", lost.len(), lost.join("\n"));
    assert_eq!(recipes_of(&cases), 822);
}

#[test]
fn all_822_recipes_carry_their_alert_on_files_of_the_workspace() {
    let Some(cases) = cases() else { return };
    let lost: Vec<String> = cases
        .iter()
        .filter(|case| !case.is_carried(&case.code.replace("/path/to/", "/home/person/project/")))
        .map(|case| format!("{case}: {}", case.code))
        .collect();
    assert!(lost.is_empty(), "{} lost:\n{}", lost.len(), lost.join("\n"));
}
