//! CLIF as it was read: functions, their names, the settings to compile them under, and what their `; run:` lines claim.

use cranelift_codegen::ir::{ExternalName, Function, Signature, UserFuncName};
use cranelift_codegen::isa::OwnedTargetIsa;
use cranelift_codegen::settings::{self, Configurable, Flags};
use cranelift_reader::{ParseOptions, RunCommand, TestFile, parse_run_command, parse_test};
use std::collections::HashMap;

/// What the command line says.
pub struct Settings {
    pub level: String,
    pub allocator: String,
}

pub struct Source {
    pub isa: OwnedTargetIsa,
    /// Gone once they were compiled: compiling consumes a function.
    pub pending: Vec<Function>,
    pub signatures: Vec<Signature>,
    /// Each with the function behind which it stands: a line that names none means that one.
    pub runs: Vec<(usize, RunCommand)>,
    names: HashMap<UserFuncName, usize>,
}

impl Source {
    pub fn parse(text: &str, settings: &Settings) -> Result<Source, String> {
        let (text, header) = Header::take(text);
        let file = parse_test(&text, ParseOptions::default()).map_err(|e| format!("not CLIF: line {}: {}", e.location.line_number, e.message))?;
        let isa = isa(&header, settings)?;
        let runs = if file.commands.iter().any(|c| c.command == "run") { runs(&file)? } else { Vec::new() };
        let pending: Vec<Function> = file.functions.into_iter().map(|(function, _)| function).collect();
        for function in &pending {
            cranelift_codegen::verify_function(function, &*isa)
                .map_err(|errors| format!("function {} does not verify: {}", function.name, errors.to_string().replace('\n', "; ")))?;
        }
        let signatures = pending.iter().map(|f| f.signature.clone()).collect();
        let names = pending.iter().enumerate().map(|(index, f)| (f.name.clone(), index)).collect();
        Ok(Source { isa, pending, signatures, runs, names })
    }

    pub fn functions(&self) -> usize {
        self.signatures.len()
    }

    /// Which of the text's functions `name` means inside `caller`, if it is one of them.
    pub fn function(&self, caller: &Function, name: &ExternalName) -> Option<usize> {
        let name = match name {
            ExternalName::User(user) => UserFuncName::User(caller.params.user_named_funcs()[*user].clone()),
            ExternalName::TestCase(test) => UserFuncName::Testcase(test.clone()),
            _ => return None,
        };
        self.names.get(&name).copied()
    }

    pub fn named(&self, test: &str) -> Option<usize> {
        self.names.get(&UserFuncName::testcase(test)).copied()
    }
}

fn runs(file: &TestFile) -> Result<Vec<(usize, RunCommand)>, String> {
    let mut runs = Vec::new();
    for (index, (function, details)) in file.functions.iter().enumerate() {
        for comment in &details.comments {
            let command = parse_run_command(comment.text, &function.signature).map_err(|e| format!("'{}': {}", comment.text.trim(), e.message))?;
            runs.extend(command.map(|command| (index, command)));
        }
    }
    Ok(runs)
}

/// What stands before the functions about settings and targets. A text is often for several targets, of which this program has one.
#[derive(Default)]
struct Header {
    /// `name` or `name=value`, in order.
    sets: Vec<String>,
    targets: Vec<String>,
    host: bool,
}

impl Header {
    /// Takes these lines out of `text`, leaving every other one where it was. The settings are those in force at the first line for the host's target, or all of them.
    fn take(text: &str) -> (String, Header) {
        let mut header = Header::default();
        let mut rest = String::with_capacity(text.len());
        let mut functions = false;
        for line in text.split_inclusive('\n') {
            let mut words = line.split(';').next().unwrap_or("").split_whitespace();
            match words.next() {
                Some("set") if !functions && !header.host => header.sets.extend(words.map(String::from)),
                Some("set") if !functions => {}
                Some("target") if !functions => header.target(words.next().unwrap_or("")),
                first => {
                    functions |= first == Some("function");
                    rest.push_str(line);
                    continue;
                }
            }
            rest.push('\n');
        }
        (rest, header)
    }

    fn target(&mut self, triple: &str) {
        self.host |= triple.split('-').next() == Some(std::env::consts::ARCH);
        self.targets.push(triple.into());
    }
}

/// The host's ISA with all that this machine has, under the text's own settings except for those that the experiment decides.
fn isa(header: &Header, settings: &Settings) -> Result<OwnedTargetIsa, String> {
    if !header.host && !header.targets.is_empty() {
        return Err(format!("the text is for {} only, not for {}", header.targets.join(", "), std::env::consts::ARCH));
    }
    let decided = [
        ("opt_level", settings.level.as_str()),
        ("regalloc_algorithm", &settings.allocator),
        ("enable_verifier", "false"),
        ("regalloc_checker", "false"),
        ("regalloc_verbose_logs", "false"),
        ("machine_code_cfg_info", "false"),
        ("unwind_info", "false"),
        ("is_pic", "false"),
    ];
    let mut flags = settings::builder();
    let own = header.sets.iter().map(|set| set.split_once('=').unwrap_or((set, "true")));
    for (name, value) in own.chain(decided) {
        flags.set(name, value).map_err(|e| format!("setting {name}={value}: {e}"))?;
    }
    cranelift_native::builder()?.finish(Flags::new(flags)).map_err(|e| e.to_string())
}

/// The target and every CPU feature that is compiled for.
pub fn host_features() -> String {
    let Ok(isa) = cranelift_native::builder().and_then(|b| b.finish(Flags::new(settings::builder())).map_err(|_| "")) else {
        return "unknown".into();
    };
    let features: Vec<&str> = isa.isa_flags().iter().filter(|flag| flag.as_bool() == Some(true)).map(|flag| flag.name).collect();
    format!("{} {}", isa.triple(), features.join(" "))
}
