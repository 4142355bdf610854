//! Sorting: introspective quicksort, merging from the bottom, heaps, radix, shell and a merge of natural runs, each over numbers, floats, records and strings,
//! on random, ordered, reversed and few-valued input. Comparisons as inlined and as called functions, unpredictable branches, block moves.
const bench = @import("bench");
const std = @import("std");

const Record = struct { key: u32, weight: f32, place: u32 };
const Name = struct { bytes: [12]u8, length: u8 };

fn Sorter(comptime T: type, comptime before: fn (T, T) bool) type {
    return struct {
        fn insertion(v: []T) void {
            for (1..v.len) |i| {
                const x = v[i];
                var j = i;
                while (j > 0 and before(x, v[j - 1])) : (j -= 1) v[j] = v[j - 1];
                v[j] = x;
            }
        }

        fn sift(v: []T, from: usize) void {
            const x = v[from];
            var hole = from;
            while (2 * hole + 1 < v.len) {
                var child = 2 * hole + 1;
                if (child + 1 < v.len and before(v[child], v[child + 1])) child += 1;
                if (!before(x, v[child])) break;
                v[hole] = v[child];
                hole = child;
            }
            v[hole] = x;
        }

        fn heap(v: []T) void {
            var i = v.len / 2;
            while (i > 0) {
                i -= 1;
                sift(v, i);
            }
            i = v.len;
            while (i > 1) {
                i -= 1;
                const top = v[0];
                v[0] = v[i];
                v[i] = top;
                sift(v[0..i], 0);
            }
        }

        fn median(a: T, b: T, c: T) T {
            if (before(a, b)) return if (before(b, c)) b else if (before(a, c)) c else a;
            return if (before(a, c)) a else if (before(b, c)) c else b;
        }

        fn quick(whole: []T, depth: u32) void {
            var v = whole;
            var left = depth;
            while (v.len > 24) {
                if (left == 0) return heap(v);
                left -= 1;
                const pivot = median(v[0], v[v.len / 2], v[v.len - 1]);
                var i: usize = 0;
                var j: usize = v.len - 1;
                while (true) {
                    while (before(v[i], pivot)) i += 1;
                    while (before(pivot, v[j])) j -= 1;
                    if (i >= j) break;
                    const t = v[i];
                    v[i] = v[j];
                    v[j] = t;
                    i += 1;
                    j -= 1;
                }
                const cut = if (i == 0) 1 else i;
                if (cut < v.len - cut) {
                    quick(v[0..cut], left);
                    v = v[cut..];
                } else {
                    quick(v[cut..], left);
                    v = v[0..cut];
                }
            }
            insertion(v);
        }

        fn introspective(v: []T) void {
            var depth: u32 = 2;
            var n = v.len;
            while (n > 1) : (n >>= 1) depth += 2;
            quick(v, depth);
        }

        fn mergeInto(a: []const T, b: []const T, to: []T) void {
            var i: usize = 0;
            var j: usize = 0;
            for (to) |*slot| {
                if (j == b.len or (i < a.len and !before(b[j], a[i]))) {
                    slot.* = a[i];
                    i += 1;
                } else {
                    slot.* = b[j];
                    j += 1;
                }
            }
        }

        fn merging(v: []T, spare: []T) void {
            var width: usize = 8;
            var at: usize = 0;
            while (at < v.len) : (at += width) insertion(v[at..@min(at + width, v.len)]);
            var from = v;
            var to = spare[0..v.len];
            while (width < v.len) : (width *= 2) {
                at = 0;
                while (at < v.len) : (at += 2 * width) {
                    const middle = @min(at + width, v.len);
                    const end = @min(at + 2 * width, v.len);
                    mergeInto(from[at..middle], from[middle..end], to[at..end]);
                }
                const t = from;
                from = to;
                to = t;
            }
            if (from.ptr != v.ptr) @memcpy(v, from);
        }

        /// Runs as they are found, reversed where they fall, merged while the last is not under half of the one before.
        fn natural(v: []T, spare: []T) void {
            var ends: [64]usize = undefined;
            var runs: usize = 0;
            var at: usize = 0;
            while (at < v.len) {
                var end = at + 1;
                if (end < v.len) {
                    if (before(v[end], v[at])) {
                        while (end < v.len and before(v[end], v[end - 1])) end += 1;
                        reverse(v[at..end]);
                    } else {
                        while (end < v.len and !before(v[end], v[end - 1])) end += 1;
                    }
                }
                if (end - at < 16) {
                    end = @min(at + 16, v.len);
                    insertion(v[at..end]);
                }
                ends[runs] = end;
                runs += 1;
                at = end;
                while (runs > 1 and (at == v.len or ends[runs - 1] - ends[runs - 2] >= (ends[runs - 2] - begins(&ends, runs - 2)) / 2)) {
                    const low = begins(&ends, runs - 2);
                    const middle = ends[runs - 2];
                    const high = ends[runs - 1];
                    @memcpy(spare[low..high], v[low..high]);
                    mergeInto(spare[low..middle], spare[middle..high], v[low..high]);
                    ends[runs - 2] = high;
                    runs -= 1;
                }
            }
        }

        fn begins(ends: []const usize, run: usize) usize {
            return if (run == 0) 0 else ends[run - 1];
        }

        fn reverse(v: []T) void {
            var i: usize = 0;
            var j = v.len - 1;
            while (i < j) {
                const t = v[i];
                v[i] = v[j];
                v[j] = t;
                i += 1;
                j -= 1;
            }
        }

        fn shell(v: []T) void {
            const gaps = [_]usize{ 8929, 3905, 1750, 701, 301, 132, 57, 23, 10, 4, 1 };
            for (gaps) |gap| {
                var i = gap;
                while (i < v.len) : (i += 1) {
                    const x = v[i];
                    var j = i;
                    while (j >= gap and before(x, v[j - gap])) : (j -= gap) v[j] = v[j - gap];
                    v[j] = x;
                }
            }
        }

        fn misplaced(v: []const T) u32 {
            var n: u32 = 0;
            for (1..v.len) |i| n += @intFromBool(before(v[i], v[i - 1]));
            return n;
        }
    };
}

fn radix(v: []u32, spare: []u32) void {
    var from = v;
    var to = spare[0..v.len];
    inline for (.{ 0, 8, 16, 24 }) |shift| {
        var counts = [_]u32{0} ** 256;
        for (from) |x| counts[x >> shift & 255] += 1;
        var sum: u32 = 0;
        for (&counts) |*c| {
            const n = c.*;
            c.* = sum;
            sum += n;
        }
        for (from) |x| {
            const digit = x >> shift & 255;
            to[counts[digit]] = x;
            counts[digit] += 1;
        }
        const t = from;
        from = to;
        to = t;
    }
}

fn lessNumber(a: u32, b: u32) bool {
    return a < b;
}

fn lessFloat(a: f64, b: f64) bool {
    return a < b;
}

fn lessRecord(a: Record, b: Record) bool {
    if (a.key != b.key) return a.key < b.key;
    return a.weight > b.weight;
}

fn lessName(a: Name, b: Name) bool {
    const n = @min(a.length, b.length);
    for (a.bytes[0..n], b.bytes[0..n]) |x, y| {
        if (x != y) return x < y;
    }
    return a.length < b.length;
}

const count = 20000;
var numbers: [count]u32 = undefined;
var numbers_spare: [count]u32 = undefined;
var floats: [count]f64 = undefined;
var floats_spare: [count]f64 = undefined;
var records: [count]Record = undefined;
var records_spare: [count]Record = undefined;
var names: [count]Name = undefined;
var names_spare: [count]Name = undefined;

const Shape = enum { random, ordered, reversed, few, saw };

fn value(shape: Shape, i: u32, random: *bench.Random) u32 {
    return switch (shape) {
        .random => @truncate(random.next()),
        .ordered => i * 5,
        .reversed => (count - i) * 7,
        .few => random.below(10),
        .saw => i % 1000 * 3,
    };
}

fn fill(comptime T: type, v: []T, shape: Shape) void {
    var random = bench.Random{ .state = 88172645463325252 };
    for (v, 0..) |*slot, i| {
        const x = value(shape, @intCast(i), &random);
        slot.* = switch (T) {
            u32 => x,
            f64 => @as(f64, @floatFromInt(x)) * 0.37 - 4e8,
            Record => .{ .key = x % 5000, .weight = @floatFromInt(x >> 7 & 1023), .place = @intCast(i) },
            Name => nameOf(x),
            else => unreachable,
        };
    }
}

fn nameOf(x: u32) Name {
    var name = Name{ .bytes = undefined, .length = 0 };
    var rest = x;
    while (name.length < 12) {
        name.bytes[name.length] = @intCast('a' + rest % 23);
        name.length += 1;
        rest /= 23;
        if (rest == 0) break;
    }
    return name;
}

fn digest(comptime T: type, v: []const T) u32 {
    var h: u32 = 2166136261;
    for (v) |x| {
        const part: u32 = switch (T) {
            u32 => x,
            f64 => @truncate(@as(u64, @bitCast(x)) >> 13),
            Record => x.key *% 31 +% x.place,
            Name => x.bytes[0] *% @as(u32, 65599) +% x.length,
            else => unreachable,
        };
        h = (h ^ part) *% 16777619;
    }
    return h;
}

var results: [4][5][6]u32 = undefined;
var wrong: u32 = 0;

fn all(comptime T: type, comptime before: fn (T, T) bool, row: usize, v: []T, spare: []T) void {
    const S = Sorter(T, before);
    for (std.enums.values(Shape), 0..) |shape, s| {
        for (0..6) |algorithm| {
            fill(T, v, shape);
            switch (algorithm) {
                0 => S.introspective(v),
                1 => S.merging(v, spare),
                2 => S.heap(v),
                3 => S.natural(v, spare),
                4 => S.shell(v),
                else => if (T == u32) radix(v, spare) else S.introspective(v[0 .. v.len / 2]),
            }
            wrong += S.misplaced(if (algorithm == 5 and T != u32) v[0 .. v.len / 2] else v);
            results[row][s][algorithm] = digest(T, v);
        }
    }
}

pub fn main() void {
    bench.begin();
    all(u32, lessNumber, 0, &numbers, &numbers_spare);
    all(f64, lessFloat, 1, &floats, &floats_spare);
    all(Record, lessRecord, 2, &records, &records_spare);
    all(Name, lessName, 3, &names, &names_spare);
    bench.finish();
    const kinds = [_][]const u8{ "numbers", "floats", "records", "names" };
    for (kinds, results) |kind, shapes| {
        bench.print("{s}", .{kind});
        for (shapes) |algorithms| {
            var h: u32 = 0;
            for (algorithms) |r| h = h *% 31 +% r;
            bench.print(" {x:0>8}", .{h});
        }
        bench.print("\n", .{});
    }
    bench.print("misplaced: {d}\n", .{wrong});
}
