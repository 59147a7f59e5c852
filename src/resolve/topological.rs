//! Sorts things so that each comes after those that it depends on, and finds cycles.

/// The order in which everything comes after what it has to come after, and otherwise stays where it is. `circle` is
/// told of each circle: its members, each with what comes with the next one.
pub(crate) fn in_order<T: Clone>(before: &[Vec<(usize, T)>], mut circle: impl FnMut(&[(usize, T)])) -> Vec<usize> {
    let mut order = Vec::with_capacity(before.len());
    let mut done = vec![false; before.len()];
    let mut on_path = vec![false; before.len()];
    for start in 0..before.len() {
        // Each step is a member, and how many of those before it have been visited.
        let mut path: Vec<(usize, usize)> = Vec::new();
        if !done[start] {
            on_path[start] = true;
            path.push((start, 0));
        }
        while let Some((index, visited)) = path.last_mut() {
            let index = *index;
            let Some((next, _)) = before[index].get(*visited) else {
                on_path[index] = false;
                done[index] = true;
                order.push(index);
                path.pop();
                continue;
            };
            *visited += 1;
            if on_path[*next] {
                let from = path.iter().position(|(step, _)| step == next).unwrap_or(0);
                let steps: Vec<(usize, T)> =
                    path[from..].iter().map(|(step, visited)| (*step, before[*step][visited - 1].1.clone())).collect();
                circle(&steps);
            } else if !done[*next] {
                on_path[*next] = true;
                path.push((*next, 0));
            }
        }
    }
    order
}
