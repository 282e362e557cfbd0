# The numbers of `tightloop precision` against NumPy: every dtype, over data with tiny, huge and
# special values, and expressions that round the same way in both. Usage: SCRIPT PROGRAM, by run.sh.
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

ORDER = ["float64", "float32", "bfloat16", "float16", "int16", "uint16", "int8", "uint8"]  # NumPy's
TINY = {"float16": 2.0 ** -14, "bfloat16": 2.0 ** -126, "float32": 2.0 ** -126, "float64": 2.0 ** -1022}


def to_bfloat16(x):
    """Rounds float32 or float64 values to the nearest bfloat16, ties to even; returns float32."""
    x = np.asarray(x, dtype="f8")
    with np.errstate(all="ignore"):
        exponent = np.frexp(x)[1]
        step = np.ldexp(1.0, np.maximum(exponent - 8, -133))
        rounded = np.rint(x / step) * step
        rounded = np.where(np.isfinite(x), rounded, x)
        limit = (2 - 2.0 ** -8) * 2.0 ** 127  # half a step above the largest
        return np.where(np.abs(rounded) >= limit, np.copysign(np.inf, x), rounded).astype("f4")


def stored(x, row):
    """Returns the stored values and what the expression sees of them."""
    dtype = row["dtype"]
    if dtype == "bfloat16":
        kept = to_bfloat16(x)
        return kept, kept
    if dtype.startswith("f"):
        return x.astype(dtype), x.astype(dtype)
    if row["coding"] is None:
        return x.astype(dtype), x.astype(dtype)
    coding = row["coding"]["x"]
    scale, offset = coding["scale"], coding["offset"]
    if coding["restored"] is None:
        return None, x
    limits = np.iinfo(dtype)
    q = np.clip(np.rint((x.astype("f8") - offset) / scale), limits.min, limits.max).astype(dtype)
    seen = q.astype(coding["restored"]) * np.dtype(coding["restored"]).type(scale)
    return None, seen + np.dtype(coding["restored"]).type(offset)


def results(function, seen, row):
    """Evaluates as the language does: halves in float32, rounded once."""
    dtype = row["dtype"]
    if dtype == "bfloat16":
        return to_bfloat16(function(seen.astype("f4")))
    if dtype == "float16":
        return function(seen.astype("f4")).astype("f2")
    return function(seen)


def expected(x, function, row, peak):
    exact = function(x.astype("f8") if x.dtype.kind == "f" else x)
    kept, seen = stored(x, row)
    got = results(function, seen, row)
    exact, got = exact.astype("f8"), got.astype("f8")
    known = np.isfinite(exact)
    both = known & np.isfinite(got)
    error = np.abs(got - exact)[both]
    size = np.abs(exact)[both]
    out = {"compared": int(both.sum()), "result_overflow": int((known & ~both).sum())}
    out["mse"] = float(np.mean(error * error)) if error.size else None
    out["max_absolute_error"] = float(error.max()) if error.size else None
    out["max_relative_error"] = (
        float((error[size > 0] / size[size > 0]).max(initial=0)) if error.size else None)
    out["lost"] = int(((size > 0) & (error >= size)).sum())
    if not error.size or (out["mse"] and not peak > 0) or (not out["mse"] and error.max() > 0):
        out["psnr"] = None
    else:
        out["psnr"] = "inf" if out["mse"] == 0 else float(20 * np.log10(peak) - 10 * np.log10(out["mse"]))
    if kept is not None:
        out["overflow"] = int((np.isfinite(x) & ~np.isfinite(kept)).sum())
        out["underflow"] = int(((x != 0) & (kept == 0)).sum())
        if row["dtype"] in TINY:
            wide = np.abs(kept.astype("f8"))
            out["subnormal"] = int(((wide > 0) & (wide < TINY[row["dtype"]])).sum())
    return out


def same(key, ours, theirs):
    if ours is None or theirs is None or isinstance(ours, str) or isinstance(theirs, str):
        return ours == theirs
    if isinstance(theirs, int):
        return ours == theirs
    # Sums are added in another order; a sum of float32 numbers, too, where it is the expression.
    return abs(ours - theirs) <= 1e-9 * abs(theirs)


def data_sets():
    rng = np.random.default_rng(20261121)
    normal = rng.normal(size=(30, 41))
    wide = normal * 10.0 ** rng.integers(-60, 60, size=normal.shape)
    special = wide.copy()
    special.flat[::37] = np.nan
    special.flat[5::91] = np.inf
    special.flat[6::97] = -np.inf
    special.flat[7::101] = 5e-324
    special.flat[8::103] = 0
    yield "normal", normal
    yield "wide", wide
    yield "special", special
    yield "swapped", wide.astype(">f8")
    yield "fortran", np.asfortranarray(normal)
    yield "float32", (normal * 1e5).astype("f4")
    yield "float16", (normal * 1e-4).astype("f2")
    yield "subnormals", np.arange(1, 500) * 2.0 ** -1074
    yield "uint8", rng.integers(0, 256, size=(30, 41), dtype="u1")
    yield "int16", rng.integers(-30000, 30000, size=1001, dtype="i2")
    yield "int32", rng.integers(-2 ** 31, 2 ** 31, size=1001, dtype="i4")
    yield "narrow int64", rng.integers(10 ** 12, 10 ** 12 + 200, size=300)
    yield "empty", np.zeros((0, 4))
    yield "all nan", np.full(17, np.nan)
    yield "one", np.array(0.1)
    yield "constant", np.full((5, 5), 7.25)


EXPRESSIONS = [("x", lambda x: x),
               ("sqrt(abs(x)) * 2 - x", lambda x: np.sqrt(np.abs(x)) * x.dtype.type(2) - x),
               ("where(x > 0.25, x / 3, x * x)",
                lambda x: np.where(x > x.dtype.type(0.25), x / x.dtype.type(3), x * x))]


def main(program):
    failures = checks = 0
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x.npy")
        for name, x in data_sets():
            np.save(path, x)
            # Of integers NumPy's types are not the language's.
            for text, function in EXPRESSIONS if x.dtype.kind == "f" else EXPRESSIONS[:1]:
                printed = subprocess.run([program, "precision", path, "--json", "--seconds", "0", "--expr", text],
                                         check=True, stdout=subprocess.PIPE).stdout
                report = json.loads(printed)
                native = x.astype(x.dtype.newbyteorder("="))
                peak = report["peak"]["value"]
                rows = [row for row in report["storage"] if row["dtype"] in ORDER]
                if [row["dtype"] for row in rows] != ORDER:
                    print("%s: dtypes are missing" % name)
                    failures += 1
                for row in rows:
                    if not row["fits"]:
                        continue
                    with np.errstate(all="ignore"):
                        wanted = expected(native, function, row, peak)
                    for key, value in wanted.items():
                        checks += 1
                        if not same(key, row[key], value):
                            failures += 1
                            print("%s, %s as %s: %s is %r, not %r" %
                                  (name, text, row["dtype"], key, row[key], value))
    print("%d checks, %d failures" % (checks, failures))
    return failures > 0 or checks == 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
