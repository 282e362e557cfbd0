# The notebook is what its page makes, and runs from top to bottom.
import importlib.util
import pathlib

import pytest

FOLDER = pathlib.Path(__file__).parents[2] / "examples" / "python"


def load_maker():
    spec = importlib.util.spec_from_file_location("make_notebook", FOLDER / "make_notebook.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_notebook_is_made_of_the_page():
    maker = load_maker()
    assert maker.NOTEBOOK.read_text() == maker.notebook(maker.PAGE.read_text()), (
        "run examples/python/make_notebook.py"
    )


def test_the_notebook_runs(tmp_path):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    for name in ("ipykernel", "numexpr", "sklearn"):
        pytest.importorskip(name)
    notebook = nbformat.read(FOLDER / "stories.ipynb", as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    client = nbclient.NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    assert sum(bool(cell.outputs) for cell in code) >= 15
    assert "text/html" in str(code)
