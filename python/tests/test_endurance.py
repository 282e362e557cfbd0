# Ten thousand calls of each kind take no memory that stays; threads and forks at once change no
# result. In processes of their own: what other tests have loaded neither leaks nor forks here.
import os
import subprocess
import sys

import pytest

CALLS = 10_000

SETUP = """
import ctypes, gc, mmap, sys
import numpy as np
import tightloop as tl

x = np.arange(100.0)
large = np.arange(3000.0)
halves = np.ones(50, "float16")
out = np.zeros(100)
vars = {"x": x, "large": large}
f = tl.compile("x * 2 + 1", x="float64")
g = tl.compile("min(x), max(x)", x="float64")

@tl.jit
def centred(values):
    return values - values.mean()

def fails(call, *args, **kwargs):
    try:
        call(*args, **kwargs)
    except (tl.Error, TypeError, ValueError):
        return
    raise AssertionError("no error")
"""

KINDS = {
    "text": "tl.evaluate('x + 1'); tl.evaluate('x + 1, sum(large)', vars)",
    "keywords": "tl.evaluate('a * 2 + b', a=x, b=3); tl.evaluate('sum(h)', h=halves)",
    "large results": "tl.evaluate('large * 2', vars)[:10].sum()",
    "out": "tl.evaluate('x * 3', vars, out=out); f(x, out=out); tl.evaluate('x', out=[out])",
    "compiled": "f(x); f(large); f(x=x); f(2.5); g(x)",
    "compile": "tl.compile('x * 2 + 1', x='float64')(x)",
    "lazy": "(np.abs(tl.lazy(x) - 3).sum() * 2).compute(); repr(tl.lazy(x) + 1)",
    "jit": "centred(x); centred(large)",
    "casts": "tl.evaluate('x', dtype='float16'); tl.evaluate('x', dtype='int8', casting='unsafe')",
    "events": "e = []; tl.evaluate('1 / x', events=e); tl.evaluate('x', raise_='all')",
    "types": "tl.result_types('x + 1, sum(x)', vars); tl.functions; tl.explain('x', vars)",
    "arrow": "pa.array(tl.evaluate('a + b', a=column, b=flags)); tl.evaluate('sum(c)', c=chunks)",
    "dlpack": "tl.evaluate('d + 1', d=Tensor())",
    "lists": "tl.evaluate('l + m', l=[1, 2], m=memoryview(x)[:2])",
    "convert": "tl.convert(x, dtype='float32'); fails(tl.convert, x, None, 'bool')",
    "wrong text": "fails(tl.evaluate, 'x +', vars); fails(tl.evaluate, 'x + q', vars)",
    "wrong arrays": "fails(tl.evaluate, 'x + large', vars); fails(tl.evaluate, 'x', x='t')",
    "wrong options": "fails(tl.evaluate, 'x', x=x, fp='f'); fails(tl.evaluate, 'x', x=x, zz=1)",
    "overflow": "fails(tl.evaluate, 'x - 1', vars, dtype='uint8'); fails(f, halves)",
    "limits": "fails(tl.evaluate, 'x + 1', vars, most_elements=3); fails(tl.compile, 'q')",
}  # fmt: skip
EXTRA = {
    "arrow": """
import pyarrow as pa
column = pa.array(np.arange(40.0))
flags = pa.array([True, False] * 20)
chunks = pa.chunked_array([[1, 2], [3]])
""",
    "dlpack": """
class Tensor:
    def __dlpack__(self, **options):
        return x.__dlpack__(**options)
    def __dlpack_device__(self):
        return x.__dlpack_device__()
""",
}
COUNT = """
def once():
    {call}

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * mmap.PAGESIZE

class Heap(ctypes.Structure):  # what malloc() has given, as glibc tells it
    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]

mallinfo = getattr(ctypes.CDLL(None), "mallinfo2", Heap)
mallinfo.restype = Heap

def held():
    gc.collect()
    counts = [sys.getrefcount(o) for o in (x, large, halves, out, vars, f, g, tl.Error)]
    heap = mallinfo()
    return [*counts, sys.getallocatedblocks(), heap.hblkhd + heap.uordblks, resident()]

for _ in range(600):
    once()
held()
before = held()
for _ in range({calls}):
    once()
after = held()
print(*[b - a for a, b in zip(before, after)])
"""


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_stays(kind):
    if kind == "arrow":
        pytest.importorskip("pyarrow")
    script = SETUP + EXTRA.get(kind, "") + COUNT.format(call=KINDS[kind], calls=CALLS)
    *counts, blocks, heap, pages = map(int, run(script).split())
    # A reference, a block of Python's or a word for each call would be 10,000 or 80,000 bytes.
    assert max(map(abs, counts)) < 100
    assert blocks < 2000
    assert heap < 40_000
    assert pages < 2 << 20


def run(script, timeout=240):
    """Runs a script; where it hangs it tells where each thread stands."""
    alarm = f"import faulthandler; faulthandler.dump_traceback_later({timeout}, exit=True)\n"
    command = [sys.executable, "-c", alarm + script]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout + 30, check=False,
        env={**os.environ, "TIGHTLOOP_COMPILE": "first"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


THREADS = """
import multiprocessing, os, pickle, threading
import numpy as np
import tightloop as tl

rng = np.random.default_rng(0)
shapes = [(), (1,), (7,), (3, 5), (64, 2), (2000,), (90, 70), (70_000,)]
arrays = [rng.normal(size=s) for s in shapes]
f = tl.compile("sqrt(x*x + 1) * 2 - x", x="float64")
g = tl.compile("sum(x), max(abs(x))", x="float64")

@tl.jit
def scaled(values, k=2.0):
    return (values - values.mean()) * k

def calls(x):
    "Every kind of call on what all threads share."
    return [
        f(x), f(x=x), *g(x), scaled(x),
        tl.evaluate("x * 3 - 1"),
        tl.evaluate("sum(x), mean(x * x)", x=x),
        (np.abs(tl.lazy(x) - 1).sum() / 2).compute(),
        f(x, out=np.zeros_like(x)),
    ]

def same(a, b):
    return all(np.array_equal(p, q) for p, q in zip(a, b, strict=True))

expected = [calls(x) for x in arrays]
wrong = []

def check(seed, rounds):
    for i in range(rounds):
        at = (i * 5 + seed * 3) % len(arrays)
        if not same(calls(arrays[at]), expected[at]):
            wrong.append((seed, at))
        new = tl.evaluate(f"x + {seed} * {i % 50}", x=arrays[at])
        if not np.array_equal(new, arrays[at] + seed * (i % 50)):
            wrong.append((seed, at, i))

def check_in_threads(count, rounds):
    threads = [threading.Thread(target=check, args=(i, rounds)) for i in range(count)]
    for thread in threads:
        thread.start()
    return threads
"""


NO_GIL = not getattr(sys, "_is_gil_enabled", lambda: True)()
# There a lock of a dictionary that another thread holds at the fork stays held in the child.
NO_FORK = pytest.mark.skipif(NO_GIL, reason="Python without a GIL does not fork beside threads")


def test_threads():
    assert run(THREADS + """
for thread in check_in_threads(8, 100):
    thread.join()
assert not wrong, wrong
print("same")
""") == "same\n"  # fmt: skip


@NO_FORK
def test_threads_and_forks():
    assert run(THREADS + """
threads = check_in_threads(8, 60)
for i in range(6):
    child = os.fork()
    if child == 0:  # while the others compute
        check(i, 8)
        for thread in check_in_threads(3, 8):
            thread.join()
        os._exit(1 if wrong else 0)
    assert os.waitpid(child, 0)[1] == 0
for thread in threads:
    thread.join()
assert not wrong, wrong
print("same")
""") == "same\n"  # fmt: skip


@pytest.mark.parametrize("method", [pytest.param("fork", marks=NO_FORK), "forkserver", "spawn"])
def test_processes(tmp_path, method):
    """A compiled function goes to other processes, of a program whose threads compute."""
    path = tmp_path / "program.py"
    path.write_text(THREADS + f"""
def work(pair):
    function, at = pair
    return function(arrays[at]).sum()

if __name__ == "__main__":
    threads = check_in_threads(4, 30)
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        got = pool.map(work, [(f, at) for at in range(len(arrays))] * 2)
    for thread in threads:
        thread.join()
    assert got == [x.sum() for x in map(f, arrays)] * 2 and not wrong
    print("same")
""")  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(path)], capture_output=True, text=True, timeout=240, check=False
    )
    assert done.stdout == "same\n", done.stderr[-4000:]


def test_first_calls_at_once():
    """The first arrays, texts and functions of a process come from eight threads together."""
    assert run(THREADS.split("expected =")[0] + """
barrier = threading.Barrier(8)
results = [None] * 8

def first(at):
    x = np.linspace(0, 1, 50)
    barrier.wait()
    results[at] = calls(x)

threads = [threading.Thread(target=first, args=(i,)) for i in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
assert all(same(r, results[0]) for r in results)
print("same")
""") == "same\n"  # fmt: skip
