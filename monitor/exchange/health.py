"""Which offices' packages have not come, and whose keys end: what the health page says of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from monitor.exchange.agreement import Sender, agreed
from monitor.exchange.compare import overdue
from monitor.office import Office
from monitor.upkeep import SOON, Finding

_NAMED = 5


def packages(office: Office) -> Iterator[Finding]:
    """See whether every office that should send has sent, and by a key that will still hold next month."""
    senders = agreed(office).senders
    if not senders:
        return
    now, zone = office.clock(), office.config.zone
    newest = {one.sender: one for one in office.store.packages.newest()}
    late = [(sender, *overdue(sender, newest.get(sender.id), now)) for sender in senders]
    late = sorted((one for one in late if one[2]), key=lambda one: (-one[2], one[0].id))
    if late:
        named = [
            f"{sender.id} ({count} paket; "
            + (f"terakhir {last.astimezone(zone):%d-%m-%Y})" if last else "belum pernah)")
            for sender, last, count in late
        ]
        said = f"{len(late)} dari {len(senders)} kantor terlambat: {_some(named)}"
        yield Finding("paket kantor", "perhatian", said, "Hubungi kantornya; terima dengan `netra package import`.")
    else:
        yield Finding("paket kantor", "baik", f"{len(senders)} kantor, semuanya tepat waktu")
    today = now.astimezone(zone).date()
    ending = [f"{one.id} ({_end(one):%d-%m-%Y})" for one in senders if _end(one) - today <= SOON]
    if ending:
        over = any(_end(one) < today for one in senders)
        said = f"berakhir atau segera berakhir: {_some(ending)}"
        advice = "Minta sidik kunci barunya lewat telepon, tambahkan pada `keys` berkas kantor."
        yield Finding("kunci kantor lain", "gawat" if over else "perhatian", said, advice)


def _end(sender: Sender) -> date:
    return max(one.until for one in sender.keys)


def _some(names: Sequence[str]) -> str:
    more = f", dan {len(names) - _NAMED} lagi" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more
