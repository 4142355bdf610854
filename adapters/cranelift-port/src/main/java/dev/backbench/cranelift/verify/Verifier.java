package dev.backbench.cranelift.verify;

import static dev.backbench.cranelift.ir.Entities.*;

import dev.backbench.cranelift.analysis.Cfg;
import dev.backbench.cranelift.analysis.Dominators;
import dev.backbench.cranelift.ir.Effect;
import dev.backbench.cranelift.ir.Entities;
import dev.backbench.cranelift.ir.Function;
import dev.backbench.cranelift.ir.MemFlags;
import dev.backbench.cranelift.ir.Op;
import dev.backbench.cranelift.ir.Pool;
import dev.backbench.cranelift.ir.Table;
import dev.backbench.cranelift.ir.Types;
import dev.backbench.cranelift.text.Printer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Whether a function keeps the language's rules. Some errors make the rest meaningless and end the search, which is what {@link Fatal} is for; others are gathered.
 * What a verified function relies on: operands are defined on every path before their use and have the types of the table, blocks get the arguments they declare, and
 * every block ends in its only terminator. Reused; never throws on what the parser accepts.
 */
public final class Verifier {
    /** Leaves the whole check; the complaint is already in the list. */
    static final class Fatal extends Exception {
        private static final long serialVersionUID = 1;

        Fatal() {
            super(null, null, false, false);
        }
    }

    private final Cfg cfg = new Cfg();
    private final Dominators dominators = new Dominators();
    private final List<Complaint> complaints = new ArrayList<>();
    Function f;
    Target target;

    /** @return nothing where the function is valid */
    public List<Complaint> verify(Function function, Target target) {
        this.f = function;
        this.target = target;
        complaints.clear();
        cfg.compute(f);
        dominators.compute(f, cfg);
        try {
            globals();
            regions();
            entry();
            signatureOf(f.params, "Parameter");
            signatureOf(f.returns, "Return value");
            InstVerifier insts = new InstVerifier(this);
            TypeChecker types = new TypeChecker(this);
            for (int block = f.layout.entry(); block >= 0; block = f.layout.nextBlock(block)) block(block, insts, types);
        } catch (Fatal told) {
            // the list has it
        }
        return List.copyOf(complaints);
    }

    private void block(int block, InstVerifier insts, TypeChecker types) throws Fatal {
        if (f.layout.first(block) < 0) {
            throw fatal("block" + block, f.blockLine(block), "has no instructions: the last one of a block must be a terminator");
        }
        for (int inst = f.layout.first(block); inst >= 0; inst = f.layout.next(inst)) {
            boolean last = inst == f.layout.last(block), terminator = f.op(inst).is(Effect.TERMINATOR);
            if (terminator && !last) throw fatal(inst, "a terminator instruction was encountered before the end of block" + block);
            if (last && !terminator) {
                throw fatal("block" + block, f.blockLine(block), "ends in `" + Printer.printInst(f, inst) + "`, which is no terminator: nothing says where to go on");
            }
            insts.references(inst, block);
            types.check(inst);
            insts.immediates(inst);
        }
    }

    // Complaints.

    void complain(int inst, String message) {
        complaints.add(new Complaint("inst" + inst, f.line(inst), "`" + Printer.printInst(f, inst) + "`: " + message));
    }

    Fatal fatal(int inst, String message) {
        complain(inst, message);
        return new Fatal();
    }

    void complain(String entity, int line, String message) {
        complaints.add(new Complaint(entity, line, message));
    }

    Fatal fatal(String entity, int line, String message) {
        complain(entity, line, message);
        return new Fatal();
    }

    // What the checks of instructions ask.

    Dominators dominators() {
        return dominators;
    }

    // Declarations.

    private void globals() {
        Table globals = f.entities.globals;
        int[] seen = new int[globals.count()];
        boolean told = false;
        for (int gv = 0; gv < globals.count(); gv++) {
            if (!globals.has(gv)) continue;
            int line = globals.get(gv, GV_LINE);
            String cycle = told ? null : cycle(gv, seen);
            if (cycle != null) {
                complain("gv" + gv, line, cycle);
                told = true;
            } else if (!told) {
                global(gv, line);
            }
        }
    }

    private boolean hasBase(int gv) {
        int kind = f.entities.globals.get(gv, GV_KIND);
        return kind == GV_LOAD || kind == GV_IADD_IMM;
    }

    /** Follows the bases; {@code seen} is stamped with {@code gv + 1}. */
    private String cycle(int gv, int[] seen) {
        Table globals = f.entities.globals;
        StringBuilder path = new StringBuilder("global value cycle: [gv").append(gv);
        seen[gv] = gv + 1;
        for (int current = gv; hasBase(current);) {
            int base = globals.get(current, GV_BASE);
            if (!globals.has(base)) return null;
            if (seen[base] == gv + 1) return path.append(']').toString();
            seen[base] = gv + 1;
            path.append(", gv").append(base);
            current = base;
        }
        return null;
    }

    private void global(int gv, int line) {
        Table globals = f.entities.globals;
        int kind = globals.get(gv, GV_KIND), base = globals.get(gv, GV_BASE), type = globals.get(gv, GV_TYPE);
        if (kind == GV_VMCTX && !hasVmctx()) {
            complain("gv" + gv, line, "is the vmctx, but no parameter of the function is: one must be marked `vmctx`");
        }
        if (kind == GV_IADD_IMM && !Types.isScalarInt(type)) {
            complain("gv" + gv, line, "adds in " + Types.name(type) + ": the type of iadd_imm must be an integer");
        }
        if (hasBase(gv) && !globals.has(base)) complain("gv" + gv, line, "is based on gv" + base + ", which is not declared");
        else if (hasBase(gv) && target.knowsPointers()) baseType(gv, line, kind, base, type);
        int region = kind == GV_LOAD ? MemFlags.region(globals.get(gv, GV_FLAGS)) : -1;
        if (region >= 0 && !f.entities.regions.has(region)) complain("gv" + gv, line, "undefined alias region region" + region);
    }

    private void baseType(int gv, int line, int kind, int base, int type) {
        int got = globalType(base), pointer = pointer();
        if (kind == GV_IADD_IMM && got != type) {
            complain("gv" + gv, line, "adds in " + Types.name(type) + " to gv" + base + ", which is " + Types.name(got) + ": the types must be the same");
        }
        if (kind == GV_LOAD && got != pointer) {
            complain("gv" + gv, line, "loads from gv" + base + ", which is " + Types.name(got) + ": an address of this target is " + Types.name(pointer));
        }
    }

    int pointer() {
        return Types.intOfBits(target.pointerBits());
    }

    int globalType(int gv) {
        int kind = f.entities.globals.get(gv, GV_KIND);
        return kind == GV_LOAD || kind == GV_IADD_IMM ? f.entities.globals.get(gv, GV_TYPE) : pointer();
    }

    private boolean hasVmctx() {
        for (int i = 0; i < f.pool.length(f.params); i += PARAM_INTS) if (Entities.purpose(f.pool.get(f.params, i + 1)) == PURPOSE_VMCTX) return true;
        return false;
    }

    private void regions() {
        Table regions = f.entities.regions;
        int count = 0;
        long[] users = new long[regions.count()];
        for (int r = 0; r < regions.count(); r++) if (regions.has(r)) users[count++] = (regions.get(r, REGION_USER) & 0xffffffffL) << 24 | r;
        Arrays.sort(users, 0, count);
        for (int i = 1; i < count; i++) {
            if (users[i] >> 24 != users[i - 1] >> 24) continue;
            int region = (int) users[i] & 0xffffff, before = (int) users[i - 1] & 0xffffff;
            complain("region" + region, regions.get(region, REGION_LINE), "duplicate alias region user_id " + (users[i] >> 24) + ": region" + before + " and region" + region);
        }
    }

    private void signatureOf(int list, String what) {
        for (int i = 0; i < f.pool.length(list); i += PARAM_INTS) {
            int extension = Entities.extension(f.pool.get(list, i + 1));
            if (extension == EXT_NONE || Types.isScalarInt(f.pool.get(list, i))) continue;
            complain("function", f.firstLine, what + " at position " + i / PARAM_INTS + " has invalid extension " + (extension == EXT_SEXT ? "Sext" : "Uext"));
        }
    }

    private void entry() throws Fatal {
        int entry = f.layout.entry();
        if (entry < 0) return;
        Pool pool = f.pool;
        int list = f.blockParams(entry), count = pool.length(list), expected = pool.length(f.params) / PARAM_INTS;
        String name = "block" + entry;
        int line = f.blockLine(entry);
        if (count != expected) throw fatal(name, line, "entry block parameters (" + count + ") must match function signature (" + expected + ")");
        boolean mismatch = false;
        for (int i = 0; i < count; i++) {
            int type = f.valueType(pool.get(list, i));
            if (type == pool.get(f.params, i * PARAM_INTS)) continue;
            StringBuilder want = new StringBuilder();
            Printer.param(pool, f.params, i * PARAM_INTS, want);
            complain(name, line, "entry block parameter " + i + " expected to have type " + want + ", got " + Types.name(type));
            mismatch = true;
        }
        if (f.isCold(entry)) throw fatal(name, line, "entry block cannot be marked as cold");
        if (mismatch) throw new Fatal();
    }

    /** The types of a {@code try_call}'s signature or of a call's callee. */
    int signature(int inst) {
        Op op = f.op(inst);
        return switch (op.format) {
            case CALL -> f.entities.functions.get(f.entity(inst), FUNC_SIG);
            case CALL_INDIRECT -> f.entity(inst);
            case TRY_CALL, TRY_CALL_INDIRECT -> f.pool.get(f.extra(inst), Function.TRY_SIGNATURE);
            default -> -1;
        };
    }
}
