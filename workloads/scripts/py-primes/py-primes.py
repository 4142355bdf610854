"""Small integers in nested loops: a sieve of bytes, Collatz chains, Euclid, digit sums, and a matrix of lists."""
import bench


def sieve(limit):
    flags = bytearray([1]) * (limit + 1)
    flags[0] = flags[1] = 0
    for n in range(2, int(limit**0.5) + 1):
        if flags[n]:
            for multiple in range(n * n, limit + 1, n):
                flags[multiple] = 0
    return [n for n in range(limit + 1) if flags[n]]


def longest_chain(limit):
    best, best_length = 1, 1
    for first in range(1, limit):
        n, length = first, 1
        while n != 1:
            n = n >> 1 if n & 1 == 0 else 3 * n + 1
            length += 1
        if length > best_length:
            best, best_length = first, length
    return best, best_length


def coprime_pairs(limit):
    count = 0
    for a in range(1, limit):
        for b in range(a, limit):
            x, y = a, b
            while y:
                x, y = y, x % y
            if x == 1:
                count += 1
    return count


def digit_sums(limit):
    total = 0
    for n in range(limit):
        while n:
            total += n % 10
            n //= 10
    return total


def power(matrix, exponent, modulus):
    size = len(matrix)
    result = [[int(i == k) for k in range(size)] for i in range(size)]
    while exponent:
        if exponent & 1:
            result = [[sum(row[i] * matrix[i][k] for i in range(size)) % modulus for k in range(size)] for row in result]
        matrix = [[sum(row[i] * matrix[i][k] for i in range(size)) % modulus for k in range(size)] for row in matrix]
        exponent >>= 1
    return result


bench.start()
primes = sieve(400_000)
chain = longest_chain(9_000)
pairs = coprime_pairs(320)
digits = digit_sums(120_000)
ways = power([[(i * 7 + k * 3) % 10 for k in range(10)] for i in range(10)], 10**18 + 9, 1_000_003)
bench.end()
print("primes", len(primes), primes[-1], sum(primes))
print("chain", *chain)
print("pairs", pairs, "digits", digits)
print("power", sum(map(sum, ways)) % 1_000_003, ways[3][4])
