# promotion='numexpr' against numexpr itself: every pair of its dtypes x every operator and function
# that both have, literals, scalar variables, and reductions. Where numexpr refuses an operation ours
# may give a result. Run by run.sh.
import sys
import warnings

import numexpr
import numpy as np

from cases import DTYPES, Batch, compare, op_table, special_values

OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "<", "<=", ">", ">=", "==", "!=", "&", "|", "^",
             "<<", ">>")
LITERALS = ("2", "-1", "0", "1", "3", "300", "5000000000", "0.5", "2.0", "-1.0", "2.5", "0.1", "True", "2j")
SCALARS = (2, -3, 5000000000, 0.5, True)
TWO_OPERANDS = {"arctan2", "fmod", "hypot", "nextafter", "copysign", "maximum", "minimum", "complex"}
REDUCTIONS = ("sum", "prod", "min", "max")
TOLERANCE = {"float32": 2e-5, "float64": 1e-12, "complex128": 1e-12}


def values_of(dtype):
    """Special values that do not crash numexpr: INT_MIN // -1 does, and its casts are C's."""
    a = special_values(dtype)
    if a.dtype.kind == "i":
        return a[a != np.iinfo(a.dtype).min]
    return a[a != 2**63] if a.dtype == np.uint64 else a


def expected(expression, variables):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return np.asarray(numexpr.evaluate(expression, local_dict=variables, global_dict={}, truediv=True))
    except (TypeError, ValueError, OverflowError, NotImplementedError, SystemError, KeyError) as error:
        return error


def add_case(batch, expression, variables, relative=None, ulp=8, mask=None):
    theirs = expected(expression, variables)

    def check(results, error):
        if isinstance(theirs, Exception):
            return None
        if results is None:
            return None if expression == "round(a)" and "complex" in error else error
        ours = results[0]
        if mask is not None and ours.shape == theirs.shape:
            ours, right = np.where(mask, ours, 0).astype(ours.dtype), np.where(mask, theirs, 0).astype(theirs.dtype)
        else:
            right = theirs
        return compare(ours, right, ulp=ulp, relative=relative, zero_signs=False, operands=list(variables.values()))
    shown = {n: v if isinstance(v, np.ndarray) else repr(v) for n, v in variables.items()}
    batch.add("numexpr", expression, shown, check)
    return 0 if isinstance(theirs, Exception) else 1


def literal_array(text):
    value = eval(text)
    small = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31
    return np.array(value, dtype=np.int32) if small else np.array(value)


def kind_limit(a, b):
    """The largest value of the integer kind of two operands; none where one is a float."""
    if a.dtype.kind not in "biu" or b.dtype.kind not in "biu":
        return None
    wide = any(x.dtype.itemsize == 8 or x.dtype == np.uint32 for x in (a, b))
    return np.iinfo(np.int64 if wide else np.int32).max


def defined(symbol, a, b):
    """Where C defines what numexpr computes: its remainders add the divisor, its powers of integers
    go through double, and x ** 2.5 is x * x * sqrt(x) in the kind of x."""
    limit = kind_limit(a, b)
    a, b = (x.astype(np.int64) if x.dtype == np.uint64 else x for x in (a, b))
    with np.errstate(all="ignore"):
        x, y = np.abs(a.astype("c16")), np.abs(b.astype("c16"))
        if symbol == "%" and limit is not None:
            return x + y <= limit / 2
        if symbol == "**" and (a.dtype.kind == "c" or b.dtype.kind == "c"):
            return (a != 0) & (y < 500)  # 0 ** z is 0 in numexpr, also where it is undefined
        if symbol == "**" and limit is not None:
            return (x ** y <= min(2**53, limit)) & (b.astype(float) >= 0)
        if symbol == "**" and b.ndim == 0 and b.dtype.kind == "f":
            return (x < 2**15) if a.dtype.kind in "iu" else ~np.isneginf(a.real)
    return None


def elementwise(batch, function):
    compared = 0
    for s in DTYPES:
        a = values_of(s)
        if function not in TWO_OPERANDS:
            off_the_axes = (a.real != 0) & (a.imag != 0) if a.dtype.kind == "c" else None  # no branch cuts
            compared += add_case(batch, "%s(a)" % function, {"a": a}, mask=off_the_axes)
            continue
        for t in DTYPES:
            compared += add_case(batch, "%s(a, b)" % function, {"a": a[:, None], "b": values_of(t)[None, :]})
    return compared


def operators(batch):
    for symbol in OPERATORS:
        for s in DTYPES:
            a = values_of(s)
            for t in DTYPES:
                x, y = a[:, None], values_of(t)[None, :]
                add_case(batch, "a %s b" % symbol, {"a": x, "b": y}, mask=defined(symbol, x, y))
            for literal in LITERALS:
                value = literal_array(literal)
                shown = "(%s)" % literal if literal.startswith("-") else literal
                add_case(batch, "a %s %s" % (symbol, shown), {"a": a}, mask=defined(symbol, a, value))
                add_case(batch, "%s %s a" % (shown, symbol), {"a": a}, mask=defined(symbol, value, a))
            for scalar in SCALARS:
                add_case(batch, "a %s s" % symbol, {"a": a, "s": scalar},
                         mask=defined(symbol, a, np.array(scalar)))


def others(batch):
    for s in DTYPES:
        a = values_of(s)
        for expression in ("a", "-a", "+a", "~a", "where(a > a, a, 1)", "where(a == a, 1, 2.5)"):
            add_case(batch, expression, {"a": a})
        for t in DTYPES:
            b = values_of(t)
            n = min(len(a), len(b))
            c = np.arange(n) % 3 == 0
            add_case(batch, "where(c, a, b)", {"c": c, "a": a[:n], "b": b[:n]})
        plain = np.random.default_rng(5).integers(0, 2 if s == "bool" else 90, size=(6, 11)).astype(s)
        for name in REDUCTIONS:
            for axis in (None, 0, 1):
                if name == "prod" and axis is None and np.dtype(s).kind in "fc":
                    continue
                call = "%s(a)" % name if axis is None else "%s(a, axis=%d)" % (name, axis)
                add_case(batch, call, {"a": plain}, relative=TOLERANCE.get(numexpr_result(s), 0))
    for expression in ("1 + 2", "3 * 2.5", "2**40", "1 / 2", "2 > 1"):
        add_case(batch, expression, {})


def numexpr_result(dtype):
    return np.asarray(numexpr.evaluate("a", local_dict={"a": np.ones(1, dtype)}, global_dict={})).dtype.name


def main(program):
    numexpr.set_num_threads(1)
    batch = Batch(program)
    ours = {name for row in op_table(program) for name in row[1]}
    missing = []
    for function in numexpr.expressions.functions:
        if function in REDUCTIONS or function in ("where", "contains", "copy"):
            continue
        if function in ours:
            elementwise(batch, function)
        else:
            missing.append(function)
    operators(batch)
    others(batch)
    batch.run()
    print("numexpr functions that the table lacks: " + " ".join(missing))
    return batch.report("numexpr " + numexpr.__version__)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
