# Inputs that are read in Python: what is neither a NumPy array nor a number and has no protocol
# that the extension module reads by itself. Also the way back to torch.
"""Conversion of inputs and results."""

import numpy

from . import _core


def as_array(value, name):
    """Makes a NumPy array of what can be one; raises TypeError with the variable's name."""
    if hasattr(value, "to_numpy") and type(value).__module__.split(".")[0] == "pandas":
        return _of_pandas(value, name)
    stream = hasattr(value, "__arrow_c_stream__") and hasattr(value, "to_numpy")
    if stream:  # a column of several chunks
        return value.to_numpy()
    # Text is a sequence, too, and bytes are a buffer; neither is meant as numbers.
    if isinstance(value, (str, bytes, bytearray, dict, set, frozenset)) or value is None:
        raise _refusal(value, name)
    if isinstance(value, (list, tuple, range, memoryview)) or hasattr(value, "__array__"):
        return _checked(numpy.asarray(value), value, name)
    try:
        return _checked(numpy.asarray(memoryview(value)), value, name)
    except TypeError:
        raise _refusal(value, name) from None


def _checked(array, value, name):
    if array.dtype.kind in "OSUVT" and array.dtype.name not in _core.dtypes:
        raise _refusal(value, name)
    return array


def _refusal(value, name):
    kind = type(value).__name__
    return TypeError(
        f"'{name}' is of type {kind}; an input is an array (NumPy, torch, JAX, Arrow, polars, "
        "pandas, a buffer), a list of numbers or a number"
    )


def _of_pandas(value, name):
    if getattr(value, "hasnans", False) and not isinstance(value.dtype, numpy.dtype):
        raise TypeError(
            f"'{name}' is a column with missing values, for which there are no numbers here; "
            "fillna() or dropna() first"
        )
    array = value.to_numpy()
    if array.dtype.kind == "O":
        raise TypeError(
            f"'{name}' is a pandas {type(value).__name__} whose elements are no numbers of one "
            f"dtype; convert it, for instance with {name}.astype('float64')"
        )
    return array


def to_torch(array, dtype):
    """Makes a tensor of an array without a copy, of its bits where NumPy lacks the dtype."""
    import torch

    tensor = torch.from_numpy(array)
    return tensor if dtype is None else tensor.view(getattr(torch, dtype))
