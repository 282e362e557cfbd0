# Files: arrays that are loaded and saved, and expressions over more data than memory holds.
"""Files and streams."""

import contextlib
import os
import re

from . import _core
from ._core import Source

_UNITS = {"": 1, "B": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}


def open(spec):
    """Opens what `spec` names as a Source, without reading more than a header.

    "a.npy", "f.npz:member", "x.raw:uint8:1000x370", images, tables ("t.csv:price"), a stack of files
    ("frames/*.png") or "-" for .npy on standard input.
    """
    return Source(os.fspath(spec))


def load(spec):
    """Returns the array that `spec` names (see open()).

    What stands in the file as it is (.npy, stored members of .npz, raw) is mapped and read-only.
    """
    return _core.load(os.fspath(spec))


def save(path, array=None, /, **arrays):
    """Writes an array in the format that the end of `path` names; several become an .npz file.

    save("a.npy", x); save("f.npz", x=x, y=y). The file appears whole or not at all. Formats: .npy,
    .npz, .png, .pgm, .ppm, .pfm, .raw, .txt, .csv, .tsv.
    """
    path = os.fspath(path)
    if (array is None) == (not arrays):
        raise TypeError("save() takes one array, or several by name")
    if array is not None:
        _core.save([path], [array])
    else:
        _core.save([f"{path}:{name}" for name in arrays], list(arrays.values()))


def stream(text, vars=None, /, *, out=None, memory="256M", progress=None, **keywords):
    """Evaluates an expression part by part, with the bits of an evaluation in memory.

    Args:
        text: the expression.
        vars: a mapping of variables, where they are not given as keywords.
        out: where results go: a path (.npy or .raw), a descriptor of a file, or None for an array
            that is returned; for several results a list of them.
        memory: most bytes of elements that are held at once: a number, or "256M".
        progress: True for a bar (where tqdm is installed), or a function of (bytes done, of all).
        keywords: variables, and the options of evaluate(). A variable is what evaluate() takes, or
            a path (see open()), or a Source.

    Returns None where all results go to files, else the arrays of the others.
    """
    variables, options = _split(text, vars, keywords)
    outs = list(out) if isinstance(out, (list, tuple)) else [out]
    many = isinstance(out, (list, tuple))
    sinks = [_sink(o) for o in outs] if many or out is not None else []
    with shown(progress) as bar:
        results = _core.stream(text, variables, sinks, options, bytes_of(memory), bar)
    if sinks and all(s is not None for s in sinks):
        return None
    return results[0] if len(results) == 1 else tuple(results)


def explain_stream(text, vars=None, /, *, memory="256M", **keywords):
    """Tells how stream() would evaluate into files: types, loops, passes and memory, as text."""
    variables, options = _split(text, vars, keywords)
    return _core.explain_stream(text, variables, options, bytes_of(memory))


def _split(text, vars, keywords):
    names = _core.names_of(text)
    variables = {n: v for n, v in (vars or {}).items() if n in names}
    options = {}
    for name, value in keywords.items():
        if name in names and name not in _core.option_names:
            variables[name] = value
        else:
            options[name] = value
    for name, value in variables.items():
        if isinstance(value, (str, os.PathLike)):
            variables[name] = open(value)
    return variables, options


def _sink(out):
    if out is None or isinstance(out, int):
        return out
    if hasattr(out, "fileno"):
        out.flush()
        return out.fileno()
    return os.fspath(out)


def bytes_of(memory):
    """Reads a size such as "256M"."""
    if isinstance(memory, str):
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?\s*", memory, re.IGNORECASE)
        if not found:
            raise ValueError(f"memory is {memory!r}; it is a number of bytes, such as '256M'")
        return int(float(found[1]) * _UNITS[found[2].upper()])
    return int(memory)


class _Bar:
    """A bar of tqdm's that follows the bytes."""

    def __init__(self, tqdm):
        self._tqdm = tqdm
        self._bar = None

    def __call__(self, done, total):
        if self._bar is None:
            self._bar = self._tqdm(total=total, unit="B", unit_scale=True)
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def close(self):
        if self._bar is not None:
            self._bar.update(self._bar.total - self._bar.n)
            self._bar.close()


@contextlib.contextmanager
def shown(progress):
    """Gives the function of (bytes done, of all) that `progress` asks for, or None."""
    if progress is not True:
        yield progress or None
        return
    try:
        from tqdm.auto import tqdm
    except ImportError:
        yield None
        return
    bar = _Bar(tqdm)
    try:
        yield bar
    finally:
        bar.close()
