//! What the JSON of a spec calls the fields and variants of its types: nobody writes a name beside the one serde has.

use std::fmt::{self, Display};

use serde::de::value::StrDeserializer;
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, Visitor};
use serde::forward_to_deserialize_any;

/// The keys of a struct, or the words of an enumeration, in the order of the definition; nothing for other types.
///
/// A derived `Deserialize` says its names before it reads anything; `Names` notes them and stops it.
#[must_use]
pub fn names<'de, T: Deserialize<'de>>() -> &'static [&'static str] {
    T::deserialize(Names).err().map_or(&[], |Noted(names)| names)
}

/// The variants of an enumeration without fields, in the order of the definition.
pub fn variants<T: DeserializeOwned>() -> impl Iterator<Item = T> {
    names::<T>().iter().filter_map(|word| T::deserialize(StrDeserializer::<Noted>::new(word)).ok())
}

struct Names;

/// The names, as the error that stops a type from reading.
#[derive(Debug)]
struct Noted(&'static [&'static str]);

impl Display for Noted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl std::error::Error for Noted {}

impl de::Error for Noted {
    fn custom<T: Display>(_: T) -> Self {
        Self(&[])
    }
}

impl<'de> Deserializer<'de> for Names {
    type Error = Noted;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Noted> {
        Err(Noted(&[]))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Noted> {
        Err(Noted(fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Noted> {
        Err(Noted(variants))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// Gives enumerations a `name`: the word that a spec, and mostly libvirt too, has for a variant.
macro_rules! words {
    ($($enumeration:ty),+ $(,)?) => {$(
        impl $enumeration {
            /// The word for it in a spec.
            #[must_use]
            pub fn name(self) -> &'static str {
                $crate::spec::names::names::<Self>()[self as usize]
            }
        }
    )+};
}
pub(crate) use words;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::cloud_init::BondMode;
    use crate::spec::guest::Arch;
    use crate::spec::link::LinkProfile;
    use pretty_assertions::assert_eq;

    #[test]
    fn names_are_those_of_serde_in_order() {
        assert_eq!(names::<LinkProfile>(), ["rate", "delay", "jitter", "loss"]);
        assert_eq!(names::<Arch>(), ["x86_64", "aarch64"]);
        assert_eq!(names::<Option<Arch>>(), [""; 0]);
        assert_eq!(names::<u32>(), [""; 0]);
    }

    #[test]
    fn a_variant_has_the_word_that_it_is_read_from() {
        assert_eq!(variants::<BondMode>().map(BondMode::name).collect::<Vec<_>>(), names::<BondMode>());
        for word in names::<BondMode>() {
            let mode: BondMode = serde_json::from_value((*word).into()).unwrap();
            assert_eq!(mode.name(), *word);
        }
    }
}
