"""ZIP files that say nothing of when they were written."""

from __future__ import annotations

import io
import zipfile

FIRST_DAY = (1980, 1, 1, 0, 0, 0)
"""The earliest day that a ZIP can say."""


def steady(content: bytes) -> bytes:
    """Write a ZIP again so that it says nothing of when it was written: entries in order, one day for all."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            info = zipfile.ZipInfo(name, FIRST_DAY)
            info.create_system, info.external_attr = 3, 0o100644 << 16
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, old.read(name), compresslevel=6)
    return out.getvalue()
