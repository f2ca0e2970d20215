"""Shamir's secret sharing over GF(256) with 0x11d, byte by byte: docs/spec/sealing.md."""


def multiply(a: int, b: int) -> int:
    product = 0
    while b:
        product ^= a if b & 1 else 0
        a = a << 1 ^ (0x11D if a & 0x80 else 0)
        b >>= 1
    return product


def inverse(a: int) -> int:
    """a to the 254th: the group has 255 elements."""
    result = 1
    for _ in range(254):
        result = multiply(result, a)
    return result


def combine(shares) -> bytes:
    """The value at 0 of the polynomials through these shares: a dictionary from index to value."""
    secret = bytes(32)
    for index, value in shares.items():
        weight = 1
        for other in shares:
            if other != index:
                weight = multiply(weight, multiply(other, inverse(other ^ index)))
        secret = bytes(x ^ multiply(weight, y) for x, y in zip(secret, value))
    return secret
