"""Signing what a run swears to, with Ed25519; the key never lies in the database or in the run's folder.

The private key is 32 bytes in hexadecimal, in the environment (NETRA_BATCH_KEY) or in a file that only its owner reads.
A signature names its public key: reports of a retired key stay checkable as long as that key is on the list of trust.
"""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from monitor.errors import NotAllowedError

ENVIRONMENT = "NETRA_BATCH_KEY"


def read_key(environment: str, path: Path | None, database: Path) -> Ed25519PrivateKey | None:
    """Give the office's key: of the environment, else of the file; None where neither is set.

    Raises:
        NotAllowedError: the file can be read by others, lies beside the database, or holds no key.
    """
    text, where = environment, ENVIRONMENT
    if not text and path is not None:
        where = str(path)
        try:
            mode = path.stat().st_mode
            text = path.read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise NotAllowedError(
                f"kunci penanda tangan {path} tidak dapat dibaca — buat dengan `netra batch-key`"
            ) from error
        if mode & 0o077:
            raise NotAllowedError(f"kunci {path} dapat dibaca orang lain — jalankan `chmod 600 {path}`")
        if path.resolve().is_relative_to(database.resolve().parent):
            raise NotAllowedError(f"kunci {path} terletak di folder basis data — pindahkan ke tempat lain")
    if not text:
        return None
    try:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(text.strip()))
    except ValueError:
        raise NotAllowedError(f"isi {where} bukan kunci Ed25519 — buat dengan `netra batch-key`") from None


def new_key(path: Path) -> str:
    """Write a new key into a new file that only its owner reads; gives its fingerprint.

    Raises:
        NotAllowedError: the file exists, or cannot be written.
    """
    seed = secrets.token_bytes(32)
    try:
        path.touch(mode=0o600, exist_ok=False)
        path.write_text(seed.hex() + "\n", encoding="ascii")
    except FileExistsError:
        raise NotAllowedError(f"{path} sudah ada — kunci lama tidak ditimpa; sebut berkas lain") from None
    except OSError as error:
        raise NotAllowedError(f"{path} tidak dapat ditulis ({error.strerror}) — sebut folder lain") from error
    return fingerprint(public_bytes(Ed25519PrivateKey.from_private_bytes(seed)))


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Give the 32 bytes of the public half."""
    return key.public_key().public_bytes_raw()


def fingerprint(public: bytes) -> str:
    """Name a public key, short enough to be read out and compared: 32 hexadecimal digits in groups of four."""
    digest = hashlib.sha256(public).hexdigest()[:32]
    return "-".join(digest[start : start + 4] for start in range(0, 32, 4))


def signs(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature over a message was made by this key."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
