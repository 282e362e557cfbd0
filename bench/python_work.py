"""What bench/python.py measures: every row, and how each package computes it.

A row is a function of the packages that gives calls by the name of who makes them. All of a row
compute the same values (bytes are widened where a package would wrap them), in two forms where that is
a difference: into memory that exists already ("out"), and as a new result.
"""
import timeit

import numpy as np

import peers
from peers import FRAMES_LOOP, MAP_LOOP, SOFTMAX_LOOP, SUM_LOOP, compile_loop

LARGE = 160_000_000  # bytes per input
LENGTH = 1000  # of rows, for what is computed along them
REPEATS, BURSTS = 200, 20  # of calls on ten elements: between two looks at the clock, and such looks
ZSCORE_LOOP = """
def f(x, y, out):
    n = x.shape[1]
    for k in prange(x.shape[0]):
        total = 0.0
        for i in range(n):
            total += x[k, i]
        mean = total / n
        squares = 0.0
        for i in range(n):
            squares += (x[k, i] - mean)**2
        middle, scale = np.float32(mean), np.float32(1 / np.sqrt(squares / n))
        for i in range(n):
            out[k, i] = (x[k, i] - middle) * scale
    return out
"""


class Small:
    """A statement over a and b, ten float64 each, found where users have them: among the caller's names."""

    def __init__(self, statement, **names):
        scope = {"a": np.arange(10.0), "b": np.arange(10.0) + 1, **names}
        self.timer = timeit.Timer(statement, globals=scope)
        self.before = lambda: None  # what has to have run, once

    def __call__(self):
        self.before()
        self.timer.timeit(1)

    def seconds(self):
        """The best burst: most of them fit between two interruptions."""
        return min(self.timer.repeat(BURSTS, REPEATS)) / REPEATS


def text(tl, ne, **_):
    import tightloop.numexpr as shim

    return {
        "Tightloop": Small("tl.evaluate('2*a + 3*b')", tl=tl),
        "tightloop.numexpr": Small("ne.evaluate('2*a + 3*b')", ne=shim),
        "numexpr": Small("ne.evaluate('2*a + 3*b')", ne=ne),
        "NumPy": Small("2*a + 3*b"),
    }


def compiled(tl, ne, **_):
    import tightloop.numexpr as shim

    calls = {"Tightloop": Small("f(a, b)", f=tl.compile("2*a + 3*b", a="float64", b="float64"))}
    for name, package in (("tightloop.numexpr", shim), ("numexpr", ne)):
        calls[name] = Small("ne.re_evaluate()", ne=package)
        calls[name].before = Small("ne.evaluate('2*a + 3*b')", ne=package)
    return calls


def sum_of_bytes(tl, ne, blosc2, **_):
    rng = np.random.default_rng(7)
    a, b = (rng.integers(0, 256, LARGE, dtype=np.uint8) for _ in range(2))
    loop = compile_loop(SUM_LOOP.format(zero="0", kind="np.int32"))
    x, y = (blosc2.asarray(v, cparams={"clevel": 0}) for v in (a, b))
    wide = np.int16(0)
    jax_sum = in_jax(lambda np_, a, b: np_.sum(
        np_.abs(a.astype(np_.int16) - b.astype(np_.int16)), dtype=np_.uint64), a, b)
    return {
        "Tightloop": lambda: tl.evaluate("sum(abs(a - b))", {"a": a, "b": b}),
        "NumPy": lambda: np.sum(np.abs(a.astype(np.int16) - b), dtype=np.uint64),
        "numexpr": lambda: ne.evaluate("sum(abs(a - b))", local_dict={"a": a, "b": b}),
        "Numba": lambda: loop(a, b),
        "JAX": jax_sum,
        "blosc2": lambda: abs((x + wide) - y).sum(),
    }


def sums_of_images(tl, ne, **_):
    rng = np.random.default_rng(7)
    shape = (LARGE // 370**2, 370, 370)
    a, b = rng.integers(0, 256, shape, dtype=np.uint8), rng.integers(0, 256, shape[1:], dtype=np.uint8)
    loop, names = compile_loop(FRAMES_LOOP), {"a": a, "b": b}
    return {
        "Tightloop": lambda: tl.evaluate("sum(abs(a - b), axis=(-2, -1))", names),
        "NumPy": lambda: np.sum(np.abs(a.astype(np.int16) - b), axis=(-2, -1), dtype=np.uint64),
        "numexpr": lambda: ne.evaluate("abs(a - b)", local_dict=names).sum(axis=(-2, -1)),
        "Numba": lambda: loop(a, b),
    }


def in_jax(function, *arrays):
    jnp = peers.jnp
    compiled_function = peers.jax.jit(lambda *given: function(jnp, *given))
    placed = [jnp.asarray(array) for array in arrays]
    return lambda: compiled_function(*placed).block_until_ready()


def exp_log(dtype):
    def row(tl, ne, blosc2, **_):
        x = (np.random.default_rng(7).random(LARGE // np.dtype(dtype).itemsize) + 0.5).astype(dtype)
        out = np.zeros_like(x)
        loop = compile_loop(MAP_LOOP.format(body="np.exp(x[i]) + np.log(x[i] * x[i])"))
        expression, names = "exp(x) + log(x**2)", {"x": x}
        packed = blosc2.asarray(x, cparams={"clevel": 0})
        return {
            "Tightloop, out": lambda: tl.evaluate(expression, names, out=out),
            "Tightloop": lambda: tl.evaluate(expression, names),
            "NumPy": lambda: np.exp(x) + np.log(x**2),
            "numexpr, out": lambda: ne.evaluate(expression, local_dict=names, out=out),
            "numexpr": lambda: ne.evaluate(expression, local_dict=names),
            "Numba, out": lambda: loop(x, x, out),
            "JAX": in_jax(lambda np_, x: np_.exp(x) + np_.log(x**2), x),
            "blosc2": lambda: (blosc2.exp(packed) + blosc2.log(packed**2)).compute(
                cparams={"clevel": 0}),
        }

    return row


def softmax(np_, x):
    e = np_.exp(x - np_.max(x, axis=-1, keepdims=True))
    return e / np_.sum(e, axis=-1, keepdims=True)


def zscore(np_, x):
    return (x - np_.mean(x, axis=-1, keepdims=True)) / np_.std(x, axis=-1, keepdims=True)


def along_rows(name, function, loop_text):
    def row(tl, **_):
        shape = (LARGE // 4 // LENGTH, LENGTH)
        x = np.random.default_rng(7).random(shape, dtype=np.float32)
        out = np.zeros_like(x)
        loop = compile_loop(loop_text)
        expression, names = f"{name}(x, axis=-1)", {"x": x}
        return {
            "Tightloop, out": lambda: tl.evaluate(expression, names, out=out),
            "Tightloop, fast, out": lambda: tl.evaluate(expression, names, out=out, fp="fast"),
            "Tightloop": lambda: tl.evaluate(expression, names),
            "NumPy": lambda: function(np, x),
            "Numba, out": lambda: loop(x, x, out),
            "JAX": in_jax(function, x),
        }

    return row


ROWS = {
    "evaluate(text), 10 elements": text,
    "compiled function, re_evaluate(), 10 elements": compiled,
    "sum(abs(a - b)), uint8": sum_of_bytes,
    "sum(abs(a - b), axis=(-2, -1)), uint8": sums_of_images,
    "exp(x) + log(x**2), float32": exp_log("float32"),
    "exp(x) + log(x**2), float64": exp_log("float64"),
    "softmax along rows, float32": along_rows("softmax", softmax, SOFTMAX_LOOP),
    "z-score along rows, float32": along_rows("zscore", zscore, ZSCORE_LOOP),
}
# The least ratio of a peer's time to ours that a row is to have.
_MAP = {"numexpr, out": 4, "Numba, out": 1, "JAX": 1}
_ALONG_ROWS = {"NumPy": 4, "Numba, out": 1, "JAX": 1}
TARGETS = {
    "evaluate(text), 10 elements": {"numexpr": 5},
    "compiled function, re_evaluate(), 10 elements": {"numexpr": 3},
    "sum(abs(a - b)), uint8": {"NumPy": 10, "numexpr": 20, "Numba": 1, "blosc2": 3},
    "sum(abs(a - b), axis=(-2, -1)), uint8": {"NumPy": 10, "Numba": 1},
    "exp(x) + log(x**2), float32": _MAP,
    "exp(x) + log(x**2), float64": _MAP,
    "softmax along rows, float32": _ALONG_ROWS,
    "z-score along rows, float32": _ALONG_ROWS,
}
