# What evaluate(..., events=list) puts into the list.
"""Floating-point events."""

from typing import NamedTuple


class Event(NamedTuple):
    """Where an event of a kind happened first."""

    kind: str
    """"divide", "invalid", "overflow" or "underflow"."""
    expression: str
    """The operation, as text."""
    span: tuple
    """Its part of the expression: text[b:e]."""
    index: tuple
    """Of the first such element, in the shape of the operation's result."""
