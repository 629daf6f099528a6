//! The JSON Schema of a document, for editors: made from the same shapes that loading checks.

use super::{
    keys::DOCUMENT,
    shape::{Field, Shape},
};
use serde_json::{Map, Value as Json, json};

/// The schema (draft 2020-12).
pub fn schema() -> Json {
    let mut schema = object(DOCUMENT);
    if let Some(map) = schema.as_object_mut() {
        map.insert(
            "$schema".to_owned(),
            json!("https://json-schema.org/draft/2020-12/schema"),
        );
        map.insert("title".to_owned(), json!("Watchtower policy"));
    }
    schema
}

fn object(fields: &[Field]) -> Json {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = of(&field.shape);
        if let Some(map) = schema.as_object_mut() {
            map.insert("description".to_owned(), json!(field.about));
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let required: Vec<&str> = fields.iter().filter(|f| f.required).map(|f| f.name).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn of(shape: &Shape) -> Json {
    let word_or_list =
        |item: &str| json!({"anyOf": [{"type": item}, {"type": "array", "items": {"type": item}}]});
    match shape {
        Shape::Any => json!({}),
        Shape::Bool => json!({"type": "boolean"}),
        Shape::Int(low, high) => json!({"type": "integer", "minimum": low, "maximum": high}),
        Shape::Text => json!({"type": "string"}),
        Shape::Choice(words) => json!({"enum": words}),
        Shape::Place => json!({"type": "string", "pattern": r"^(/|~(/|$)|\$WORKSPACE(/|$))"}),
        Shape::Fixed => json!({"type": "string", "pattern": "^(/|~(/|$))"}),
        Shape::Absolute => json!({"type": "string", "pattern": "^/"}),
        Shape::Words => word_or_list("string"),
        Shape::Ints => word_or_list("integer"),
        Shape::List(item) => json!({"type": "array", "items": of(item)}),
        Shape::Map(item) => json!({"type": "object", "additionalProperties": of(item)}),
        Shape::Object(fields) => object(fields),
    }
}
