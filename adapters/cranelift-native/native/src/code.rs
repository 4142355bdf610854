//! Compiles functions one by one with one reused context and puts them, relocated, into executable memory.

use crate::machine::Pages;
use crate::phases;
use crate::source::Source;
use cranelift_codegen::Context;
use cranelift_codegen::FinalizedRelocTarget;
use cranelift_codegen::binemit::Reloc;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::ir::{ExternalName, LibCall};

pub struct Compiler {
    context: Context,
}

impl Default for Compiler {
    fn default() -> Self {
        Compiler { context: Context::new() }
    }
}

enum Target {
    /// An offset in the text.
    Text(usize),
    Function(usize),
    Library(u64),
    /// A name that the text does not define: calling it is a fault.
    Outside,
}

struct Relocation {
    at: usize,
    kind: Reloc,
    target: Target,
    addend: i64,
}

#[derive(Default)]
pub struct Code {
    text: Vec<u8>,
    starts: Vec<usize>,
    relocations: Vec<Relocation>,
    bytes: usize,
    pages: Option<Pages>,
}

impl Compiler {
    pub fn compile(&mut self, source: &mut Source) -> Result<Code, String> {
        if source.pending.len() != source.functions() {
            return Err("what was read is compiled already; read it again".into());
        }
        let mut code = Code::default();
        for function in std::mem::take(&mut source.pending) {
            self.context.clear();
            self.context.func = function;
            self.context
                .compile(&*source.isa, &mut ControlPlane::default())
                .map_err(|e| format!("function {}: {}", e.func.name, e.inner))?;
            code.add(source, &self.context)?;
        }
        phases::linking(|| code.publish())?;
        Ok(code)
    }
}

impl Code {
    fn add(&mut self, source: &Source, context: &Context) -> Result<(), String> {
        let compiled = context.compiled_code().ok_or("nothing was compiled")?;
        let alignment = compiled.buffer.alignment.max(16) as usize;
        let start = self.text.len().next_multiple_of(alignment);
        self.text.resize(start, 0);
        self.text.extend_from_slice(compiled.code_buffer());
        self.bytes += compiled.code_buffer().len();
        self.starts.push(start);
        for reloc in compiled.buffer.relocs() {
            let target = match &reloc.target {
                FinalizedRelocTarget::Func(offset) => Target::Text(start + *offset as usize),
                FinalizedRelocTarget::ExternalName(ExternalName::LibCall(call)) => library(*call).map_or(Target::Outside, Target::Library),
                FinalizedRelocTarget::ExternalName(name) => source.function(&context.func, name).map_or(Target::Outside, Target::Function),
            };
            self.relocations.push(Relocation { at: start + reloc.offset as usize, kind: reloc.kind, target, addend: reloc.addend });
        }
        Ok(())
    }

    fn publish(&mut self) -> Result<(), String> {
        // what is outside leads to a trap of its own behind the text
        let stub = self.text.len().next_multiple_of(16);
        let mut pages = Pages::writable(stub + 16)?;
        let base = pages.address();
        let memory = pages.bytes();
        memory[..self.text.len()].copy_from_slice(&self.text);
        memory[stub..stub + 2].copy_from_slice(&[0x0F, 0x0B]);
        for relocation in &self.relocations {
            let target = match relocation.target {
                Target::Text(offset) => base + offset as u64,
                Target::Function(index) => base + self.starts[index] as u64,
                Target::Library(address) => address,
                Target::Outside => base + stub as u64,
            };
            relocation.apply(base, target, memory)?;
        }
        pages.seal()?;
        self.pages = Some(pages);
        Ok(())
    }

    /// Machine code and the constants behind each function, without padding between functions.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    pub fn functions(&self) -> usize {
        self.starts.len()
    }

    /// How many relocations name something that the text does not define.
    pub fn outside(&self) -> usize {
        self.relocations.iter().filter(|r| matches!(r.target, Target::Outside)).count()
    }

    /// The text with nothing relocated: the same in every process.
    pub fn unrelocated(&self) -> &[u8] {
        &self.text
    }

    pub fn address(&self, function: usize) -> Option<u64> {
        self.pages.as_ref().map(|pages| pages.address() + self.starts[function] as u64)
    }
}

impl Relocation {
    fn apply(&self, base: u64, target: u64, memory: &mut [u8]) -> Result<(), String> {
        let value = target.wrapping_add_signed(self.addend);
        match self.kind {
            Reloc::Abs8 => memory[self.at..self.at + 8].copy_from_slice(&value.to_le_bytes()),
            Reloc::X86PCRel4 | Reloc::X86CallPCRel4 | Reloc::X86CallPLTRel4 => {
                let distance = value.wrapping_sub(base + self.at as u64) as i64;
                let near = i32::try_from(distance).map_err(|_| "a call's target is further than 2 GiB".to_string())?;
                memory[self.at..self.at + 4].copy_from_slice(&near.to_le_bytes());
            }
            // thread-local storage and the like need a linker of the operating system: compiled, not callable
            _ if matches!(self.target, Target::Outside) => {}
            kind => return Err(format!("relocation {kind:?} is not supported")),
        }
        Ok(())
    }
}

/// What Cranelift calls where it has no instruction. Never unwinds.
fn library(call: LibCall) -> Option<u64> {
    extern "C" fn ceil32(x: f32) -> f32 {
        x.ceil()
    }
    extern "C" fn ceil64(x: f64) -> f64 {
        x.ceil()
    }
    extern "C" fn floor32(x: f32) -> f32 {
        x.floor()
    }
    extern "C" fn floor64(x: f64) -> f64 {
        x.floor()
    }
    extern "C" fn trunc32(x: f32) -> f32 {
        x.trunc()
    }
    extern "C" fn trunc64(x: f64) -> f64 {
        x.trunc()
    }
    extern "C" fn nearest32(x: f32) -> f32 {
        x.round_ties_even()
    }
    extern "C" fn nearest64(x: f64) -> f64 {
        x.round_ties_even()
    }
    extern "C" fn fma32(x: f32, y: f32, z: f32) -> f32 {
        x.mul_add(y, z)
    }
    extern "C" fn fma64(x: f64, y: f64, z: f64) -> f64 {
        x.mul_add(y, z)
    }
    let address = match call {
        LibCall::CeilF32 => ceil32 as *const () as u64,
        LibCall::CeilF64 => ceil64 as *const () as u64,
        LibCall::FloorF32 => floor32 as *const () as u64,
        LibCall::FloorF64 => floor64 as *const () as u64,
        LibCall::TruncF32 => trunc32 as *const () as u64,
        LibCall::TruncF64 => trunc64 as *const () as u64,
        LibCall::NearestF32 => nearest32 as *const () as u64,
        LibCall::NearestF64 => nearest64 as *const () as u64,
        LibCall::FmaF32 => fma32 as *const () as u64,
        LibCall::FmaF64 => fma64 as *const () as u64,
        LibCall::Memcpy => libc::memcpy as *const () as u64,
        LibCall::Memset => libc::memset as *const () as u64,
        LibCall::Memmove => libc::memmove as *const () as u64,
        LibCall::Memcmp => libc::memcmp as *const () as u64,
        _ => return None,
    };
    Some(address)
}
