# promotion='numpy' against NumPy itself: every pair of dtypes x every operator and function that
# both have, scalar operands, and reductions. Run by run.sh.
import re
import sys
import warnings

import numpy as np

from cases import DTYPES, Batch, compare, is_float, op_table, special_values

OPERATORS = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "floor_divide": "//",
             "mod": "%", "pow": "**", "less": "<", "less_equal": "<=", "greater": ">",
             "greater_equal": ">=", "equal": "==", "not_equal": "!=", "bit_and": "&", "bit_or": "|",
             "bit_xor": "^", "shift_left": "<<", "shift_right": ">>"}
# Rows whose NumPy function is spelled otherwise.
SPELLED = {"round": np.round, "where": lambda c, x, y: np.where(c, x, y), "fma": None}
# Python scalars as they are written in the language.
SCALARS = ("2", "-1", "0", "1", "3", "100", "300", "70000", "0.5", "2.0", "-0.25", "1e300", "True", "2j")
# -0 is below +0 in our minimum and maximum; NumPy returns either.
# nextafter of equal zeros is the second one, as in C.
ANY_ZERO = {"minimum", "maximum", "fmin", "fmax", "clip", "min", "max", "nanmin", "nanmax", "nextafter"}
# A few functions are for real numbers only.
REAL_ONLY = {"round", "rint", "exp2", "sinc"}
# Written as several operations, each rounded, in both packages or in one.
COMPOSED = {"float_power", "sinc", "rad2deg", "deg2rad", "angle", "heaviside", "logaddexp", "logaddexp2"}
# Sums in float64 of what NumPy sums in the array's own precision, and powers by multiplication.
TOLERANCE = {"float16": 2e-3, "float32": 1e-5, "float64": 1e-12, "complex64": 1e-5, "complex128": 1e-12}
EXACT_REDUCTIONS = {"min", "max", "any", "all", "count_nonzero", "argmin", "argmax", "nanmin", "nanmax"}


def numpy_function(row):
    row_id, names = row[0], row[1]
    if row_id in SPELLED:
        return SPELLED[row_id]
    for name in names:
        function = getattr(np, name, None)
        if callable(function):
            return function
    return None


def expected(function, *operands):
    """Returns NumPy's result, or the exception that it raises."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with np.errstate(all="ignore"):
                return np.asarray(function(*operands))
    except (TypeError, ValueError, OverflowError) as error:
        return error


def ulp_of(row, result):
    if row[0] == "abs" and result.dtype.kind == "f":
        return 1  # of complex numbers
    if (row[4] != "math" and row[0] not in COMPOSED) or not is_float(result.dtype):
        return 0
    # Both packages may be off; NumPy states 4 ULP, ours is in the table. Halves are rounded from
    # float32, so that they differ by one at most.
    return 1 if result.dtype == np.float16 else 4 + row[5]


def relative_of(row, theirs, x, y=0):
    """Of results that depend on more than the last digits of the operands."""
    if row[0] == "sinc":
        return 1.0  # NumPy's are not 0 at the integers; tests/math compares the values
    if row[0] not in ("pow", "float_power") or theirs.dtype.kind != "c":
        return None
    with np.errstate(all="ignore"):
        turns = np.abs(np.asarray(y, dtype="c16")) * (1 + np.abs(np.log(np.asarray(x, dtype="c16"))))
    return 64 * np.finfo(theirs.dtype).eps * (1 + np.nan_to_num(turns, nan=0, posinf=0))


def add_case(batch, row, expression, operands, theirs, **options):
    def check(results, error):
        if isinstance(theirs, Exception):
            # NumPy looks for negative exponents among the elements; ours give 0, 1 or -1.
            if "negative integer powers" in str(theirs) and expression.endswith("a)"):
                return None
            return None if results is None else "no error where NumPy has: %s" % theirs
        if results is None:
            return None if row[0] in REAL_ONLY and "not defined for complex" in error else error
        return compare(results[0], theirs, zero_signs=row[0] not in ANY_ZERO,
                       operands=list(operands.values()), **options)
    batch.add("numpy", expression, operands, check)


def elementwise(batch, row, function):
    row_id, arity = row[0], row[2]
    values = {t: special_values(t) for t in DTYPES}
    if row_id == "reciprocal":  # 1 / 0 of an integer is 0, in NumPy whatever C does
        values = {t: a if is_float(t) else a[a != 0] for t, a in values.items()}
    if row_id == "sinc":  # pi * x is infinite in NumPy's
        values = {t: a[np.abs(a.astype("c16")) < 1e4] for t, a in values.items()}
    if arity == 1:
        for t in DTYPES:
            theirs = expected(function, values[t])
            ulp = 0 if isinstance(theirs, Exception) else ulp_of(row, theirs)
            add_case(batch, row, "%s(a)" % row[1][0], {"a": values[t]}, theirs, ulp=ulp,
                     relative=None if isinstance(theirs, Exception) else relative_of(row, theirs, values[t]))
        return
    for s in DTYPES:
        a = values[s][:, None]
        for t in DTYPES:
            b = values[t][None, :]
            if arity == 3:
                three_operands(batch, row, function, values[s], values[t])
                continue
            if row_id == "pow" and not is_float(s) and not is_float(t):
                b = b[:, b[0] >= 0]
            theirs = expected(function, a, b)
            ulp = 0 if isinstance(theirs, Exception) else ulp_of(row, theirs)
            add_case(batch, row, "%s(a, b)" % row[1][0], {"a": a, "b": b}, theirs, ulp=ulp,
                     relative=None if isinstance(theirs, Exception) else relative_of(row, theirs, a, b))


def three_operands(batch, row, function, x, y):
    n = min(len(x), len(y))
    x, y = x[:n], y[:n]
    z = np.roll(y, 1)
    if row[0] == "where":
        operands = {"a": np.roll(x, 2), "b": x, "c": y}
    else:
        operands = {"a": x, "b": y, "c": z}
    if row[0] == "clip" and y.dtype.kind == "c":  # NumPy's passes over a NaN in a bound's imaginary part
        operands = {name: np.where(np.isnan(v), 0, v).astype(v.dtype) for name, v in operands.items()}
    add_case(batch, row, "%s(a, b, c)" % row[1][0], operands, expected(function, *operands.values()))


def with_scalars(batch, row, function):
    name = row[1][0]
    scalars = SCALARS if row[0] in OPERATORS else SCALARS[::4]
    for t in DTYPES:
        a = special_values(t)
        for text in scalars:
            scalar = eval(text)
            for x, y, left, right in ((a, scalar, "a", "s"), (scalar, a, "s", "a")):
                theirs = expected(function, x, y)
                failed = isinstance(theirs, Exception)
                bound = None if failed else relative_of(row, theirs, x, y)
                ulp = 0 if isinstance(theirs, Exception) else ulp_of(row, theirs)
                call = "%s(%s, %s)" % (name, left, right)
                literal = call.replace("s)", text + ")").replace("(s,", "(%s," % text)
                # Exponents of 0.5 are roots in the operator of NumPy and here, not in its functions.
                if text != "0.5" or "power" not in function.__name__:
                    add_case(batch, row, literal, {"a": a}, theirs, ulp=ulp, relative=bound)
                # A root of -inf is NaN only where the exponent is a literal.
                if row[0] in OPERATORS and not (row[0] == "pow" and text == "0.5"):
                    add_case(batch, row, call, {"a": a, "s": text}, theirs, ulp=ulp, relative=bound)
            if row[0] in OPERATORS and not (row[0] == "pow" and t == "bool"):
                symbol = "a %s s" % OPERATORS[row[0]]
                theirs = expected(eval("lambda a, s: " + symbol), a, scalar)
                failed = isinstance(theirs, Exception)
                ulp = 0 if failed else ulp_of(row, theirs)
                bound = None if failed else relative_of(row, theirs, a, scalar)
                add_case(batch, row, symbol[:-1] + "(%s)" % text, {"a": a}, theirs, ulp=ulp, relative=bound)


def reductions(batch, row, function):
    generator = np.random.default_rng(7)
    for t in DTYPES:
        limits = (-40, 40) if np.dtype(t).kind in "ifc" else (0, 2 if t == "bool" else 80)
        plain = generator.integers(*limits, size=(5, 37)).astype(t)
        if is_float(t):
            plain = (plain / np.dtype(t).type(64)).astype(t)
        for a in (plain, special_values(t), plain[:, :1], plain[:0]):
            for axis in (None, 0, -1):
                if a.ndim == 1 and axis == 0:
                    continue
                theirs = expected(lambda x: function(x, axis=axis), a)
                relative = None
                if not isinstance(theirs, Exception) and row[0] not in EXACT_REDUCTIONS:
                    relative = TOLERANCE.get(theirs.dtype.name)
                    # A sum of special values depends on their order.
                    if is_float(t) and a.ndim == 1:
                        continue
                add_case(batch, row, "%s(a, axis=%s)" % (row[1][0], axis), {"a": a}, theirs, relative=relative)


def listed(batch):
    """Rules that no row of the table shows, as pairs of texts in both languages."""
    u, i = np.array([200, 200], "u1"), np.array([-2**31, 2**31 - 1], "i4")
    c, f = np.array([True, False]), np.array([2, 3], "f4")
    m, k = np.arange(2.0).reshape(2, 1), np.arange(12.0).reshape(3, 4)
    n, none, z = np.array([np.nan, 1, 2]), np.zeros(0), np.array(5)
    row = ("listed", [], 0, "", "", 0)
    for text in ("einsum('i->', u)", "einsum(',i->', u[0], u)", "einsum('i->', c)", "einsum('i,i->', c, c)",
                 "einsum('i,j->', u, i)", "einsum('i,j->', c, u)", "einsum('i,j->', u, f)",
                 "einsum('i,j,k->', u, u, i)", "einsum('ij,jk->ik', m, k)", "einsum('ij,ij->ij', k, k[:1])",
                 "einsum('ij,j->i', k, m[0])", "sum(none, initial=-0.0)", "sum(none)",
                 "sum(f, where=c & ~c, initial=-0.0)", "nansum(n * np.nan, initial=-0.0)",
                 "nanvar(n, ddof=2)", "nanstd(n, ddof=3)", "var(n[1:], ddof=3)", "nanvar(n, ddof=1)",
                 "where(c, -1, u)", "where(c, 300, u)", "where(c, u, 70000)", "sum(z, axis=0)",
                 "prod(z, axis=-1)", "max(z, axis=0)", "argmin(z, axis=-1)", "any(z, axis=0)",
                 "sum(z, axis=0, keepdims=True)", "sum(z, axis=1)"):
        names = {name: value for name, value in locals().items() if isinstance(value, np.ndarray)}
        used = {name: value for name, value in names.items() if re.search(r"\b%s\b" % name, text)}
        theirs = expected(lambda: eval(re.sub(r"^(?=[a-z]+\()", "np.", text), {"np": np}, names))
        add_case(batch, row, text.replace("np.nan", "nan"), used, theirs)


def main(program):
    batch = Batch(program)
    listed(batch)
    alone = []
    for row in op_table(program):
        function = numpy_function(row)
        if function is None:
            alone.append(row[0])
        elif row[3] == "reduction":
            reductions(batch, row, function)
        else:
            elementwise(batch, row, function)
            if row[2] == 2:
                with_scalars(batch, row, function)
    batch.run()
    print("not in NumPy: " + " ".join(alone))
    return batch.report("NumPy " + np.__version__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
