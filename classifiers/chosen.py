"""Which model an office uses: a small file beside its database that names one, apart from the settings.

Without the file the office uses the model of its settings, or the shipped one. Removing the file goes back to that.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from classifiers import registry
from classifiers.errors import ClassifierError
from classifiers.registry import Stored

POINTER = "terpilih.json"


def chosen(folder: Path) -> Path | None:
    """Give the model file that was promoted in this folder, None where none was.

    Raises:
        ClassifierError: The pointer cannot be read, or the model is not the one that was promoted.
    """
    pointer = folder / POINTER
    try:
        told = json.loads(pointer.read_text(encoding="utf-8"))
        name, digest = str(told["file"]), str(told["digest"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as problem:
        raise ClassifierError(
            f"Penunjuk model {pointer} tidak terbaca. Hapus berkas itu untuk kembali ke model bawaan."
        ) from problem
    path = folder / Path(name).name
    if registry.load(path).digest() != digest:
        raise ClassifierError(
            f"Model {path} bukan yang dahulu dipilih: sidik jarinya lain. Hapus {pointer} untuk kembali ke model "
            "bawaan."
        )
    return path


def keep(model: Stored, folder: Path) -> Path:
    """Write a candidate under its digest; nobody uses it until it is chosen."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"calon-{model.digest()[:16]}.npz"
    registry.save(model, path)
    return path


def choose(path: Path) -> None:
    """Let the office use this model of its folder from now on; the pointer appears whole or not at all."""
    told = {"file": path.name, "digest": registry.load(path).digest()}
    partial = path.with_name(f"{POINTER}.partial")
    partial.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    os.replace(partial, path.with_name(POINTER))  # noqa: PTH105 (atomic on one file system)
