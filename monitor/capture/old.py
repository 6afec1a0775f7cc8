"""Old cases as they are brought: which of them are new, with the pictures that lie in a folder beside the spreadsheet.

A row names its pictures in the column `gambar` by their file names; nothing outside of the folder is ever opened, and
each picture goes through the same check as one that is pasted into the form.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from monitor.capture import pictures
from monitor.capture.desk import keep_picture
from monitor.capture.sheet import Sheet
from monitor.errors import ImportRefusedError, Problem
from monitor.evidence import Archive
from monitor.models import Picture, User
from monitor.store import Store

_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}")


@dataclass
class Album:
    """The pictures of one folder, each decoded once however many rows name it."""

    folder: Path
    _read: dict[str, Picture] = field(default_factory=dict)
    _where: dict[str, Path] = field(default_factory=dict)

    def find(self, name: str) -> Picture:
        """Give a picture of the folder by its file name.

        Raises:
            ImportRefusedError: there is none of this name, it is a link out of the folder, or no sound picture.
        """
        if name not in self._read:
            found = pictures.verify(self._content(name), name)
            self._read[name], self._where[found.sha256] = found, self.folder / name
        return self._read[name]

    def content(self, picture: Picture) -> bytes:
        """Give the bytes of a picture that was found.

        Raises:
            ImportRefusedError: the file was changed or taken away meanwhile.
        """
        path = self._where[picture.sha256]
        content = self._content(path.name)
        if pictures.verify(content, path.name) != picture:
            raise _refused(path.name, "berubah selagi diimpor", "ulangi impornya")
        return content

    def _content(self, name: str) -> bytes:
        if _NAME.fullmatch(name) is None or name in {".", ".."}:
            raise _refused(name, "bukan nama berkas", "tulis nama berkasnya saja, tanpa folder")
        try:
            handle = os.open(self.folder / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as file:
                return file.read(pictures.MAX_BYTES + 1)
        except OSError as error:
            raise _refused(name, "tidak ada di folder gambar, atau tidak dapat dibaca", "periksa namanya") from error


def fresh(store: Store, found: Sheet) -> list[int]:
    """Give the places of captures that were never recorded; importing the same file again doubles nothing."""
    known = store.captures.identities()
    return [place for place, one in enumerate(found.captures) if one.native_id not in known]


def bring(store: Store, archive: Archive, found: Sheet, album: Album | None, user: User, now: datetime) -> list[int]:
    """Keep the originals of the pictures, then store every new capture at once; gives their ids.

    Raises:
        ArchiveError: the disk is full; nothing was stored. ImportRefusedError: a picture changed meanwhile.
    """
    places = fresh(store, found)
    for picture in dict.fromkeys(one for place in places for one in found.pictures[place]):
        if album is not None:
            keep_picture(archive, picture, album.content(picture), now)
    return store.captures.record_all(
        [found.captures[place] for place in places], user.user_id, [found.pictures[place] for place in places]
    )


def _refused(name: str, message: str, advice: str) -> ImportRefusedError:
    return ImportRefusedError([Problem(name[:80] or "gambar", 0, 0, message, advice)])
