//! Reading JSON, with places.

use super::{Extent, Span, Value, inside, read};

fn fault(text: &str) -> (u32, String) {
    let mut faults = Vec::new();
    assert!(
        read(text, Extent::Everything, &mut faults).is_none(),
        "{text} was read"
    );
    (faults[0].at.start, faults[0].message.clone())
}

#[test]
fn values_keep_their_place() {
    let mut faults = Vec::new();
    let text = r#" {"a": [1, -2.5, "x\n\u00e9\ud83d\ude00"], "b": null}"#;
    let node = read(text, Extent::Everything, &mut faults).unwrap();
    let list = node.get("a").unwrap();
    assert_eq!(list.at, Span { start: 7, end: 41 });
    assert_eq!(list.items()[0].value, Value::Int(1));
    assert_eq!(list.items()[2].text(), Some("x\né😀"));
    assert_eq!(node.get("b").unwrap().value, Value::Null);
    assert_eq!(faults, []);
}

#[test]
fn what_is_not_json_is_named_at_its_place() {
    for (text, at, message) in [
        ("{\"a\": 1,}", 8, "a key in double quotes was expected here"),
        ("[1 2]", 3, "a comma or `]` was expected here"),
        ("[01]", 1, "this is not a number"),
        ("\"a", 0, "this string is not closed"),
        (r#""\x""#, 1, "unknown escape"),
        (r#""\ud800""#, 1, "this is not a character"),
        ("1 1", 2, "nothing may follow the document"),
        ("1e999", 0, "this number is too large"),
        ("", 0, "the document ends where a value was expected"),
    ] {
        assert_eq!(fault(text), (at, message.to_owned()), "{text}");
    }
    assert_eq!(fault(&"[".repeat(100_000)).1, "nested deeper than 64 levels");
}

#[test]
fn a_key_that_stands_twice_is_found_in_small_and_large_objects() {
    for n in [1, 40] {
        let keys: Vec<String> = (0..n).map(|i| format!("\"k{i}\": 1")).collect();
        let mut faults = Vec::new();
        assert!(
            read(
                &format!("{{{}, \"k0\": 2}}", keys.join(",")),
                Extent::Everything,
                &mut faults
            )
            .is_some()
        );
        assert_eq!(faults.len(), 1);
    }
}

#[test]
fn an_offset_in_the_decoded_text_is_found_in_the_document() {
    let text = r#""a\n\u00e9\ud83d\ude00z""#;
    let all = Span::new(0, text.len());
    let z = "a\né😀".len();
    assert_eq!(text.get(inside(text, all, z)..), Some("z\""));
    assert_eq!(inside(text, all, 0), 1);
}
