package dev.backbench.exec.machine;

import dev.backbench.exec.ffi.Raw;
import dev.backbench.spi.abi.Builtin;
import dev.backbench.spi.abi.InstanceLayout;
import dev.backbench.spi.abi.TrapReason;

/** Where generated code arrives in Java: host functions and builtins, all through one upcall stub. */
public final class Upcalls {
    /** A function of the host's; slots of 16 bytes hold the arguments, then the results. */
    public interface Host {
        void call(long slots);
    }

    /** The runtime's side of an instance. */
    public interface Runtime {
        /**
         * @param arguments address of the 8-byte arguments, the instance first
         * @throws Failure it traps
         */
        long builtin(Builtin builtin, long arguments) throws Failure;
    }

    /** A trap inside a builtin before it is known who called it. */
    public static final class Failure extends Exception {
        private static final long serialVersionUID = 1;
        final TrapReason reason;

        public Failure(TrapReason reason) {
            super(null, null, false, false);
            this.reason = reason;
        }
    }

    private static final HandleTable<Host> HOSTS = new HandleTable<>();
    private static final HandleTable<Runtime> INSTANCES = new HandleTable<>();
    private static final Builtin[] BUILTINS = Builtin.values();
    /** A host record is the function reference itself; its last word holds the handle. */
    private static final int HOST_HANDLE = 24;

    private Upcalls() {}

    /** Writes a function reference that calls {@code host}. @return a handle for {@link #removeHost} */
    public static int addHost(Host host, Signature signature, long functionReference) {
        int handle = HOSTS.add(host);
        Raw.putLong(functionReference + InstanceLayout.FUNCREF_CODE, signature.hostThunk());
        Raw.putLong(functionReference + InstanceLayout.FUNCREF_INSTANCE, functionReference);
        Raw.putInt(functionReference + InstanceLayout.FUNCREF_TYPE, signature.id());
        Raw.putLong(functionReference + HOST_HANDLE, handle);
        return handle;
    }

    public static void removeHost(int handle) {
        HOSTS.remove(handle);
    }

    /** @return what belongs at {@link InstanceLayout#RUNTIME} */
    public static int addInstance(Runtime instance) {
        return INSTANCES.add(instance);
    }

    public static void removeInstance(int handle) {
        INSTANCES.remove(handle);
    }

    /** The routine table for {@link InstanceLayout#BUILTINS}. */
    public static long builtins() {
        return Trampolines.BUILTINS;
    }

    /** Called from machine code. @return 0, or 1 after keeping what was thrown: nothing may escape from here */
    static long call(long hostRecordOrBuiltin, long slots) {
        try {
            if (hostRecordOrBuiltin < BUILTINS.length) builtin(BUILTINS[(int) hostRecordOrBuiltin], slots);
            else HOSTS.get((int) Raw.getLong(hostRecordOrBuiltin + HOST_HANDLE)).call(slots);
            return 0;
        } catch (Throwable t) {
            ThreadState.current().threw(t);
            return 1;
        }
    }

    private static void builtin(Builtin builtin, long slots) {
        long instance = Raw.getLong(slots);
        try {
            Raw.putLong(slots, INSTANCES.get((int) Raw.getLong(instance + InstanceLayout.RUNTIME)).builtin(builtin, slots));
        } catch (Failure f) {
            throw Faults.trapFromCall(f.reason, ThreadState.current().callerPc());
        }
    }
}
