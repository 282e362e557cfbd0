# precision(): its numbers against NumPy's, its recommendation, its pictures and tables.
import math
import sys

import ml_dtypes
import numpy as np
import pytest

import tightloop as tl

FLOATS = {"float64": "f8", "float32": "f4", "float16": "f2", "bfloat16": ml_dtypes.bfloat16}


def field():
    return np.random.default_rng(3).normal(20, 5, (30, 40))


def test_errors_of_floats():
    x = field()
    x[0, 0], x[1, 1], x[2, 2] = 1e5, 1e-9, 0.0
    report = tl.precision(x)
    for name, dtype in FLOATS.items():
        with np.errstate(all="ignore"):
            held = x.astype(dtype).astype("f8")
        finite = np.isfinite(held)
        error = np.abs(held - x)[finite]
        row = report[name]
        assert row.fits and row.compared == finite.sum() and row.nbytes == x.astype(dtype).nbytes
        assert row.max_absolute_error == error.max()
        assert row.mse == pytest.approx((error**2).mean(), rel=1e-12)
        some = x[finite] != 0
        relative = error[some] / np.abs(x[finite][some])
        assert row.max_relative_error == relative.max()
        assert row.overflow == row.result_overflow == (~finite).sum()
        assert row.underflow == ((x != 0) & (held == 0)).sum()
        assert row.lost == (relative >= 1).sum()
        if error.max() > 0:
            at = np.unravel_index(np.where(finite, np.abs(held - x), -1).argmax(), x.shape)
            assert row.max_absolute_error_at == at
            psnr = 10 * math.log10((x.max() - x.min()) ** 2 / row.mse)
            assert row.psnr == pytest.approx(psnr, rel=1e-9)
        else:
            assert row.psnr == math.inf
    assert report.peak == x.max() - x.min()
    assert tl.precision(x, peak=1.0)["float32"].psnr < report["float32"].psnr


@pytest.mark.parametrize("dtype", ["int16", "uint16", "int8", "uint8"])
def test_scaled_integers(dtype):
    x = field()
    row = tl.precision(x)[dtype]
    coding = row.codings["x"]
    info = np.iinfo(dtype)
    q = np.clip(np.round((x - coding.offset) / coding.scale), info.min, info.max)
    kind = np.dtype(coding.restored).type
    restored = q.astype(kind) * kind(coding.scale) + kind(coding.offset)
    assert row.max_absolute_error == np.abs(restored - x).max() and row.scaled
    assert row.max_absolute_error < coding.scale * 0.52


def test_integers():
    x = np.array([[1000, 1255], [1100, 1200]], "int64")
    report = tl.precision(x, tolerance=0)
    assert (
        report.recommended in ("int8", "uint8") and report["uint8"].codings["x"].kind == "shifted"
    )
    assert report["int64"].max_absolute_error == 0 and report["bfloat16"].max_absolute_error > 0
    large = np.array([2**63 - 1, 2**62 + 1], "int64")
    assert tl.precision(large)["float64"].max_absolute_error == 1
    bools = tl.precision(np.array([True, False]), tolerance=0)
    assert bools.recommended == "bool" or bools[bools.recommended].nbytes == 2


def test_expressions():
    x = field()
    row = tl.precision(x, "d = x - 1; mean(exp(d / 8), axis=1)")["float16"]
    held = x.astype("f2").astype("f4")
    exact = np.exp((x - 1) / 8).mean(axis=1)
    got = np.exp((held - np.float32(1)) / np.float32(8)).mean(axis=1)
    assert row.max_absolute_error == pytest.approx(np.abs(got - exact).max(), rel=0.2)
    a = np.random.default_rng(0).integers(0, 255, (4, 9, 9), dtype="uint8")
    report = tl.precision(None, "sum(abs(a - b), axis=(-2, -1)) * k", a=a, b=a[0], k=2)
    assert report["float16"].max_absolute_error == 0 and report.result_shape == (4,)
    assert report.nbytes == a.nbytes + a[0].nbytes
    # What binds the name of the data, a name of ours, and names of the language.
    for text in ["x = x * 2; x", "p_x = x * 2; p_x", "x * 2 # twice", "x + x"]:
        assert tl.precision(x, text)["float32"].max_absolute_error == pytest.approx(
            2 * tl.precision(x)["float32"].max_absolute_error
        )
    reason = tl.precision(np.array([3, 5]), "x & 1")["float32"].reason
    assert reason.startswith("the expression does not take it: ")


def test_files(tmp_path):
    x = field()
    np.save(tmp_path / "x.npy", x)
    np.save(tmp_path / "h.npy", x.astype("f2"))
    expected = tl.precision(x, "x - mean(x)", tolerance=0.1)
    for how in [{}, {"memory": "64M"}]:
        assert tl.precision(tmp_path / "x.npy", "x - mean(x)", tolerance=0.1, **how) == expected
        assert (
            tl.precision(tl.open(tmp_path / "x.npy"), "x - mean(x)", tolerance=0.1, **how)
            == expected
        )
        half = tl.precision(None, "a + 1", a=tmp_path / "h.npy", **how)
        assert half["float16"].overflow == 0 and half.data["a"].dtype == "float16"


def test_recommendation():
    x = field()
    assert tl.precision(x).recommended is None
    loose = tl.precision(x, tolerance=1)
    assert loose.recommended in ("int8", "uint8") and "fewest bytes" in loose.reason
    assert tl.precision(x, tolerance=0.02).recommended == "float16"
    assert "Smaller ones are not: float8_e5m2 errs by" in tl.precision(x, tolerance=0.02).reason
    assert tl.precision(x, tolerance=150, tolerance_kind="psnr").recommended == "float32"
    assert tl.precision(x, tolerance=1e-6, tolerance_kind="rel").recommended == "float32"
    x[0, 0] = np.inf
    none = tl.precision(x * 1e300, tolerance=0.0)
    assert none.recommended == "float64" and none["int8"].reason == "the data have infinities"


@pytest.mark.parametrize(
    ("call", "kind", "says"),
    [
        (lambda x: tl.precision(x, "x +"), tl.ExpressionSyntaxError, "expected|ends"),
        (lambda x: tl.precision(x, "x + y"), tl.UnknownNameError, "unknown variable 'y'"),
        (lambda x: tl.precision(x, "x + 1", y=x), TypeError, "'y', which is not in the expr"),
        (lambda x: tl.precision(x, "x, x"), TypeError, "the expression has 2"),
        (lambda x: tl.precision(x + 1j), TypeError, "'x' is complex128; precision compares real"),
        (lambda x: tl.precision(x, "sqrt(complex128(x))"), TypeError, "the result is complex128"),
        (lambda x: tl.precision(), TypeError, "unknown variable 'x'|none of the variables"),
        (lambda x: tl.precision(3.0), TypeError, "none of the variables is an array"),
        (lambda x: tl.precision(x, tolerance=-1), ValueError, "tolerance is -1"),
        (lambda x: tl.precision(x, tolerance_kind="max"), ValueError, "one of 'abs', 'rel'"),
        (lambda x: tl.precision(x, peak=0), ValueError, "must be positive"),
        (lambda x: tl.precision(x, memory="lots"), ValueError, "number of bytes"),
        (lambda x: tl.precision("no.npy"), tl.FileError, "no.npy"),
    ],
)
def test_refused(call, kind, says):
    with pytest.raises(kind, match=says):
        call(field())


def test_no_elements():
    report = tl.precision(np.zeros((0, 3)), tolerance=1)
    assert report.recommended is None and report.reason.startswith("There are no finite results")
    assert math.isnan(report["float32"].mse) and "0 values" in repr(report)


def test_shown():
    x = field()
    x[0, 0] = 1e5
    report = tl.precision(x, "x < 1e9", tolerance=0.5)
    lines = repr(report).splitlines()
    assert lines[0].startswith("x: float64, 1,200 values, from ")
    assert any(line.startswith("stored as") and "max abs err" in line for line in lines)
    assert max(map(len, lines)) <= 110 and repr(report) == str(report)
    page = report._repr_html_()
    assert page.count("<table>") == 1 and "&lt; 1e9" in page and "<th>int8</th>" in page
    assert page.count("<tr>") == 1 + len(report.rows)
    plain = tl.precision(x)
    assert any("overflow" in line for line in repr(plain).splitlines())


def test_plot(tmp_path):
    pyplot = pytest.importorskip("matplotlib.pyplot")
    pyplot.switch_backend("Agg")
    x = field()
    x[0, 0] = 1e5
    for options in [{}, {"tolerance": 0.1}, {"tolerance": 1e-3, "tolerance_kind": "rel"},
                    {"tolerance": 80, "tolerance_kind": "psnr"}]:  # fmt: skip
        report = tl.precision(x, "x - 1", **options)
        ax = report.plot()
        labels = [label.get_text().split()[0] for label in ax.get_yticklabels()]
        assert labels == [row.dtype for row in report.rows]
        assert ax.get_xscale() == ("linear" if options.get("tolerance_kind") == "psnr" else "log")
        words = [text.get_text() for text in ax.texts]
        assert "1 overflow" in words and ("tolerance" in options) == any(
            "toler" in w for w in words
        )
        ax.figure.savefig(tmp_path / "report.png")
        pyplot.close(ax.figure)
    figure, ax = pyplot.subplots()
    assert tl.precision(np.arange(10)).plot(ax) is ax
    assert tl.precision(np.full(3, np.nan)).plot(ax=ax) is ax
    assert tl.precision(np.zeros(0)).plot(ax=ax) is ax
    figure.savefig(tmp_path / "report.png")
    pyplot.close(figure)


def test_plot_without_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        tl.precision(field()).plot()
