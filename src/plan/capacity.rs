//! How large volumes are, in words, and what makes them larger.

/// The command that makes a volume larger.
#[must_use]
pub fn resize_command(pool: &str, name: &str, bytes: u64) -> String {
    let size = in_units(bytes).replace(" bytes", "B").replace(' ', "");
    format!("`virsh vol-resize --pool {pool} {name} {size}`")
}

/// A size in the largest unit that it is a whole number of.
#[must_use]
pub fn in_units(bytes: u64) -> String {
    let units = [(1_u64 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let whole = units.into_iter().find(|(size, _)| bytes > 0 && bytes.is_multiple_of(*size));
    whole.map_or_else(|| format!("{bytes} bytes"), |(size, unit)| format!("{} {unit}", bytes / size))
}
