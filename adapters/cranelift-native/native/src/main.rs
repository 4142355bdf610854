//! The long-lived companion of one `cranelift-native` compiler. Requests and replies are lines on standard input and output: a reply is
//! `ok key=value ...` or `error kind message`, words percent-encoded; `cpu` and `rss` of every `ok` are this process's own accounts.
//!
//! `read FILE` parses and verifies CLIF, `compile off|on` compiles what was read (`on` tells phases), `check` runs its `; run:` lines,
//! `code FILE` writes the machine code before relocation.

mod check;
mod code;
mod machine;
mod phases;
mod source;

use code::{Code, Compiler};
use source::{Settings, Source};
use std::fmt::Write as _;
use std::io::{BufRead, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

struct Session {
    settings: Settings,
    compiler: Compiler,
    source: Option<Source>,
    code: Option<Code>,
}

impl Session {
    fn answer(&mut self, words: &[String]) -> Result<String, String> {
        let parameter = |index: usize| words.get(index).map(String::as_str).ok_or("a word is missing");
        match parameter(0)? {
            "read" => self.read(parameter(1)?),
            "compile" => self.compile(parameter(1)? == "on"),
            "check" => check::run_lines(self.source()?, self.code()?),
            "code" => {
                std::fs::write(parameter(1)?, self.code()?.unrelocated()).map_err(|e| format!("cannot write the code: {e}"))?;
                Ok(String::new())
            }
            "version" => Ok(format!(" cranelift={} isa={}", cranelift_codegen::VERSION, encode(&source::host_features()))),
            other => Err(format!("no request '{other}'")),
        }
    }

    fn read(&mut self, file: &str) -> Result<String, String> {
        self.code = None;
        self.source = None;
        let text = std::fs::read_to_string(file).map_err(|e| format!("cannot read {file}: {e}"))?;
        let source = Source::parse(&text, &self.settings)?;
        let fields = format!(" functions={}", source.functions());
        self.source = Some(source);
        Ok(fields)
    }

    fn compile(&mut self, with_phases: bool) -> Result<String, String> {
        let source = self.source.as_mut().ok_or("nothing was read")?;
        phases::install(with_phases);
        let started = std::time::Instant::now();
        let code = self.compiler.compile(source)?;
        let nanos = started.elapsed().as_nanos();
        let mut fields = format!(" ns={nanos} bytes={} functions={} outside={}", code.bytes(), code.functions(), code.outside());
        if with_phases {
            for (name, nanos) in phases::taken() {
                write!(fields, " phase.{name}={nanos}").unwrap();
            }
        }
        self.code = Some(code);
        Ok(fields)
    }

    fn source(&self) -> Result<&Source, String> {
        self.source.as_ref().ok_or_else(|| "nothing was read".into())
    }

    fn code(&self) -> Result<&Code, String> {
        self.code.as_ref().ok_or_else(|| "nothing was compiled".into())
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [level, allocator] = words.as_slice() else {
        eprintln!("usage: backbench-cranelift-native none|speed|speed_and_size backtracking|single_pass");
        std::process::exit(2);
    };
    std::panic::set_hook(Box::new(|panic| *LAST_PANIC.lock().unwrap() = panic.to_string().replace('\n', " ")));
    let settings = Settings { level: level.clone(), allocator: allocator.clone() };
    let mut session = Session { settings, compiler: Compiler::default(), source: None, code: None };
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let words: Vec<String> = line.split(' ').map(decode).collect();
        // Cranelift panics on some instructions that it cannot lower; the next module starts from a new context
        let answer = catch_unwind(AssertUnwindSafe(|| session.answer(&words))).unwrap_or_else(|_| {
            session.compiler = Compiler::default();
            phases::reset();
            Err(format!("Cranelift panicked: {}", LAST_PANIC.lock().unwrap()))
        });
        let reply = match answer {
            Ok(fields) => format!("ok{fields} cpu={} rss={}\n", machine::cpu_nanos(), machine::peak_bytes()),
            Err(message) => format!("error Error {}\n", encode(&message)),
        };
        if out.write_all(reply.as_bytes()).and_then(|()| out.flush()).is_err() {
            break;
        }
    }
}

fn decode(word: &str) -> String {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let escaped = (first == b'%').then(|| tail.get(..2)).flatten().and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(escaped.unwrap_or(first));
        rest = if escaped.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encode(text: &str) -> String {
    let mut word = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~/:".contains(&byte) {
            word.push(byte as char);
        } else {
            write!(word, "%{byte:02X}").unwrap();
        }
    }
    word
}
