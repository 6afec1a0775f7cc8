"""What goes wrong with corpus and model, in words that say what to do."""

from __future__ import annotations


class ClassifierError(Exception):
    """A corpus or model file that cannot be used. The message is Indonesian and says what to do."""
