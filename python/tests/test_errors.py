# Exceptions: their classes, what they carry, and that they survive being pickled.
import pickle

import numpy as np
import pytest

import tightloop as tl


@pytest.mark.parametrize(
    ("text", "code", "kind"),
    [
        ("a +", "syntax", ValueError),
        ("a + unknown_name", "name", NameError),
        ("sin(a, a)", "type", TypeError),
        ("a + b", "shape", ValueError),
        ("int64(2**62) * 4", "overflow", OverflowError),
    ],
)
def test_classes(text, code, kind):
    a = np.zeros(3)  # noqa: F841
    b = np.zeros(4)  # noqa: F841
    with pytest.raises(kind) as caught:
        tl.evaluate(text)
    error = caught.value
    assert isinstance(error, tl.Error) and error.code == code
    assert error.text == text
    lines = str(error).splitlines()
    assert lines[1].endswith(text) and "^" in lines[2]


def test_place_and_hint():
    with pytest.raises(tl.Error) as caught:
        tl.evaluate("alpha + alpa", alpha=1)
    error = caught.value
    assert error.text[slice(*error.span)] == "alpa"
    assert error.hint == "did you mean 'alpha'?"
    assert error.message == "unknown variable 'alpa'"
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error) and str(copy) == str(error) and copy.span == error.span


def test_positions_count_letters():
    with pytest.raises(tl.Error) as caught:
        tl.evaluate("(1 + # é\n nothing_such)")
    error = caught.value
    assert error.text[slice(*error.span)] == "nothing_such"


def test_hostile_text():
    for text in ["(" * 100_000, "\0", "a" * 2_000_000, "1" * 100_000, "", "\ud800"]:
        with pytest.raises((tl.Error, UnicodeEncodeError)):
            tl.evaluate(text, {})


def test_memory():
    a = np.zeros(1)
    with pytest.raises((MemoryError, tl.LimitError)):
        tl.evaluate("broadcast_to(a, (1000000, 1000000, 100)) + 1")
