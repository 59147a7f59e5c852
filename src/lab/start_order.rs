//! The order in which the domains of a lab start.

use std::collections::{BTreeMap, BTreeSet};

/// The order in which the domains of a lab start, by their indexes.
#[derive(Debug, Default)]
pub struct StartOrder {
    /// How many domains there are. Higher numbers are groups, each of which stands for all replicas of an entry: thousands may
    /// start after thousands.
    domains: usize,
    /// All, each after what it waits for.
    order: Vec<usize>,
    /// What each waits for: a domain for those in its `after`, a group for its members.
    after: Vec<Vec<usize>>,
}

impl StartOrder {
    /// `order` has all domains and groups, each after what it waits for, which `after` says.
    pub(crate) fn new(domains: usize, order: Vec<usize>, after: Vec<Vec<usize>>) -> Self {
        Self { domains, order, after }
    }

    /// The domains, each after those that it starts after.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.order.iter().copied().filter(|index| *index < self.domains)
    }

    /// These domains and all that start before them.
    #[must_use]
    pub fn with_those_before(&self, chosen: &BTreeSet<usize>) -> BTreeSet<usize> {
        let mut found = chosen.clone();
        let mut open: Vec<usize> = chosen.iter().copied().collect();
        while let Some(index) = open.pop() {
            let before = self.after.get(index).into_iter().flatten();
            open.extend(before.filter(|before| found.insert(**before)));
        }
        found.into_iter().filter(|index| *index < self.domains).collect()
    }

    /// These domains in levels: those of one start together, after those of all before. A level that has none of them is left out.
    #[must_use]
    pub fn levels(&self, chosen: &BTreeSet<usize>) -> Vec<Vec<usize>> {
        let mut depth = vec![0_usize; self.after.len()];
        for index in &self.order {
            let before = self.after.get(*index).into_iter().flatten().map(|before| depth[*before]).max();
            let own = usize::from(*index < self.domains);
            depth[*index] = before.map_or(0, |before| before + own);
        }
        let mut levels: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for index in self.iter().filter(|index| chosen.contains(index)) {
            levels.entry(depth.get(index).copied().unwrap_or(0)).or_default().push(index);
        }
        levels.into_values().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn a_level_starts_after_all_before_it() {
        // 1 after 0, 2 and 3 after 1, 4 after the group of 2 and 3, 5 after nothing.
        let after = vec![vec![], vec![0], vec![1], vec![1], vec![6], vec![], vec![2, 3]];
        let order = StartOrder::new(6, vec![0, 1, 2, 3, 6, 4, 5], after);
        let levels = |chosen: &[usize]| order.levels(&chosen.iter().copied().collect());
        assert_eq!(levels(&[0, 1, 2, 3, 4, 5]), [vec![0, 5], vec![1], vec![2, 3], vec![4]]);
        assert_eq!(levels(&[4, 0]), [vec![0], vec![4]]);
        let with = |chosen: &[usize]| order.with_those_before(&chosen.iter().copied().collect());
        assert_eq!(with(&[4]), BTreeSet::from([0, 1, 2, 3, 4]));
        assert_eq!(with(&[5]), BTreeSet::from([5]));
        assert_eq!(order.iter().collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    }
}
