# The version of numexpr whose behaviour this package has.
"""Versions."""

import platform

version = "2.14.2"
platform_machine = platform.machine()
