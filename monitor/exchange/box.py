"""The file of a package: a zip of two members, read with limits and with no trust in what it says of itself."""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from pathlib import Path

from monitor.errors import ImportRefusedError, NotAllowedError, Problem

BODY, SIGNATURE = "paket.json", "paket.ttd"
LARGEST_FILE, LARGEST_BODY, LARGEST_SIGNATURE = 12_000_000, 32_000_000, 4_000
_STAMP = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1


def write(path: Path, body: bytes, signature: bytes) -> None:
    """Write a package into a new file, whole or not at all; the same contents give the same bytes.

    Raises:
        NotAllowedError: the file exists, cannot be written, or would be larger than a receiver takes.
    """
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in ((BODY, body), (SIGNATURE, signature)):
            one = zipfile.ZipInfo(name, _STAMP)
            one.compress_type, one.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            box.writestr(one, content)
    if len(body) > LARGEST_BODY or held.tell() > LARGEST_FILE:
        raise NotAllowedError(
            "paket terlalu besar untuk diterima — persempit `regions`, `phases`, atau `parts` penerima ini"
        )
    half = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        if path.exists():
            raise NotAllowedError(f"{path} sudah ada — berkas lama tidak ditimpa; sebut nama lain")
        half.write_bytes(held.getvalue())
        half.replace(path)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise NotAllowedError(f"{path} tidak dapat ditulis ({error.strerror}) — sebut folder lain") from error


def read(path: Path) -> tuple[bytes, bytes]:
    """Give body and signature of a package.

    Raises:
        ImportRefusedError: no package: another kind of file, other members, encrypted, damaged, or too large.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise refused(path, f"lebih besar dari {LARGEST_FILE // 1_000_000} MB")
        with path.open("rb") as file, zipfile.ZipFile(file) as box:
            members = box.infolist()
            names = [one.filename for one in members]
            if sorted(names) != [BODY, SIGNATURE]:
                raise refused(path, f"isinya bukan tepat {BODY} dan {SIGNATURE}")
            if any(one.flag_bits & _ENCRYPTED for one in members):
                raise refused(path, "isinya terkunci sandi")
            return _member(box, path, BODY, LARGEST_BODY), _member(box, path, SIGNATURE, LARGEST_SIGNATURE)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise refused(path, "bukan berkas paket, atau rusak di jalan") from error
    except OSError as error:
        raise refused(path, f"tidak dapat dibaca ({error.strerror or error})") from error


def _member(box: zipfile.ZipFile, path: Path, name: str, largest: int) -> bytes:
    """Read no more than may be, whatever the file says of its size."""
    with box.open(name) as file:
        content = file.read(largest + 1)
    if len(content) > largest:
        raise refused(path, f"{name} di dalamnya mengembang melewati batas")
    return content


def refused(path: Path, why: str) -> ImportRefusedError:
    """Give the error of a package that is not taken."""
    advice = "tidak ada yang diubah; minta kantor pengirim membuat dan mengirim paketnya lagi"
    return ImportRefusedError([Problem(path.name, 0, 0, f"paket ditolak: {why}", advice)])
