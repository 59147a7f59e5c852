//! What commands say of how long something took, which is another thing on each machine.

/// What is said in the end, without how long it took: no word of what was waited for meanwhile, and no ` after 3 s`.
pub fn without(said: &str) -> String {
    let lasts = said.lines().filter(|line| !line.contains(": not ready yet: "));
    let is_time = |after: &str| after.starts_with(|c: char| c.is_ascii_digit());
    let without = |line: &str| match line.split_once(" after ") {
        Some((before, after)) if is_time(after) => {
            let rest = after.find(':').map_or("", |at| &after[at..]);
            format!("{before}{rest}\n")
        }
        Some(_) | None => format!("{line}\n"),
    };
    lasts.map(without).collect()
}
