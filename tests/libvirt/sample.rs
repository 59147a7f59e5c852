//! Much of what is tested here is alike: all labs, all recipes, all edits. A plain run takes a sample of each, which is the same
//! every time. `TRIALS=all` takes all of them, `TRIALS=WORD` those with a word in their names.

use std::env;

/// At most so many of things with names, evenly spread.
pub fn sample<T>(all: Vec<T>, most: usize, name: impl Fn(&T) -> &str) -> Vec<T> {
    match env::var("TRIALS") {
        Ok(wanted) if wanted == "all" => all,
        Ok(wanted) => all.into_iter().filter(|one| name(one).contains(&wanted)).collect(),
        Err(_) => {
            let step = all.len().div_ceil(most).max(1);
            all.into_iter().step_by(step).collect()
        }
    }
}
