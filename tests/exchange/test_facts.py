"""What is counted of flags and seconds, and what is held back because it would tell of a person."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.exchange.agreement import Key, Network, Sender
from monitor.exchange.compare import compare
from monitor.exchange.facts import counted, gather
from monitor.models import Phase
from monitor.store.dashboard import Took
from monitor.store.packages import FlagFact
from tests.exchange.offices_apart import Apart
from tests.exchange.told import tell

NOON = datetime(2025, 6, 26, 5, 0, tzinfo=UTC)


def fact(number: int, state: str = "baru", phase: str = "kampanye", region: str = "Kabupaten Contoh") -> FlagFact:
    return FlagFact(number, region, phase, state, "tinggi", "suka", "x", ("DIS-6",), ("asn/suka",), NOON, None)


def test_flags_are_counted_by_region_and_phase_under_one_spelling() -> None:
    facts = [fact(1), fact(2, "bersih", region="Kab. Contoh"), fact(3, "dihentikan"), fact(4, "temuan", "tenang")]
    first, second = counted(facts, [], lambda _: "Kabupaten Contoh")
    assert (first.region, first.phase, first.flags, first.open, first.dismissed) == (
        "Kabupaten Contoh", "kampanye", 3, 1, 2,
    )  # fmt: skip
    assert (second.phase, second.flags, second.open, second.dismissed) == ("tenang", 1, 0, 0)
    assert first.kinds == {"suka": 3}
    assert first.forms == {"DIS-6": 3}


@pytest.mark.parametrize(("people", "expected"), [(2, None), (3, 30.0)])
def test_seconds_are_told_only_of_three_people_or_more(people: int, expected: float | None) -> None:
    took = [Took(one % people, 10.0 * (one + 1), "Kabupaten Contoh", "kampanye") for one in range(5)]
    other = [Took(one, 500.0, "Kabupaten Contoh", "tenang") for one in range(3)]
    [row] = counted([fact(1)], [*took, *other], lambda name: name)
    assert row.seconds == expected
    assert row.timed == (5 if expected else 0)


def test_a_package_says_the_same_of_the_same_moment(apart: Apart) -> None:
    network = apart.network(apart.sender)
    wanted = network.receiver("provinsi-uji")
    now = apart.clock()
    one, two = (gather(apart.sender, network, wanted, 1, now) for _ in range(2))
    assert one == two
    spoken = {row.phase for row in one.coverage}
    assert spoken >= {"", Phase.CAMPAIGN, Phase.QUIET}
    assert len({(row.region, row.phase) for row in one.coverage}) == len(one.coverage)


@pytest.mark.parametrize(("days", "overdue"), [(0, 0), (6, 0), (7, 1), (20, 2), (21, 3)])
def test_overdue_packages_are_counted_from_the_last(apart: Apart, days: int, overdue: int) -> None:
    began = apart.clock()
    key = Key(fingerprint="-".join(["0a1b"] * 8), since=began.date(), until=began.date() + timedelta(days=100))
    sender = Sender(id="kab-misal", name="Kantor Misal", regions=("Kabupaten Misal",), keys=(key,), every="7hari")
    network = Network(id="provinsi-uji", senders=(sender,))
    tell(apart.receiver.store, "kab-misal", "Kabupaten Misal", began)
    apart.clock.at = began + timedelta(days=days, minutes=1)
    side = next(one for one in compare(apart.receiver, network) if not one.own)
    assert side.overdue == overdue
    assert side.last == began
    assert [(one.phase, one.flags) for one in side.lines] == [("", 0), ("kampanye", 40), ("tenang", 40)]
