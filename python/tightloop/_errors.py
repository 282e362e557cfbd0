# The exceptions of the package: tightloop.Error and a subclass for each family of mistakes, which is
# also the built-in exception that Python programs expect of it.
"""Exceptions."""



class Error(Exception):
    """A mistake in an expression or in what it is evaluated with.

    Attributes:
        code: the family of the mistake: "syntax", "name", "type", "shape", "value", "overflow",
            "arithmetic", "file", "limit", "unsupported", "memory", "stopped" or "internal".
        message: what is wrong, in one line.
        hint: what to do about it, or an empty string.
        text: the expression, or an empty string.
        span: the part of `text` that the message is about, as a pair of positions: text[b:e].

    str() gives the message, the line of the expression with a caret under the place, and the hint.
    """

    code = "internal"

    def __init__(self, message="", hint="", text="", span=(0, 0), picture=""):
        super().__init__(picture or message)
        self.message = message
        self.hint = hint
        self.text = text
        self.span = span

    def __str__(self):
        return str(self.args[0]) if self.args else ""

    def __reduce__(self):
        return type(self), (self.message, self.hint, self.text, self.span, str(self))


class ExpressionSyntaxError(Error, ValueError):
    """The text is not an expression."""

    code = "syntax"


class UnknownNameError(Error, NameError):
    """An unknown variable, function, dtype or keyword."""

    code = "name"


class ExpressionTypeError(Error, TypeError):
    """An operation that has no meaning for these dtypes, or a refused cast."""

    code = "type"


class ShapeError(Error, ValueError):
    """Shapes that do not broadcast, an axis out of range, a wrong destination."""

    code = "shape"


class ArgumentError(Error, ValueError):
    """A bad argument."""

    code = "value"


class IntegerOverflowError(Error, OverflowError):
    """An integer past 64 bits, or an element that its destination cannot hold."""

    code = "overflow"


class ArithmeticEventError(Error, FloatingPointError):
    """An event that `raise_` names."""

    code = "arithmetic"


class FileError(Error, OSError):
    """A file that cannot be read, understood or written."""

    code = "file"


class LimitError(Error, ValueError):
    """A limit was passed: the length of the text, nesting, dimensions, most_elements, ..."""

    code = "limit"


class UnsupportedError(Error, NotImplementedError):
    """Valid, but nothing in this process can run it."""

    code = "unsupported"


class OutOfMemoryError(Error, MemoryError):
    """Memory could not be had."""

    code = "memory"


class StoppedError(Error):
    """The evaluation was stopped. Where Ctrl-C did it, KeyboardInterrupt is raised instead."""

    code = "stopped"


class InternalError(Error, RuntimeError):
    """A fault of Tightloop, never the caller's mistake."""

    code = "internal"


_CLASSES = {
    c.code: c
    for c in (
        ExpressionSyntaxError,
        UnknownNameError,
        ExpressionTypeError,
        ShapeError,
        ArgumentError,
        IntegerOverflowError,
        ArithmeticEventError,
        FileError,
        LimitError,
        UnsupportedError,
        OutOfMemoryError,
        StoppedError,
        InternalError,
    )
}


def make(code, message, hint, text, begin, end, picture):
    """Makes the exception of a code; `begin` and `end` count the bytes of the text in UTF-8."""
    if not text.isascii():
        encoded = text.encode()
        begin = len(encoded[:begin].decode(errors="ignore"))
        end = len(encoded[:end].decode(errors="ignore"))
    return _CLASSES.get(code, InternalError)(message, hint, text, (begin, end), picture)
