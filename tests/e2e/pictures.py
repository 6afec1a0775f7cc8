"""Take the pictures of docs/tangkapan anew: `./run.sh docs`. The invented office, a fortnight in, at three sizes, twice lit.

Colours are cut to a palette, so that all of them together stay below three megabytes.
"""

from __future__ import annotations

import io
import random
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from click.testing import CliRunner
from flask import Flask
from PIL import Image
from playwright.sync_api import Page

from monitor.app import App
from monitor.cli import main as netra
from monitor.cli.reminding import law_of
from monitor.demo import LOGIN
from monitor.models import Condition, State
from monitor.store import QueueQuery, Touch
from monitor.web import Again, RuleDesk, Services, create_app
from monitor.web.views import REASON_GROUPS
from tests.e2e.browser import SIZES, context, served, sign_in, started
from tests.fakes import FakeClock
from tests.offices import make_office

NOW = datetime(2025, 6, 26, 2, 0, tzinfo=UTC)
COORDINATOR = ("koordinator", "koordinator-netra-2025")
MOST_BYTES = 3_000_000
_COLOURS = 72


def build(folder: Path) -> tuple[Flask, dict[str, str]]:
    """Make the invented office with a part of its queue decided; gives its page and the path of each picture."""
    settings = make_office(folder)
    answer = CliRunner().invoke(netra, ["--config", str(settings), "demo", "--no-serve"], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    clock = FakeClock(NOW)
    app = App.build(settings, clock)
    flags = app.store.flags.queue(QueueQuery(limit=1000)).flags
    dice, users = random.Random(7), [app.store.users.by_name(name) for name in ("pemantau", "koordinator", "penyusun")]
    clear = [reason for reason, _ in REASON_GROUPS[0].reasons]
    ahead = [reason for reason, _ in REASON_GROUPS[1].reasons]
    db = app.store._connection.db
    for place, flag in enumerate(flags):
        raised = NOW - timedelta(days=dice.randrange(50), hours=dice.randrange(24))
        db.execute(
            "UPDATE flags SET created_at = ? WHERE flag_id = ?",
            (raised.isoformat(timespec="microseconds"), flag.flag_id),
        )
        user = users[place % 3]
        if place % 3 == 0 or user is None:
            continue
        app.store.custody.note(Touch.VIEW, user_id=user.user_id, flag_id=flag.flag_id, subject="halaman")
        clock.tick(seconds=round(dice.lognormvariate(2.7, 0.7), 1))
        reason = dice.choice(ahead if dice.random() < 0.15 else clear)
        state = State.CLEARED if reason.clears else State.LEAD
        app.store.decisions.append(flag.flag_id, user.user_id, state, reason, "", expected=None)
        clock.tick(seconds=4)
    db.conn.commit()
    shown = next(one for one in flags[::3] if one.actor.account is not None and one.stored.item.text)
    assert shown.actor.account is not None
    assert users[1] is not None
    app.store.roster.set_condition(
        shown.actor.account.account_id, Condition.SHARED, users[1].user_id, present=True,
        seen="istrinya ikut membalas komentar", flag_id=shown.flag_id,
    )  # fmt: skip
    paths = {
        "antrean": "/antrean", "kasus": f"/tanda/{shown.flag_id}", "dasbor": "/dasbor", "ringkasan": "/ringkasan",
        "cakupan": "/cakupan", "aturan": "/aturan", "catat-temuan": "/tangkap", "tenggat": "/tenggat",
    }  # fmt: skip
    services = Services(
        app.config, app.store, app.archive, clock, "kunci-gambar-" * 4, LOGIN,
        RuleDesk(app.governance, app.judges, app.judges_of), again=Again(list, len, clock), calendar=lambda: app.calendar,
        law=lambda: law_of(app),
    )  # fmt: skip
    return create_app(services), paths


def take(page: Page, target: Path) -> int:
    """Write what the window shows as a small PNG; gives its size in bytes."""
    shot = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    shot.quantize(_COLOURS, dither=Image.Dither.NONE).save(target, "PNG", optimize=True)
    return target.stat().st_size


@contextmanager
def office() -> Iterator[tuple[str, dict[str, str]]]:
    """Serve the office; gives its address and the path of each picture."""
    with tempfile.TemporaryDirectory(prefix="netra-tangkapan-") as folder:
        app, paths = build(Path(folder) / "kantor")
        with served(app) as site:
            yield site, paths


def main(target: Path) -> None:
    """Take every picture."""
    target.mkdir(parents=True, exist_ok=True)
    total = 0
    with office() as (site, paths), started() as browser:
        for size in SIZES:
            for theme in ("light", "dark"):
                page = context(browser, size, theme).new_page()
                page.goto(f"{site}/masuk")
                name = f"{size}-{'gelap' if theme == 'dark' else 'terang'}"
                total += take(page, target / f"masuk-{name}.png")
                sign_in(page, site, COORDINATOR[0], password=COORDINATOR[1])
                for what, path in paths.items():
                    page.goto(site + path)
                    total += take(page, target / f"{what}-{name}.png")
                page.goto(site + paths["antrean"])
                page.keyboard.press("?")
                total += take(page, target / f"tombol-{name}.png")
                page.context.close()
    assert total < MOST_BYTES, f"{total:,} bytes: cut _COLOURS or take fewer"
    sys.stdout.write(f"{len(list(target.glob('*.png')))} pictures, {total:,} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
