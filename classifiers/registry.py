"""Keeping a trained model: plain arrays and JSON in one `.npz`, no pickle, with a digest that is checked on reading."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifiers.errors import ClassifierError
from classifiers.text import TEXT_VERSION

SHIPPED = Path(__file__).parent / "model" / "netra.npz"
PINNED = SHIPPED.with_name("digest.txt")
"""The shipped model's digest, outside its file: who changes the file and recomputes its inner digest is still seen."""
FORMAT = 2
_LARGEST_FILE = 64 * 1024 * 1024
_STAMP = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability a text is worth a reviewer's look (`flag`), and from which it is likely (`high`)."""

    flag: float
    high: float


@dataclass(frozen=True, slots=True)
class Stored:
    """A model as kept: features with weights, constant, calibration (scale, shift), thresholds and provenance."""

    names: tuple[str, ...]
    weights: NDArray[np.float64]
    constant: float
    scale: float
    shift: float
    base_rate: float
    thresholds: Thresholds
    corpus_sha256: str
    sentences: int

    def ordinary(self) -> frozenset[str]:
        """Give the words of everyday language: those the corpus has in more than one sentence."""
        return frozenset(name[2:] for name in self.names if name.startswith("w "))

    def meta(self) -> dict[str, Any]:
        """Give everything but the arrays, in a fixed order."""
        return {
            "format": FORMAT,
            "text_version": TEXT_VERSION,
            "constant": self.constant,
            "scale": self.scale,
            "shift": self.shift,
            "base_rate": self.base_rate,
            "flag": self.thresholds.flag,
            "high": self.thresholds.high,
            "corpus_sha256": self.corpus_sha256,
            "sentences": self.sentences,
        }

    def digest(self) -> str:
        """Give the SHA-256 of all that decides a score."""
        whole = hashlib.sha256(json.dumps(self.meta(), sort_keys=True).encode())
        whole.update("\n".join(self.names).encode())
        whole.update(np.ascontiguousarray(self.weights, dtype="<f4").tobytes())
        return whole.hexdigest()


def save(model: Stored, path: Path) -> str:
    """Write a model and give its digest. The file appears whole or not at all, and is the same for an equal model."""
    digest = model.digest()
    meta = json.dumps({**model.meta(), "digest": digest}, sort_keys=True).encode()
    parts = {
        "names.npy": np.frombuffer("\n".join(model.names).encode(), dtype=np.uint8),
        "weights.npy": model.weights.astype("<f4"),
        "meta.npy": np.frombuffer(meta, dtype=np.uint8),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in parts.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, buffer.getvalue())
    os.replace(partial, path)  # noqa: PTH105 (atomic on one file system)
    if path == SHIPPED:
        PINNED.write_text(f"{digest}\n", "utf-8")
    return digest


def load(path: Path) -> Stored:
    """Read a model back.

    Raises:
        ClassifierError: The file is missing, unreadable, changed after it was written, or of another text layer.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ClassifierError(f"Berkas model {path} terlalu besar. Pakai berkas dari `netra model train`.")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            names = bytes(arrays["names"]).decode().split("\n")
            weights = arrays["weights"].astype(np.float64)
            meta = json.loads(bytes(arrays["meta"]))
        if meta["format"] != FORMAT or meta["text_version"] != TEXT_VERSION:
            raise ClassifierError(
                f"Model {path} dibuat untuk versi lain (format {meta['format']}, lapisan teks {meta['text_version']}; "
                f"yang dipakai {FORMAT} dan {TEXT_VERSION}). Latih ulang dengan `netra model train`."
            )
        model = Stored(
            tuple(names),
            weights,
            float(meta["constant"]),
            float(meta["scale"]),
            float(meta["shift"]),
            float(meta["base_rate"]),
            Thresholds(float(meta["flag"]), float(meta["high"])),
            str(meta["corpus_sha256"]),
            int(meta["sentences"]),
        )
    except FileNotFoundError as problem:
        raise ClassifierError(f"Berkas model {path} tidak ada. Buat dengan `netra model train`.") from problem
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as problem:
        raise ClassifierError(f"Berkas model {path} tidak terbaca: {problem}. Latih ulang atau pulihkan.") from problem
    if len(names) != len(weights) or model.digest() != meta.get("digest") or not _as_shipped(path, model):
        raise ClassifierError(
            f"Berkas model {path} berubah setelah dibuat: sidik jarinya tidak cocok. Jangan dipakai; pulihkan berkas "
            "bawaan atau latih ulang dengan `netra model train`."
        )
    return model


def _as_shipped(path: Path, model: Stored) -> bool:
    """Tell whether a model is the one pinned beside the shipped file; any other path has no pin."""
    if path.resolve() != SHIPPED.resolve():
        return True
    try:
        return PINNED.read_text("utf-8").strip() == model.digest()
    except OSError:
        return False
