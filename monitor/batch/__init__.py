"""Phase runs: all that an office holds is looked at again with frozen rules and model, so that one can swear to it.

`run` plans, freezes, judges and goes on after interruptions; `report` writes and checks what is signed; `merge` brings
opinions into the queue; `parquet` and `cluster` do the same judging on many machines.
"""

from __future__ import annotations
