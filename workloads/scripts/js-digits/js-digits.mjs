// Large numbers in two forms: arrays of small limbs by hand, and BigInt; each checks the other.
const BASE = 10000;

function multiply(a, small) {
  let carry = 0;
  for (let i = 0; i < a.length; i++) {
    const product = a[i] * small + carry;
    carry = Math.floor(product / BASE);
    a[i] = product - carry * BASE;
  }
  while (carry > 0) { a.push(carry % BASE); carry = Math.floor(carry / BASE); }
}

function product(a, b) {
  const result = new Array(a.length + b.length).fill(0);
  for (let i = 0; i < a.length; i++) {
    let carry = 0;
    for (let k = 0; k < b.length; k++) {
      const sum = result[i + k] + a[i] * b[k] + carry;
      carry = (sum / BASE) | 0;
      result[i + k] = sum - carry * BASE;
    }
    result[i + b.length] += carry;
  }
  while (result.length > 1 && result[result.length - 1] === 0) result.pop();
  return result;
}

const text = (limbs) => limbs.map((limb, i) => (i === limbs.length - 1 ? String(limb) : String(limb).padStart(4, '0'))).reverse().join('');

function factorial(n) {
  const limbs = [1];
  for (let k = 2; k <= n; k++) multiply(limbs, k);
  return limbs;
}

/** Machin's formula in fixed point. */
function pi(digits) {
  const one = 10n ** BigInt(digits + 10);
  const inverseTangent = (x) => {
    let sum = 0n, term = one / x, sign = 1n;
    for (let n = 1n; term !== 0n; n += 2n) {
      sum += sign * (term / n);
      term /= x * x;
      sign = -sign;
    }
    return sum;
  };
  return String((16n * inverseTangent(5n) - 4n * inverseTangent(239n)) / 10n ** 10n);
}

function power(base, exponent, modulus) {
  let result = 1n;
  for (let b = base % modulus; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = result * b % modulus;
    b = b * b % modulus;
  }
  return result;
}

bench.start();
const large = factorial(1400), square = product(large, large);
const digits = pi(1500);
const mersenne = 2n ** 521n - 1n;
let witness = 3n;
for (let i = 0; i < 24; i++) witness = power(witness + BigInt(i), mersenne - 1n, mersenne) + BigInt(i) + 3n;
bench.end();
let exact = 1n;
for (let k = 2n; k <= 1400n; k++) exact *= k;
console.log('factorial', text(large).length, text(large) === String(exact), text(square) === String(exact * exact));
console.log('pi', digits.slice(0, 20), digits.slice(-20));
console.log('power', String(witness % 1000000007n));
