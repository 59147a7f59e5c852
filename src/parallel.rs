//! Work on several processors.

use std::panic::resume_unwind;
use std::sync::Mutex;
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

/// What `work`, which waits for others, makes of each item, `count` of them at a time and begun in order; `None` of those that were
/// not begun, as `may_begin` was over by then.
///
/// # Panics
///
/// When `work` does.
pub(crate) fn some<T: Sync, R: Send>(
    items: &[T],
    count: usize,
    may_begin: impl Fn() -> bool + Sync,
    work: impl Fn(&T) -> R + Sync,
) -> Vec<Option<R>> {
    let next = Mutex::new(items.iter().enumerate());
    let (next, may_begin, work) = (&next, &may_begin, &work);
    let take = move || may_begin().then(|| next.lock().ok()?.next()).flatten();
    let mut done: Vec<Option<R>> = items.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let each = move || {
            let mut made = Vec::new();
            while let Some((index, item)) = take() {
                made.push((index, work(item)));
            }
            made
        };
        let threads: Vec<_> = (0..count.min(items.len())).map(|_| scope.spawn(each)).collect();
        for (index, made) in threads.into_iter().flat_map(joined) {
            done[index] = Some(made);
        }
    });
    done
}

/// What `work`, which waits for others, makes of each item, in order, `count` of them at a time.
///
/// # Panics
///
/// When `work` does.
pub(crate) fn each<T: Sync, R: Send>(count: usize, items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    some(items, count, || true, work).into_iter().flatten().collect()
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::{each, map, some};
    use pretty_assertions::assert_eq;

    #[test]
    fn what_is_not_begun_is_none() {
        let begun = AtomicUsize::new(0);
        let work = |item: &usize| {
            begun.fetch_add(1, Ordering::SeqCst);
            item * 2
        };
        let may_begin = || begun.load(Ordering::SeqCst) < 2;
        assert_eq!(some(&[1, 2, 3], 1, may_begin, work), [Some(2), Some(4), None]);
        assert_eq!(some(&[1, 2, 3], 9, || true, |item| item * 2), [Some(2), Some(4), Some(6)]);
        assert_eq!(some(&[] as &[usize], 4, || true, |item| item * 2), []);
    }

    #[test]
    fn the_order_stays() {
        for count in [0, 1, 63, 64, 65, 1000] {
            let items: Vec<usize> = (0..count).collect();
            let doubled: Vec<usize> = items.iter().map(|item| item * 2).collect();
            assert_eq!(map(&items, |item| item * 2), doubled);
            assert_eq!(each(7, &items, |item| item * 2), doubled);
        }
    }
}
