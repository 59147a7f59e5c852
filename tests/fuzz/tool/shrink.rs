//! Makes a failing spec as short as it can be: what can be left out is left out.

use serde_json::Value;

use super::Failure;

/// The failure of the shortest spec that `still` fails in the same way.
pub fn shortest(mut failure: Failure, still: &dyn Fn(&Value) -> Option<Failure>) -> Failure {
    loop {
        let mut is_shorter = false;
        let mut pointers = Vec::new();
        members(&failure.spec, "", &mut pointers);
        for pointer in pointers {
            let mut shorter = failure.spec.clone();
            if remove(&mut shorter, &pointer)
                && let Some(shorter) = still(&shorter)
            {
                failure = shorter;
                is_shorter = true;
            }
        }
        if !is_shorter {
            return failure;
        }
    }
}

/// Removes a member or an item; whether it was there.
pub fn remove(value: &mut Value, pointer: &str) -> bool {
    let Some((parent, key)) = pointer.rsplit_once('/') else { return false };
    match value.pointer_mut(parent) {
        Some(Value::Object(object)) => object.shift_remove(&key.replace("~1", "/").replace("~0", "~")).is_some(),
        Some(Value::Array(items)) => {
            let index = key.parse().ok().filter(|index| *index < items.len());
            index.map(|index: usize| items.remove(index)).is_some()
        }
        _ => false,
    }
}

/// Every member and item, those around others first and later items before earlier ones.
fn members(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut add = |key: &str, value: &Value| {
        let pointer = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
        found.push(pointer.clone());
        members(value, &pointer, found);
    };
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| add(key, value)),
        Value::Array(items) => {
            items.iter().enumerate().rev().for_each(|(index, value)| add(&index.to_string(), value));
        }
        _ => {}
    }
}
