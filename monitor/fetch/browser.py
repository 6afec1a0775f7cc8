"""A picture and a snapshot of a page by headless Chromium: sandboxed, behind the guarding proxy, in limits.

Spoken to over its own pipe (DevTools protocol, JSON parted by NUL): nothing listens on a port, no driver is needed.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.fetch.addresses import objection
from monitor.fetch.base import Surroundings
from monitor.fetch.guard import guarded

MAX_BYTES = 30_000_000
MAX_PICTURE_BYTES = 20_000_000
_LONGEST_PAGE = 8000
_WIDTH = 1280
_SETTLE_SECONDS = 2.0
_SWITCHES = (
    "--headless=new", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-extensions",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--mute-audio", "--disable-features=Translate,MediaRouter",
    "--proxy-bypass-list=<-loopback>", "--remote-debugging-pipe", "--dns-prefetch-disable",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shot:
    """A page as it was shown: picture (PNG), snapshot (MHTML), final address; or what went wrong (Indonesian)."""

    picture: bytes = b""
    snapshot: bytes = b""
    final_url: str = ""
    refused: tuple[str, ...] = ()
    error: str = ""


class _ChromiumError(Exception):
    """Chromium said no, fell silent or ended."""


class Camera:
    """Takes pages. `sandbox=False` is for containers that are a sandbox themselves, as in tests."""

    def __init__(
        self,
        chromium: Path,
        around: Surroundings,
        *,
        allowed: Sequence[str] = (),
        seconds: float = 25.0,
        sandbox: bool = True,
    ) -> None:
        self._chromium, self._around, self._allowed = chromium, around, tuple(allowed)
        self._seconds, self._sandbox = seconds, sandbox

    def take(self, url: str) -> Shot:
        """Open a page and take it; never raises for what a page does."""
        if reason := objection(url):
            return Shot(error=reason)
        if not self._chromium.exists():
            return Shot(error=f"Chromium tidak ada di {self._chromium} — pasang, atau betulkan `evidence.chromium`")
        if self._sandbox and os.geteuid() == 0:
            return Shot(error="Chromium tidak dijalankan sebagai root — jalankan Netra dengan akun biasa")
        with (
            tempfile.TemporaryDirectory(prefix="netra-halaman-", ignore_cleanup_errors=True) as folder,
            guarded(self._around, self._allowed, MAX_BYTES, self._seconds) as proxy,
        ):
            talk = _Talk(self._command(folder, proxy.port), self._around, self._seconds)
            try:
                shot = _shoot(talk, url)
            except (_ChromiumError, OSError, ValueError, KeyError) as error:
                shot = Shot(error=f"halaman tidak dapat ditangkap: {error}")
            finally:
                talk.close()
            if proxy.exhausted and not shot.error:
                shot = Shot(error="halaman melewati batas ukuran atau waktu")
            return Shot(shot.picture, shot.snapshot, shot.final_url, tuple(proxy.refused), shot.error)

    def _command(self, folder: str, port: int) -> list[str]:
        own = [f"--user-data-dir={folder}", f"--proxy-server=http://127.0.0.1:{port}", f"--window-size={_WIDTH},1600"]
        return [str(self._chromium), *_SWITCHES, *own, *([] if self._sandbox else ["--no-sandbox"])]


class _Talk:
    """One Chromium and the conversation with it, within one deadline."""

    def __init__(self, command: Sequence[str], around: Surroundings, seconds: float) -> None:
        self._around, self._end, self._number, self._rest = around, around.monotonic() + seconds, 0, b""
        ours_in, low_out = os.pipe()
        low_in, ours_out = os.pipe()
        # Chromium wants its ends as 3 and 4; moved up first, so that neither is overwritten by the other.
        theirs_in, theirs_out = (fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (low_in, low_out))

        def place() -> None:
            os.dup2(theirs_in, 3)
            os.dup2(theirs_out, 4)

        self._process = subprocess.Popen(  # noqa: S603 - a fixed program; the address goes through the pipe
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            pass_fds=(3, 4), preexec_fn=place, start_new_session=True,  # noqa: PLW1509 - two dup2 and nothing else
        )  # fmt: skip
        for one in (theirs_in, theirs_out, low_in, low_out):
            os.close(one)
        self._in, self._out = ours_in, ours_out

    def ask(self, method: str, session: str = "", **parameters: object) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        self._number += 1
        said = {"id": self._number, "method": method, "params": parameters}
        os.write(self._out, json.dumps(said | ({"sessionId": session} if session else {})).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == self._number:
                if "error" in heard:
                    raise _ChromiumError(str(heard["error"].get("message", ""))[:200])
                return dict(heard["result"])

    def wait_for(self, event: str, seconds: float) -> None:
        """Wait for an event, at most so long; a page that never ends loading is taken as it is."""
        end = min(self._end, self._around.monotonic() + seconds)
        while self._around.monotonic() < end:
            try:
                if self._hear(end).get("method") == event:
                    return
            except TimeoutError:
                return

    def _hear(self, end: float | None = None) -> dict[str, Any]:
        while b"\0" not in self._rest:
            left = (self._end if end is None else end) - self._around.monotonic()
            if left <= 0 or not select.select([self._in], [], [], left)[0]:
                if end is None:
                    raise _ChromiumError("waktunya habis")
                raise TimeoutError
            part = os.read(self._in, 1 << 20)
            if not part:
                raise _ChromiumError("Chromium berhenti sendiri")
            self._rest += part
            if len(self._rest) > 4 * MAX_PICTURE_BYTES:
                raise _ChromiumError("jawabannya terlalu besar")
        message, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(message)
        return heard

    def close(self) -> None:
        """End this Chromium and its children."""
        os.close(self._out)
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, 9)
            self._process.wait(5)
        os.close(self._in)


def _captured(talk: _Talk, session: str, clip: dict[str, float]) -> dict[str, Any]:
    """Take the picture; on a busy machine Chromium refuses one now and then and takes it when asked again."""
    for _again in range(2):
        try:
            return talk.ask("Page.captureScreenshot", session, format="png", clip=clip, captureBeyondViewport=True)
        except _ChromiumError as refusal:
            if "Unable to capture" not in str(refusal):
                raise
    return talk.ask("Page.captureScreenshot", session, format="png", clip=clip, captureBeyondViewport=True)


def _shoot(talk: _Talk, url: str) -> Shot:
    talk.ask("Browser.setDownloadBehavior", behavior="deny")
    target = talk.ask("Target.createTarget", url="about:blank")["targetId"]
    session = talk.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    talk.ask("Page.enable", session)
    gone = talk.ask("Page.navigate", session, url=url)
    if gone.get("errorText"):
        raise _ChromiumError(str(gone["errorText"]))
    talk.wait_for("Page.loadEventFired", 12)
    talk.wait_for("Page.lifecycleEvent", _SETTLE_SECONDS)
    size = talk.ask("Page.getLayoutMetrics", session)["cssContentSize"]
    height = min(max(float(size["height"]), 1.0), _LONGEST_PAGE)
    clip = {"x": 0, "y": 0, "width": _WIDTH, "height": height, "scale": 1}
    taken = _captured(talk, session, clip)
    snapshot = str(talk.ask("Page.captureSnapshot", session, format="mhtml")["data"]).encode("utf-8", "replace")
    history = talk.ask("Page.getNavigationHistory", session)
    picture = base64.b64decode(taken["data"])
    if len(picture) > MAX_PICTURE_BYTES:
        raise _ChromiumError("gambarnya terlalu besar")
    return Shot(picture, snapshot, str(history["entries"][history["currentIndex"]]["url"]))
