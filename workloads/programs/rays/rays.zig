//! A ray tracer: spheres, boxes, a torus by root finding, planes with checks; shadows, reflection, refraction, a bounding-volume tree over a thousand small
//! spheres. Vectors as structs of floats through many small functions, recursion, square roots, branches on floats.
const bench = @import("bench");

const V = struct {
    x: f64,
    y: f64,
    z: f64,

    fn of(x: f64, y: f64, z: f64) V {
        return .{ .x = x, .y = y, .z = z };
    }
    fn add(a: V, b: V) V {
        return of(a.x + b.x, a.y + b.y, a.z + b.z);
    }
    fn sub(a: V, b: V) V {
        return of(a.x - b.x, a.y - b.y, a.z - b.z);
    }
    fn mul(a: V, b: V) V {
        return of(a.x * b.x, a.y * b.y, a.z * b.z);
    }
    fn by(a: V, s: f64) V {
        return of(a.x * s, a.y * s, a.z * s);
    }
    fn dot(a: V, b: V) f64 {
        return a.x * b.x + a.y * b.y + a.z * b.z;
    }
    fn cross(a: V, b: V) V {
        return of(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);
    }
    fn unit(a: V) V {
        return a.by(1 / @sqrt(a.dot(a)));
    }
    fn axis(a: V, i: usize) f64 {
        return switch (i) {
            0 => a.x,
            1 => a.y,
            else => a.z,
        };
    }
};

const Ray = struct { from: V, to: V };
const Surface = struct { colour: V, diffuse: f64, mirror: f64, glass: f64, shine: u32 };
const Hit = struct { t: f64, normal: V, surface: *const Surface };

const near = 1e-6;
const far = 1e18;

const chalk = Surface{ .colour = V.of(0.9, 0.85, 0.8), .diffuse = 0.9, .mirror = 0, .glass = 0, .shine = 2 };
const dark = Surface{ .colour = V.of(0.15, 0.2, 0.25), .diffuse = 0.9, .mirror = 0.15, .glass = 0, .shine = 4 };
const silver = Surface{ .colour = V.of(0.9, 0.9, 0.95), .diffuse = 0.2, .mirror = 0.75, .glass = 0, .shine = 6 };
const bottle = Surface{ .colour = V.of(0.8, 1, 0.85), .diffuse = 0.1, .mirror = 0.1, .glass = 0.8, .shine = 6 };
const brass = Surface{ .colour = V.of(0.9, 0.7, 0.3), .diffuse = 0.6, .mirror = 0.35, .glass = 0, .shine = 5 };

const Sphere = struct { centre: V, radius: f64, surface: *const Surface };
const Box = struct { low: V, high: V, surface: *const Surface };
const Torus = struct { centre: V, major: f64, minor: f64, surface: *const Surface };

const big_spheres = [_]Sphere{
    .{ .centre = V.of(-1.2, 1, 0.2), .radius = 1, .surface = &silver },
    .{ .centre = V.of(1.1, 0.7, -0.9), .radius = 0.7, .surface = &bottle },
    .{ .centre = V.of(0.2, 0.4, -2), .radius = 0.4, .surface = &brass },
};
const boxes = [_]Box{
    .{ .low = V.of(1.5, 0, 1), .high = V.of(2.5, 1.6, 2), .surface = &chalk },
    .{ .low = V.of(-3.4, 0, 1.5), .high = V.of(-2.6, 0.8, 2.3), .surface = &brass },
};
const torus = Torus{ .centre = V.of(0.4, 1.8, 1.4), .major = 0.8, .minor = 0.22, .surface = &brass };
const light = V.of(-4, 6, -5);

// ---- shapes

fn hitSphere(s: *const Sphere, ray: Ray, limit: f64) f64 {
    const o = ray.from.sub(s.centre);
    const b = o.dot(ray.to);
    const c = o.dot(o) - s.radius * s.radius;
    const d = b * b - c;
    if (d < 0) return far;
    const root = @sqrt(d);
    if (-b - root > near) return if (-b - root < limit) -b - root else far;
    if (-b + root > near and -b + root < limit) return -b + root;
    return far;
}

fn hitBox(b: *const Box, ray: Ray, normal: *V) f64 {
    var enter: f64 = -far;
    var leave: f64 = far;
    var side: usize = 0;
    for (0..3) |i| {
        const d = 1 / ray.to.axis(i);
        var t0 = (b.low.axis(i) - ray.from.axis(i)) * d;
        var t1 = (b.high.axis(i) - ray.from.axis(i)) * d;
        if (t0 > t1) {
            const t = t0;
            t0 = t1;
            t1 = t;
        }
        if (t0 > enter) {
            enter = t0;
            side = i;
        }
        leave = @min(leave, t1);
    }
    if (enter > leave or enter < near) return far;
    const sign: f64 = if (ray.to.axis(side) > 0) -1 else 1;
    normal.* = V.of(if (side == 0) sign else 0, if (side == 1) sign else 0, if (side == 2) sign else 0);
    return enter;
}

fn torusDistance(t: *const Torus, p: V) f64 {
    const q = p.sub(t.centre);
    const ring = @sqrt(q.x * q.x + q.y * q.y) - t.major;
    return @sqrt(ring * ring + q.z * q.z) - t.minor;
}

/// By steps as long as the distance to the surface.
fn hitTorus(t: *const Torus, ray: Ray, limit: f64, normal: *V) f64 {
    const bound = Sphere{ .centre = t.centre, .radius = t.major + t.minor + 0.01, .surface = t.surface };
    const o = ray.from.sub(bound.centre);
    const inside = o.dot(o) < bound.radius * bound.radius;
    var at: f64 = if (inside) 1e-3 else hitSphere(&bound, ray, far);
    if (at >= limit) return far;
    const end = at + 2 * bound.radius;
    for (0..96) |_| {
        const d = torusDistance(t, ray.from.add(ray.to.by(at)));
        if (d < 1e-5) {
            if (at >= limit) return far;
            const p = ray.from.add(ray.to.by(at));
            const e = 1e-5;
            const here = torusDistance(t, p);
            normal.* = V.of(torusDistance(t, p.add(V.of(e, 0, 0))) - here, torusDistance(t, p.add(V.of(0, e, 0))) - here, torusDistance(t, p.add(V.of(0, 0, e))) - here).unit();
            return at;
        }
        at += d;
        if (at > end) return far;
    }
    return far;
}

// ---- a tree of bounds over the small spheres, split at the median of the longest side

const small_count = 1024;
var small: [small_count]Sphere = undefined;
const Node = struct { low: V, high: V, first: u32, count: u32, right: u32 };
var nodes: [2 * small_count]Node = undefined;
var node_count: u32 = 0;
var pastel: [8]Surface = undefined;

fn scatter() void {
    var random = bench.Random{ .state = 0x9E3779B97F4A7C15 };
    for (&pastel, 0..) |*p, i| {
        const f: f64 = @floatFromInt(i);
        p.* = .{ .colour = V.of(0.4 + 0.08 * f, 0.9 - 0.07 * f, 0.5 + 0.05 * f), .diffuse = 0.85, .mirror = 0.05, .glass = 0, .shine = 3 };
    }
    for (&small, 0..) |*s, i| {
        const x = @as(f64, @floatFromInt(random.below(10000))) / 1000 - 5;
        const z = @as(f64, @floatFromInt(random.below(12000))) / 1000 - 4;
        const r = 0.03 + @as(f64, @floatFromInt(random.below(1000))) / 14000;
        s.* = .{ .centre = V.of(x, r, z), .radius = r, .surface = &pastel[i % 8] };
    }
}

fn grow(first: u32, count: u32) u32 {
    const at = node_count;
    node_count += 1;
    var low = V.of(far, far, far);
    var high = V.of(-far, -far, -far);
    for (small[first .. first + count]) |s| {
        low = V.of(@min(low.x, s.centre.x - s.radius), @min(low.y, s.centre.y - s.radius), @min(low.z, s.centre.z - s.radius));
        high = V.of(@max(high.x, s.centre.x + s.radius), @max(high.y, s.centre.y + s.radius), @max(high.z, s.centre.z + s.radius));
    }
    nodes[at] = .{ .low = low, .high = high, .first = first, .count = count, .right = 0 };
    if (count <= 4) return at;
    const side: usize = if (high.x - low.x > high.z - low.z) 0 else 2;
    const half = count / 2;
    split(small[first .. first + count], half, side);
    _ = grow(first, half);
    const right = grow(first + half, count - half);
    nodes[at].count = 0;
    nodes[at].right = right;
    return at;
}

/// Puts the k least along a side first, by quickselect.
fn split(v: []Sphere, k: usize, side: usize) void {
    var low: usize = 0;
    var high: usize = v.len - 1;
    while (low < high) {
        const pivot = v[(low + high) / 2].centre.axis(side);
        var i = low;
        var j = high;
        while (i <= j) {
            while (v[i].centre.axis(side) < pivot) i += 1;
            while (v[j].centre.axis(side) > pivot) j -= 1;
            if (i <= j) {
                const t = v[i];
                v[i] = v[j];
                v[j] = t;
                i += 1;
                if (j == 0) break;
                j -= 1;
            }
        }
        if (k <= j) high = j else if (k >= i) low = i else return;
    }
}

fn entersNode(n: *const Node, ray: Ray, inverse: V, limit: f64) bool {
    const x0 = (n.low.x - ray.from.x) * inverse.x;
    const x1 = (n.high.x - ray.from.x) * inverse.x;
    const y0 = (n.low.y - ray.from.y) * inverse.y;
    const y1 = (n.high.y - ray.from.y) * inverse.y;
    const z0 = (n.low.z - ray.from.z) * inverse.z;
    const z1 = (n.high.z - ray.from.z) * inverse.z;
    const enter = @max(@max(@min(x0, x1), @min(y0, y1)), @min(z0, z1));
    const leave = @min(@min(@max(x0, x1), @max(y0, y1)), @max(z0, z1));
    return enter <= leave and leave > 0 and enter < limit;
}

fn hitSmall(ray: Ray, limit: f64) struct { t: f64, sphere: ?*const Sphere } {
    const inverse = V.of(1 / ray.to.x, 1 / ray.to.y, 1 / ray.to.z);
    var stack: [32]u32 = undefined;
    var top: usize = 1;
    stack[0] = 0;
    var best = limit;
    var sphere: ?*const Sphere = null;
    while (top > 0) {
        top -= 1;
        const index = stack[top];
        const n = &nodes[index];
        if (!entersNode(n, ray, inverse, best)) continue;
        if (n.count > 0) {
            for (small[n.first .. n.first + n.count]) |*s| {
                const t = hitSphere(s, ray, best);
                if (t < best) {
                    best = t;
                    sphere = s;
                }
            }
        } else {
            stack[top] = n.right;
            stack[top + 1] = index + 1;
            top += 2;
        }
    }
    return .{ .t = best, .sphere = sphere };
}

// ---- the scene

fn floorSurface(p: V) *const Surface {
    const x: i32 = @intFromFloat(@floor(p.x * 1.5));
    const z: i32 = @intFromFloat(@floor(p.z * 1.5));
    return if ((x ^ z) & 1 == 0) &chalk else &dark;
}

fn trace(ray: Ray, limit: f64) ?Hit {
    var hit = Hit{ .t = limit, .normal = undefined, .surface = &chalk };
    var found = false;
    if (ray.to.y < 0) {
        const t = -ray.from.y / ray.to.y;
        if (t > near and t < hit.t) {
            hit = .{ .t = t, .normal = V.of(0, 1, 0), .surface = floorSurface(ray.from.add(ray.to.by(t))) };
            found = true;
        }
    }
    for (&big_spheres) |*s| {
        const t = hitSphere(s, ray, hit.t);
        if (t < hit.t) {
            hit = .{ .t = t, .normal = ray.from.add(ray.to.by(t)).sub(s.centre).by(1 / s.radius), .surface = s.surface };
            found = true;
        }
    }
    var normal: V = undefined;
    for (&boxes) |*b| {
        const t = hitBox(b, ray, &normal);
        if (t < hit.t) {
            hit = .{ .t = t, .normal = normal, .surface = b.surface };
            found = true;
        }
    }
    const ring = hitTorus(&torus, ray, hit.t, &normal);
    if (ring < hit.t) {
        hit = .{ .t = ring, .normal = normal, .surface = torus.surface };
        found = true;
    }
    const dot = hitSmall(ray, hit.t);
    if (dot.sphere) |s| {
        hit = .{ .t = dot.t, .normal = ray.from.add(ray.to.by(dot.t)).sub(s.centre).by(1 / s.radius), .surface = s.surface };
        found = true;
    }
    return if (found) hit else null;
}

fn sky(d: V) V {
    const t = 0.5 * (d.y + 1);
    return V.of(1, 1, 1).by(1 - t).add(V.of(0.35, 0.55, 0.9).by(t));
}

var rays_cast: u64 = 0;

fn shade(ray: Ray, depth: u32) V {
    rays_cast += 1;
    const hit = trace(ray, far) orelse return sky(ray.to);
    const p = ray.from.add(ray.to.by(hit.t));
    const inward = hit.normal.dot(ray.to) > 0;
    const n = if (inward) hit.normal.by(-1) else hit.normal;
    const s = hit.surface;
    var colour = s.colour.by(0.12 * s.diffuse);
    const to_light = light.sub(p);
    const distance = @sqrt(to_light.dot(to_light));
    const l = to_light.by(1 / distance);
    const above = n.dot(l);
    if (above > 0 and trace(.{ .from = p.add(n.by(near * 10)), .to = l }, distance) == null) {
        const half = l.sub(ray.to).unit();
        var gloss = @max(0, half.dot(n));
        for (0..s.shine) |_| gloss *= gloss;
        colour = colour.add(s.colour.by(above * s.diffuse)).add(V.of(1, 1, 1).by(gloss * 0.5));
    }
    if (depth == 0) return colour;
    if (s.mirror > 0) {
        const r = ray.to.sub(n.by(2 * n.dot(ray.to)));
        colour = colour.add(s.colour.mul(shade(.{ .from = p.add(n.by(near * 10)), .to = r }, depth - 1)).by(s.mirror));
    }
    if (s.glass > 0) {
        const ratio: f64 = if (inward) 1.5 else 1.0 / 1.5;
        const c = -n.dot(ray.to);
        const k = 1 - ratio * ratio * (1 - c * c);
        const bent = if (k < 0) ray.to.sub(n.by(2 * n.dot(ray.to))) else ray.to.by(ratio).add(n.by(ratio * c - @sqrt(k)));
        const from = p.add(n.by(if (k < 0) near * 10 else -near * 10));
        colour = colour.add(s.colour.mul(shade(.{ .from = from, .to = bent }, depth - 1)).by(s.glass));
    }
    return colour;
}

const width = 200;
const height = 150;
var image: [width * height * 3]u8 = undefined;

fn byte(v: f64) u8 {
    return @intFromFloat(@min(255, @sqrt(@max(0, v)) * 255));
}

fn render() void {
    const eye = V.of(0.3, 1.7, -5.5);
    const forward = V.of(0, 0.9, 0).sub(eye).unit();
    const right = V.of(0, 1, 0).cross(forward).unit();
    const up = forward.cross(right);
    for (0..height) |y| {
        for (0..width) |x| {
            var sum = V.of(0, 0, 0);
            for (0..2) |sample| {
                const f: f64 = @floatFromInt(sample);
                const sx = (@as(f64, @floatFromInt(x)) + 0.25 + 0.5 * f - width / 2) / width;
                const sy = (height / 2 - @as(f64, @floatFromInt(y)) - 0.75 + 0.5 * f) / width;
                sum = sum.add(shade(.{ .from = eye, .to = forward.add(right.by(sx)).add(up.by(sy)).unit() }, 4));
            }
            const at = (y * width + x) * 3;
            image[at] = byte(sum.x / 2);
            image[at + 1] = byte(sum.y / 2);
            image[at + 2] = byte(sum.z / 2);
        }
    }
}

pub fn main() void {
    bench.begin();
    scatter();
    _ = grow(0, small_count);
    render();
    bench.finish();
    var h: u32 = 2166136261;
    for (image) |b| h = (h ^ b) *% 16777619;
    bench.print("nodes: {d}\nrays: {d}\nimage: {x:0>8}\n", .{ node_count, rays_cast, h });
    for (0..5) |row| {
        for (0..8) |column| {
            const at = ((row * 30 + 15) * width + column * 25 + 12) * 3;
            bench.print(" {x:0>2}{x:0>2}{x:0>2}", .{ image[at], image[at + 1], image[at + 2] });
        }
        bench.print("\n", .{});
    }
}
