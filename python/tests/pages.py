# Runs the examples of a page of docs/: its python blocks from top to bottom in one scope, what they
# print against the text block that follows, and the tables of "what you write there, and here".
import ast
import contextlib
import importlib.util
import io
import pathlib
import re

import numpy as np
import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "docs"
PIECE = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(\n```text\n(?P<shown>.*?)^```\n)?|^\| (?P<row>`[^\n]*)$",
    re.DOTALL | re.MULTILINE,
)


def run_page(name, scope=None, edit=lambda code: code, tables=False):
    """Returns how many blocks and rows have run, and the packages that are missing: what imports
    them, or uses a name that such a block would have left, is passed over."""
    page = _Page(scope if scope is not None else {}, edit)
    for piece in PIECE.finditer((FOLDER / name).read_text()):
        if piece["code"] is not None:
            page.run_block(piece["code"], piece["shown"])
        elif tables:
            page.run_row([c.strip() for c in re.split(r"(?<!\\)\|", piece[0])[1:-1]])
    return page


class _Page:
    def __init__(self, scope, edit):
        self.scope, self.edit = scope, edit
        self.blocks, self.rows, self.missing, self.unknown = 0, 0, set(), set()

    def run_block(self, code, shown):
        code = self.edit(code)
        tree = ast.parse(code)
        if self._lacks_something(tree):
            self.unknown |= _assigned(tree)
            return
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(compile(tree, "block", "exec"), self.scope)
        if shown is not None:
            assert_alike(out.getvalue(), shown, code)
        self.blocks += 1

    def run_row(self, cells):
        """Values are equal where the third cell is empty, and differ where it says "instead of"."""
        codes = [re.fullmatch(r"`(.*)`", cell) for cell in cells[:2]]
        if len(cells) != 3 or not all(codes):
            return
        texts = [code[1].replace("\\|", "|") for code in codes]
        if any(self._lacks_something(ast.parse(text)) for text in texts):
            return
        with np.errstate(all="ignore"):
            there, here = (eval(text, self.scope) for text in texts)
        if not cells[2]:
            _assert_equal(there, here, texts)
        elif "instead of" in cells[2]:
            same = np.array_equal(there, here) and there.dtype == here.dtype
            assert not same, f"{texts} do not differ"
        self.rows += 1

    def _lacks_something(self, tree):
        for node in ast.walk(tree):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module]
            for name in (n.split(".")[0] for n in names):
                if importlib.util.find_spec(name) is None:
                    self.missing.add(name)
                    return True
        used = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        return bool(used & self.unknown)


def _assigned(tree):
    names = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            names.add(node.name)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            names |= {(a.asname or a.name).split(".")[0] for a in node.names}
    return names


def _assert_equal(there, here, texts):
    pairs = zip(there, here, strict=True) if isinstance(there, tuple) else [(there, here)]
    for u, v in pairs:
        np.testing.assert_allclose(
            np.asarray(u, float), np.asarray(v, float), rtol=1e-12, err_msg=str(texts)
        )


def assert_alike(got, shown, code):
    """Words are equal, and whole numbers; those with a fraction or an exponent nearly so: the last
    digits of what a model has learned depend on the processor."""
    ours, theirs = (re.split(r"[\s()\[\],]+", text.strip()) for text in (got, shown))
    same = len(ours) == len(theirs) and all(map(_alike, ours, theirs))
    assert same, f"{code}\nprints\n{got}\ninstead of\n{shown}"


def _alike(one, other):
    if one == other:
        return True
    one, other = (re.fullmatch(r"([-+]?\d*\.?\d*(?:e[-+]?\d+)?)(\D*)", w) for w in (one, other))
    if not (one and other and one[2] == other[2] and one[1] and other[1]):
        return False
    fractions = all("." in w[1] or "e" in w[1] for w in (one, other))
    return fractions and float(one[1]) == pytest.approx(float(other[1]), rel=0.05, abs=1e-9)
