"""A made-up office of its own for a test: the shipped settings, rules and demo data in a folder."""

from __future__ import annotations

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def make_office(folder: Path) -> Path:
    """Lay out the office; gives its settings file. Rules are shared, the demo data are a copy to be changed at will."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "rules").symlink_to(ROOT / "rules")
    shutil.copytree(ROOT / "demo", folder / "demo")
    shutil.copy(ROOT / "config.yaml", folder / "config.yaml")
    return folder / "config.yaml"
