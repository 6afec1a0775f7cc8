"""What all tests share: generated cases have no deadline, because a shared machine has bad moments.

Templates are compiled once a run, not once for each of the thousand applications that tests make.
"""

from __future__ import annotations

from flask import Flask
from hypothesis import settings
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

settings.register_profile("netra", deadline=None)
settings.load_profile("netra")


class _Compiled(BytecodeCache):
    """What was compiled in this process; a changed template has another checksum and is compiled anew."""

    def __init__(self) -> None:
        self._held: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        held = self._held.get(bucket.key)
        if held is not None:
            bucket.bytecode_from_string(held)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._held[bucket.key] = bucket.bytecode_to_string()


Flask.jinja_options = {"bytecode_cache": _Compiled()}
