#!/usr/bin/env python3
"""Prints trigonometry_constants.hpp: minimax polynomials of the circular and hyperbolic leaves and
the digits of 1/pi that reduce large arguments.

Needs mpmath. Usage: derive_trigonometry.py | clang-format > trigonometry_constants.hpp
"""
from mpmath import (mp, mpf, acosh, asin, asinh, atan, cosh, expm1, floor, log, pi, sin, sinh, sqrt, tan)

from derive_constants import TINY, array, bits, poly, safe, scalar

mp.prec = 1400  # 1/pi to the last bit that the largest float64 reaches


def parts(name, x, t, s, n=3):
    """x as a sum of n numbers of t, none negative: a zero keeps its sign when their products with 0
    are subtracted."""
    for i in range(n):
        scale = mpf(2) ** ((52 if t == "double" else 23) - floor(log(x, 2)))
        part = floor(x * scale) / scale
        scalar(f"k{name}{i + 1}{s}", part, t)
        x -= part


def in_square(name, t, s, f, end, degree, lead=1):
    """P with f(x) = x (lead + x^2 P(x^2)) for |x| <= end, best in relative error."""
    mp.prec = 200
    at = lambda z: f(sqrt(z)) / sqrt(z)
    # The limit at 0 is the slope there, well away from the cancellation.
    g = lambda z: (at(z) - lead) / z if z > mpf("1e-20") else (at(mpf("1e-18")) - lead) / mpf("1e-18")
    w = lambda z: abs(z / at(z)) + TINY if z > TINY else TINY
    poly(f"k{name}Poly{s}", t, g, w, 0, mpf(end) ** 2, degree)
    mp.prec = 1400


def even(name, t, s, f, end, degree):
    """P with f(x) = 1 + x^2 P(x^2) for |x| <= end, best in relative error."""
    in_square(name, t, s, lambda x: x * f(x), end, degree)


def inverse_cosine_hyperbolic(t, s, degree):
    mp.prec = 200
    at = lambda d: acosh(1 + d) / sqrt(2 * d)
    g = lambda d: (at(d) - 1) / d if d > mpf("1e-20") else (at(mpf("1e-18")) - 1) / mpf("1e-18")
    w = lambda d: d / at(d) + TINY if d > TINY else TINY
    poly(f"kAcoshPoly{s}", t, g, w, 0, mpf(1) / 2, degree)
    mp.prec = 1400


def wide_expm1(t, s, degree):
    """P with exp(x) - 1 = x + x^2 P(x) for |x| <= log(2) / 2, best in relative error."""
    mp.prec = 200
    g = lambda x: (expm1(x) - x) / x**2 if abs(x) > mpf("1e-20") else mpf(1) / 2 + x / 6
    w = lambda x: abs(x**2 / expm1(x)) + TINY if abs(x) > TINY else TINY
    poly(f"kWideExpm1Poly{s}", t, g, w, mpf("-0.3467"), mpf("0.3468"), degree)
    mp.prec = 1400


def window(step, top, widths):
    """For each scale 2^(step g + 1): 1/pi times it without the bits from 2^top up, cut into parts
    of the given widths, the last one rounded."""
    rows = []
    for g in range(32 if step == 32 else 8):
        left = (mpf(2) ** (step * g + 1) / pi) % mpf(2) ** top
        unit, row = mpf(2) ** top, []
        for width in widths[:-1]:
            unit /= mpf(2) ** width
            row.append(floor(left / unit) * unit)
            left -= row[-1]
        row.append(bits(left, widths[-1]))
        rows.append(row)
    return rows


def windows(s, step, top, widths, note):
    print(f"// {note}")
    for i, column in enumerate(zip(*window(step, top, widths))):
        array(f"kInversePi{s}{i + 1}", column, "double", "", True)


if __name__ == "__main__":
    print("// Polynomials and digits of pi for the circular and hyperbolic leaves, printed by")
    print("// derive_trigonometry.py. D is float64, F float32.")
    print("#pragma once\n\nnamespace tightloop::math {\nnamespace {")
    for t, s, slack in (("double", "D", "1e-7"), ("float", "F", "0.008")):
        d = t == "double"
        parts("Pi", +pi, t, s)
        scalar(f"kInvPi{s}", 1 / pi, t)
        in_square("Sin", t, s, sin, pi / 2 + mpf(slack), 7 if d else 3)
        even("TanBelow", t, s, lambda x: x / tan(x), pi / 4 + mpf(slack), 8 if d else 3)
        in_square("Asin", t, s, asin, mpf(1) / 2, 11 if d else 4)
        in_square("Atan", t, s, atan, mpf(1) / 2, 11 if d else 4)
        in_square("Asinh", t, s, asinh, mpf(1) / 2, 11 if d else 4)
        inverse_cosine_hyperbolic(t, s, 11 if d else 4)
        in_square("Sinh", t, s, sinh, mpf("0.3467"), 4 if d else 1)
        wide_expm1(t, s, 9 if d else 4)
        even("Cosh", t, s, cosh, mpf("0.3467"), 4 if d else 2)
    windows("D", 32, 53, (53, 53, 53, 53),
            "2^(32 g + 1) / pi modulo 2^53, where g counts 32 binades from 2 on")
    windows("F", 16, 24, (53, 53), "2^(16 g + 1) / pi modulo 2^24, where g counts 16 binades")
    print("}  // namespace\n}  // namespace tightloop::math")
