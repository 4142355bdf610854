//! The marks around a Zig program's timed part, lines on standard output, and numbers that are the same everywhere.
const std = @import("std");

extern "bench" fn start() void;
extern "bench" fn end() void;

pub const begin = start;
pub const finish = end;

pub fn print(comptime format: []const u8, arguments: anytype) void {
    std.io.getStdOut().writer().print(format, arguments) catch unreachable;
}

/// Marsaglia's xorshift with 64 bits.
pub const Random = struct {
    state: u64,

    pub fn next(self: *Random) u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        return self.state;
    }

    pub fn below(self: *Random, limit: u32) u32 {
        return @intCast((self.next() >> 33) % limit);
    }
};
