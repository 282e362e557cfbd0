# compile(): a text and the dtypes of its variables to a function.
"""Compiled functions."""

from . import _core

_NOT_KEPT = ("out", "vars", "local_dict", "global_dict", "events")
_WEAK = {bool: "weak bool", int: "weak int64", float: "weak float64", complex: "weak complex128"}


def compile(text, types=None, /, **keywords):
    """Compiles an expression for variables of fixed dtypes: compile("2*x + 3*y", x="float64", ...).

    Args:
        text: the expression.
        types: a mapping of names to dtypes, where they are not given as keywords.
        keywords: dtypes by name, and the options of evaluate() that choose how to compute:
            promotion, casting, overflow, fp, threads, dtype, most_elements, most_bytes, raise_.

    A dtype is its name ("float32"), NumPy's or torch's dtype object, an array that has it, or
    Python's bool, int, float or complex for a number, which widens no array.

    Returns a function of the variables, in the order in which they are given here. It takes arrays
    of any shapes, and `out=`. It may be called from any thread, and pickled.
    """
    options = {}
    parameters = {}
    for name, kind in (types or {}).items():
        parameters[name] = _type_of(kind)
    known = set(_core.option_names)
    for name, value in keywords.items():
        if name in _NOT_KEPT:
            raise TypeError(f"compile() takes no {name}=")
        if name in known:
            options[name] = value
        else:
            parameters[name] = _type_of(value)
    if "dtype" in options and options["dtype"] is not None:
        options["dtype"] = _core.dtype_name(options["dtype"])
    return _core.Function(text, tuple(parameters), tuple(parameters.values()), options)


def _type_of(kind):
    if isinstance(kind, type) and kind in _WEAK:
        return _WEAK[kind]
    if isinstance(kind, type) or isinstance(kind, str):
        return _core.dtype_name(kind)
    return _core.dtype_name(getattr(kind, "dtype", kind))
