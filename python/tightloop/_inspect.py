# What tells about the language, about expressions and about the process.
"""Functions of the language, definitions, the kernel cache."""

from typing import NamedTuple

from . import _core


class ResultType(NamedTuple):
    """The dtype (its name) and the shape of a result."""

    dtype: str
    shape: tuple


class FunctionInfo(NamedTuple):
    """A function of the language."""

    names: tuple
    """Its spellings, the usual one first."""
    signature: str
    doc: str


class Definition(NamedTuple):
    """A function that define() has added."""

    name: str
    signature: str
    doc: str
    body: str


class CacheInfo(NamedTuple):
    """What the kernel cache of the process holds and did."""

    kernels: int
    """Kernels held now."""
    hits: int
    """Plans that found their kernel."""
    compiled: int
    """Kernels compiled since the start."""
    loaded: int
    """Kernels read from the folder since the start."""
    backend: str
    """"jit" or "reference"."""
    target: str
    """What kernels are compiled for: "host" or the name of a processor."""
    folder: str
    """Where kernels are kept between processes; empty: nowhere."""


def functions():
    """Returns the functions of the language and of its prelude, as a list of FunctionInfo."""
    return [FunctionInfo(*row) for row in _core.functions()]


def define(text):
    """Adds functions that expressions may call: define("f(x, y=2) = (x - y)**2").

    One or more definitions, each from the start of a line or after ';'. Comment lines above one are
    its doc. The whole process shares them. Raises Error and adds nothing where one is wrong.
    """
    _core.define(text)


def undefine(name):
    """Removes a function that define() has added; returns False where there is none."""
    return _core.undefine(name)


def definitions():
    """Returns the functions that define() has added, as a list of Definition."""
    return [Definition(*row) for row in _core.definitions()]


def cache_info():
    """Returns what the kernel cache of the process holds and did, as a CacheInfo."""
    return CacheInfo(**_core.cache_info())


def clear_cache():
    """Forgets all programs and kernels; those in use stay valid until they end."""
    _core.clear_cache()
