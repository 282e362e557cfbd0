# The special cases of the array API standard's (2024.12) element-wise functions, as tables: what goes in,
# and what has to come out. test_array_api.py runs them.
#
# An operand is a number or a class of numbers (see CLASSES). A result is a number, "x", "y" (an operand),
# "|x|", "sx" (an infinity or zero with a sign: "+-inf"), or "~0": the sign is not specified.
"""Tables of special cases."""

CLASSES = {
    "any": ["nan", "-inf", "-2.5", "-1", "-0", "0", "0.5", "3", "inf"],
    "number": ["-inf", "-2.5", "-1", "-0", "0", "0.5", "3", "inf"],
    "finite": ["-2.5", "-1", "-0", "0", "0.5", "3"],
    "nonzero": ["-2.5", "-1", "0.5", "3"],
    "positive": ["0.5", "1", "3"],
    "negative": ["-0.5", "-1", "-2.5"],
    ">0": ["0.5", "3", "inf"],
    "<0": ["-0.5", "-2.5", "-inf"],
    "zero": ["0", "-0"],
    "infinite": ["inf", "-inf"],
    ">1": ["1.5", "200", "inf"],
    "<1": ["0.5", "0", "-0", "-3", "-inf"],
    "<-1": ["-1.5", "-200", "-inf"],
    "whole": ["-3", "-1", "2", "100"],
    "not0": ["-inf", "-2.5", "0.5", "3", "inf", "nan"],
    "not1": ["nan", "-inf", "-2.5", "-1", "-0", "0", "0.5", "3", "inf"],
    "large": ["1.5", "-1.5", "200", "-200", "inf", "-inf"],
    "small": ["0.5", "-0.5", "0", "-0"],
    "odd": ["1", "3", "7"],
    "-odd": ["-1", "-3", "-7"],
    "not odd": ["2", "4", "0.5", "2.5", "inf"],
    "-not odd": ["-2", "-4", "-0.5", "-2.5", "-inf"],
    "not whole": ["0.5", "-0.5", "2.5", "-2.5"],
}

_ODD = "nan: nan; 0: 0; -0: -0"
_ROUNDING = "whole: x; inf: inf; -inf: -inf; 0: 0; -0: -0; nan: nan"
_LOGARITHM = "nan: nan; <0: nan; zero: -inf; 1: 0; inf: inf"

# Real floating-point operands of one argument.
REAL = {
    "abs": "nan: nan; -0: 0; -inf: inf; inf: inf",
    "acos": "nan: nan; >1: nan; <-1: nan; 1: 0",
    "acosh": "nan: nan; <1: nan; 1: 0; inf: inf",
    "asin": f"{_ODD}; >1: nan; <-1: nan",
    "asinh": f"{_ODD}; inf: inf; -inf: -inf",
    "atan": f"{_ODD}; inf: pi/2; -inf: -pi/2",
    "atanh": f"{_ODD}; <-1: nan; >1: nan; -1: -inf; 1: inf",
    "ceil": _ROUNDING,
    "cos": "nan: nan; zero: 1; infinite: nan",
    "cosh": "nan: nan; zero: 1; infinite: inf",
    "exp": "nan: nan; zero: 1; inf: inf; -inf: 0",
    "expm1": f"{_ODD}; inf: inf; -inf: -1",
    "floor": _ROUNDING,
    "isfinite": "infinite: False; nan: False; finite: True",
    "isinf": "infinite: True; nan: False; finite: False",
    "isnan": "infinite: False; nan: True; finite: False",
    "log": _LOGARITHM,
    "log1p": f"{_ODD}; <-1: nan; -1: -inf; inf: inf",
    "log2": _LOGARITHM,
    "log10": _LOGARITHM,
    "reciprocal": "0: inf; -0: -inf; inf: 0; -inf: -0; nan: nan",
    "round": f"{_ROUNDING}; 0.5: 0; 1.5: 2; 2.5: 2; -0.5: -0; -2.5: -2",
    "sign": "<0: -1; zero: ~0; >0: 1; nan: nan",
    "signbit": "0: False; -0: True; inf: False; -inf: True; positive: False; negative: True; "
    "nan: False; -nan: True",
    "sin": f"{_ODD}; infinite: nan",
    "sinh": f"{_ODD}; inf: inf; -inf: -inf",
    "sqrt": f"{_ODD}; <0: nan; inf: inf",
    "square": "zero: 0; infinite: inf; nan: nan",
    "tan": f"{_ODD}; infinite: nan",
    "tanh": f"{_ODD}; inf: 1; -inf: -1",
    "trunc": _ROUNDING,
}

_NAN = "nan, any: nan; any, nan: nan"
_QUOTIENT = (
    f"{_NAN}; infinite, infinite: nan; zero, zero: nan; 0, >0: 0; -0, >0: -0; 0, <0: -0; -0, <0: 0; "
    ">0, 0: inf; >0, -0: -inf; <0, 0: -inf; <0, -0: inf; inf, positive: inf; inf, negative: -inf; "
    "-inf, positive: -inf; -inf, negative: inf; positive, inf: 0; negative, -inf: 0"
)
_PRODUCT = (
    f"{_NAN}; infinite, zero: nan; zero, infinite: nan; >0, inf: inf; >0, -inf: -inf; <0, inf: -inf; "
    "<0, -inf: inf; inf, >0: inf; inf, <0: -inf; -inf, >0: -inf; -inf, <0: inf; 0, positive: 0; "
    "0, negative: -0; -0, positive: -0; -0, negative: 0; 0, 0: 0; -0, -0: 0; 0, -0: -0; -0, 0: -0"
)

# Real floating-point operands of two or three arguments.
REALS = {
    "add": f"{_NAN}; inf, -inf: nan; -inf, inf: nan; inf, inf: inf; -inf, -inf: -inf; "
    "inf, finite: inf; -inf, finite: -inf; finite, inf: inf; finite, -inf: -inf; -0, -0: -0; "
    "-0, 0: 0; 0, -0: 0; 0, 0: 0; zero, nonzero: y; nonzero, zero: x; 2.5, -2.5: 0; -2.5, 2.5: 0",
    "subtract": f"{_NAN}; inf, inf: nan; -inf, -inf: nan; -0, 0: -0; 0, 0: 0; nonzero, zero: x",
    "multiply": _PRODUCT,
    "divide": f"{_QUOTIENT}; positive, -inf: -0; negative, inf: -0",
    "floor_divide": f"{_QUOTIENT}; positive, -inf: -0; negative, inf: -0",
    "remainder": f"{_NAN}; infinite, infinite: nan; any, zero: nan; zero, >0: 0; zero, <0: -0; "
    "infinite, finite: nan; positive, inf: x; positive, -inf: y; negative, inf: y; "
    "negative, -inf: x",
    "pow": "not1, nan: nan except zero; any, zero: 1; nan, not0: nan; large, inf: inf; "
    "large, -inf: 0; 1, infinite: 1; -1, infinite: 1; 1, number: 1; small, inf: 0; "
    "small, -inf: inf; inf, >0: inf; inf, <0: 0; -inf, odd: -inf; -inf, not odd: inf; -inf, -odd: -0; "
    "-inf, -not odd: 0; 0, >0: 0; 0, <0: inf; -0, odd: -0; -0, not odd: 0; -0, -odd: -inf; "
    "-0, -not odd: inf; negative, not whole: nan except -1",
    "atan2": f"{_NAN}; >0, zero: pi/2; 0, >0: 0; 0, 0: 0; 0, -0: pi; 0, <0: pi; -0, >0: -0; -0, 0: -0; "
    "-0, -0: -pi; -0, <0: -pi; <0, zero: -pi/2; positive, inf: 0; positive, -inf: pi; "
    "negative, inf: -0; negative, -inf: -pi; inf, finite: pi/2; -inf, finite: -pi/2; inf, inf: pi/4; "
    "inf, -inf: 3pi/4; -inf, inf: -pi/4; -inf, -inf: -3pi/4",
    "copysign": "any, <0: -|x|; any, -0: -|x|; any, 0: |x|; any, >0: |x|; any, -nan: -|x|; "
    "any, nan: |x|",
    "hypot": "infinite, any: inf; any, infinite: inf; zero, finite: |y|; finite, zero: |x|; "
    "finite, nan: nan; nan, nan: nan; nan, finite: nan",
    "logaddexp": "nan, any: nan; any, nan: nan; inf, number: inf; number, inf: inf",
    "maximum": _NAN,
    "minimum": _NAN,
    "nextafter": f"{_NAN}; -0, 0: 0; 0, -0: -0; finite, finite: y if equal",
    "clip": "nan, finite, finite: nan; finite, nan, finite: nan; finite, finite, nan: nan",
}

_CUT = (
    "finite, inf: inf, pi/2; finite, nan: nan, nan; -inf, positive: inf, pi; inf, positive: inf, 0; "
    "-inf, inf: inf, 3pi/4; inf, inf: inf, pi/4; infinite, nan: inf, nan; nan, finite: nan, nan; "
    "nan, inf: inf, nan; nan, nan: nan, nan"
)
_NO_NUMBER = "nan, nonzero: nan, nan; nan, nan: nan, nan"

# Complex operands: real and imaginary part, and those of the result. "cis": times cos(b) + 1j*sin(b).
COMPLEX = {
    "acos": "zero, 0: pi/2, -0; zero, nan: pi/2, nan; finite, inf: pi/2, -inf; "
    "nonzero, nan: nan, nan; -inf, positive: pi, -inf; inf, positive: 0, -inf; "
    "-inf, inf: 3pi/4, -inf; inf, inf: pi/4, -inf; infinite, nan: nan, ~inf; nan, finite: nan, nan; "
    "nan, inf: nan, -inf; nan, nan: nan, nan",
    "acosh": "zero, 0: 0, pi/2; finite, inf: inf, pi/2; nonzero, nan: nan, nan; 0, nan: nan, ~pi/2; "
    "-inf, positive: inf, pi; inf, positive: inf, 0; -inf, inf: inf, 3pi/4; inf, inf: inf, pi/4; "
    "infinite, nan: inf, nan; nan, finite: nan, nan; nan, inf: inf, nan; nan, nan: nan, nan",
    "asinh": "0, 0: 0, 0; positive, inf: inf, pi/2; finite, nan: nan, nan; inf, positive: inf, 0; "
    "inf, inf: inf, pi/4; nan, 0: nan, 0; nan, nonzero: nan, nan; nan, inf: ~inf, nan; "
    "nan, nan: nan, nan; inf, nan: inf, nan",
    "atanh": "0, 0: 0, 0; 0, nan: 0, nan; 1, 0: inf, 0; positive, inf: 0, pi/2; "
    "nonzero, nan: nan, nan; inf, positive: 0, pi/2; inf, inf: 0, pi/2; inf, nan: 0, nan; "
    "nan, finite: nan, nan; nan, inf: ~0, pi/2; nan, nan: nan, nan",
    "cosh": "0, 0: 1, 0; 0, inf: nan, ~0; 0, nan: nan, ~0; nonzero, inf: nan, nan; "
    "nonzero, nan: nan, nan; inf, 0: inf, 0; inf, nonzero: cis inf; inf, inf: ~inf, nan; "
    f"inf, nan: inf, nan; nan, zero: nan, ~0; {_NO_NUMBER}",
    "exp": "zero, 0: 1, 0; finite, inf: nan, nan; finite, nan: nan, nan; inf, 0: inf, 0; "
    "-inf, finite: cis 0; inf, nonzero: cis inf; -inf, inf: ~0, ~0; inf, inf: ~inf, nan; "
    f"-inf, nan: ~0, ~0; inf, nan: ~inf, nan; nan, 0: nan, 0; {_NO_NUMBER}; nan, infinite: nan, nan",
    "expm1": "zero, 0: ~0, 0; finite, inf: nan, nan; finite, nan: nan, nan; inf, 0: inf, 0; "
    "-inf, finite: cis 0 - 1; inf, nonzero: cis inf - 1; -inf, inf: -1, ~0; inf, inf: ~inf, nan; "
    f"-inf, nan: -1, ~0; inf, nan: ~inf, nan; nan, 0: nan, 0; {_NO_NUMBER}; nan, infinite: nan, nan",
    "log": f"-0, 0: -inf, pi; 0, 0: -inf, 0; {_CUT}",
    "log1p": f"-1, 0: -inf, 0; {_CUT}",
    "sinh": "0, 0: 0, 0; 0, inf: ~0, nan; 0, nan: ~0, nan; positive, inf: nan, nan; "
    "positive, nan: nan, nan; inf, 0: inf, 0; inf, positive: cis inf; inf, inf: ~inf, nan; "
    f"inf, nan: ~inf, nan; nan, 0: nan, 0; {_NO_NUMBER}",
    "sqrt": "zero, 0: 0, 0; any, inf: inf, inf; finite, nan: nan, nan; -inf, positive: 0, inf; "
    "inf, positive: inf, 0; -inf, nan: nan, ~inf; inf, nan: inf, nan; nan, finite: nan, nan; "
    "nan, nan: nan, nan",
    "tanh": "0, 0: 0, 0; nonzero, inf: nan, nan; 0, inf: 0, nan; nonzero, nan: nan, nan; "
    "0, nan: 0, nan; inf, positive: 1, 0; inf, inf: 1, ~0; inf, nan: 1, ~0; nan, 0: nan, 0; "
    f"{_NO_NUMBER}",
    "sign": "zero, zero: ~0, ~0; nan, any: nan, nan; any, nan: nan, nan",
}

# f(conj(x)) = conj(f(x)) of all of these; f(-x) = -f(x) or f(x) of those that the standard names.
ODD = {"asinh": -1, "atanh": -1, "sinh": -1, "tanh": -1, "cosh": 1}

# Of complex operands, results that are real or bool.
PARTS = {
    "abs": "infinite, any: inf; any, infinite: inf; zero, finite: |b|; finite, zero: |a|; "
    "nan, finite: nan; finite, nan: nan; nan, nan: nan",
    "isfinite": "nan, any: False; any, nan: False; infinite, any: False; any, infinite: False; "
    "finite, finite: True",
    "isinf": "infinite, any: True; any, infinite: True; finite, finite: False; nan, finite: False",
    "isnan": "nan, any: True; any, nan: True; number, number: False",
}
