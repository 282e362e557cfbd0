"""Times the workloads of tightloop_bench in other packages, beside the library, in one run.

    bench/peers.py BENCH [--rounds N] [--json FILE] [--svg FILE] [--only REGEX]

BENCH is the program tightloop_bench. NumPy is needed; numexpr, Numba, JAX and PyTorch are measured
where they can be imported (tools/setup-bench-peers installs them). Every round times every package
once, so that what changes on the machine changes for all; the medians are printed as ratios to the
library's time. Each package may use every processor, and writes into an array that exists already
where it can, as the library does. It computes what the library computes: differences of bytes are
widened first; sums of float32 are whatever the package gives.
"""
import argparse
import importlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

import peers_chart

LARGE = 192 << 20  # bytes per input, as in tightloop_bench


def optional(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


numexpr, numba, jax, torch = (optional(n) for n in ("numexpr", "numba", "jax", "torch"))
if jax is not None:
    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp


class Workload:
    """A row of the bench and how the packages write it. Texts are functions of x and y; `np` in
    them is the package's own module. A text of None: the package has no way to say it."""

    def __init__(self, row, dtype, shapes, text, numexpr_text=None, loop=None):
        self.row, self.dtype, self.shapes = row, dtype, shapes
        self.text, self.numexpr_text, self.loop = text, numexpr_text, loop
        self.is_map = loop is not None and "(x, y, out)" in loop

    def inputs(self):
        rng = np.random.default_rng(7)
        made = []
        for shape in self.shapes:
            if self.dtype == "uint8":
                made.append(rng.integers(0, 256, shape, dtype=np.uint8))
            else:
                made.append((rng.random(shape, dtype=np.float32) + 0.5).astype(self.dtype))
        return made


def count(dtype):
    return LARGE // np.dtype(dtype).itemsize


def compile_loop(text):
    """A loop over elements or rows as Numba compiles it: parallel, with its fast mathematics."""
    space = {"np": np, "prange": numba.prange}
    exec(text, space)
    return numba.njit(parallel=True, fastmath=True)(space["f"])


SUM_LOOP = """
def f(x, y):
    total = {zero}
    for i in prange(x.size):
        total += abs({kind}(x[i]) - {kind}(y[i]))
    return total
"""
MAP_LOOP = """
def f(x, y, out):
    for i in prange(x.size):
        out[i] = {body}
    return out
"""
FRAMES_LOOP = """
def f(x, y):
    out = np.empty(x.shape[0], np.uint64)
    a, b = x.reshape(x.shape[0], -1), y.ravel()
    for k in prange(x.shape[0]):
        total = np.uint32(0)
        for i in range(b.size):
            total += np.uint32(abs(np.int32(a[k, i]) - np.int32(b[i])))
        out[k] = total
    return out
"""
MEAN_LOOP = """
def f(x, y):
    out = np.empty(x.shape[0], np.float32)
    for k in prange(x.shape[0]):
        total = np.float32(0)
        for i in range(x.shape[1]):
            total += x[k, i]
        out[k] = total / x.shape[1]
    return out
"""
SOFTMAX_LOOP = """
def f(x, y, out):
    for k in prange(x.shape[0]):
        most = x[k, 0]
        for i in range(x.shape[1]):
            most = max(most, x[k, i])
        total = np.float32(0)
        for i in range(x.shape[1]):
            e = np.exp(x[k, i] - most)
            out[k, i] = e
            total += e
        for i in range(x.shape[1]):
            out[k, i] /= total
    return out
"""


def one_dimension(dtype, inputs=2):
    return [(count(dtype),)] * inputs


def workloads():
    rows = 2 * count("float32") // 1000
    return [
        Workload("W1 sum(abs(a-b)), uint8, out of cache", "uint8", one_dimension("uint8"),
                 "np.sum(np.abs(np.int16(x) - np.int16(y)), dtype=np.uint64)",
                 "sum(abs(x - y))", SUM_LOOP.format(zero="0", kind="np.int32")),
        Workload("W1 sum(abs(a-b)), float32, out of cache", "float32", one_dimension("float32"),
                 "np.sum(np.abs(x - y))", "sum(abs(x - y))",
                 SUM_LOOP.format(zero="np.float32(0)", kind="np.float32")),
        Workload("W2 sum(abs(a-b), axis=(-2,-1)), uint8, (200,1000,1000)", "uint8",
                 [(200, 1000, 1000), (1000, 1000)],
                 "np.sum(np.abs(np.int16(x) - np.int16(y)), axis=(-2, -1), dtype=np.uint64)",
                 None, FRAMES_LOOP),
        Workload("W4 exp(x) + log(x**2), float64, out of cache", "float64",
                 one_dimension("float64", 1), "np.exp(x) + np.log(x**2)", "exp(x) + log(x**2)",
                 MAP_LOOP.format(body="np.exp(x[i]) + np.log(x[i] * x[i])")),
        Workload("W5 mean(x, axis=1), float32, (n,1000)", "float32", [(rows, 1000)],
                 "np.mean(x, axis=1)", None, MEAN_LOOP),
        Workload("W5 mean(x, axis=0), float32, (n,1000)", "float32", [(rows, 1000)],
                 "np.mean(x, axis=0)", None, None),
        Workload("W6 2*x + 3*y, float64, out of cache", "float64", one_dimension("float64"),
                 "2*x + 3*y", "2*x + 3*y", MAP_LOOP.format(body="2 * x[i] + 3 * y[i]")),
        Workload("W6 sin(x)**2 + cos(y)**2, float64, out of cache", "float64",
                 one_dimension("float64"), "np.sin(x)**2 + np.cos(y)**2", "sin(x)**2 + cos(y)**2",
                 MAP_LOOP.format(body="np.sin(x[i])**2 + np.cos(y[i])**2")),
        Workload("W7 softmax, float32, (65536,1024)", "float32", [(65536, 1024)], "softmax", None,
                 SOFTMAX_LOOP),
    ]


def softmax(np_, x):
    e = np_.exp(x - np_.max(x, axis=-1, keepdims=True))
    return e / np_.sum(e, axis=-1, keepdims=True)


def function_of(np_, text):
    if text == "softmax":
        return lambda x, y=None: softmax(np_, x)
    return eval("lambda x, y=None: " + text, {"np": np_})


def in_jax(work, inputs):
    text = re.sub(r"np\.(u?int\d+)\((\w)\)", r"\2.astype(np.\1)", work.text)
    f = jax.jit(function_of(jnp, text))
    placed = [jnp.asarray(x) for x in inputs]
    return lambda: f(*placed).block_until_ready()


def in_torch(work, inputs):
    placed = [torch.from_numpy(x) for x in inputs]
    text = re.sub(r"np\.int16\((\w)\)", r"\1.to(np.int16)", work.text)
    text = text.replace(", dtype=np.uint64", ", dtype=np.int64").replace("axis=", "dim=")
    f = torch.compile(function_of(torch, text)) if text != "softmax" else (
        lambda x: torch.softmax(x, -1))
    return lambda: f(*placed)


def calls(work, inputs):
    """The packages that can compute a workload, each as a call."""
    out = {"NumPy": lambda f=function_of(np, work.text): f(*inputs)}
    place = np.zeros_like(inputs[0]) if work.is_map else None
    if numexpr is not None and work.numexpr_text is not None:
        names = dict(zip("xy", inputs))
        out["numexpr"] = lambda: numexpr.evaluate(work.numexpr_text, local_dict=names, out=place)
    if numba is not None and work.loop is not None:
        f = compile_loop(work.loop)
        given = [inputs[0], inputs[-1]] + ([place] if work.is_map else [])
        out["Numba"] = lambda: f(*given)
    if jax is not None:
        out["JAX"] = in_jax(work, inputs)
    if torch is not None:
        out["PyTorch"] = in_torch(work, inputs)
    return out


def seconds_of(call, budget=0.4):
    times = []
    while not times or (sum(times) < budget and len(times) < 20):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def own_seconds(bench, work, threads):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "row.json")
        subprocess.run([bench, "--filter=^" + re.escape(work.row) + "$", "--quick",
                        "--threads=%d" % threads, "--json=" + path], check=True,
                       stdout=subprocess.DEVNULL)
        with open(path, encoding="ascii") as file:
            return json.load(file)[0]["tightloop_seconds"]


def measure(bench, work, rounds, threads):
    inputs = work.inputs()
    packages = calls(work, inputs)
    for call in packages.values():
        call()  # compiles, touches memory
    times = {"Tightloop": [], **{name: [] for name in packages}}
    for _ in range(rounds):
        times["Tightloop"].append(own_seconds(bench, work, threads))
        for name, call in packages.items():
            times[name].append(seconds_of(call))
    return {name: statistics.median(list_) for name, list_ in times.items()}


def print_row(row, times):
    own = times["Tightloop"]
    ratios = "  ".join("%s %.2f" % (n, t / own) for n, t in times.items() if n != "Tightloop")
    print("%-58s %9.2f ms  %s" % (row, own * 1e3, ratios), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bench")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="adds the rows to this file")
    parser.add_argument("--svg")
    parser.add_argument("--only", default="", help="rows to measure; the rest are as in --json")
    options = parser.parse_args()
    rows = {}
    if options.json and os.path.exists(options.json):
        with open(options.json, encoding="ascii") as file:
            rows = json.load(file)
    for work in workloads():
        if re.search(options.only, work.row):
            rows[work.row] = measure(options.bench, work, options.rounds,
                                     len(os.sched_getaffinity(0)))
        if work.row in rows:
            print_row(work.row, rows[work.row])
    if options.json:
        with open(options.json, "w", encoding="ascii") as file:
            json.dump(rows, file, indent=1)
            file.write("\n")
    if options.svg:
        with open(options.svg, "w", encoding="utf-8") as file:
            file.write(peers_chart.draw(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
