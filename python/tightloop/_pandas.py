# What pandas asks of an engine for functions of columns: Series.map(f, engine=tl.jit), DataFrame.apply.
"""pandas' engine= hook."""

import numpy

from ._lazy import lazy


class Executor:
    """Runs the functions of map() and apply(): each is traced once and evaluated over whole columns."""

    @staticmethod
    def map(data, func, args, kwargs, decorator, skip_na):
        """A function of one element, over all of a column at once. What it gives for an element must not
        depend on the others."""
        column = _elements(data, "the column")
        result = _of_whole(decorator(func), [column], args, kwargs)
        if result is None:
            raise TypeError(
                f"{_name(func)} gives another value for an element alone than in its column; map() "
                "takes functions of one element, DataFrame.apply() those of a column"
            )
        if not skip_na or isinstance(data, numpy.ndarray):
            return result
        made = type(data)(result, index=data.index, name=data.name)
        return made if data.notna().all() else made.where(data.notna())

    @staticmethod
    def apply(data, func, args, kwargs, decorator, axis):
        """A function of each column (axis 0), of each row of an array, or of the columns of a frame
        by their names: row["a"] + row["b"] (axis 1)."""
        by_column = axis in (0, "index")
        function = decorator(func)
        if isinstance(data, numpy.ndarray):
            _elements(data, "the frame")
            lines = data.T if by_column else data
            return _stacked([function(line, *args, **kwargs) for line in lines], func, by_column)
        import pandas

        if not by_column:
            return pandas.Series(_of_rows(data, func, args, kwargs, decorator), index=data.index)
        columns = {
            at: function(_elements(data.iloc[:, at], repr(name)), *args, **kwargs)
            for at, name in enumerate(data.columns)
        }
        if all(numpy.ndim(column) == 0 for column in columns.values()):
            return pandas.Series(list(columns.values()), index=data.columns)
        _check_lengths(columns.values(), len(data), func)
        made = pandas.DataFrame(columns, index=data.index)
        made.columns = data.columns
        return made


class _Row:
    """What a function of rows gets: elements by their names, row["a"] or row.a, of all rows at once."""

    def __init__(self, values):
        self._values = values

    def __getitem__(self, name):
        return self._values(name)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._values(name)


def _of_rows(frame, func, args, kwargs, decorator):
    """Evaluates a function of rows: traced once to see which columns it takes."""
    columns = {}

    def column(name):
        if name not in frame.columns:
            raise TypeError(
                f"{_name(func)} asks a row for {name!r}, which is no column; functions of rows take "
                "elements by their names, row['a'], and with raw=True arrays"
            )
        if name not in columns:
            columns[name] = _elements(frame[name], repr(name))
        return lazy(columns[name])

    func(_Row(column), *args, **kwargs)
    names = list(columns)
    if not names:
        raise TypeError(f"{_name(func)} takes nothing of a row; row['a'] is an element")

    def of_columns(*values):
        found = dict(zip(names, values, strict=True))
        return func(_Row(found.__getitem__), *args, **kwargs)

    result = _of_whole(decorator(of_columns), list(columns.values()), (), {})
    if result is None:
        raise TypeError(
            f"{_name(func)} gives another value for a row alone than among others; with axis=1 it "
            "takes the elements of one row"
        )
    return result


def _name(func):
    return getattr(func, "__name__", repr(func))


def _elements(data, name):
    """The elements of a column, which have a dtype of NumPy's."""
    dtype = getattr(data, "dtype", "frame: there are several columns of that name")
    if not isinstance(dtype, numpy.dtype) or dtype.kind not in "biufc":
        raise TypeError(
            f"{name} is of type {dtype}; engine=tightloop.jit takes columns of NumPy's numbers and "
            "bools: convert it with astype()"
        )
    return data if isinstance(data, numpy.ndarray) else data.to_numpy()


def _of_whole(function, columns, args, kwargs):
    """The function's result over whole columns; None where elements depend on each other."""
    count = len(columns[0])
    result = numpy.asarray(function(*columns, *args, **kwargs))
    if result.shape == () and count != 1:
        # A constant, or something of all the elements.
        result = numpy.full(count, result)
    if result.shape != (count,):
        return None
    for at in {0, count - 1} if count else ():
        alone = numpy.asarray(function(*[c[at : at + 1] for c in columns], *args, **kwargs))
        if alone.size != 1 or not _same(alone.ravel()[0], result[at]):
            return None
    return result


def _same(x, y):
    return bool(x == y) or bool(x != x and y != y)


def _check_lengths(results, length, func):
    for result in results:
        if numpy.shape(result) != (length,):
            raise ValueError(
                f"{_name(func)} gives an array of shape {numpy.shape(result)} for a column of "
                f"{length}; it must give as many elements or one, for all columns alike"
            )


def _stacked(results, func, by_column):
    """Puts the results of lines together: columns, rows, or one value for each line."""
    if all(numpy.ndim(result) == 0 for result in results):
        return numpy.array(results)
    _check_lengths(results, numpy.shape(results[0])[0] if numpy.ndim(results[0]) else 0, func)
    return numpy.stack(results, axis=1 if by_column else 0)
