//! Proof that what was compiled computes what its text claims: each `; run:` line is called and its results compared bit by bit.

use crate::code::Code;
use crate::machine::Pages;
use crate::source::Source;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::cursor::{Cursor, FuncCursor};
use cranelift_codegen::data_value::DataValue;
use cranelift_codegen::ir::{AbiParam, ArgumentPurpose, Function, InstBuilder, MemFlagsData, Signature, UserFuncName, types};
use cranelift_codegen::isa::{CallConv, TargetIsa};
use cranelift_reader::RunCommand;

/// Bytes of an argument's or a result's place: the widest vector that has a register.
const SLOT: usize = 16;

/// Runs every line it can. Lines are skipped where a function of another file or a library is missing, or where the signature needs more than values.
pub fn run_lines(source: &Source, code: &Code) -> Result<String, String> {
    let (mut passed, mut skipped) = (0, 0);
    for (behind, command) in &source.runs {
        let invocation = match command {
            RunCommand::Run(invocation, ..) => invocation,
            RunCommand::Print(_) => {
                skipped += 1;
                continue;
            }
        };
        let function = source.named(&invocation.func).unwrap_or(*behind);
        let signature = &source.signatures[function];
        let address = code.address(function).ok_or("nothing is callable")?;
        if code.outside() > 0 || !plain(signature) {
            skipped += 1;
            continue;
        }
        let bridge = Bridge::new(signature, &*source.isa)?;
        command.run(|_, arguments| bridge.call(address, arguments))?;
        passed += 1;
    }
    Ok(format!(" passed={passed} skipped={skipped}"))
}

fn plain(signature: &Signature) -> bool {
    signature.params.iter().chain(&signature.returns).all(|p| p.purpose == ArgumentPurpose::Normal && p.value_type.bytes() as usize <= SLOT)
}

/// Machine code from `(callee, slots)` to one signature: arguments are loaded from the slots, results stored back to them.
struct Bridge<'a> {
    signature: &'a Signature,
    pages: Pages,
}

impl<'a> Bridge<'a> {
    fn new(signature: &'a Signature, isa: &dyn TargetIsa) -> Result<Bridge<'a>, String> {
        let mut own = Signature::new(CallConv::triple_default(isa.triple()));
        own.params = vec![AbiParam::new(types::I64), AbiParam::new(types::I64)];
        let mut function = Function::with_name_signature(UserFuncName::default(), own);
        let called = function.import_signature(signature.clone());
        let block = function.dfg.make_block();
        let callee = function.dfg.append_block_param(block, types::I64);
        let slots = function.dfg.append_block_param(block, types::I64);
        function.layout.append_block(block);
        let mut at = FuncCursor::new(&mut function).at_bottom(block);
        let place = |index: usize| (index * SLOT) as i32;
        let mut arguments = Vec::new();
        for (index, parameter) in signature.params.iter().enumerate() {
            arguments.push(at.ins().load(parameter.value_type, MemFlagsData::new(), slots, place(index)));
        }
        let call = at.ins().call_indirect(called, callee, &arguments);
        for (index, result) in at.func.dfg.inst_results(call).to_vec().into_iter().enumerate() {
            at.ins().store(MemFlagsData::new(), result, slots, place(index));
        }
        at.ins().return_(&[]);
        let mut context = Context::for_function(function);
        let compiled = context.compile(isa, &mut ControlPlane::default()).map_err(|e| format!("the way into the function: {}", e.inner))?;
        let mut pages = Pages::writable(compiled.code_buffer().len())?;
        pages.bytes()[..compiled.code_buffer().len()].copy_from_slice(compiled.code_buffer());
        pages.seal()?;
        Ok(Bridge { signature, pages })
    }

    fn call(&self, callee: u64, arguments: &[DataValue]) -> Result<Vec<DataValue>, String> {
        let mut slots = vec![[0u8; SLOT]; self.signature.params.len().max(self.signature.returns.len())];
        for (slot, argument) in slots.iter_mut().zip(arguments) {
            argument.write_to_slice_ne(slot);
        }
        // SAFETY: the bridge was compiled for this convention and keeps to the slots; the callee is code of the text that its author wants run
        let enter: extern "C" fn(u64, *mut [u8; SLOT]) = unsafe { std::mem::transmute(self.pages.address() as *const ()) };
        enter(callee, slots.as_mut_ptr());
        Ok(self.signature.returns.iter().zip(&slots).map(|(result, slot)| DataValue::read_from_slice_ne(slot, result.value_type)).collect())
    }
}
