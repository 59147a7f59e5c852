//! Work on several processors.

use std::panic::resume_unwind;
use std::thread::{self, ScopedJoinHandle};

/// Fewer items than this are done before a thread has started.
const MANY: usize = 64;

/// What `work` makes of each item, in order.
///
/// # Panics
///
/// When `work` does.
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    if items.len() < MANY || processors == 1 {
        return items.iter().map(work).collect();
    }
    let work = &work;
    thread::scope(|scope| {
        let parts = items.chunks(items.len().div_ceil(processors));
        let others: Vec<_> =
            parts.clone().skip(1).map(|part| scope.spawn(move || part.iter().map(work).collect::<Vec<_>>())).collect();
        let mut done: Vec<R> = Vec::with_capacity(items.len());
        done.extend(parts.take(1).flatten().map(work));
        for other in others {
            done.extend(joined(other));
        }
        done
    })
}

/// What both make, at the same time: `one` on this thread.
///
/// # Panics
///
/// When either does.
pub(crate) fn both<A, B: Send>(one: impl FnOnce() -> A, other: impl FnOnce() -> B + Send) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(other);
        (one(), joined(other))
    })
}

/// What a thread made. Its panic is this one's too.
pub(crate) fn joined<R>(thread: ScopedJoinHandle<'_, R>) -> R {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

#[cfg(test)]
mod tests {
    use super::map;
    use pretty_assertions::assert_eq;

    #[test]
    fn the_order_stays() {
        for count in [0, 1, 63, 64, 65, 1000] {
            let items: Vec<usize> = (0..count).collect();
            assert_eq!(map(&items, |item| item * 2), items.iter().map(|item| item * 2).collect::<Vec<_>>());
        }
    }
}
