"""Netra: puts public acts of known civil servants that may be partisan before a human, who decides."""

__version__ = "0.1.0"
