# Arrays of more dimensions than the library has: axes that can be walked as one are merged first.
"""Evaluation over arrays of up to 64 dimensions."""

import re

import numpy

from . import _core
from ._inputs import as_array

_MOST = 16


def evaluate(text, variables, options, message):
    """Evaluates over arrays whose neighbouring axes merge to few; else raises ValueError(message).

    Only where no axis is named: operations by element, and reductions to one value.
    """
    arrays = {}
    for name, value in variables.items():
        if not isinstance(value, (bool, int, float, complex, numpy.generic)):
            value = value if isinstance(value, numpy.ndarray) else as_array(value, name)
            arrays[name] = value
    outs = options.get("out")
    outs = list(outs) if isinstance(outs, (list, tuple)) else [] if outs is None else [outs]
    if not _names_no_axis(text):
        raise ValueError(message)
    whole = _broadcast([a.shape for a in arrays.values()])
    deep_outs = [o for o in outs if o.ndim > 0]
    merged, groups = _merge([*arrays.values(), *deep_outs], whole)
    if len(groups) > _MOST or any(o.shape != whole for o in deep_outs):
        raise ValueError(message)
    inputs = dict(zip(arrays, merged[: len(arrays)], strict=True))
    if outs:
        written = iter(merged[len(arrays) :])
        given = [next(written) if o.ndim > 0 else o for o in outs]
        call = {**options, "out": given if isinstance(options["out"], (list, tuple)) else given[0]}
        _core.evaluate(text, {**variables, **inputs}, **call)
        return options["out"]
    results = _core.evaluate(text, {**variables, **inputs}, **options)
    if not isinstance(results, tuple):
        return _unmerged(results, groups, whole)
    if len({a.ndim for a in arrays.values()}) > 1 and any(numpy.ndim(r) > 0 for r in results):
        raise ValueError(message)  # nobody tells which arrays each of them is made of
    return tuple(_unmerged(r, groups, whole) for r in results)


def _names_no_axis(text):
    if not _core.is_elementwise(text):
        return False
    words = set(re.findall(r"\w+", text))
    last_axis = {n for names, sig, _ in _core.functions() if "axis=-1" in sig for n in names}
    defined = {row[0] for row in _core.definitions()}
    return not words & ({"keepdims", "len", "ndim", "shape"} | last_axis | defined)


def _broadcast(shapes):
    """As numpy.broadcast_shapes(), which stops at 32 dimensions."""
    rank = max(len(shape) for shape in shapes)
    whole = [1] * rank
    for shape in shapes:
        for axis, extent in enumerate(shape, rank - len(shape)):
            if extent != 1 and whole[axis] not in (1, extent):
                raise ValueError(f"the shapes {shapes} do not broadcast")
            whole[axis] = extent if extent != 1 else whole[axis]
    return tuple(whole)


def _merge(arrays, whole):
    """Returns views of the arrays with fewer axes, and which axes became each of these."""
    shapes = [(1,) * (len(whole) - a.ndim) + a.shape for a in arrays]
    strides = [(0,) * (len(whole) - a.ndim) + a.strides for a in arrays]
    groups = []  # of axes that are walked as one
    for axis, extent in enumerate(whole):
        if extent == 1:
            continue
        if groups and all(
            _are_one(s, t, groups[-1][-1], axis) for s, t in zip(shapes, strides, strict=True)
        ):
            groups[-1].append(axis)
        else:
            groups.append([axis])
    views = []
    for array, shape, steps in zip(arrays, shapes, strides, strict=True):
        new_shape = [int(numpy.prod([shape[a] for a in group])) for group in groups]
        new_steps = [steps[group[-1]] for group in groups]
        views.append(
            numpy.lib.stride_tricks.as_strided(
                array, new_shape, new_steps, writeable=array.flags.writeable
            )
        )
    return views, groups


def _are_one(shape, steps, first, second):
    if shape[first] == 1 or shape[second] == 1:
        return shape[first] == shape[second]
    return steps[first] == steps[second] * shape[second]


def _unmerged(result, groups, whole):
    """Gives a result the axes that were merged."""
    if numpy.ndim(result) == 0:
        return result
    shape = [1] * len(whole)
    for group, extent in zip(groups, result.shape, strict=True):
        for axis in group:
            shape[axis] = whole[axis] if extent != 1 else 1
    return result.reshape(shape)
