# The process around: threads, signals, memory, references and what an import loads.
# test_endurance.py has many calls, threads at once and forks.
import gc
import subprocess
import sys
import threading

import numpy as np
import pytest

import tightloop as tl


def run(script):
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_others_run_meanwhile():
    """The GIL is given away while elements are computed."""
    x = np.linspace(0, 1, 4_000_000)
    beats = []
    done = threading.Event()

    def beat():
        while not done.is_set():
            beats.append(1)
            done.wait(0.001)

    thread = threading.Thread(target=beat)
    thread.start()
    before = len(beats)
    for _ in range(10):
        tl.evaluate("sum(sin(x) * exp(x))", threads=1)
    seen = len(beats) - before
    done.set()
    thread.join()
    assert seen > 3


@pytest.mark.parametrize("call", ["tl.evaluate(text)", "f(x)", "tl.evaluate(text, out=x)"])
def test_ctrl_c(call):
    output = run(
        "import os, signal, threading, time\n"
        "import numpy as np, tightloop as tl\n"
        # Whoever runs the tests in the background ignores it.
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "x = np.linspace(0.1, 1, 30_000_000)\n"
        "text = '+'.join(f'sin(x * {i}) ** 1.5' for i in range(40))\n"
        "f = tl.compile(text, x='float64', threads=1)\n"
        "sent = []\n"
        "def send():\n"
        "    sent.append(time.perf_counter())\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "threading.Timer(0.5, send).start()\n"
        "try:\n"
        f"    {call}\n"
        "    print('ended')\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted', time.perf_counter() - sent[0] < 5)\n"
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler\n"
        "small = np.ones(2_000_000)\n"
        "assert tl.evaluate('sum(small)') == 2_000_000\n"
        "assert tl.compile('sum(x)', x='float64')(small) == 2_000_000\n"
    )
    assert output == "interrupted True\n"


def test_results_keep_their_memory():
    results = [tl.evaluate("broadcast_to(x, (1000,)) * 1.0", x=float(i)) for i in range(50)]
    gc.collect()
    assert all((r == i).all() for i, r in enumerate(results))
    part = results[7][10:20]
    del results
    gc.collect()
    np.zeros(1000)
    assert (part == 7).all()


def test_arrays_are_not_kept():
    import weakref

    def use():
        a = np.zeros(1000)
        gone = weakref.ref(a)
        tl.evaluate("a + 1")
        del a
        return gone() is None

    assert use()


def test_import_loads_little():
    output = run(
        "import sys, tightloop\n"
        "maps = open('/proc/self/maps').read()\n"
        "print('numpy' in sys.modules, 'libtightloop_jit' in maps, 'libLLVM' in maps)\n"
    )
    assert output == "False False False\n"


def test_every_name_is_there():
    for name in tl.__all__:
        assert getattr(tl, name) is not None
    assert set(tl.__all__) <= set(dir(tl))
    with pytest.raises(AttributeError):
        tl.nothing  # noqa: B018


def test_no_copies():
    """Neither inputs nor what is computed on the way take memory of the size of an array."""
    output = run(
        "import numpy as np, resource, tightloop as tl\n"
        "x = np.ones(20_000_000)\n"
        "s = x[::-2]\n"
        "tl.evaluate('sum(x * 2 + s[0])', x=x[:2000000])\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "assert tl.evaluate('sum(x * 2)') == 40_000_000\n"
        "assert tl.evaluate('sum(s * 2)') == 20_000_000\n"
        "assert np.abs(tl.lazy(x) - 3).sum().compute() == 40_000_000\n"
        "tl.evaluate('x + 1', out=x)\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    assert int(output) < 16 << 10  # KiB; x has 160 MB


def test_ctrl_c_where_small_arrays_grow():
    output = run(
        "import os, signal, threading\n"
        "import tightloop as tl\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "try:\n"
        "    for _ in range(1000):\n"
        "        tl.evaluate('sum(exp(broadcast_to(x, (100000, 10000))))', x=0.5)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    assert output == "interrupted\n"


def test_signatures():
    import inspect

    parameters = inspect.signature(tl.evaluate).parameters
    documented = {"vars", "local_dict", "global_dict"} | set(parameters)
    assert set(tl._core.option_names) <= documented
