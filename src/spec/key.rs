//! A field of the spec's structs and its key in JSON, which is made from the field's name by the rule of
//! `#[serde(rename_all = "camelCase")]`. Only `Spec::schema` has another key, `$schema`.

/// A key in JSON of the objects `T`, and the field that it is read from; `key!` makes both from the field's name.
#[derive(Debug)]
pub struct Key<T, U: ?Sized> {
    /// The key.
    pub name: &'static str,
    /// What an object has under the key, if it is written.
    pub field: for<'a> fn(&'a T) -> Option<&'a U>,
}

impl<T, U: ?Sized> Clone for Key<T, U> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, U: ?Sized> Copy for Key<T, U> {}

/// The [`Key`] of a field: `key!(tick_policy)` has the name `tickPolicy` and reads `tick_policy`.
macro_rules! key {
    ($field:ident) => {
        $crate::spec::key::Key { name: $crate::spec::key::key_name!($field), field: |object| object.$field.as_ref() }
    };
}
pub(crate) use key;

/// The key of a field in JSON, as a `&'static str`.
macro_rules! key_name {
    ($field:ident) => {{
        const KEY: &$crate::spec::key::CamelCase = &$crate::spec::key::CamelCase::of(stringify!($field));
        KEY.as_str()
    }};
}
pub(crate) use key_name;

/// The keys of an object that are written, of the fields in the first list. The second list has the other fields, so that
/// who adds a field has to say in which it belongs.
///
/// `written_keys!(cpu => Cpu { mode, model }, except { features, cache, check, migratable })`
macro_rules! written_keys {
    ($object:expr => $type:path { $($field:ident),* $(,)? } $(, except { $($other:ident),* $(,)? })?) => {{
        let $type { $($field,)* $($($other: _,)*)? } = $object;
        let keys = [$(($crate::spec::key::key_name!($field), $field.is_some())),*];
        keys.into_iter().filter(|(_, is_written)| *is_written).map(|(key, _)| key)
    }};
}
pub(crate) use written_keys;

/// A name in camel case, made while this crate is compiled.
#[derive(Debug)]
pub struct CamelCase {
    bytes: [u8; Self::MOST],
    length: usize,
}

impl CamelCase {
    const MOST: usize = 32;

    /// The name of a field, as `stringify!` gives it, in camel case.
    ///
    /// # Panics
    ///
    /// When the name is longer than any field's is.
    #[must_use]
    pub const fn of(field: &str) -> Self {
        let field = field.as_bytes();
        let (mut bytes, mut length) = ([0; Self::MOST], 0);
        let mut at = if field.len() > 2 && field[0] == b'r' && field[1] == b'#' { 2 } else { 0 };
        while at < field.len() {
            if field[at] == b'_' {
                at += 1;
                bytes[length] = field[at].to_ascii_uppercase();
            } else {
                bytes[length] = field[at];
            }
            length += 1;
            at += 1;
        }
        Self { bytes, length }
    }

    /// The name.
    ///
    /// # Panics
    ///
    /// Never: the name of a field is text.
    #[must_use]
    pub const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.length).0) {
            Ok(name) => name,
            Err(_) => panic!("the name of a field is text"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::DomainFields;
    use crate::spec::input::{GrabToggle, Input};
    use crate::spec::names::names;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_field_has_the_key_that_serde_has_for_it() {
        let input = [
            key_name!(r#type),
            key_name!(bus),
            key_name!(device),
            key_name!(grab),
            key_name!(grab_toggle),
            key_name!(repeat),
        ];
        assert_eq!(names::<Input>(), input);
        for key in [key_name!(hyperv_vendor_id), key_name!(accel3d), key_name!(on), key_name!(further_graphics)] {
            assert!(names::<DomainFields>().contains(&key), "{key}");
        }
    }

    #[test]
    fn a_key_reads_its_field() {
        let input = Input { grab_toggle: Some(GrabToggle::AltAlt), ..Input::default() };
        let key: Key<Input, GrabToggle> = key!(grab_toggle);
        assert_eq!((key.name, (key.field)(&input)), ("grabToggle", Some(&GrabToggle::AltAlt)));
    }

    #[test]
    fn only_what_is_written_has_its_key_listed() {
        let input = Input { repeat: Some(true), device: Some("x".to_owned()), ..Input::default() };
        let keys = written_keys!(&input => Input { repeat, grab_toggle, grab, bus }, except { r#type, device });
        assert_eq!(keys.collect::<Vec<_>>(), ["repeat"]);
    }
}
