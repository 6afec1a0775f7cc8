"""What a host's robots.txt says, and what it means when it says nothing usable (unreachable means no)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from protego import Protego

from monitor.models import Outcome, Response

AGENT = "Netra"
FRESH = timedelta(days=1)
MAX_CRAWL_DELAY = 60.0
MAX_BYTES = 500_000


@dataclass(frozen=True, slots=True)
class Robots:
    """The rules of one host. `denial` is an Indonesian reason why nothing may be asked there in this run, else ""."""

    known_at: datetime
    denial: str = ""
    rules: Protego | None = None
    text: str = ""

    def objection(self, url: str) -> str:
        """Say why a URL may not be asked, "" if it may."""
        if self.denial:
            return self.denial
        if self.rules is not None and not self.rules.can_fetch(url, AGENT):
            return "robots.txt situs ini melarang alamat tersebut"
        return ""

    @property
    def crawl_delay(self) -> float:
        """Seconds the host wants between two requests, at most `MAX_CRAWL_DELAY`; 0 if it says nothing."""
        delay = self.rules.crawl_delay(AGENT) if self.rules is not None else None
        return min(float(delay or 0), MAX_CRAWL_DELAY)

    def fresh(self, now: datetime) -> bool:
        """Tell whether the rules are still to be used: a day, where the host gave an answer at all."""
        return not self.denial and timedelta() <= now - self.known_at < FRESH


def remembered(at: datetime, text: str) -> Robots:
    """Give the rules of a robots.txt that was read at `at`; without text everything is allowed."""
    return Robots(at, rules=Protego.parse(text) if text else None, text=text)


def judge(answer: Response) -> Robots:
    """Read the answer to a request for robots.txt: 2xx is parsed, 4xx allows everything, all else forbids."""
    at = answer.fetched_at
    if answer.outcome is None:
        if _looks_like_html(answer):
            return Robots(at, "robots.txt situs ini berisi halaman HTML, jadi izinnya tidak diketahui")
        return remembered(at, answer.body.decode("utf-8", "replace").removeprefix("\ufeff"))
    if 400 <= answer.status < 500 and answer.status != 429:
        return Robots(at)
    if answer.outcome is Outcome.BLOCKED:
        return Robots(at, "robots.txt situs ini berisi halaman penghalang, jadi izinnya tidak diketahui")
    return Robots(at, f"robots.txt situs ini tidak dapat dibaca ({answer.detail or answer.status}), jadi tidak diambil")


def _looks_like_html(answer: Response) -> bool:
    start = answer.body[:500].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")) or "html" in answer.content_type
