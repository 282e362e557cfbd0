# Files: load, save, open, and expressions over them in parts.
import io
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from arrays import DTYPES, values

import tightloop as tl


@pytest.mark.parametrize("dtype", DTYPES)
def test_save_and_load(tmp_path, dtype):
    a = values(dtype)
    tl.save(tmp_path / "a.npy", a)
    assert np.array_equal(np.load(tmp_path / "a.npy"), a)
    loaded = tl.load(tmp_path / "a.npy")
    assert loaded.dtype == a.dtype and np.array_equal(loaded, a)
    assert not loaded.flags.writeable
    swapped = a.astype(a.dtype.newbyteorder())
    np.save(tmp_path / "s.npy", np.asfortranarray(swapped))
    assert np.array_equal(tl.load(str(tmp_path / "s.npy")), a)
    assert np.array_equal(tl.evaluate("s + s", s=tl.load(tmp_path / "s.npy")), tl.evaluate("a + a"))


def test_archives(tmp_path):
    a, b = values("float32"), values("int16")
    tl.save(tmp_path / "f.npz", a=a, b=b)
    with np.load(tmp_path / "f.npz") as archive:
        assert np.array_equal(archive["a"], a) and np.array_equal(archive["b"], b)
    assert np.array_equal(tl.load(f"{tmp_path}/f.npz:b"), b)
    with pytest.raises(TypeError, match="one array, or several"):
        tl.save(tmp_path / "f.npz")


def test_stream(tmp_path):
    x = values("float64", (500, 40))
    np.save(tmp_path / "x.npy", x)
    got = tl.stream("x - mean(x, axis=0)", x=tmp_path / "x.npy", out=tmp_path / "y.npy")
    assert got is None
    assert np.array_equal(np.load(tmp_path / "y.npy"), tl.evaluate("x - mean(x, axis=0)"))
    assert tl.stream("sum(x)", x=str(tmp_path / "x.npy")) == tl.evaluate("sum(x)")
    both = tl.stream("x * k, max(x)", x=tmp_path / "x.npy", k=2, out=[tmp_path / "z.npy", None])
    assert both == x.max() and np.array_equal(np.load(tmp_path / "z.npy"), x * 2)
    assert "pass" in tl.explain_stream("x + 1", x=tmp_path / "x.npy")
    half = tl.stream("x", x=tmp_path / "x.npy", dtype="float16", memory=1 << 24)
    assert half.dtype == np.float16
    mapped = tl.stream("x + a", {"x": tmp_path / "x.npy", "a": x[0], "b": None})
    assert np.array_equal(mapped, x + x[0])


def test_sources(tmp_path):
    x = values("uint8", (100, 30))
    np.save(tmp_path / "x.npy", x)
    source = tl.open(tmp_path / "x.npy")
    assert source.dtype == "uint8" and source.shape == (100, 30) and source.nbytes == 3000
    assert source.rewindable and "x.npy" in repr(source)
    for _ in range(2):
        assert tl.stream("sum(x)", x=source) == x.sum(dtype="u8")
    with pytest.raises(tl.FileError, match="nothing.npy"):
        tl.open(tmp_path / "nothing.npy")
    assert issubclass(tl.FileError, OSError)
    with pytest.raises(OSError):
        tl.stream("x", x=tmp_path / "x.npy", out=tmp_path / "missing" / "y.npy")
    assert not (tmp_path / "missing").exists()


def test_pipes(tmp_path):
    x = values("float32", (1000, 10))
    buffer = io.BytesIO()
    np.save(buffer, x)
    reader, writer = os.pipe()
    sent = threading.Thread(target=lambda: (os.write(writer, buffer.getvalue()), os.close(writer)))
    sent.start()
    got = tl.stream("sum(x, axis=0)", x=f"/dev/fd/{reader}")
    sent.join()
    os.close(reader)
    assert np.array_equal(got, tl.evaluate("sum(x, axis=0)"))
    with open(tmp_path / "out.npy", "wb") as file:
        tl.stream("x * 2", x=x, out=file)
    assert np.array_equal(np.load(tmp_path / "out.npy"), x * 2)


def test_progress(tmp_path):
    x = np.zeros((4000, 1000))
    np.save(tmp_path / "x.npy", x)
    heard = []
    tl.stream("sqrt(x)", x=tmp_path / "x.npy", out=tmp_path / "y.npy", memory="4M",
              progress=lambda done, total: heard.append((done, total)))
    assert all(0 <= done <= total for done, total in heard)

    def fails(done, total):
        raise KeyError("from progress")

    try:
        tl.stream("sqrt(x)", x=tmp_path / "x.npy", out=tmp_path / "z.npy", memory="4M",
                  progress=fails)
    except KeyError as error:
        assert "from progress" in str(error)
        assert not (tmp_path / "z.npy").exists()
    tl.stream("sqrt(x)", x=tmp_path / "x.npy", out=tmp_path / "w.npy", progress=True)
    assert (tmp_path / "w.npy").exists()


def test_bad_arguments(tmp_path):
    np.save(tmp_path / "x.npy", np.zeros(3))
    with pytest.raises(ValueError, match="memory is 'much'"):
        tl.stream("x", x=tmp_path / "x.npy", memory="much")
    with pytest.raises(TypeError, match="neither an option"):
        tl.stream("x", x=tmp_path / "x.npy", nonsense=3)
    with pytest.raises(tl.UnknownNameError):
        tl.stream("x + y", x=tmp_path / "x.npy")


def test_ctrl_c_ends_a_stream_that_waits(tmp_path):
    """A stream that waits for a pipe ends soon, with KeyboardInterrupt."""
    fifo = tmp_path / "fifo.npy"
    os.mkfifo(fifo)
    script = (
        "import os, signal, sys, threading\n"
        "import tightloop as tl\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "source = tl.open(sys.argv[1])\n"
        "threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "try:\n"
        "    tl.stream('sum(x)', x=source)\n"
        "except KeyboardInterrupt:\n"
        "    print('interrupted')\n"
    )
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"descr": "|u1", "fortran_order": False, "shape": (1_000_000,)}
    )
    running = subprocess.Popen([sys.executable, "-c", script, fifo], stdout=subprocess.PIPE)
    with open(fifo, "wb") as file:
        file.write(header.getvalue())
        file.flush()
        assert running.communicate(timeout=60)[0] == b"interrupted\n"
