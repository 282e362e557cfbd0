# What an expression gives of data that are stored otherwise, against what it gives of the data as
# they are: counts and errors for every dtype, from one evaluation over the data.
"""Comparison of dtypes."""

import math

import numpy

from ._errors import Error, InternalError
from ._report import PrecisionRow
from ._storage import (
    FLOATS,
    ITEMSIZE,
    SMALLEST_NORMAL,
    Unfit,
    candidates,
    coding_of,
    restored_text,
    stored_text,
)


def compare(data, peak):
    """Returns the peak of PSNR and a PrecisionRow per dtype."""
    questions = _Questions(data)
    questions.let(data.exact_call)
    exact, exact64, known = (data.name(n) for n in ("exact", "exact64", "known"))
    questions.let(f"{exact64} = float64({exact}); {known} = isfinite({exact64})")
    # In float64 large integers that are near each other are equal.
    whole = data.exact.dtype not in FLOATS and math.prod(data.exact.shape) > 0
    if whole:
        v = f"uint8({exact})" if data.exact.dtype == "bool" else exact
        range_ = questions.ask(f"min({v})", f"max({v})")
    else:
        range_ = questions.ask(
            f"min({exact64}, where={known}, initial=inf)",
            f"max({exact64}, where={known}, initial=-inf)",
        )
    rows = [_Row(data, questions, i, d) for i, d in enumerate(candidates(data.extents.values()))]
    questions.answer()
    least, greatest = (questions.value(i) for i in range_)
    if peak is None:
        peak = greatest - least if least <= greatest else math.nan
    return float(peak), [row.described(float(peak)) for row in rows]


class _Questions:
    """A text that is built piece by piece, with a list of numbers as results; and the answers."""

    def __init__(self, data):
        self._data = data
        self._bound = []
        self._asked = []
        self._answers = []

    def let(self, statements):
        self._bound.append(statements)

    def ask(self, *texts):
        """Adds results and returns their numbers."""
        self._asked += texts
        return list(range(len(self._asked) - len(texts), len(self._asked)))

    def answer(self):
        text = "; ".join([*self._bound, ", ".join(self._asked)])
        self._answers = self._data.evaluate(text)

    def value(self, number):
        return numpy.asarray(self._answers[number]).item()


def _count(condition):
    return f"count_nonzero({condition})"


class _Row:
    """What is asked about a dtype."""

    def __init__(self, data, questions, index, dtype):
        self._data, self._questions, self.dtype = data, questions, dtype
        self._suffix = str(index)
        self.codings, self.reason, self.result = {}, "", None
        try:
            for name, extent in data.extents.items():
                self.codings[name] = coding_of(dtype, extent)
            call = self._call()
            self.result = data.result_type(call, "got" + self._suffix).dtype
        except Unfit as why:
            self.reason = str(why)
        except InternalError:
            raise
        except Error as error:
            self.reason = f"the expression does not take it: {error.message}"
        if not self.reason:
            questions.let(call)
            self._ask()

    def _name(self, text):
        return self._data.name(text + self._suffix)

    def _call(self):
        """Binds the stored variables and the result."""
        self._stored = {n: self._name(f"stored_{n}_") for n in self.codings}
        self._restored = {n: restored_text(c, self._stored[n]) for n, c in self.codings.items()}
        texts = [
            f"{self._stored[n]} = {stored_text(self.dtype, c, self._data.name(n))}"
            for n, c in self.codings.items()
        ]
        call = self._data.calls("got" + self._suffix, self._restored)
        return "; ".join([*texts, call])

    def _ask(self):
        ask, got = self._questions.ask, self._name("got")
        self._overflow, self._underflow, self._subnormal = [], [], []
        for name in self.codings:
            self._ask_storage(name)
        exact64, known = self._data.name("exact64"), self._data.name("known")
        finite, error = self._name("finite"), self._name("error")
        # Halves are computed in float32: a conversion says that they are rounded.
        if self.result in FLOATS and ITEMSIZE[self.result] < 4:
            self._questions.let(f"{got} = {self.result}({got})")
        self._questions.let(f"{finite} = ({known}) & isfinite(float64({got}))")
        self._questions.let(f"{error} = where({finite}, {self._error_text(got)}, -1)")
        counts = f"({finite}) & ({exact64} != 0)"
        (self._compared, self._result_overflow, self._squares, self._absolute, self._relative,
         self._lost) = ask(
            _count(finite),
            f"{_count(known)} - {_count(finite)}",
            f"sum({error} * {error}, where={finite})",
            f"max({error}, initial=-1)",
            f"max({error} / abs({exact64}), where={counts}, initial=-1)",
            _count(f"({exact64} != 0) & ({error} >= abs({exact64}))"),
        )  # fmt: skip
        # Of results without elements there is no largest one.
        filled = math.prod(self._data.exact.shape) > 0
        self._worst = ask(f"argmax({error})") if filled else []

    def _ask_storage(self, name):
        ask, own, stored = self._questions.ask, self._data.name(name), self._stored[name]
        if self.dtype in FLOATS:
            infinite = f"!isfinite({stored})"
            if self._data.extents[name].dtype in FLOATS:
                infinite = f"isfinite({own}) & ({infinite})"
            self._overflow += ask(_count(infinite))
            small = f"abs({stored}) < {SMALLEST_NORMAL[self.dtype]}"
            self._subnormal += ask(_count(f"({stored} != 0) & ({small})"))
        if self.dtype in FLOATS or self.codings[name].kind == "scaled":
            vanished = f"({own} != 0) & (({self._restored[name]}) == 0)"
            self._underflow += ask(_count(vanished))

    def _error_text(self, got):
        """|got - exact| in float64; from 64-bit integers a float is taken in two parts, exactly."""
        exact = self._data.name("exact")
        if self._data.exact.dtype not in FLOATS:
            if self.result not in FLOATS:
                return f"float64(abs(int64({got}) - int64({exact})))"
            if ITEMSIZE[self._data.exact.dtype] == 8:
                high = f"float64({got}) - float64({exact} >> 32) * 4294967296.0"
                return f"abs(({high}) - float64({exact} & 4294967295))"
        return f"abs(float64({got}) - {self._data.name('exact64')})"

    def described(self, peak):
        nbytes = self._data.nbytes(self.dtype)
        if self.reason:
            return PrecisionRow(self.dtype, nbytes, reason=self.reason)
        value = self._questions.value
        total = lambda numbers: sum(value(n) for n in numbers)  # noqa: E731
        compared = value(self._compared)
        mse = value(self._squares) / compared if compared else math.nan
        largest = float(value(self._absolute)) if compared else math.nan
        worst = None
        if compared and self._worst:
            at = numpy.unravel_index(value(self._worst[0]), self._data.exact.shape)
            worst = tuple(int(i) for i in at)
        return PrecisionRow(
            dtype=self.dtype,
            nbytes=nbytes,
            reason="",
            codings=self.codings,
            result_dtype=self.result,
            compared=compared,
            mse=mse,
            psnr=_psnr(mse, largest, peak),
            max_absolute_error=largest,
            max_absolute_error_at=worst,
            max_relative_error=max(float(value(self._relative)), 0.0) if compared else math.nan,
            overflow=total(self._overflow),
            underflow=total(self._underflow),
            subnormal=total(self._subnormal),
            result_overflow=value(self._result_overflow),
            lost=value(self._lost),
        )


def _psnr(mse, largest, peak):
    """NaN where the peak is 0, and where errors are there but too small to be squared."""
    if mse > 0:
        return 10 * (2 * math.log10(peak) - math.log10(mse)) if peak > 0 else math.nan
    return math.inf if largest == 0 else math.nan
