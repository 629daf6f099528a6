//! A sweep over the ledger on all cores: pieces are worked on side by side, and their results come in order, so
//! that the output never depends on who was faster. Bounded: nobody runs far ahead of the slowest.

use super::{
    out::Stopped,
    progress::{Pace, Progress},
};
use ledger::{LedgerError, read::Reader, sweep::Piece};
use std::{
    collections::BTreeMap,
    ops::ControlFlow,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread,
};

/// No more threads than these.
const MAX_THREADS: usize = 16;
/// How far a thread may be ahead of the result that is taken next, in pieces a thread.
const AHEAD: usize = 4;

struct Board<T> {
    next: usize,
    taken: usize,
    stop: bool,
    done: BTreeMap<usize, Result<T, LedgerError>>,
}

/// Works on every piece with `work` and gives the results, in order, to `take`, until that breaks.
///
/// # Errors
/// The first piece that could not be read, or what `take` says.
pub(crate) fn sweep<T: Send>(
    reader: &Reader,
    pieces: &[Piece],
    pace: Pace,
    work: impl Fn(&Reader, Piece) -> Result<T, LedgerError> + Sync,
    mut take: impl FnMut(T) -> Result<ControlFlow<()>, Stopped>,
) -> Result<(), Stopped> {
    let threads = thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MAX_THREADS)
        .min(pieces.len());
    let board = Mutex::new(Board {
        next: 0,
        taken: 0,
        stop: false,
        done: BTreeMap::new(),
    });
    let moved = Condvar::new();
    let ahead = AHEAD * threads;
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((index, piece)) = claim(&board, &moved, pieces, ahead) {
                    let result = work(reader, piece);
                    lock(&board).done.insert(index, result);
                    moved.notify_all();
                }
            });
        }
        let taken = take_all(&board, &moved, pieces.len(), Progress::new(pace), &mut take);
        lock(&board).stop = true;
        moved.notify_all();
        taken
    })
}

fn claim<T>(
    board: &Mutex<Board<T>>,
    moved: &Condvar,
    pieces: &[Piece],
    ahead: usize,
) -> Option<(usize, Piece)> {
    let mut state = lock(board);
    while !state.stop && state.next >= state.taken + ahead && state.next < pieces.len() {
        state = moved.wait(state).unwrap_or_else(PoisonError::into_inner);
    }
    let index = state.next;
    let piece = pieces.get(index).copied().filter(|_| !state.stop)?;
    state.next += 1;
    Some((index, piece))
}

fn take_all<T>(
    board: &Mutex<Board<T>>,
    moved: &Condvar,
    count: usize,
    mut progress: Progress,
    take: &mut impl FnMut(T) -> Result<ControlFlow<()>, Stopped>,
) -> Result<(), Stopped> {
    for index in 0..count {
        let mut state = lock(board);
        let result = loop {
            match state.done.remove(&index) {
                Some(result) => break result,
                None => state = moved.wait(state).unwrap_or_else(PoisonError::into_inner),
            }
        };
        state.taken = index + 1;
        drop(state);
        moved.notify_all();
        progress.tell(index + 1, count);
        if take(result?)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn lock<T>(board: &Mutex<Board<T>>) -> MutexGuard<'_, Board<T>> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}
