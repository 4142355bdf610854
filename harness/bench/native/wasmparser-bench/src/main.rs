//! The comparison of the front end's benchmark: validates modules with wasmparser when told to.
//!
//! `wasmparser-bench FILE...` reads a number of rounds per line from standard input; a round validates every file once, in turn. Each line is
//! answered by the thread's CPU time in nanoseconds. A first line, before any command, gives the code sections' total size in bytes.

use std::io::{self, BufRead, Write};
use wasmparser::{Parser, Payload, Validator};

/// CPU time of this thread: the first field, in nanoseconds.
fn cpu_nanos() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").expect("schedstat");
    stat.split(' ').next().and_then(|n| n.parse().ok()).expect("schedstat")
}

fn code_bytes(module: &[u8]) -> usize {
    Parser::new(0)
        .parse_all(module)
        .map(|payload| match payload.expect("a module") {
            Payload::CodeSectionStart { unchecked_range, .. } => (unchecked_range.end - unchecked_range.start) as usize,
            _ => 0,
        })
        .sum()
}

fn main() {
    let modules: Vec<Vec<u8>> = std::env::args().skip(1).map(|file| std::fs::read(&file).expect(&file)).collect();
    let mut out = io::stdout();
    writeln!(out, "{}", modules.iter().map(|m| code_bytes(m)).sum::<usize>()).expect("stdout");
    out.flush().expect("stdout");
    for line in io::stdin().lock().lines() {
        let rounds: u64 = line.expect("stdin").trim().parse().expect("a number of rounds");
        let start = cpu_nanos();
        for _ in 0..rounds {
            for module in &modules {
                Validator::new().validate_all(module).expect("a valid module");
            }
        }
        writeln!(out, "{}", cpu_nanos() - start).expect("stdout");
        out.flush().expect("stdout");
    }
}
