//! Amounts of bytes, as a number and a binary unit.

use std::fmt;

use serde::{Serialize, Serializer};

/// The units, from the largest: name and bytes.
const UNITS: [(&str, i64); 6] =
    [("PiB", 1 << 50), ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];

/// The largest amount, in bytes: libvirt rounds amounts of memory up to KiB, and counts bytes in signed 64-bit integers, as Nix
/// does.
const MOST: i64 = i64::MAX - 1023;

/// An amount of bytes. It fits libvirt's and Nix's signed 64-bit integers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Size(i64);

impl Size {
    /// No bytes at all.
    pub const NOTHING: Self = Self(0);

    /// 512 bytes, what disks are counted in.
    pub const SECTOR: Self = Self(512);

    /// 1 KiB, the least memory that libvirt can count.
    pub const KIB: Self = Self(1 << 10);

    /// Reads `60GiB`: a whole number and a unit. `None` for anything else, and for 8 EiB and more.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (number, bytes) = number_and_unit(text)?;
        number.parse::<i64>().ok()?.checked_mul(bytes).filter(|bytes| *bytes <= MOST).map(Self)
    }

    /// Whether it is a size, though one of 8 EiB or more.
    #[must_use]
    pub fn is_too_large(text: &str) -> bool {
        number_and_unit(text).is_some() && Self::parse(text).is_none()
    }

    /// What a text that is no size probably means: `8G` and `8 gb` are `8GiB`.
    #[must_use]
    pub fn meant(text: &str) -> Option<String> {
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit())?);
        let unit = unit.trim().to_lowercase();
        let prefix =
            unit.trim_end_matches("bytes").trim_end_matches("byte").trim_end_matches('b').trim_end_matches('i');
        let (unit, _) = UNITS.iter().find(|(name, _)| name.trim_end_matches("iB").to_lowercase() == prefix)?;
        Some(format!("{number}{unit}")).filter(|meant| Self::parse(meant).is_some())
    }

    /// The two together, or the most that there is.
    #[must_use]
    pub fn saturating_add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// The least multiple of another amount that is no less.
    #[must_use]
    pub fn up_to_multiple(self, of: Self) -> Self {
        let rest = self.0 % of.0.max(1);
        if rest == 0 { self } else { Self(self.0 - rest).saturating_add(of) }
    }

    /// The amount in bytes.
    #[must_use]
    pub fn bytes(self) -> i64 {
        self.0
    }

    /// The number and the largest unit of libvirt's that it is a whole number of: `(60, "GiB")`. libvirt calls single
    /// bytes `b`, or `bytes` in definitions.
    #[must_use]
    pub fn in_largest_unit(self) -> (i64, &'static str) {
        let (unit, bytes) =
            UNITS.iter().find(|(_, bytes)| self.0 != 0 && self.0 % bytes == 0).unwrap_or(&UNITS[UNITS.len() - 1]);
        (self.0 / bytes, if *unit == "B" { "bytes" } else { unit })
    }
}

/// The digits of a size, and how many bytes its unit is.
fn number_and_unit(text: &str) -> Option<(&str, i64)> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let (_, bytes) = UNITS.iter().find(|(name, _)| *name == unit)?;
    (!number.is_empty()).then_some((number, *bytes))
}

impl Serialize for Size {
    /// As its bytes.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.in_largest_unit() {
            (count, "bytes") => write!(f, "{count}B"),
            (count, unit) => write!(f, "{count}{unit}"),
        }
    }
}

/// An amount of bytes for people, in the largest unit that it is a whole number of: `60 GiB`, `12 bytes`.
#[must_use]
pub fn in_words(bytes: u64) -> String {
    let (count, unit) = i64::try_from(bytes).map_or((0, ""), |bytes| Size(bytes).in_largest_unit());
    if unit.is_empty() { format!("{bytes} bytes") } else { format!("{count} {unit}") }
}

/// How many bytes an amount has, in a unit of libvirt's, in letters of either case
/// ([source](https://libvirt.org/formatstorage.html#general-metadata)). `None` for another unit, and beyond 2⁶³.
#[must_use]
pub fn bytes_of_amount(count: i64, unit: &str) -> Option<i64> {
    i64::try_from(bytes_of_unit(unit)?).ok()?.checked_mul(count)
}

fn bytes_of_unit(unit: &str) -> Option<u64> {
    let unit = unit.to_ascii_lowercase();
    let base = match unit.as_str() {
        "b" | "byte" | "bytes" => return Some(1),
        _ => match unit.get(1..)? {
            "" | "ib" => 1024_u64,
            "b" => 1000,
            _ => return None,
        },
    };
    let power = "kmgtpe".find(unit.chars().next()?)?;
    base.checked_pow(u32::try_from(power).ok()? + 1)
}

#[cfg(test)]
mod tests {
    use super::Size;
    use pretty_assertions::assert_eq;

    fn check(text: &str, expected: Option<(i64, &str)>) {
        assert_eq!(Size::parse(text).map(Size::in_largest_unit), expected, "{text}");
    }

    #[test]
    fn sizes_that_are_meant() {
        let check = |text: &str, expected: Option<&str>| assert_eq!(Size::meant(text).as_deref(), expected, "{text}");
        check("8G", Some("8GiB"));
        check("8g", Some("8GiB"));
        check("8 GiB", Some("8GiB"));
        check("512MB", Some("512MiB"));
        check("1tb", Some("1TiB"));
        check("8Gi", Some("8GiB"));
        check("8", None);
        check("G", None);
        check("1.5GiB", None);
        check("-1GiB", None);
        check("8x", None);
        check("99999999P", None);
    }

    #[test]
    fn sizes() {
        check("60GiB", Some((60, "GiB")));
        check("2048MiB", Some((2, "GiB")));
        check("1500MiB", Some((1500, "MiB")));
        check("0GiB", Some((0, "bytes")));
        check("12B", Some((12, "bytes")));
        check("60", None);
        check("60GB", None);
        check("60 GiB", None);
        check("-1GiB", None);
        check("1.5GiB", None);
        check("", None);
        check("9223372036854774784B", Some((9_007_199_254_740_991, "KiB")));
        check("9223372036854774785B", None);
        check("99999999PiB", None);
        for (text, is_too_large) in
            [("8191PiB", false), ("8192PiB", true), ("99999999999999999999B", true), ("PiB", false)]
        {
            assert_eq!(Size::is_too_large(text), is_too_large, "{text}");
        }
    }
}
