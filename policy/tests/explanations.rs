//! What `wt policy explain` is made from.

use crate::decisions::{call, user};
use policy::RuleResult;
use serde_json::json;

#[test]
fn the_false_part_of_a_condition_is_named_with_its_values() {
    let policy = user(json!([
        {"name": "logs", "priority": 9, "condition": "target.kind == 'file' and target.path.endswith('.log') and params.get('n', 0) < 5", "action": "allow"},
        {"name": "srv", "priority": 8, "paths": ["/srv/**", "/opt/*"], "action": "allow"},
        {"name": "rest", "priority": 1, "action": "deny"},
        {"name": "never", "priority": 0, "action": "allow", "condition": "True"},
    ]));
    let told = policy.explain(&call("filesystem", "read", "/home/ann/a.txt"));
    let rules = &told.targets[0].layers[0].rules;
    assert_eq!(rules[0].result, RuleResult::ConditionFalse);
    assert_eq!(rules[0].part, "target.path.endswith('.log')");
    assert_eq!(
        rules[0].values,
        [("target.path".to_owned(), "'/home/ann/a.txt'".to_owned())]
    );
    assert_eq!(
        (rules[1].result, rules[1].part.as_str()),
        (RuleResult::OtherPath, "paths: /srv/**, /opt/*")
    );
    assert_eq!(rules[2].result, RuleResult::Matches);
    assert_eq!(rules[3].result, RuleResult::NotReached);
}
