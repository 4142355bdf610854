package dev.backbench.gcc;

/** How the order of memory accesses that may trap is kept against stores. */
enum MemoryOrder {
    /** every access of linear memory is volatile */
    VOLATILE,
    /** stores are volatile, and go through a copy of the base that GCC cannot tell from any other pointer: no load is apart from any store */
    SPLIT,
    /** only flags: accesses that GCC knows to be apart may change places, so a trap may come before an earlier store or after a later one */
    RELAXED
}
