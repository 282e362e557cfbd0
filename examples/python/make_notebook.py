"""Makes stories.ipynb of docs/python-tutorial.md: its text and its code, without results.

    python examples/python/make_notebook.py

What stands in the page as <!-- notebook: CODE --> is a cell of the notebook alone.
"""
import json
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs" / "python-tutorial.md"
NOTEBOOK = HERE / "stories.ipynb"
PIECE = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(\n```text\n.*?^```\n)?|^<!-- notebook: (?P<extra>.*?) -->\n",
    re.DOTALL | re.MULTILINE,
)


def cells(page):
    end = 0
    for piece in PIECE.finditer(page):
        yield "markdown", page[end : piece.start()]
        yield "code", piece["code"] or piece["extra"]
        end = piece.end()
    yield "markdown", page[end:]


def notebook(page):
    """The notebook's text."""
    made = []
    for kind, text in cells(page):
        text = text.strip("\n")
        if kind == "markdown":
            text = re.sub(r"\]\((?=[\w-]+\.md)", "](../../docs/", text)
        if not text:
            continue
        cell = {"cell_type": kind, "id": f"cell-{len(made)}", "metadata": {}}
        if kind == "code":
            cell |= {"execution_count": None, "outputs": []}
        made.append(cell | {"source": text.splitlines(keepends=True)})
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    whole = {
        "cells": made,
        "metadata": {"kernelspec": kernel, "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    NOTEBOOK.write_text(notebook(PAGE.read_text()))
