//! Time by the experiment's phase names, from the passes that Cranelift tells about. A pass within a pass is taken off the outer one.

use cranelift_codegen::timing::{Pass, Profiler, set_thread_profiler};
use std::any::Any;
use std::cell::Cell;
use std::time::Instant;

/// The last is "link", which is this program's own.
const NAMES: [&str; 5] = ["optimise", "select", "allocate", "emit", "link"];
const OUTSIDE: usize = NAMES.len();

thread_local! {
    static CURRENT: Cell<usize> = const { Cell::new(OUTSIDE) };
    static SINCE: Cell<Option<Instant>> = const { Cell::new(None) };
    static SUMS: Cell<[u64; NAMES.len() + 1]> = const { Cell::new([0; NAMES.len() + 1]) };
}

struct Clock;

/// Takes the place of Cranelift's own profiler where nobody asked.
struct Nothing;

struct Pending(usize);

impl Profiler for Nothing {
    fn start_pass(&self, _: Pass) -> Box<dyn Any> {
        Box::new(())
    }
}

impl Profiler for Clock {
    fn start_pass(&self, pass: Pass) -> Box<dyn Any> {
        Box::new(Pending(switch(phase(pass))))
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        switch(self.0);
    }
}

fn phase(pass: Pass) -> usize {
    match pass {
        Pass::compile => OUTSIDE,
        Pass::vcode_lower => 1,
        Pass::regalloc | Pass::regalloc_checker => 2,
        Pass::vcode_emit | Pass::vcode_emit_finish => 3,
        _ => 0,
    }
}

/// Ends the phase under way and begins another. Returns the one that ended.
fn switch(next: usize) -> usize {
    let now = Instant::now();
    let last = CURRENT.replace(next);
    if let Some(since) = SINCE.replace(Some(now)) {
        let mut sums = SUMS.get();
        sums[last] += (now - since).as_nanos() as u64;
        SUMS.set(sums);
    }
    last
}

/// From now on phases are told, or not.
pub fn install(on: bool) {
    reset();
    set_thread_profiler(if on { Box::new(Clock) } else { Box::new(Nothing) });
    SINCE.set(on.then(Instant::now));
}

pub fn reset() {
    CURRENT.set(OUTSIDE);
    SINCE.set(None);
    SUMS.set([0; NAMES.len() + 1]);
}

/// Runs `work` as the phase "link".
pub fn linking<T>(work: impl FnOnce() -> T) -> T {
    if SINCE.get().is_none() {
        return work();
    }
    let before = switch(4);
    let result = work();
    switch(before);
    result
}

/// Nanoseconds of each phase since [`install`].
pub fn taken() -> impl Iterator<Item = (&'static str, u64)> {
    NAMES.into_iter().zip(SUMS.get())
}
