// Dense linear algebra and big integers: products of matrices plain, transposed and blocked, in both precisions; LU, Cholesky, QR by Householder, eigenvalues by
// Jacobi; Strassen; then integers of thousands of digits: pi by Machin's formula, Karatsuba products, Montgomery powers. Loads with computed addresses, nested
// counted loops, multiply-add chains, 64-bit carries.

import * as bench from "../lib/bench";

type Vec = StaticArray<f64>;

let seed: u64 = 88172645463325252;
function random(): f64 {
  seed ^= seed << 13;
  seed ^= seed >> 7;
  seed ^= seed << 17;
  return <f64>(seed >> 11) / 9007199254740992.0 - 0.5;
}

function filled(n: i32): Vec {
  const m = new StaticArray<f64>(n * n);
  for (let i = 0; i < n * n; i++) unchecked(m[i] = random());
  return m;
}

// ---- products

function product(a: Vec, b: Vec, c: Vec, n: i32): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum: f64 = 0;
      for (let k = 0; k < n; k++) sum += unchecked(a[i * n + k]) * unchecked(b[k * n + j]);
      unchecked(c[i * n + j] = sum);
    }
  }
}

// Rows against rows, four sums at once.
function productTransposed(a: Vec, bt: Vec, c: Vec, n: i32): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j += 4) {
      let s0: f64 = 0, s1: f64 = 0, s2: f64 = 0, s3: f64 = 0;
      for (let k = 0; k < n; k++) {
        const x = unchecked(a[i * n + k]);
        s0 += x * unchecked(bt[j * n + k]);
        s1 += x * unchecked(bt[(j + 1) * n + k]);
        s2 += x * unchecked(bt[(j + 2) * n + k]);
        s3 += x * unchecked(bt[(j + 3) * n + k]);
      }
      unchecked(c[i * n + j] = s0);
      unchecked(c[i * n + j + 1] = s1);
      unchecked(c[i * n + j + 2] = s2);
      unchecked(c[i * n + j + 3] = s3);
    }
  }
}

// Tiles of T numbers a side, generic over the precision.
function productBlocked<E>(a: StaticArray<E>, b: StaticArray<E>, c: StaticArray<E>, n: i32, tile: i32): void {
  for (let i0 = 0; i0 < n; i0 += tile) {
    for (let k0 = 0; k0 < n; k0 += tile) {
      for (let j0 = 0; j0 < n; j0 += tile) {
        for (let i = i0; i < i0 + tile; i++) {
          for (let k = k0; k < k0 + tile; k++) {
            const x = unchecked(a[i * n + k]);
            for (let j = j0; j < j0 + tile; j++) unchecked(c[i * n + j] += x * unchecked(b[k * n + j]));
          }
        }
      }
    }
  }
}

function transposed(a: Vec, n: i32): Vec {
  const t = new StaticArray<f64>(n * n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) unchecked(t[j * n + i] = unchecked(a[i * n + j]));
  return t;
}

function quarter(m: Vec, n: i32, row: i32, column: i32): Vec {
  const h = n >> 1, q = new StaticArray<f64>(h * h);
  for (let i = 0; i < h; i++) for (let j = 0; j < h; j++) unchecked(q[i * h + j] = unchecked(m[(i + row * h) * n + j + column * h]));
  return q;
}

function plus(a: Vec, b: Vec, sign: f64): Vec {
  const c = new StaticArray<f64>(a.length);
  for (let i = 0; i < a.length; i++) unchecked(c[i] = unchecked(a[i]) + sign * unchecked(b[i]));
  return c;
}

function strassen(a: Vec, b: Vec, n: i32): Vec {
  const c = new StaticArray<f64>(n * n);
  if (n <= 32) {
    productBlocked<f64>(a, b, c, n, n);
    return c;
  }
  const h = n >> 1;
  const a11 = quarter(a, n, 0, 0), a12 = quarter(a, n, 0, 1), a21 = quarter(a, n, 1, 0), a22 = quarter(a, n, 1, 1);
  const b11 = quarter(b, n, 0, 0), b12 = quarter(b, n, 0, 1), b21 = quarter(b, n, 1, 0), b22 = quarter(b, n, 1, 1);
  const m1 = strassen(plus(a11, a22, 1), plus(b11, b22, 1), h), m2 = strassen(plus(a21, a22, 1), b11, h), m3 = strassen(a11, plus(b12, b22, -1), h);
  const m4 = strassen(a22, plus(b21, b11, -1), h), m5 = strassen(plus(a11, a12, 1), b22, h), m6 = strassen(plus(a21, a11, -1), plus(b11, b12, 1), h);
  const m7 = strassen(plus(a12, a22, -1), plus(b21, b22, 1), h);
  for (let i = 0; i < h; i++) {
    for (let j = 0; j < h; j++) {
      const at = i * h + j;
      unchecked(c[i * n + j] = unchecked(m1[at]) + unchecked(m4[at]) - unchecked(m5[at]) + unchecked(m7[at]));
      unchecked(c[i * n + j + h] = unchecked(m3[at]) + unchecked(m5[at]));
      unchecked(c[(i + h) * n + j] = unchecked(m2[at]) + unchecked(m4[at]));
      unchecked(c[(i + h) * n + j + h] = unchecked(m1[at]) - unchecked(m2[at]) + unchecked(m3[at]) + unchecked(m6[at]));
    }
  }
  return c;
}

function difference(a: Vec, b: Vec): f64 {
  let worst: f64 = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(unchecked(a[i]) - unchecked(b[i])));
  return worst;
}

// ---- factorisations; each gives how far the product of its factors is from what it was given

function luError(source: Vec, n: i32): f64 {
  const a = source.slice<Vec>(0), rows = new StaticArray<i32>(n);
  for (let i = 0; i < n; i++) unchecked(rows[i] = i);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(unchecked(a[i * n + k])) > Math.abs(unchecked(a[pivot * n + k]))) pivot = i;
    if (pivot != k) {
      for (let j = 0; j < n; j++) {
        const t = unchecked(a[k * n + j]);
        unchecked(a[k * n + j] = unchecked(a[pivot * n + j]));
        unchecked(a[pivot * n + j] = t);
      }
      const t = unchecked(rows[k]);
      unchecked(rows[k] = unchecked(rows[pivot]));
      unchecked(rows[pivot] = t);
    }
    for (let i = k + 1; i < n; i++) {
      const factor = unchecked(a[i * n + k]) / unchecked(a[k * n + k]);
      unchecked(a[i * n + k] = factor);
      for (let j = k + 1; j < n; j++) unchecked(a[i * n + j] -= factor * unchecked(a[k * n + j]));
    }
  }
  let worst: f64 = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      let sum: f64 = i <= j ? unchecked(a[i * n + j]) : 0;
      for (let k = 0; k < i && k <= j; k++) sum += unchecked(a[i * n + k]) * unchecked(a[k * n + j]);
      worst = Math.max(worst, Math.abs(sum - unchecked(source[unchecked(rows[i]) * n + j])));
    }
  }
  return worst;
}

function choleskyError(m: Vec, n: i32): f64 {
  const s = new StaticArray<f64>(n * n), l = new StaticArray<f64>(n * n);
  productTransposed(m, m, s, n);
  for (let i = 0; i < n; i++) unchecked(s[i * n + i] += 1);
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = unchecked(s[i * n + j]);
      for (let k = 0; k < j; k++) sum -= unchecked(l[i * n + k]) * unchecked(l[j * n + k]);
      unchecked(l[i * n + j] = i == j ? Math.sqrt(sum) : sum / unchecked(l[j * n + j]));
    }
  }
  const back = new StaticArray<f64>(n * n);
  productTransposed(l, l, back, n);
  return difference(back, s);
}

function qrError(source: Vec, n: i32): f64 {
  const r = source.slice<Vec>(0), q = new StaticArray<f64>(n * n), v = new StaticArray<f64>(n);
  for (let i = 0; i < n; i++) unchecked(q[i * n + i] = 1);
  for (let k = 0; k < n - 1; k++) {
    let norm: f64 = 0;
    for (let i = k; i < n; i++) norm += unchecked(r[i * n + k]) * unchecked(r[i * n + k]);
    norm = Math.sqrt(norm) * (unchecked(r[k * n + k]) > 0 ? -1 : 1);
    let length: f64 = 0;
    for (let i = k; i < n; i++) {
      unchecked(v[i] = unchecked(r[i * n + k]) - (i == k ? norm : 0));
      length += unchecked(v[i]) * unchecked(v[i]);
    }
    reflect(r, v, n, k, 2 / length);
    reflect(q, v, n, k, 2 / length);
  }
  const qt = transposed(q, n), back = new StaticArray<f64>(n * n);
  product(qt, r, back, n);
  return difference(back, source);
}

function reflect(m: Vec, v: Vec, n: i32, k: i32, scale: f64): void {
  for (let j = 0; j < n; j++) {
    let dot: f64 = 0;
    for (let i = k; i < n; i++) dot += unchecked(v[i]) * unchecked(m[i * n + j]);
    dot *= scale;
    for (let i = k; i < n; i++) unchecked(m[i * n + j] -= dot * unchecked(v[i]));
  }
}

// The sum of the squares of the eigenvalues is that of the matrix's elements.
function jacobiError(source: Vec, n: i32): f64 {
  const a = plus(source, transposed(source, n), 1);
  let squares: f64 = 0;
  for (let i = 0; i < n * n; i++) squares += unchecked(a[i]) * unchecked(a[i]);
  for (let sweep = 0; sweep < 8; sweep++) {
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = unchecked(a[p * n + q]);
        if (Math.abs(apq) < 1e-14) continue;
        const theta = (unchecked(a[q * n + q]) - unchecked(a[p * n + p])) / (2 * apq);
        const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1)), c = 1 / Math.sqrt(t * t + 1), s = t * c;
        for (let k = 0; k < n; k++) {
          const x = unchecked(a[k * n + p]), y = unchecked(a[k * n + q]);
          unchecked(a[k * n + p] = c * x - s * y);
          unchecked(a[k * n + q] = s * x + c * y);
        }
        for (let k = 0; k < n; k++) {
          const x = unchecked(a[p * n + k]), y = unchecked(a[q * n + k]);
          unchecked(a[p * n + k] = c * x - s * y);
          unchecked(a[q * n + k] = s * x + c * y);
        }
      }
    }
  }
  let eigen: f64 = 0;
  for (let i = 0; i < n; i++) eigen += unchecked(a[i * n + i]) * unchecked(a[i * n + i]);
  return Math.abs(eigen - squares) / squares;
}

// ---- big integers: limbs of 32 bits, the lowest first

type Big = StaticArray<u32>;

function schoolbook(a: Big, b: Big): Big {
  const c = new StaticArray<u32>(a.length + b.length);
  for (let i = 0; i < a.length; i++) {
    const x = <u64>unchecked(a[i]);
    let carry: u64 = 0;
    for (let j = 0; j < b.length; j++) {
      carry += x * unchecked(b[j]) + unchecked(c[i + j]);
      unchecked(c[i + j] = <u32>carry);
      carry >>= 32;
    }
    unchecked(c[i + b.length] = <u32>carry);
  }
  return c;
}

function part(a: Big, from: i32, to: i32): Big {
  return a.slice<Big>(from, to);
}

function summed(a: Big, b: Big): Big {
  const c = new StaticArray<u32>(a.length + 1);
  let carry: u64 = 0;
  for (let i = 0; i < a.length; i++) {
    carry += <u64>unchecked(a[i]) + (i < b.length ? unchecked(b[i]) : 0);
    unchecked(c[i] = <u32>carry);
    carry >>= 32;
  }
  unchecked(c[a.length] = <u32>carry);
  return c;
}

// into += a << (32 * at), or -= if negative
function accumulate(into: Big, a: Big, at: i32, negative: bool): void {
  let carry: i64 = 0;
  for (let i = 0; i < a.length || carry != 0; i++) {
    if (at + i >= into.length) return;
    const x = i < a.length ? <i64>unchecked(a[i]) : 0;
    carry += <i64>unchecked(into[at + i]) + (negative ? -x : x);
    unchecked(into[at + i] = <u32>carry);
    carry >>= 32;
  }
}

// Both of one length.
function karatsuba(a: Big, b: Big): Big {
  const n = a.length;
  if (n < 24) return schoolbook(a, b);
  const h = n >> 1;
  const a0 = part(a, 0, h), a1 = part(a, h, n), b0 = part(b, 0, h), b1 = part(b, h, n);
  const low = karatsuba(a0, b0), high = karatsuba(a1, b1), middle = karatsuba(summed(a1, a0), summed(b1, b0));
  const c = new StaticArray<u32>(2 * n);
  accumulate(c, low, 0, false);
  accumulate(c, high, 2 * h, false);
  accumulate(c, middle, h, false);
  accumulate(c, low, h, true);
  accumulate(c, high, h, true);
  return c;
}

function digest(a: Big): u32 {
  let h: u32 = 2166136261;
  for (let i = 0; i < a.length; i++) h = (h ^ unchecked(a[i])) * 16777619;
  return h;
}

function randomBig(n: i32): Big {
  const a = new StaticArray<u32>(n);
  for (let i = 0; i < n; i++) unchecked(a[i] = <u32>(<i64>(random() * 4294967296.0) + 2147483648));
  return a;
}

// scale * arctan(1 / x), to be added to or taken from a sum, in fixed point with the whole part in the last limb.
function addArctan(sum: Big, scale: u32, x: u32, negative: bool): void {
  const n = sum.length, term = new StaticArray<u32>(n), share = new StaticArray<u32>(n);
  unchecked(term[n - 1] = scale);
  divide(term, term, x);
  for (let k: u32 = 1; ; k += 2) {
    divide(term, share, k);
    accumulate(sum, share, 0, negative != ((k & 2) != 0));
    if (divide(term, term, x * x) == 0) return;
  }
}

// Gives the or of all limbs of the quotient.
function divide(a: Big, quotient: Big, by: u32): u32 {
  let rest: u64 = 0, any: u32 = 0;
  for (let i = a.length - 1; i >= 0; i--) {
    rest = rest << 32 | unchecked(a[i]);
    const q = <u32>(rest / by);
    unchecked(quotient[i] = q);
    rest -= <u64>q * by;
    any |= q;
  }
  return any;
}

function pi(digits: i32): string {
  const sum = new StaticArray<u32>(digits * 107 / 1028 + 4);
  addArctan(sum, 16, 5, false);
  addArctan(sum, 4, 239, true);
  const top = sum.length - 1;
  let text = unchecked(sum[top]).toString() + ".";
  for (let i = 0; i < digits; i += 8) {
    unchecked(sum[top] = 0);
    let carry: u64 = 0;
    for (let k = 0; k <= top; k++) {
      carry += <u64>unchecked(sum[k]) * 100000000;
      unchecked(sum[k] = <u32>carry);
      carry >>= 32;
    }
    text += unchecked(sum[top]).toString().padStart(8, "0");
  }
  return text.substring(0, digits + 2);
}

// a * b / 2^(32 n) modulo an odd number, by Montgomery.
function montgomery(a: Big, b: Big, modulus: Big, inverse: u32): Big {
  const n = modulus.length, t = new StaticArray<u32>(n + 2);
  for (let i = 0; i < n; i++) {
    const x = <u64>unchecked(a[i]);
    let carry: u64 = 0;
    for (let j = 0; j < n; j++) {
      carry += x * unchecked(b[j]) + unchecked(t[j]);
      unchecked(t[j] = <u32>carry);
      carry >>= 32;
    }
    carry += unchecked(t[n]);
    unchecked(t[n] = <u32>carry);
    unchecked(t[n + 1] = <u32>(carry >> 32));
    const m = <u64>(unchecked(t[0]) * inverse);
    carry = (m * unchecked(modulus[0]) + unchecked(t[0])) >> 32;
    for (let j = 1; j < n; j++) {
      carry += m * unchecked(modulus[j]) + unchecked(t[j]);
      unchecked(t[j - 1] = <u32>carry);
      carry >>= 32;
    }
    carry += unchecked(t[n]);
    unchecked(t[n - 1] = <u32>carry);
    unchecked(t[n] = unchecked(t[n + 1]) + <u32>(carry >> 32));
  }
  const result = part(t, 0, n);
  if (unchecked(t[n]) != 0 || compare(result, modulus) >= 0) accumulate(result, modulus, 0, true);
  return result;
}

function compare(a: Big, b: Big): i32 {
  for (let i = a.length - 1; i >= 0; i--) {
    if (unchecked(a[i]) != unchecked(b[i])) return unchecked(a[i]) < unchecked(b[i]) ? -1 : 1;
  }
  return 0;
}

// base^exponent by squaring; the radix's residues come from doubling.
function power(base: Big, exponent: Big, modulus: Big): Big {
  const n = modulus.length;
  let inverse: u32 = 1;
  for (let i = 0; i < 5; i++) inverse *= 2 - unchecked(modulus[0]) * inverse;
  inverse = 0 - inverse;
  const one = new StaticArray<u32>(n);
  unchecked(one[0] = 1);
  let radix = one.slice<Big>(0);
  for (let i = 0; i < 64 * n; i++) {
    const doubled = summed(radix, radix);
    radix = part(doubled, 0, n);
    if (unchecked(doubled[n]) != 0 || compare(radix, modulus) >= 0) accumulate(radix, modulus, 0, true);
  }
  let result = montgomery(one, radix, modulus, inverse);
  const b = montgomery(base, radix, modulus, inverse);
  for (let bit = 32 * exponent.length - 1; bit >= 0; bit--) {
    result = montgomery(result, result, modulus, inverse);
    if (unchecked(exponent[bit >> 5]) >> (bit & 31) & 1) result = montgomery(result, b, modulus, inverse);
  }
  return montgomery(result, one, modulus, inverse);
}

// 2^521 - 1 is prime, so a^(p - 1) is 1 modulo it.
function fermat(): bool {
  const p = new StaticArray<u32>(17), e = new StaticArray<u32>(17), a = randomBig(17);
  for (let i = 0; i < 16; i++) unchecked(p[i] = 0xffffffff);
  unchecked(p[16] = 0x1ff);
  for (let i = 0; i < 17; i++) unchecked(e[i] = unchecked(p[i]));
  unchecked(e[0] = 0xfffffffe);
  unchecked(a[16] &= 0xff);
  const r = power(a, e, p);
  let rest: u32 = unchecked(r[0]) ^ 1;
  for (let i = 1; i < 17; i++) rest |= unchecked(r[i]);
  return rest == 0;
}

function hash(m: Vec): u64 {
  let h: u64 = 0;
  for (let i = 0; i < m.length; i++) h = (h << 5 | h >> 59) ^ reinterpret<u64>(unchecked(m[i]));
  return h;
}

export function main(): void {
  const n = 160;
  bench.start();
  const a = filled(n), b = filled(n), c = new StaticArray<f64>(n * n), d = new StaticArray<f64>(n * n), e = new StaticArray<f64>(n * n);
  product(a, b, c, n);
  productTransposed(a, transposed(b, n), d, n);
  productBlocked<f64>(a, b, e, n, 32);
  const blocked = difference(c, d) + difference(c, e);
  const fa = new StaticArray<f32>(n * n), fb = new StaticArray<f32>(n * n), fc = new StaticArray<f32>(n * n);
  for (let i = 0; i < n * n; i++) {
    unchecked(fa[i] = <f32>unchecked(a[i]));
    unchecked(fb[i] = <f32>unchecked(b[i]));
  }
  productBlocked<f32>(fa, fb, fc, n, 16);
  let single: f64 = 0;
  for (let i = 0; i < n * n; i++) single = Math.max(single, Math.abs(<f64>unchecked(fc[i]) - unchecked(c[i])));
  const wide = 128, p = filled(wide), q = filled(wide), r = new StaticArray<f64>(wide * wide);
  product(p, q, r, wide);
  const split = difference(strassen(p, q, wide), r);
  const lu = luError(a, n), cholesky = choleskyError(b, n), qr = qrError(p, wide), jacobi = jacobiError(filled(48), 48);
  const digits = pi(1200);
  const x = randomBig(600), y = randomBig(600), long = schoolbook(x, y), split2 = karatsuba(x, y);
  const prime = fermat();
  bench.end();
  bench.print("products agree: " + (blocked < 1e-11).toString() + ", singles: " + (single < 1e-4).toString() + ", Strassen: " + (split < 1e-11).toString());
  bench.print("factors: " + (lu < 1e-12).toString() + " " + (cholesky < 1e-11).toString() + " " + (qr < 1e-12).toString() + " " + (jacobi < 1e-12).toString());
  bench.print("product: " + hash(c).toString(16) + " " + hash(d).toString(16) + " " + hash(r).toString(16));
  bench.print("pi: " + digits.substring(0, 60) + "..." + digits.substring(digits.length - 40));
  bench.print("long product: " + digest(long).toString(16) + (digest(long) == digest(split2) ? " both ways" : " DIFFERENT"));
  bench.print("Fermat: " + prime.toString());
}

main();
