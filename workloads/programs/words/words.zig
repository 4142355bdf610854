//! Strings: distances (table, bits, bounded), searching (one word, many at once, by suffixes), tries, splitting and counting words in a hash map, sorting them,
//! soundex, base 64, UTF-8 both ways, wrapping lines, a longest common subsequence. Byte loads, short loops, unpredictable lengths, and Zig's standard library.
const std = @import("std");
const bench = @import("bench");

const Allocator = std.mem.Allocator;

// ---- a text of made-up words, some of them beyond ASCII

const onsets = [_][]const u8{ "b", "br", "d", "f", "g", "gr", "h", "k", "l", "m", "n", "p", "pl", "r", "s", "st", "t", "tr", "v", "z", "" };
const cores = [_][]const u8{ "a", "e", "i", "o", "u", "ai", "ea", "ou", "ä", "ø", "é", "ї" };
const codas = [_][]const u8{ "", "", "n", "r", "s", "t", "l", "nd", "rk", "m", "ß", "字" };

fn makeWord(random: *bench.Random, out: *std.ArrayList(u8)) !void {
    for (0..1 + random.below(3)) |_| {
        try out.appendSlice(onsets[random.below(onsets.len)]);
        // Plain vowels are commoner.
        try out.appendSlice(cores[@min(random.below(cores.len), random.below(cores.len))]);
        try out.appendSlice(codas[@min(random.below(codas.len), random.below(codas.len))]);
    }
}

fn makeText(gpa: Allocator, random: *bench.Random, count: u32) ![]u8 {
    var vocabulary = std.ArrayList([]const u8).init(gpa);
    for (0..700) |_| {
        var word = std.ArrayList(u8).init(gpa);
        try makeWord(random, &word);
        try vocabulary.append(word.items);
    }
    var text = std.ArrayList(u8).init(gpa);
    for (0..count) |i| {
        const spread = 1 + random.below(700);
        try text.appendSlice(vocabulary.items[random.below(spread)]);
        try text.appendSlice(if (i % 17 == 16) ". " else if (i % 7 == 6) ", " else " ");
    }
    return text.items;
}

// ---- distances

fn tableDistance(gpa: Allocator, a: []const u8, b: []const u8) !u32 {
    const row = try gpa.alloc(u32, b.len + 1);
    for (row, 0..) |*r, j| r.* = @intCast(j);
    for (a, 0..) |x, i| {
        var diagonal = row[0];
        row[0] = @intCast(i + 1);
        for (b, 0..) |y, j| {
            const replaced = diagonal + @intFromBool(x != y);
            diagonal = row[j + 1];
            row[j + 1] = @min(replaced, @min(row[j], row[j + 1]) + 1);
        }
    }
    return row[b.len];
}

/// Myers's: a column of the table as bits of one word, for words of up to 64 bytes.
fn bitDistance(a: []const u8, b: []const u8) u32 {
    if (a.len == 0) return @intCast(b.len);
    var places = [_]u64{0} ** 256;
    for (a, 0..) |x, i| places[x] |= @as(u64, 1) << @intCast(i);
    var up: u64 = ~@as(u64, 0);
    var down: u64 = 0;
    var score: u32 = @intCast(a.len);
    const last = @as(u64, 1) << @intCast(a.len - 1);
    for (b) |y| {
        const equal = places[y];
        const vertical = equal | down;
        const horizontal = (((equal & up) +% up) ^ up) | equal;
        var right_up = down | ~(horizontal | up);
        var right_down = up & horizontal;
        if (right_up & last != 0) score += 1;
        if (right_down & last != 0) score -= 1;
        right_up = right_up << 1 | 1;
        right_down <<= 1;
        up = right_down | ~(vertical | right_up);
        down = right_up & vertical;
    }
    return score;
}

fn commonSubsequence(gpa: Allocator, a: []const u8, b: []const u8) ![]u8 {
    const width = b.len + 1;
    const table = try gpa.alloc(u16, (a.len + 1) * width);
    @memset(table, 0);
    for (a, 0..) |x, i| {
        for (b, 0..) |y, j| {
            table[(i + 1) * width + j + 1] = if (x == y) table[i * width + j] + 1 else @max(table[i * width + j + 1], table[(i + 1) * width + j]);
        }
    }
    var out = std.ArrayList(u8).init(gpa);
    var i = a.len;
    var j = b.len;
    while (i > 0 and j > 0) {
        if (a[i - 1] == b[j - 1]) {
            try out.append(a[i - 1]);
            i -= 1;
            j -= 1;
        } else if (table[(i - 1) * width + j] >= table[i * width + j - 1]) {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    std.mem.reverse(u8, out.items);
    return out.items;
}

// ---- searching

fn knuthMorrisPratt(gpa: Allocator, text: []const u8, word: []const u8) !u32 {
    const fallback = try gpa.alloc(usize, word.len + 1);
    fallback[0] = 0;
    fallback[1] = 0;
    var k: usize = 0;
    for (1..word.len) |i| {
        while (k > 0 and word[k] != word[i]) k = fallback[k];
        if (word[k] == word[i]) k += 1;
        fallback[i + 1] = k;
    }
    var found: u32 = 0;
    k = 0;
    for (text) |c| {
        while (k > 0 and (k == word.len or word[k] != c)) k = fallback[k];
        if (word[k] == c) k += 1;
        if (k == word.len) found += 1;
    }
    return found;
}

fn horspool(text: []const u8, word: []const u8) u32 {
    var skip = [_]usize{word.len} ** 256;
    for (word[0 .. word.len - 1], 0..) |c, i| skip[c] = word.len - 1 - i;
    var found: u32 = 0;
    var at: usize = 0;
    while (at + word.len <= text.len) {
        if (std.mem.eql(u8, text[at .. at + word.len], word)) found += 1;
        at += skip[text[at + word.len - 1]];
    }
    return found;
}

/// Aho and Corasick's: a trie whose nodes know where to go on when a letter does not fit.
const Matcher = struct {
    const Node = struct { next: [256]u32 = [_]u32{0} ** 256, fallback: u32 = 0, words: u32 = 0 };
    nodes: std.ArrayList(Node),

    fn init(gpa: Allocator, words: []const []const u8) !Matcher {
        var m = Matcher{ .nodes = std.ArrayList(Node).init(gpa) };
        try m.nodes.append(.{});
        for (words) |word| {
            var at: u32 = 0;
            for (word) |c| {
                if (m.nodes.items[at].next[c] == 0) {
                    m.nodes.items[at].next[c] = @intCast(m.nodes.items.len);
                    try m.nodes.append(.{});
                }
                at = m.nodes.items[at].next[c];
            }
            m.nodes.items[at].words += 1;
        }
        try m.link(gpa);
        return m;
    }

    fn link(m: *Matcher, gpa: Allocator) !void {
        var queue = std.ArrayList(u32).init(gpa);
        const nodes = m.nodes.items;
        for (nodes[0].next) |child| {
            if (child != 0) try queue.append(child);
        }
        var head: usize = 0;
        while (head < queue.items.len) : (head += 1) {
            const at = queue.items[head];
            const other = nodes[at].fallback;
            nodes[at].words += nodes[other].words;
            for (&nodes[at].next, 0..) |*child, c| {
                const instead = nodes[other].next[c];
                if (child.* == 0) {
                    child.* = instead;
                } else {
                    nodes[child.*].fallback = instead;
                    try queue.append(child.*);
                }
            }
        }
    }

    fn count(m: *const Matcher, text: []const u8) u32 {
        var found: u32 = 0;
        var at: u32 = 0;
        const nodes = m.nodes.items;
        for (text) |c| {
            at = nodes[at].next[c];
            found += nodes[at].words;
        }
        return found;
    }
};

/// All suffixes in order, by sorting pairs of ranks of twice the length each time.
const Suffixes = struct {
    text: []const u8,
    order: []u32,

    const Ranks = struct {
        rank: []const u32,
        width: usize,

        fn second(self: Ranks, i: u32) u32 {
            return if (i + self.width < self.rank.len) self.rank[i + self.width] + 1 else 0;
        }

        fn less(self: Ranks, a: u32, b: u32) bool {
            if (self.rank[a] != self.rank[b]) return self.rank[a] < self.rank[b];
            return self.second(a) < self.second(b);
        }
    };

    fn init(gpa: Allocator, text: []const u8) !Suffixes {
        const order = try gpa.alloc(u32, text.len);
        var rank = try gpa.alloc(u32, text.len);
        var next = try gpa.alloc(u32, text.len);
        for (order, 0..) |*o, i| o.* = @intCast(i);
        for (rank, text) |*r, c| r.* = c;
        var width: usize = 1;
        while (true) : (width *= 2) {
            const ranks = Ranks{ .rank = rank, .width = width };
            std.sort.pdq(u32, order, ranks, Ranks.less);
            next[order[0]] = 0;
            for (1..order.len) |i| next[order[i]] = next[order[i - 1]] + @intFromBool(ranks.less(order[i - 1], order[i]));
            std.mem.swap([]u32, &rank, &next);
            if (rank[order[order.len - 1]] == order.len - 1) break;
        }
        return .{ .text = text, .order = order };
    }

    fn compare(word: []const u8, suffix: []const u8) std.math.Order {
        return std.mem.order(u8, word, suffix[0..@min(word.len, suffix.len)]);
    }

    fn count(s: Suffixes, word: []const u8) usize {
        var low: usize = 0;
        var high = s.order.len;
        while (low < high) {
            const middle = (low + high) / 2;
            if (compare(word, s.text[s.order[middle]..]) == .gt) low = middle + 1 else high = middle;
        }
        const first = low;
        high = s.order.len;
        while (low < high) {
            const middle = (low + high) / 2;
            if (compare(word, s.text[s.order[middle]..]) == .lt) high = middle else low = middle + 1;
        }
        return low - first;
    }

    fn longestRepeat(s: Suffixes) []const u8 {
        var best: []const u8 = "";
        for (1..s.order.len) |i| {
            const a = s.text[s.order[i - 1]..];
            const b = s.text[s.order[i]..];
            const shared = std.mem.indexOfDiff(u8, a, b) orelse @min(a.len, b.len);
            if (shared > best.len) best = a[0..shared];
        }
        return best;
    }
};

// ---- letters

fn soundex(word: []const u8) [4]u8 {
    const codes = "01230120022455012623010202";
    var out = "0000".*;
    var length: usize = 0;
    var previous: u8 = 0;
    for (word) |c| {
        if (!std.ascii.isAlphabetic(c)) continue;
        const code = codes[std.ascii.toLower(c) - 'a'];
        if (length == 0) {
            out[0] = std.ascii.toUpper(c);
            length = 1;
        } else if (code != '0' and code != previous) {
            out[length] = code;
            length += 1;
            if (length == 4) break;
        }
        previous = code;
    }
    return out;
}

fn titled(gpa: Allocator, text: []const u8) ![]u8 {
    var out = std.ArrayList(u8).init(gpa);
    var view = try std.unicode.Utf8View.init(text);
    var letters = view.iterator();
    var first = true;
    while (letters.nextCodepoint()) |point| {
        var changed = point;
        // Upper-case letters of Latin-1 are 32 below, those of this part of Cyrillic 80.
        if (first) changed = switch (point) {
            'a'...'z', 0xe0...0xf6, 0xf8...0xfe => point - 32,
            0x450...0x45f => point - 80,
            else => point,
        };
        var bytes: [4]u8 = undefined;
        const n = try std.unicode.utf8Encode(changed, &bytes);
        try out.appendSlice(bytes[0..n]);
        first = point == ' ';
    }
    return out.items;
}

fn wrapped(gpa: Allocator, text: []const u8, width: usize) ![]u8 {
    var out = std.ArrayList(u8).init(gpa);
    var column: usize = 0;
    var words = std.mem.tokenizeScalar(u8, text, ' ');
    while (words.next()) |word| {
        const length = try std.unicode.utf8CountCodepoints(word);
        if (column > 0 and column + 1 + length > width) {
            try out.append('\n');
            column = 0;
        } else if (column > 0) {
            try out.append(' ');
            column += 1;
        }
        try out.appendSlice(word);
        column += length;
    }
    return out.items;
}

// ---- counting

const Counted = struct { word: []const u8, count: u32 };

fn commoner(_: void, a: Counted, b: Counted) bool {
    if (a.count != b.count) return a.count > b.count;
    return std.mem.lessThan(u8, a.word, b.word);
}

fn counted(gpa: Allocator, text: []const u8) ![]Counted {
    var counts = std.StringHashMap(u32).init(gpa);
    var words = std.mem.tokenizeAny(u8, text, " .,");
    while (words.next()) |word| {
        const entry = try counts.getOrPutValue(word, 0);
        entry.value_ptr.* += 1;
    }
    var list = std.ArrayList(Counted).init(gpa);
    var entries = counts.iterator();
    while (entries.next()) |e| try list.append(.{ .word = e.key_ptr.*, .count = e.value_ptr.* });
    std.sort.block(Counted, list.items, {}, commoner);
    return list.items;
}

fn hash(bytes: []const u8) u32 {
    var h: u32 = 2166136261;
    for (bytes) |b| h = (h ^ b) *% 16777619;
    return h;
}

const Result = struct {
    top: []Counted,
    distances: u64 = 0,
    disagreements: u32 = 0,
    subsequence: []u8,
    found: [4]u64,
    repeat: []const u8,
    codes: u32 = 0,
    base64: u32,
    whole: bool,
    title: []u8,
    lines: []u8,
};

fn run(gpa: Allocator) !Result {
    var random = bench.Random{ .state = 0xDA3E39CB94B95BDB };
    const text = try makeText(gpa, &random, 16000);
    const top = try counted(gpa, text);
    var result: Result = undefined;
    result = .{ .top = top, .subsequence = try commonSubsequence(gpa, text[0..700], text[5000..5700]), .found = .{0} ** 4, .repeat = "", .base64 = 0, .whole = true, .title = "", .lines = "" };
    for (top[0..160], 0..) |a, i| {
        for (top[0..i]) |b| {
            const d = bitDistance(a.word, b.word);
            if (i % 4 == 0 and d != try tableDistance(gpa, a.word, b.word)) result.disagreements += 1;
            result.distances += d;
        }
    }
    const sought = top[40..100];
    var names: [60][]const u8 = undefined;
    for (&names, sought) |*n, s| n.* = s.word;
    const matcher = try Matcher.init(gpa, &names);
    const part = text[0..@min(text.len, 48000)];
    const suffixes = try Suffixes.init(gpa, part);
    for (names) |word| {
        result.found[0] += try knuthMorrisPratt(gpa, part, word);
        result.found[1] += horspool(part, word);
        result.found[2] += suffixes.count(word);
    }
    result.found[3] = matcher.count(part);
    result.repeat = suffixes.longestRepeat();
    for (top) |c| result.codes = result.codes *% 31 +% std.mem.readInt(u32, &soundex(c.word), .little);
    const encoder = std.base64.standard.Encoder;
    const encoded = encoder.encode(try gpa.alloc(u8, encoder.calcSize(text.len)), text);
    const decoded = try gpa.alloc(u8, try std.base64.standard.Decoder.calcSizeForSlice(encoded));
    try std.base64.standard.Decoder.decode(decoded, encoded);
    result.base64 = hash(encoded);
    result.whole = std.mem.eql(u8, decoded, text);
    result.title = try titled(gpa, text);
    result.lines = try wrapped(gpa, result.title, 72);
    return result;
}

pub fn main() !void {
    var arena = std.heap.ArenaAllocator.init(std.heap.page_allocator);
    bench.begin();
    const r = try run(arena.allocator());
    bench.finish();
    for (r.top[0..8]) |c| bench.print("{s} {d}, ", .{ c.word, c.count });
    bench.print("{d} words\ndistances: {d}, {d} disagree\nsubsequence: {d}, {x:0>8}\n", .{ r.top.len, r.distances, r.disagreements, r.subsequence.len, hash(r.subsequence) });
    bench.print("found: {any}\nrepeated: {s}\nsoundex: {x:0>8}\nbase64: {x:0>8} {}\n", .{ r.found, r.repeat, r.codes, r.base64, r.whole });
    var lines = std.mem.splitScalar(u8, r.lines, '\n');
    for (0..3) |_| bench.print("{s}\n", .{lines.next().?});
    bench.print("lines: {d}, {x:0>8}\n", .{ std.mem.count(u8, r.lines, "\n"), hash(r.lines) });
}
