package dev.backbench.wasm;

import java.util.Map;
import java.util.HashMap;

/**
 * The one declaration of every operation: code, text name, feature, kind and signature. Decoder, validator, names and disassembly derive from it.
 *
 * <p>Signatures: operand types, a colon, the result type; i, l, f, d are i32, i64, f32, f64. A number after that is the natural alignment's logarithm.
 */
final class OpTable {
    static final int ILLEGAL = 0, UNARY = 1, BINARY = 2, LOAD = 3, STORE = 4, LOCAL_GET = 5, LOCAL_SET = 6, LOCAL_TEE = 7, I32_CONST = 8, I64_CONST = 9,
            F32_CONST = 10, F64_CONST = 11, DROP = 12, BR_IF = 13, BR = 14, BLOCK = 15, LOOP = 16, IF = 17, ELSE = 18, END = 19, NOP = 20, CALL = 21,
            GLOBAL_GET = 22, GLOBAL_SET = 23, SELECT = 24, UNREACHABLE = 25, BR_TABLE = 26, RETURN = 27, CALL_INDIRECT = 28, SELECT_T = 29, TABLE_GET = 30,
            TABLE_SET = 31, MEMORY_SIZE = 32, MEMORY_GROW = 33, REF_NULL = 34, REF_IS_NULL = 35, REF_FUNC = 36, MEMORY_INIT = 37, DATA_DROP = 38,
            MEMORY_COPY = 39, MEMORY_FILL = 40, TABLE_INIT = 41, ELEM_DROP = 42, TABLE_COPY = 43, TABLE_GROW = 44, TABLE_SIZE = 45, TABLE_FILL = 46;

    private static final String KINDS = "illegal unary binary load store local_get local_set local_tee i32_const i64_const f32_const f64_const drop br_if br block "
            + "loop if else end nop call global_get global_set select unreachable br_table return call_indirect select_t table_get table_set memory_size "
            + "memory_grow ref_null ref_is_null ref_func memory_init data_drop memory_copy memory_fill table_init elem_drop table_copy table_grow table_size "
            + "table_fill";

    private static final String TABLE = """
            000 unreachable          mvp                    unreachable      -
            001 nop                  mvp                    nop              -
            002 block                mvp                    block            -
            003 loop                 mvp                    loop             -
            004 if                   mvp                    if               -
            005 else                 mvp                    else             -
            00B end                  mvp                    end              -
            00C br                   mvp                    br               -
            00D br_if                mvp                    br_if            -
            00E br_table             mvp                    br_table         -
            00F return               mvp                    return           -
            010 call                 mvp                    call             -
            011 call_indirect        mvp                    call_indirect    -
            01A drop                 mvp                    drop             -
            01B select               mvp                    select           -
            01C select_t             reference-types        select_t         -
            020 local.get            mvp                    local_get        -
            021 local.set            mvp                    local_set        -
            022 local.tee            mvp                    local_tee        -
            023 global.get           mvp                    global_get       -
            024 global.set           mvp                    global_set       -
            025 table.get            reference-types        table_get        -
            026 table.set            reference-types        table_set        -
            028 i32.load             mvp                    load             i:i 2
            029 i64.load             mvp                    load             i:l 3
            02A f32.load             mvp                    load             i:f 2
            02B f64.load             mvp                    load             i:d 3
            02C i32.load8_s          mvp                    load             i:i 0
            02D i32.load8_u          mvp                    load             i:i 0
            02E i32.load16_s         mvp                    load             i:i 1
            02F i32.load16_u         mvp                    load             i:i 1
            030 i64.load8_s          mvp                    load             i:l 0
            031 i64.load8_u          mvp                    load             i:l 0
            032 i64.load16_s         mvp                    load             i:l 1
            033 i64.load16_u         mvp                    load             i:l 1
            034 i64.load32_s         mvp                    load             i:l 2
            035 i64.load32_u         mvp                    load             i:l 2
            036 i32.store            mvp                    store            ii: 2
            037 i64.store            mvp                    store            il: 3
            038 f32.store            mvp                    store            if: 2
            039 f64.store            mvp                    store            id: 3
            03A i32.store8           mvp                    store            ii: 0
            03B i32.store16          mvp                    store            ii: 1
            03C i64.store8           mvp                    store            il: 0
            03D i64.store16          mvp                    store            il: 1
            03E i64.store32          mvp                    store            il: 2
            03F memory.size          mvp                    memory_size      -
            040 memory.grow          mvp                    memory_grow      -
            041 i32.const            mvp                    i32_const        :i
            042 i64.const            mvp                    i64_const        :l
            043 f32.const            mvp                    f32_const        :f
            044 f64.const            mvp                    f64_const        :d
            045 i32.eqz              mvp                    unary            i:i
            046 i32.eq               mvp                    binary           ii:i
            047 i32.ne               mvp                    binary           ii:i
            048 i32.lt_s             mvp                    binary           ii:i
            049 i32.lt_u             mvp                    binary           ii:i
            04A i32.gt_s             mvp                    binary           ii:i
            04B i32.gt_u             mvp                    binary           ii:i
            04C i32.le_s             mvp                    binary           ii:i
            04D i32.le_u             mvp                    binary           ii:i
            04E i32.ge_s             mvp                    binary           ii:i
            04F i32.ge_u             mvp                    binary           ii:i
            050 i64.eqz              mvp                    unary            l:i
            051 i64.eq               mvp                    binary           ll:i
            052 i64.ne               mvp                    binary           ll:i
            053 i64.lt_s             mvp                    binary           ll:i
            054 i64.lt_u             mvp                    binary           ll:i
            055 i64.gt_s             mvp                    binary           ll:i
            056 i64.gt_u             mvp                    binary           ll:i
            057 i64.le_s             mvp                    binary           ll:i
            058 i64.le_u             mvp                    binary           ll:i
            059 i64.ge_s             mvp                    binary           ll:i
            05A i64.ge_u             mvp                    binary           ll:i
            05B f32.eq               mvp                    binary           ff:i
            05C f32.ne               mvp                    binary           ff:i
            05D f32.lt               mvp                    binary           ff:i
            05E f32.gt               mvp                    binary           ff:i
            05F f32.le               mvp                    binary           ff:i
            060 f32.ge               mvp                    binary           ff:i
            061 f64.eq               mvp                    binary           dd:i
            062 f64.ne               mvp                    binary           dd:i
            063 f64.lt               mvp                    binary           dd:i
            064 f64.gt               mvp                    binary           dd:i
            065 f64.le               mvp                    binary           dd:i
            066 f64.ge               mvp                    binary           dd:i
            067 i32.clz              mvp                    unary            i:i
            068 i32.ctz              mvp                    unary            i:i
            069 i32.popcnt           mvp                    unary            i:i
            06A i32.add              mvp                    binary           ii:i
            06B i32.sub              mvp                    binary           ii:i
            06C i32.mul              mvp                    binary           ii:i
            06D i32.div_s            mvp                    binary           ii:i
            06E i32.div_u            mvp                    binary           ii:i
            06F i32.rem_s            mvp                    binary           ii:i
            070 i32.rem_u            mvp                    binary           ii:i
            071 i32.and              mvp                    binary           ii:i
            072 i32.or               mvp                    binary           ii:i
            073 i32.xor              mvp                    binary           ii:i
            074 i32.shl              mvp                    binary           ii:i
            075 i32.shr_s            mvp                    binary           ii:i
            076 i32.shr_u            mvp                    binary           ii:i
            077 i32.rotl             mvp                    binary           ii:i
            078 i32.rotr             mvp                    binary           ii:i
            079 i64.clz              mvp                    unary            l:l
            07A i64.ctz              mvp                    unary            l:l
            07B i64.popcnt           mvp                    unary            l:l
            07C i64.add              mvp                    binary           ll:l
            07D i64.sub              mvp                    binary           ll:l
            07E i64.mul              mvp                    binary           ll:l
            07F i64.div_s            mvp                    binary           ll:l
            080 i64.div_u            mvp                    binary           ll:l
            081 i64.rem_s            mvp                    binary           ll:l
            082 i64.rem_u            mvp                    binary           ll:l
            083 i64.and              mvp                    binary           ll:l
            084 i64.or               mvp                    binary           ll:l
            085 i64.xor              mvp                    binary           ll:l
            086 i64.shl              mvp                    binary           ll:l
            087 i64.shr_s            mvp                    binary           ll:l
            088 i64.shr_u            mvp                    binary           ll:l
            089 i64.rotl             mvp                    binary           ll:l
            08A i64.rotr             mvp                    binary           ll:l
            08B f32.abs              mvp                    unary            f:f
            08C f32.neg              mvp                    unary            f:f
            08D f32.ceil             mvp                    unary            f:f
            08E f32.floor            mvp                    unary            f:f
            08F f32.trunc            mvp                    unary            f:f
            090 f32.nearest          mvp                    unary            f:f
            091 f32.sqrt             mvp                    unary            f:f
            092 f32.add              mvp                    binary           ff:f
            093 f32.sub              mvp                    binary           ff:f
            094 f32.mul              mvp                    binary           ff:f
            095 f32.div              mvp                    binary           ff:f
            096 f32.min              mvp                    binary           ff:f
            097 f32.max              mvp                    binary           ff:f
            098 f32.copysign         mvp                    binary           ff:f
            099 f64.abs              mvp                    unary            d:d
            09A f64.neg              mvp                    unary            d:d
            09B f64.ceil             mvp                    unary            d:d
            09C f64.floor            mvp                    unary            d:d
            09D f64.trunc            mvp                    unary            d:d
            09E f64.nearest          mvp                    unary            d:d
            09F f64.sqrt             mvp                    unary            d:d
            0A0 f64.add              mvp                    binary           dd:d
            0A1 f64.sub              mvp                    binary           dd:d
            0A2 f64.mul              mvp                    binary           dd:d
            0A3 f64.div              mvp                    binary           dd:d
            0A4 f64.min              mvp                    binary           dd:d
            0A5 f64.max              mvp                    binary           dd:d
            0A6 f64.copysign         mvp                    binary           dd:d
            0A7 i32.wrap_i64         mvp                    unary            l:i
            0A8 i32.trunc_f32_s      mvp                    unary            f:i
            0A9 i32.trunc_f32_u      mvp                    unary            f:i
            0AA i32.trunc_f64_s      mvp                    unary            d:i
            0AB i32.trunc_f64_u      mvp                    unary            d:i
            0AC i64.extend_i32_s     mvp                    unary            i:l
            0AD i64.extend_i32_u     mvp                    unary            i:l
            0AE i64.trunc_f32_s      mvp                    unary            f:l
            0AF i64.trunc_f32_u      mvp                    unary            f:l
            0B0 i64.trunc_f64_s      mvp                    unary            d:l
            0B1 i64.trunc_f64_u      mvp                    unary            d:l
            0B2 f32.convert_i32_s    mvp                    unary            i:f
            0B3 f32.convert_i32_u    mvp                    unary            i:f
            0B4 f32.convert_i64_s    mvp                    unary            l:f
            0B5 f32.convert_i64_u    mvp                    unary            l:f
            0B6 f32.demote_f64       mvp                    unary            d:f
            0B7 f64.convert_i32_s    mvp                    unary            i:d
            0B8 f64.convert_i32_u    mvp                    unary            i:d
            0B9 f64.convert_i64_s    mvp                    unary            l:d
            0BA f64.convert_i64_u    mvp                    unary            l:d
            0BB f64.promote_f32      mvp                    unary            f:d
            0BC i32.reinterpret_f32  mvp                    unary            f:i
            0BD i64.reinterpret_f64  mvp                    unary            d:l
            0BE f32.reinterpret_i32  mvp                    unary            i:f
            0BF f64.reinterpret_i64  mvp                    unary            l:d
            0C0 i32.extend8_s        sign-extension         unary            i:i
            0C1 i32.extend16_s       sign-extension         unary            i:i
            0C2 i64.extend8_s        sign-extension         unary            l:l
            0C3 i64.extend16_s       sign-extension         unary            l:l
            0C4 i64.extend32_s       sign-extension         unary            l:l
            0D0 ref.null             reference-types        ref_null         -
            0D1 ref.is_null          reference-types        ref_is_null      -
            0D2 ref.func             reference-types        ref_func         -
            100 i32.trunc_sat_f32_s  saturating-conversion  unary            f:i
            101 i32.trunc_sat_f32_u  saturating-conversion  unary            f:i
            102 i32.trunc_sat_f64_s  saturating-conversion  unary            d:i
            103 i32.trunc_sat_f64_u  saturating-conversion  unary            d:i
            104 i64.trunc_sat_f32_s  saturating-conversion  unary            f:l
            105 i64.trunc_sat_f32_u  saturating-conversion  unary            f:l
            106 i64.trunc_sat_f64_s  saturating-conversion  unary            d:l
            107 i64.trunc_sat_f64_u  saturating-conversion  unary            d:l
            108 memory.init          bulk-memory            memory_init      -
            109 data.drop            bulk-memory            data_drop        -
            10A memory.copy          bulk-memory            memory_copy      -
            10B memory.fill          bulk-memory            memory_fill      -
            10C table.init           bulk-memory            table_init       -
            10D elem.drop            bulk-memory            elem_drop        -
            10E table.copy           bulk-memory            table_copy       -
            10F table.grow           reference-types        table_grow       -
            110 table.size           reference-types        table_size       -
            111 table.fill           reference-types        table_fill       -
            """;

    /** By opcode: kind, then 8 bits each of operand type (a store's: its value's), result type, alignment logarithm. */
    static final int[] INFO = new int[0x112];
    static final String[] NAMES = new String[0x112];

    static {
        Map<String, Integer> kinds = new HashMap<>();
        for (String kind : KINDS.split(" ")) kinds.put(kind, kinds.size());
        for (String line : TABLE.split("\n")) {
            String[] field = line.trim().split(" +");
            int op = Integer.parseInt(field[0], 16), colon = field[4].indexOf(':');
            int operand = colon > 0 ? type(field[4].charAt(colon - 1)) : 0;
            int result = colon >= 0 && colon + 1 < field[4].length() ? type(field[4].charAt(colon + 1)) : 0;
            int align = field.length > 5 ? Integer.parseInt(field[5]) : 0;
            NAMES[op] = field[1];
            INFO[op] = kinds.get(field[3]) | operand << 8 | result << 16 | align << 24;
        }
    }

    private OpTable() {}

    private static int type(char letter) {
        return switch (letter) {
            case 'i' -> ValType.I32;
            case 'l' -> ValType.I64;
            case 'f' -> ValType.F32;
            case 'd' -> ValType.F64;
            default -> throw new IllegalArgumentException("type " + letter);
        };
    }

    /** Throws if {@code op}, a byte just read at {@code at}, begins no operation that this front end implements: unsupported where known, else malformed. */
    static void check(ByteReader in, int op, int at) {
        if (op < 0xFB && INFO[op] != 0) return;
        Feature feature = switch (op) {
            case 0x06, 0x07, 0x08, 0x09, 0x0A, 0x18, 0x19, 0x1F -> Feature.EXCEPTIONS;
            case 0x12, 0x13 -> Feature.TAIL_CALLS;
            case 0x14, 0x15, 0xD4, 0xD5, 0xD6 -> Feature.TYPED_REFERENCES;
            case 0xD3 -> Feature.GC;
            case 0xE0, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6 -> Feature.STACK_SWITCHING;
            case 0xFB, 0xFC, 0xFD, 0xFE -> {
                int code = in.u32();
                if (op == 0xFC && code >= 0 && code < 0x12) yield null;
                yield prefixed(op, code);
            }
            default -> null;
        };
        if (feature != null) throw feature.at(at);
        if (op == 0xFC) return;
        throw in.malformed(at, "illegal opcode " + Integer.toHexString(op));
    }

    private static Feature prefixed(int prefix, int code) {
        if (code < 0) return null;
        return switch (prefix) {
            case 0xFB -> code <= 30 ? Feature.GC : null;
            case 0xFC -> code >= 0x13 && code <= 0x16 ? Feature.WIDE_ARITHMETIC : null;
            case 0xFD -> code < 0x100 ? Feature.SIMD : code <= 0x113 ? Feature.RELAXED_SIMD : null;
            default -> code <= 0x03 || code >= 0x10 && code <= 0x4E ? Feature.THREADS : null;
        };
    }
}
