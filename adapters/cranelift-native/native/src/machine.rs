//! What this program asks the operating system: its own accounts, and executable memory.

use std::ptr::null_mut;

/// CPU time of this process so far.
pub fn cpu_nanos() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the structure outlives the call
    unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// High-water mark of the resident set.
pub fn peak_bytes() -> u64 {
    // SAFETY: all-zero is a value of this structure, and it outlives the call
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &mut usage) };
    usage.ru_maxrss as u64 * 1024
}

/// Pages of our own, writable until they are executable.
pub struct Pages {
    start: *mut u8,
    length: usize,
}

impl Pages {
    pub fn writable(length: usize) -> Result<Pages, String> {
        let length = length.max(1).next_multiple_of(4096);
        // SAFETY: a new private mapping, wherever the kernel puts it
        let start = unsafe { libc::mmap(null_mut(), length, libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0) };
        if start == libc::MAP_FAILED {
            return Err(format!("no memory for {length} bytes of code: {}", std::io::Error::last_os_error()));
        }
        Ok(Pages { start: start.cast(), length })
    }

    pub fn address(&self) -> u64 {
        self.start as u64
    }

    /// Only before [`Pages::seal`].
    pub fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: the mapping is ours and as long as this
        unsafe { std::slice::from_raw_parts_mut(self.start, self.length) }
    }

    pub fn seal(&mut self) -> Result<(), String> {
        // SAFETY: the whole of our own mapping; no reference into it is alive
        match unsafe { libc::mprotect(self.start.cast(), self.length, libc::PROT_READ | libc::PROT_EXEC) } {
            0 => Ok(()),
            _ => Err(format!("code cannot be made executable: {}", std::io::Error::last_os_error())),
        }
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        // SAFETY: unmaps what `writable` mapped; nothing calls into it any more
        unsafe { libc::munmap(self.start.cast(), self.length) };
    }
}
