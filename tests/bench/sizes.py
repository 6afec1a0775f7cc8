"""What an item and a flag weigh on disk wherever they come to lie: `python -m tests.bench.sizes [ITEMS]`.

Prints one JSON object for the arithmetic of docs/skala.md, with the processor time of this process beside it (what one
core is busy with, however busy the machine). Growth over sizes is measured by `growth.py`; here stand the places.
"""

from __future__ import annotations

import gc
import json
import platform
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from monitor import demo
from monitor.app import App
from monitor.batch import parquet, run
from monitor.evidence import Archive
from monitor.exchange import facts, passing
from monitor.exchange.agreement import Key, Network, Receiver, Sender
from monitor.models import Phase
from monitor.pipeline import screen
from monitor.roster import Roster
from monitor.signing import fingerprint, public_bytes
from monitor.store import Store
from tests.bench.batch_office import CONTEST, fill, opened, silent
from tests.bench.growth_judging import crowd
from tests.bench.meter import Meter, size_of
from tests.collectors.bluesky_office import Office
from tests.collectors.test_bluesky import settings
from tests.fakes import FakeClock
from tests.offices import make_office
from tests.server_bluesky import DirectFetcher
from tests.server_bluesky import Network as Bluesky

ACCOUNTS, EACH = 40, 50
TEXT = "Kabar dari desa: rapat warga di balai ditunda sampai pekan depan karena hujan, mohon dimaklumi. "


def main() -> None:
    """Measure, and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30_000
    with TemporaryDirectory() as folder:
        found = {"items": count, "machine": machine()} | office(Path(folder) / "kantor", count)
        found |= collected(Path(folder) / "pengumpulan")
    found["person_memory_bytes"] = remembered(100_000)
    print(json.dumps(found, indent=1))


def office(folder: Path, count: int) -> dict[str, Any]:
    """Measure an office of so many items: stored, screened, judged anew, exported, packed."""
    make_office(folder)
    app = opened(folder)
    demo.prepare(app)
    judges, found = app.judges(), dict[str, Any]()
    found["store_us"] = microseconds(lambda: fill(app, count), count)
    stored = database(app)
    found["screen_us"] = microseconds(lambda: screen(judges, app.store, lambda _: None), count)
    flags, screened = sum(app.store.flags.counts().by_state.values()), database(app)
    found |= {
        "flags": flags, "stored_bytes": stored // count, "screened_bytes": screened // count,
        "flag_bytes": (screened - stored) // max(1, flags),
    }  # fmt: skip
    again = run.begin(app, Phase.QUIET, CONTEST)
    found["judge_us"] = microseconds(lambda: run.carry_on(app, again, 1, silent), count)
    away = run.begin(app, Phase.QUIET, CONTEST, exported=True)
    found["export_us"] = microseconds(lambda: parquet.export(app, away, folder / "ekspor", silent), count)
    found |= {"run_bytes": size_of(again) // count, "parquet_bytes": size_of(folder / "ekspor" / "butir") // count}
    found |= packed(app, folder / "paket.zip")
    app.close()
    return found


def packed(app: App, path: Path) -> dict[str, Any]:
    """Measure a package of all flags, counted, signed and written."""
    network, receiver = Network(id="kab-contoh"), Receiver(id="provinsi-uji", name="Provinsi Uji", regions=("*",))
    body = facts.gather(app, network, receiver, 1, app.clock())
    flags = max(1, len(body.flags))
    key = Ed25519PrivateKey.generate()
    mark, year = fingerprint(public_bytes(key)), app.clock().date().replace(month=1, day=1)
    trusted = Key(fingerprint=mark, since=year, until=year.replace(month=12, day=31))
    sender = Sender(id=network.id, name="Kantor", regions=tuple({one.region for one in body.counts}), keys=(trusted,))
    above = Network(id=receiver.id, senders=(sender,))
    return {
        "package_us_a_flag": microseconds(lambda: passing.send(app, network, receiver, key, path), flags),
        "package_taken_us_a_flag": microseconds(lambda: passing.take(app, above, path), flags),
        "package_bytes_a_flag": path.stat().st_size // flags,
        "package_open_bytes_a_flag": len(body.model_dump_json()) // flags,
    }


def collected(folder: Path) -> dict[str, Any]:
    """Measure the evidence of posts that were really collected; then of a turn in which nobody did anything."""
    folder.mkdir()
    clock, posts = FakeClock(), ACCOUNTS * EACH
    network = Bluesky(clock, port=80)
    with Store.open(folder / "netra.db", clock) as store:
        watching = Office(store, Archive(folder / "arsip"), DirectFetcher(network, clock), settings(network))
        for number in range(ACCOUNTS):
            one = network.account(f"warga{number}", server=2 + number % 3)
            watching.watch(one.did, one.handle)
            for place in range(EACH):
                network.post(one, f"{TEXT}{number}-{place}")
        spent = microseconds(watching.collect, posts)
        first, asked = size_of(folder / "arsip"), len(network.paths)
        clock.tick(hours=6)
        quiet = microseconds(watching.collect, ACCOUNTS)
    return {
        "requests_a_turn": round((len(network.paths) - asked) / ACCOUNTS, 2),
        "collect_us": spent, "archive_bytes": first // posts, "quiet_turn_us": quiet,
        "quiet_turn_bytes": (size_of(folder / "arsip") - first) // ACCOUNTS,
    }  # fmt: skip


def remembered(people: int) -> int:
    """Give the bytes of memory that a person of the roster takes, with what finds their names."""
    before = resident()
    known = crowd(people)
    roster = Roster(known, (), ZoneInfo("Asia/Jakarta"))
    assert not roster.wanted("tidak menyebut siapa pun")
    return (resident() - before) // people


def resident() -> int:
    """Give the bytes of memory that this process holds now."""
    gc.collect()
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) * 1024


def microseconds(work: Callable[[], object], count: int) -> float:
    """Give the processor time of a work for each of so many things."""
    meter = Meter()
    with meter.on(count):
        work()
    return round(meter.cpu / count * 1e6, 1)


def database(app: App) -> int:
    """Give the bytes of the office's database after its log was written back."""
    app.store._connection.db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return size_of(app.root / app.config.database)


def machine() -> str:
    """Name the machine: processor and Python."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = next((one.partition(":")[2].strip() for one in lines if one.startswith("model name")), platform.machine())
    return f"{named}; Python {platform.python_version()}"


if __name__ == "__main__":
    main()
