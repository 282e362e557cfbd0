#!/usr/bin/env python3
"""Prints constants.hpp: minimax polynomials (Remez exchange) and lookup tables of the leaves.

Needs mpmath. Usage: derive_constants.py | clang-format > constants.hpp
"""
from mpmath import mp, mpf, cos, exp, expm1, floor, log, log1p, lu_solve, matrix, nint, pi

mp.dps = 45
TINY = mpf("1e-25")


def remez(g, w, a, b, degree):
    """Coefficients of P that minimise max |w(x) (P(x) - g(x))| over [a, b], and that maximum."""
    a, b, n = mpf(a), mpf(b), degree + 2
    xs = [(a + b) / 2 - (b - a) / 2 * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    worst = None
    for _ in range(12):
        rows, rhs = matrix(n, n), matrix(n, 1)
        for i, x in enumerate(xs):
            for j in range(degree + 1):
                rows[i, j] = x**j
            rows[i, degree + 1] = (-1) ** i / w(x)
            rhs[i] = g(x)
        p = list(lu_solve(rows, rhs))[: degree + 1]
        steps = 24 * n
        grid = [(a + b) / 2 - (b - a) / 2 * cos(pi * i / steps) for i in range(steps + 1)]
        peaks, sign = [], 0
        for x in grid:
            e = w(x) * (mp.polyval(p[::-1], x) - g(x))
            if (e > 0) != (sign > 0) or sign == 0:
                sign = 1 if e > 0 else -1
                peaks.append((x, e))
            elif abs(e) > abs(peaks[-1][1]):
                peaks[-1] = (x, e)
        while len(peaks) > n:
            peaks.pop(0 if abs(peaks[0][1]) < abs(peaks[-1][1]) else -1)
        worst = max(abs(e) for _, e in peaks)
        if len(peaks) < n or worst < 1.02 * min(abs(e) for _, e in peaks):
            break
        xs = [x for x, _ in peaks]
    return p, worst


def bits(x, n):
    """x rounded to n significant bits."""
    if x == 0:
        return mpf(0)
    scale = mpf(2) ** (n - 1 - floor(log(abs(x), 2)))
    return nint(x * scale) / scale


def literal(x, t):
    x = bits(x, 53 if t == "double" else 24)
    return float(x).hex().replace("0x0.0p+0", "0x0p+0") + ("" if t == "double" else "f")


def scalar(name, x, t):
    print(f"constexpr {t} {name} = {literal(x, t)};")


def array(name, xs, t, note="", align=False):
    if note:
        print(f"// {note}")
    lead = "alignas(64) " if align else ""
    print(f"{lead}constexpr {t} {name}[{len(xs)}] = {{{', '.join(literal(x, t) for x in xs)}}};")


def poly(name, t, g, w, a, b, degree):
    p, worst = remez(g, w, a, b, degree)
    array(name, p, t, f"[{mp.nstr(a, 4)}, {mp.nstr(b, 4)}], error 2^{mp.nstr(log(worst, 2), 4)}")


def safe(f, at_zero):
    return lambda r: at_zero if abs(r) < TINY else f(r)


LN2 = log(mpf(2))


def exponentials(t, s, deg_exp, deg_exp2, deg_expm1, hi_bits):
    array(f"kExp2Table{s}", [mpf(2) ** (mpf(j) / 16) for j in range(16)], t, "2^(j/16)", True)
    array(f"kExp2Low{s}", [mpf(2) ** (mpf(j) / 16) - bits(mpf(2) ** (mpf(j) / 16), 53 if t == "double" else 24)
                           for j in range(16)], t, "what the rounding of kExp2Table left", True)
    scalar(f"kLog2E{s}", 1 / LN2, t)
    hi = bits(LN2, hi_bits)
    scalar(f"kLn2Hi{s}", hi, t)
    scalar(f"kLn2Lo{s}", LN2 - hi, t)
    m = LN2 / 32 * mpf("1.0001")
    g = safe(lambda r: (expm1(r) - r) / r**2, mpf(1) / 2)
    poly(f"kExpPoly{s}", t, g, lambda r: r * r + TINY, -m, m * mpf("1.003"), deg_exp)
    poly(f"kExpm1Poly{s}", t, g, safe(lambda r: abs(r * r / expm1(r)), TINY), -m, m * mpf("1.003"), deg_expm1)
    m = mpf(1) / 32 * mpf("1.0001")
    poly(f"kExp2Poly{s}", t, safe(lambda r: expm1(r * LN2) / r, LN2), lambda r: abs(r) + TINY, -m,
         m * mpf("1.003"), deg_exp2)


def reciprocals(t, base):
    """c[j], short enough for exact products with half a significand, near 1 / the middle of interval j
    of [1, 2); the first and last are 1 and 1/2 so that log has no cancellation around 1."""
    n = 16 if t == "double" else 32
    out = []
    for j in range(n):
        mid = 1 / (1 + (mpf(j) + mpf(1) / 2) / n)
        if j == 0 or j == n - 1:
            out.append(mpf(1) if j == 0 else mpf(1) / 2)
        elif t == "double":
            out.append(nint(mid * 512) / 512)
        else:  # the candidate whose logarithm (less that of 2 where it cancels) is nearest to a float
            near = [(nint(mid * 16384) + d) / 16384 for d in range(-40, 41)]
            left = LN2 / base - bits(LN2 / base, 24) if 2 * j > n else 0
            out.append(min(near, key=lambda c: abs(bits(-log(c) / base, 24) + log(c) / base + left)))
    return out


def logarithms(t, s, degree):
    a, b = (mpf(-1) / 31, mpf(1) / 16) if t == "double" else (mpf(-1) / 31, mpf(1) / 31)
    for name, base in (("Log", mpf(1)), ("Log2", LN2), ("Log10", log(mpf(10)))):
        c = reciprocals(t, base)
        array(f"k{name}C{s}", c, t, "", True)
        grid = mpf(2) ** (42 if t == "double" else 16)
        split = t == "double" or name == "Log10"
        k = LN2 / base
        khi = floor(k * grid) / grid if split else bits(k, 24)
        hi = [(nint(-log(x) / base * grid) / grid if split else bits(-log(x) / base, 24)) for x in c]
        hi[-1] = khi
        array(f"k{name}Hi{s}", hi, t, "", True)
        if split:
            array(f"k{name}Lo{s}", [-log(x) / base - h for x, h in zip(c, hi)], t, "", True)
        scalar(f"k{name}Of2Hi{s}", khi, t)
        scalar(f"k{name}Of2Lo{s}", k - khi, t)
        lead = bits(1 / base, 53 if t == "double" else 24)
        scalar(f"k{name}LeadHi{s}", lead, t)
        scalar(f"k{name}LeadLo{s}", 1 / base - lead, t)
        poly(f"k{name}Poly{s}", t, safe(lambda r: (log1p(r) - r) / r**2 / base, mpf(-1) / 2 / base),
             safe(lambda r: abs(r * r / log1p(r)) * base, TINY), a, b, degree)


def for_halves():
    """Polynomials of the leaves for float16 and bfloat16: in float32, to about 2^-19."""
    m = mpf(1) / 2
    poly("kHalfExp2PolyF", "float", safe(lambda r: expm1(r * LN2) / r, LN2), lambda r: abs(r) * mpf(2) ** -r + TINY,
         -m, m, 3)
    for name, base in (("Log", mpf(1)), ("Log2", LN2)):
        c = reciprocals("float", base)
        ends = [(1 + mpf(j + d) / 32) * c[j] - 1 for j in range(32) for d in (0, 1)]
        poly(f"kHalf{name}PolyF", "float", safe(lambda r: log1p(r) / r / base, 1 / base),
             safe(lambda r: abs(r / log1p(r)) * base, base), min(ends), max(ends), 2)


def cube_roots(t, s, degree):
    poly(f"kCbrtPoly{s}", t, lambda y: y ** (mpf(-1) / 3), lambda y: y ** (mpf(1) / 3), 1, 2, degree)
    array(f"kCbrtScale{s}", [mpf(2) ** (-mpf(j % 3) / 3) for j in range(16)], t,
          "2^(-j/3); only the first three are meant", True)


if __name__ == "__main__":
    print("// Polynomials and tables of the vector math leaves, printed by derive_constants.py: minimax by")
    print("// Remez exchange, reductions by table (Tang, ACM TOMS 1989 and 1990). D is float64, F float32.")
    print("#pragma once\n\nnamespace tightloop::math {\nnamespace {")
    for t, s, e, l, c in (("double", "D", (4, 5, 5, 37), 8, 5), ("float", "F", (1, 2, 2, 12), 3, 3)):
        exponentials(t, s, *e)
        logarithms(t, s, l)
        cube_roots(t, s, c)
    for_halves()
    print("}  // namespace\n}  // namespace tightloop::math")
