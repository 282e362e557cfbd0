# convert() to integers with a scale and an offset, and to the dtype that keeps a tolerance.
"""Scaled and recommended conversions."""

import os

import numpy

from . import _core
from ._convert import Conversion, refuse
from ._losses import is_complex, is_integer
from ._storage import Unfit, coding_of, extent_of, extent_texts, restored_text, stored_text
from ._streams import Source, save


def convert_scaled(source, target, dtype, tolerance, tolerance_kind):
    """Returns (dtype, None) where a plain conversion does, else (dtype, a Conversion)."""
    if isinstance(source, Source):
        name, x = f"'{source.name}'", _core.load(source.spec)
    else:
        name, x = "the array", source
    held = _core.result_types("x", {"x": x})[0]
    if is_complex(held.dtype):
        raise TypeError(f"{name} is {held.dtype}; only real numbers are scaled")
    if tolerance is not None:
        dtype, coding = _recommended(name, x, tolerance, tolerance_kind)
    else:
        dtype = _core.dtype_name(dtype)
        if not is_integer(dtype):
            raise TypeError(f"scale=True makes integers, and dtype= is {dtype}")
        try:
            coding = coding_of(dtype, _measured(held, x))
        except Unfit as why:
            refuse(f"{name} cannot be scaled to {dtype}: {why}")
    if coding.kind == "plain":
        return dtype, None
    return dtype, _write(x, target, dtype, coding)


def _measured(held, x):
    values = int(numpy.prod(held.shape, dtype=numpy.int64))
    texts = extent_texts(held.dtype, "x") if values else []
    return extent_of(
        held.dtype, values, _core.evaluate(", ".join(texts), {"x": x}) if texts else ()
    )


def _recommended(name, x, tolerance, tolerance_kind):
    from ._precision import precision

    report = precision(x, tolerance=tolerance, tolerance_kind=tolerance_kind)
    if report.recommended is None:
        refuse(f"{name}: {report.reason}")
    (row,) = [row for row in report.rows if row.dtype == report.recommended]
    return row.dtype, row.codings["x"]


def _write(x, target, dtype, coding):
    text = stored_text(dtype, coding, "x")
    changed = f"count_nonzero(float64({restored_text(coding, f'({text})')}) != x)"
    numbers = (coding.scale, coding.offset, coding.restored)
    if target is not None and not isinstance(target, (str, os.PathLike)):
        count = _core.evaluate(changed, {"x": x})
        _core.evaluate(text, {"x": x}, out=target)
        return Conversion(target, dtype, int(count), (), *numbers)
    array, count = _core.evaluate(f"{text}, {changed}", {"x": x})
    if target is None:
        return Conversion(array, dtype, int(count), (), *numbers)
    _save(os.fspath(target), array, coding)
    return Conversion(None, dtype, int(count), (), *numbers)


def _save(path, array, coding):
    """In an archive the scale and the offset stand beside the array."""
    scale, offset = numpy.asarray(coding.scale), numpy.asarray(coding.offset)
    if path.endswith(".npz"):
        save(path, x=array, scale=scale, offset=offset)
    elif ".npz:" in path:
        _core.save([path, f"{path}_scale", f"{path}_offset"], [array, scale, offset])
    else:
        save(path, array)
