package dev.backbench.qbe.growth;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassHierarchyResolver;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.CodeElement;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.Arrays;

/**
 * Counts what the compiler does: its classes are loaded a second time with a step at every place a jump leads to, and with the elements that are copied, filled and allocated at once. The count
 * of one input is the same on every machine and in every run.
 */
public final class Work extends ClassLoader {
    /** Elements that cost as much as a step. */
    private static final int BULK = 4;
    private static final ClassDesc HERE = ClassDesc.of(Work.class.getName());

    private static long steps;

    private final ClassFile classes;

    Work() {
        super(Work.class.getClassLoader());
        classes = ClassFile.of(ClassFile.DebugElementsOption.DROP_DEBUG, ClassFile.ClassHierarchyResolverOption.of(ClassHierarchyResolver.ofResourceParsing(getParent()).orElse(ClassHierarchyResolver.defaultResolver())));
    }

    /** Steps since the last call. */
    static long take() {
        long taken = steps;
        steps = 0;
        return taken;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        boolean counted = (name.startsWith("dev.backbench.qbe.") || name.startsWith("dev.backbench.asm.")) && !name.startsWith(Work.class.getPackageName());
        if (!counted) return super.loadClass(name, resolve);
        Class<?> loaded = findLoadedClass(name);
        if (loaded != null) return loaded;
        try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
            if (in == null) throw new ClassNotFoundException(name);
            byte[] counting = classes.transformClass(classes.parse(in.readAllBytes()), ClassTransform.transformingMethodBodies(Work::count));
            return defineClass(name, counting, 0, counting.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void count(CodeBuilder code, CodeElement element) {
        if (element instanceof InvokeInstruction call && replaced(call)) {
            code.invokestatic(HERE, call.name().stringValue(), call.typeSymbol());
            return;
        }
        if (element instanceof NewPrimitiveArrayInstruction) code.dup().invokestatic(HERE, "allocated", MethodTypeDesc.ofDescriptor("(I)V"));
        code.with(element);
        if (element instanceof LabelTarget) code.invokestatic(HERE, "step", MethodTypeDesc.ofDescriptor("()V"));
    }

    private static boolean replaced(InvokeInstruction call) {
        String owner = call.owner().asInternalName(), name = call.name().stringValue();
        return owner.equals("java/lang/System") && name.equals("arraycopy") || owner.equals("java/util/Arrays") && name.equals("fill") && Arrays.asList("([IIII)V", "([II)V", "([JIIJ)V", "([ZIIZ)V", "([BIIB)V").contains(call.type().stringValue());
    }

    // ---- what counting classes call ----

    public static void step() {
        steps++;
    }

    public static void allocated(int length) {
        steps += length / BULK;
    }

    public static void arraycopy(Object from, int at, Object to, int toAt, int length) {
        steps += length / BULK;
        System.arraycopy(from, at, to, toAt, length);
    }

    public static void fill(int[] array, int value) {
        fill(array, 0, array.length, value);
    }

    public static void fill(int[] array, int from, int to, int value) {
        steps += (to - from) / BULK;
        Arrays.fill(array, from, to, value);
    }

    public static void fill(long[] array, int from, int to, long value) {
        steps += (to - from) / BULK;
        Arrays.fill(array, from, to, value);
    }

    public static void fill(boolean[] array, int from, int to, boolean value) {
        steps += (to - from) / BULK;
        Arrays.fill(array, from, to, value);
    }

    public static void fill(byte[] array, int from, int to, byte value) {
        steps += (to - from) / BULK;
        Arrays.fill(array, from, to, value);
    }
}
