"""What other offices told a province: made-up packages in its store, without the files that they came in."""

from __future__ import annotations

import json
from datetime import date, datetime

from monitor.calendar.values import fold_region
from monitor.coverage import State as Seen
from monitor.exchange.agreement import Key, Network, Part, Sender
from monitor.exchange.body import Body, CountsRow, CoverageRow, MissedRow, Scope, figures
from monitor.models import ItemKind, Level, Phase, State
from monitor.store import Store
from monitor.store.packages import Parcel

_KEY = Key(fingerprint="-".join(["0a1b"] * 8), since=date(2025, 6, 1), until=date(2025, 12, 31))
NETWORK = Network(
    id="provinsi-uji",
    regions={
        "Nasional Uji": ("Provinsi Uji",),
        "Provinsi Uji": ("Kabupaten Contoh", "Kabupaten Misal", "Kota Umpama", "Kota Andai"),
    },
    senders=(
        Sender(id="kantor-0", name="Bawaslu Kabupaten Misal", regions=("Kabupaten Misal",), keys=(_KEY,)),
        Sender(id="kantor-1", name="Bawaslu Kota Umpama", regions=("Kota Umpama",), keys=(_KEY,)),
        Sender(id="kantor-2", name="Bawaslu Kota Andai", regions=("Kota Andai",), keys=(_KEY,)),
    ),
)


def told_body(sender: str, region: str, made_at: datetime, seconds: float | None = 41.5) -> Body:
    """What an office with forty flags tells of its one region."""
    states = {Seen.SEEN: 60, Seen.EMPTY: 12, Seen.BLOCKED: 6, Seen.NOT_TRIED: 2, Seen.NO_ACCOUNT: 9}
    rows = [
        CountsRow(
            region=region, phase=phase, flags=40, open=10, dismissed=18, levels={Level.HIGH: 15, Level.MEDIUM: 25},
            states={State.NEW: 10, State.CLEARED: 18, State.LEAD: 12},
            kinds={ItemKind.COMMENT: 21, ItemKind.LIKE: 12, ItemKind.POST: 7}, forms={"DIS-2": 22, "DIS-6": 12},
            seconds=seconds, timed=30 if seconds else 0,
        )
        for phase in (Phase.CAMPAIGN, Phase.QUIET)
    ]  # fmt: skip
    cover = [
        CoverageRow(region=region, phase=phase, first_day=None, last_day=None, states=states)
        for phase in ("", Phase.CAMPAIGN, Phase.QUIET)
    ]
    return Body(
        schema_version=1, netra="0.1.0", sender=sender, receiver="provinsi-uji", office=f"Bawaslu {region}",
        region=region, number=int(made_at.timestamp()), made_at=made_at, rehearsal=True,
        scope=Scope(regions=(region,), phases=tuple(Phase), states=tuple(State), parts=tuple(Part)),
        coverage=tuple(cover), counts=tuple(rows),
        missed=MissedRow(judged=200, partisan=3, population=9000, share=0.015, low=0.005, high=0.043),
        runs=(), flags=(), left_out=0,
    )  # fmt: skip


def tell(store: Store, sender: str, region: str, made_at: datetime) -> None:
    """Keep what an office told, as an import would."""
    body = told_body(sender, region, made_at)
    rows = [(fold_region(one.region), one.region, one.phase, one.what, one.name, one.value) for one in figures(body)]
    parcel = Parcel(
        sender, body.number, "c" * 64, made_at, body.office, region, _KEY.fingerprint, body.model_dump_json(),
        json.dumps({}), rows, (), (),
    )  # fmt: skip
    assert store.packages.receive(parcel)
