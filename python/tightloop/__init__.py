# The package's face: names alone; what they do is in the extension module and the files beside.
"""Array expressions as one fused SIMD loop.

>>> import numpy as np, tightloop as tl
>>> a = np.array([3, 200], "uint8"); b = np.array([5, 100], "uint8")
>>> tl.evaluate("sum(abs(a - b))")
np.uint64(102)
"""

from ._core import Function, Source, evaluate, explain, guard_mapped_files, result_types
from ._core import version as __version__

# What is loaded when it is first asked for: importing the package takes no longer than its module.
_MODULES = {
    "_compile": ("compile",),
    "_convert": ("Conversion", "convert"),
    "_errors": (
        "ArgumentError",
        "ArithmeticEventError",
        "Error",
        "ExpressionSyntaxError",
        "ExpressionTypeError",
        "FileError",
        "IntegerOverflowError",
        "InternalError",
        "LimitError",
        "OutOfMemoryError",
        "ShapeError",
        "StoppedError",
        "UnknownNameError",
        "UnsupportedError",
    ),
    "_events": ("Event",),
    "_inspect": (
        "CacheInfo",
        "Definition",
        "FunctionInfo",
        "ResultType",
        "cache_info",
        "clear_cache",
        "define",
        "definitions",
        "functions",
        "undefine",
    ),
    "_jit": ("jit",),
    "_losses": ("Loss",),
    "_precision": ("precision",),
    "_report": ("PrecisionReport", "PrecisionRow"),
    "_storage": ("Coding", "Extent"),
    "_lazy": ("Lazy", "compute", "lazy"),
    "_streams": ("explain_stream", "load", "open", "save", "stream"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "Function",
    "Source",
    "evaluate",
    "explain",
    "guard_mapped_files",
    "result_types",
    *_MODULE_OF,
]


def __getattr__(name):
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'tightloop' has no attribute '{name}'")
    from importlib import import_module

    value = getattr(import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted({*globals(), *__all__})
