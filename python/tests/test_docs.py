# The examples of the pages in docs/ run, print what the pages show, and the pages leave nothing out.
import pathlib
import re

import numpy as np
from pages import FOLDER, PIECE, run_page

import tightloop as tl


def test_python(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    x = np.linspace(0, 1, 60).reshape(12, 5)
    np.save("x.npy", x)
    np.save("huge.npy", x)
    np.save("b.npy", np.ones((370, 370), "uint8"))
    scope = {"np": np, "tl": tl, "x": x, "y": x + 1, "z": np.zeros_like(x)}
    signature = r"tl\.\w+\([^)]*, /.*?\)"  # of what the page describes: no call
    page = run_page("python.md", scope, edit=lambda code: re.sub(signature, "", code, flags=re.DOTALL))
    assert page.blocks >= 5
    assert np.array_equal(np.load("small.npy"), tl.evaluate("x - mean(x, axis=0)"))
    assert np.array_equal(np.load("half.npy"), scope["half"].array)
    assert scope["best"].inexact > 0 and scope["report"].recommended is not None
    np.testing.assert_allclose(scope["zscore"](x), (x - x.mean(axis=0)) / x.std(axis=0))


def test_python_tutorial(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = run_page("python-tutorial.md")
    assert page.blocks >= 12 + 10 * ("sklearn" not in page.missing)
    assert (tmp_path / "anomaly.npy").exists()


def test_coming_from():
    try:
        page = run_page("coming-from.md", tables=True)
    finally:
        tl.undefine("huber")
    lacking = {"numexpr": 10, "pandas": 8, "numba": 3}
    assert page.rows == 43 - sum(lacking[name] for name in page.missing)


def test_every_example_is_run():
    """No page has examples in Python but those that are run here, and the one about numexpr's name."""
    pages = {p.name for p in FOLDER.glob("*.md") if any(m["code"] for m in PIECE.finditer(p.read_text()))}
    assert pages == {"python.md", "python-tutorial.md", "coming-from.md", "numexpr.md"}


def test_every_function_is_documented():
    page = (FOLDER / "python.md").read_text()
    missing = [n for n in tl.__all__ if f"{n}" not in page and n not in (
        "CacheInfo", "Coding", "Conversion", "Definition", "Event", "Extent", "Function",
        "FunctionInfo", "Lazy", "Loss", "PrecisionReport", "PrecisionRow", "ResultType", "Source",
        "InternalError")]  # fmt: skip
    assert missing == []
    for option in tl._core.option_names:
        assert f"`{option}`" in page, option


def test_the_site_leaves_nothing_out():
    listed = re.findall(r"auto(?:function|class|exception):: (\w+)", (FOLDER / "site/api.rst").read_text())
    assert set(tl.__all__) <= set(listed)
    navigation = (FOLDER / "site/navigation.md").read_text()
    for page in FOLDER.glob("*.md"):
        assert re.search(rf"^(.*<)?{page.stem}>?$", navigation, re.MULTILINE), page.name


def test_the_readme_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    readme = (pathlib.Path(__file__).parents[2] / "README.md").read_text()
    np.save("scan.npy", np.linspace(1, 20, 60).reshape(12, 5))
    scope = {}
    for block in re.findall(r"```python\n(.*?)```", readme, re.DOTALL):
        exec(block, scope)
    assert np.load("half.npy").dtype == np.float16
    assert np.load("anomaly.npy").shape == (12, 5)
