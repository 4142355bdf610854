package dev.backbench.cranelift.wasm;

import dev.backbench.cranelift.ir.Function;
import dev.backbench.wasm.IrBuilder;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/** A builder that gives every instruction made by another the offset of its operation in the module: to look at code, far too slow for compiling. */
final class Located {
    private Located() {}

    static IrBuilder of(IrBuilder builder, Function fn) {
        IrBuilder.Context[] context = new IrBuilder.Context[1];
        InvocationHandler handler = (proxy, method, arguments) -> {
            boolean begins = method.getName().equals("begin");
            if (begins) context[0] = (IrBuilder.Context) arguments[0];
            int first = begins ? 0 : fn.insts();
            try {
                return method.invoke(builder, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            } finally {
                for (int inst = first; inst < fn.insts(); inst++) fn.setLocation(inst, place(context[0]));
            }
        };
        return (IrBuilder) Proxy.newProxyInstance(IrBuilder.class.getClassLoader(), new Class<?>[] {IrBuilder.class}, handler);
    }

    /** What comes before a body's operations comes from none. */
    private static int place(IrBuilder.Context context) {
        return context.offset() > context.module().bodyStart(context.function()) ? context.offset() : Function.NO_LOCATION;
    }
}
