"""Run a contender with `--db` on a new file in FOLDER: both sides write to the same file system, never twice to one file.

python run_fresh.py SCRIPT FOLDER [ARGUMENT ...]
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

script, folder, *arguments = sys.argv[1:]
root = Path(__file__).resolve().parents[2]
database = Path(tempfile.mkdtemp(dir=folder)) / "monitor.db"
environment = os.environ | {"PYTHONPATH": str(root), "PYTHONWARNINGS": "ignore"}
os.execve(sys.executable, [sys.executable, script, *arguments, "--db", str(database)], environment)
