#!/usr/bin/env python3
"""Prints error_constants.hpp, erf_rows.hpp, power_constants.hpp or gamma_constants.hpp: polynomials of the special
functions, most of them piecewise on sixteen intervals by interpolation at Chebyshev nodes.

Needs mpmath. Usage: derive_special.py error|rows|power|gamma | clang-format
"""
import sys

from mpmath import cos, erf, erfc, exp, gamma, lu_solve, log, loggamma, matrix, mp, mpf, nint, pi, psi, sqrt

from derive_constants import LN2, bits, literal, poly, scalar, array

TINY = mpf("1e-20")


def interpolated(f, center, radius, n):
    """Coefficients in x - center of the polynomial that meets f at n Chebyshev nodes."""
    nodes = [radius * cos(pi * (2 * i + 1) / (2 * n)) for i in range(n)]
    rows, rhs = matrix(n, n), matrix(n, 1)
    for i, t in enumerate(nodes):
        rhs[i] = f(center + t)
        for j in range(n):
            rows[i, j] = (t / radius) ** j
    return [c / radius**j for j, c in enumerate(lu_solve(rows, rhs))]


def pieces(name, t, f, intervals, n):
    """A column of sixteen coefficients for each power of x - (middle of the interval)."""
    worst, columns = mpf(0), []
    for a, b in intervals:
        center, radius = (a + b) / 2, (b - a) / 2 * mpf("1.0001")
        p = interpolated(f, center, radius, n)
        for i in range(4 * n + 1):
            x = center - radius + 2 * radius * i / (4 * n)
            worst = max(worst, abs(mp.polyval(p[::-1], x - center) / f(x) - 1))
        columns.append(p)
    print(f"// relative error 2^{mp.nstr(log(worst, 2), 4)}")
    rows = ", ".join("{" + ", ".join(literal(p[j], t) for p in columns) + "}" for j in range(n))
    print(f"alignas(64) constexpr {t} {name}[{n}][16] = {{{rows}}};")


def quarters(first_exponent, rotate):
    """The sixteen quarters of four octaves from 2^first_exponent, in the order of the low bits of the
    exponent field."""
    out = [(mpf(2) ** e * (1 + mpf(j) / 4), mpf(2) ** e * (1 + mpf(j + 1) / 4))
           for e in range(first_exponent, first_exponent + 4) for j in range(4)]
    return out[-rotate:] + out[:-rotate] if rotate else out


def erf_rows():
    print("// erf(x) and 2 / sqrt(pi) exp(-x^2) at multiples of 1/128")
    rows = [(erf(mpf(j) / 128), 2 / sqrt(pi) * exp(-((mpf(j) / 128) ** 2))) for j in range(6 * 128 + 1)]
    numbers = [literal(v, "double") for row in rows for v in row]
    lines = [", ".join(numbers[i:i + 4]) for i in range(0, len(numbers), 4)]
    print("// clang-format off")
    print(f"alignas(64) constexpr double kErfRows[{len(numbers)}] = {{\n  " + ",\n  ".join(lines) + "};")
    print("// clang-format on")


def erf_over_x(x):
    return erf(x) / x if abs(x) > TINY else 2 / sqrt(pi) * (1 - x * x / 3)


def erfcx(x):
    return exp(x * x) * erfc(x)


def error_functions():
    print("// erf(x) / x on sixteen intervals of equal width from 0")
    pieces("kErfF", "float", erf_over_x, [(mpf(j) / 4, mpf(j + 1) / 4) for j in range(16)], 6)
    for t, s, n in (("double", "D", 15), ("float", "F", 8)):
        print("// exp(x^2) erfc(x) where x + 2 is in the sixteen quarters of octaves from 2")
        pieces(f"kErfcx{s}", t, erfcx, [(a - 2, b - 2) for a, b in quarters(1, 0)], n)


def power():
    n, grid = 16, mpf(2) ** 42
    # Sixteenths of the octave around 1 + j / 16, halved from the eighth on; the first surrounds 1.
    c = [nint((16 if j < 8 else 32) / mpf(16 + j) * 512) / 512 for j in range(n)]
    array("kPowC", c, "double", "", True)
    hi = [nint(-log(x) * grid) / grid for x in c]
    array("kPowLogHi", hi, "double", "", True)
    array("kPowLogLo", [-log(x) - h for x, h in zip(c, hi)], "double", "", True)
    k = nint(LN2 * grid) / grid
    scalar("kPowLn2Hi", k, "double")
    scalar("kPowLn2Lo", LN2 - k, "double")
    m = mpf("0.0325")
    cube = lambda r: (log(1 + r) - r + r * r / 2) / r**3 if abs(r) > mpf("1e-12") else mpf(1) / 3 - r / 4
    poly("kPowPoly", "double", cube, lambda r: mpf(1), -m, m, 8)
    square = lambda r: (log(1 + r) - r) / r**2 if abs(r) > mpf("1e-12") else mpf(-1) / 2 + r / 3
    poly("kPowShortPoly", "double", square, lambda r: mpf(1), -m, m, 4)
    exp_curve = lambda r: (exp(r) - 1 - r) / r**2 if abs(r) > mpf("1e-12") else mpf(1) / 2 + r / 6
    m = LN2 / 32 * mpf("1.0001")
    poly("kPowShortExpPoly", "double", exp_curve, lambda r: mpf(1), -m, m * mpf("1.003"), 2)
    log10of2 = LN2 / log(mpf(10))
    for t, s, hi_bits in (("double", "D", 37), ("float", "F", 12)):
        scalar(f"kLog2Of10{s}", 1 / log10of2, t)
        h = bits(log10of2, hi_bits)
        scalar(f"kLog10Of2ShortHi{s}", h, t)
        scalar(f"kLog10Of2ShortLo{s}", log10of2 - h, t)
        scalar(f"kLn10{s}", log(mpf(10)), t)


def log_gamma_over_zeros(x):
    d = (x - 1) * (x - 2)
    if abs(x - 1) < TINY:
        return -psi(0, 1)
    if abs(x - 2) < TINY:
        return psi(0, 2)
    return loggamma(x) / d


def stirling_rest(w):
    if w < mpf("1e-9"):
        return mpf(1) / 12 - w / 360
    x = 1 / sqrt(w)
    return (loggamma(x) - (x - mpf(1) / 2) * log(x) + x - log(2 * pi) / 2) * x


def gammas():
    intervals = quarters(-1, 8)
    print("// log(gamma(x)) / ((x - 1) (x - 2)) on the sixteen quarters of octaves from 1/2 to 8")
    pieces("kLogGamma", "double", log_gamma_over_zeros, intervals, n=13)
    print("// 1 / gamma(x) on the same intervals")
    pieces("kInverseGamma", "double", lambda x: 1 / gamma(x), intervals, n=16)
    mp.dps = 60
    print("// x (log(gamma(x)) - (x - 1/2) log(x) + x - log(2 pi) / 2) in 1/x^2, for x of 8 and more")
    poly("kStirling", "double", stirling_rest, lambda w: mpf(1), 0, mpf(1) / 64, 5)
    constant = log(2 * pi) / 2 - mpf(1) / 2
    scalar("kStirlingHi", bits(constant, 53), "double")
    scalar("kStirlingLo", constant - bits(constant, 53), "double")
    print("// (sin(pi x) / (pi x) - 1) / x^2 in x^2")
    sinc = lambda w: mp.sin(pi * sqrt(w)) / (pi * sqrt(w)) if w > TINY else 1 - pi**2 * w / 6
    curve = lambda w: (sinc(w) - 1) / w if w > mpf("1e-9") else -pi**2 / 6 + pi**4 * w / 120
    poly("kSinPi", "double", curve, lambda w: (w + TINY) / sinc(w), 0, mpf(1) / 4, 7)


WHAT = {"rows": ("the error function", erf_rows), "error": ("error functions", error_functions), "power": ("pow and exp10", power),
        "gamma": ("gamma functions", gammas)}
if __name__ == "__main__":
    title, run = WHAT[sys.argv[1]]
    print(f"// Polynomials and tables of {title}, printed by derive_special.py. D is float64, F float32.")
    print("#pragma once\n\nnamespace tightloop::math {\nnamespace {")
    run()
    print("}  // namespace\n}  // namespace tightloop::math")
