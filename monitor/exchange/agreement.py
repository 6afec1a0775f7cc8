"""Which offices this one sends packages to and receives them from: one YAML file, every mistake at once.

```yaml
id: kab-contoh                          # this office among the offices
regions:                                # which regions lie in which
  Provinsi Contoh: [Kabupaten Contoh, Kabupaten Misal]
receivers:
  - id: provinsi-contoh
    name: Bawaslu Provinsi Contoh
    regions: [Kabupaten Contoh]         # what it may see; a region takes in those that lie in it
    phases: [kampanye, tenang]          # left out: every phase
    states: [diteruskan]                # left out: flags in every state
    parts: [cakupan, hitungan, jalan]   # left out: these and `tanda`
senders:
  - id: kab-misal
    name: Bawaslu Kabupaten Misal
    regions: [Kabupaten Misal]          # what it may speak of
    every: 7hari                        # later than this, its package is overdue
    keys:
      - {fingerprint: 0a1b-…, since: 2026-01-01, until: 2026-12-31}
```
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from monitor import strictyaml
from monitor.calendar.values import fold_region
from monitor.config import Every, Identifier, seconds
from monitor.errors import ConfigError, NotAllowedError, Problem
from monitor.models import Phase, State
from monitor.office import Office
from monitor.strictyaml import Document


class Part(StrEnum):
    """What a package may hold."""

    COVERAGE = "cakupan"
    COUNTS = "hitungan"
    RUNS = "jalan"
    FLAGS = "tanda"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Key(_Strict):
    """A public key by its fingerprint, trusted from a day to a day."""

    fingerprint: str = Field(pattern=r"^[0-9a-f]{4}(-[0-9a-f]{4}){7}$")
    since: date
    until: date

    def holds(self, day: date) -> bool:
        """Tell whether the key is trusted on a day."""
        return self.since <= day <= self.until


class Receiver(_Strict):
    """An office that packages are made for, and what it may see."""

    id: Identifier
    name: str = Field(min_length=3, max_length=200)
    regions: tuple[str, ...] = Field(min_length=1)
    phases: tuple[Phase, ...] = tuple(Phase)
    states: tuple[State, ...] = tuple(State)
    parts: tuple[Part, ...] = tuple(Part)


class Sender(_Strict):
    """An office whose packages are taken, what it may speak of, and by which keys."""

    id: Identifier
    name: str = Field(min_length=3, max_length=200)
    regions: tuple[str, ...] = Field(min_length=1)
    keys: tuple[Key, ...] = Field(min_length=1)
    every: Every = "7hari"

    @property
    def gap(self) -> timedelta:
        """How often a package is expected."""
        return timedelta(seconds=seconds(self.every))

    def known(self, fingerprint: str) -> tuple[Key, ...]:
        """Give what is said of a key, whatever the day."""
        return tuple(one for one in self.keys if one.fingerprint == fingerprint)


class Network(_Strict):
    """This office among the others. `regions` names, for a region, those that lie in it."""

    id: Identifier
    regions: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    receivers: tuple[Receiver, ...] = ()
    senders: tuple[Sender, ...] = ()

    def receiver(self, name: str) -> Receiver:
        """Find a receiver by its id.

        Raises:
            NotAllowedError: there is none.
        """
        found = next((one for one in self.receivers if one.id == name), None)
        if found is None:
            known = ", ".join(one.id for one in self.receivers) or "belum ada"
            raise NotAllowedError(f"penerima {name} tidak ada di `receivers` berkas kantor — yang ada: {known}")
        return found

    def within(self, allowed: Iterable[str]) -> frozenset[str]:
        """Give the keys (`fold_region`) of these regions and of all that lie in them, however deep."""
        below = {fold_region(name): [fold_region(one) for one in inside] for name, inside in self.regions.items()}
        found, todo = set[str](), [fold_region(one) for one in allowed]
        while todo:
            one = todo.pop()
            if one not in found:
                found.add(one)
                todo += below.get(one, [])
        return frozenset(found)

    def above(self, region: str) -> tuple[str, ...]:
        """Give the regions that a region lies in, the nearest first."""
        parents = {fold_region(one): name for name, inside in self.regions.items() for one in inside}
        found, at = list[str](), parents.get(fold_region(region))
        while at is not None and at not in found:
            found.append(at)
            at = parents.get(fold_region(at))
        return tuple(found)


ALONE = Network(id="kantor-ini")
"""An office that neither sends nor receives."""


def load(path: Path) -> Network:
    """Read the file of offices.

    Raises:
        ConfigError: every mistake, each with file, line, column and advice.
    """
    document, problems = strictyaml.read(path, path.name)
    if document is None:
        raise ConfigError(problems)
    found, more = strictyaml.validate(Network, document)
    problems = [*problems, *more, *(_beyond_schema(found, document) if found is not None else ())]
    if found is None or problems:
        raise ConfigError(problems)
    return found


def agreed(office: Office) -> Network:
    """Read the file of offices that the settings name; without one this office stands alone.

    Raises:
        ConfigError: see `load`.
    """
    name = office.config.offices
    return load(office.root / name) if name else ALONE


def _beyond_schema(network: Network, document: Document) -> Iterator[Problem]:
    for name, some in (("receivers", network.receivers), ("senders", network.senders)):
        yield from _doubled(name, [one.id for one in some], document)
    for place, sender in enumerate(network.senders):
        key = ("senders", place)
        if sender.id == network.id:
            yield document.problem((*key, "id"), "id ini id kantor sendiri", "tulis id kantor pengirimnya")
        others = {one.fingerprint for other in network.senders[:place] for one in other.keys}
        for number, one in enumerate(sender.keys):
            if one.fingerprint in others:
                said = "kunci ini sudah milik pengirim lain"
                yield document.problem((*key, "keys", number, "fingerprint"), said, "satu kunci satu kantor")
            if one.until < one.since:
                yield document.problem(
                    (*key, "keys", number, "until"), "`until` lebih awal dari `since`", "betulkan salah satu tanggalnya"
                )
    inside = [fold_region(one) for some in network.regions.values() for one in some]
    for region, below in network.regions.items():
        if fold_region(region) in network.within(below):
            said = f"{region} terletak di dalam dirinya sendiri"
            yield document.problem(("regions", region), said, "putus lingkarnya")
        for each in below:
            if inside.count(fold_region(each)) > 1:
                yield document.problem(("regions", region), f"{each} terletak di dua wilayah", "sebut sekali saja")


def _doubled(name: str, ids: Sequence[str], document: Document) -> Iterator[Problem]:
    for place, one in enumerate(ids):
        if one in ids[:place]:
            yield document.problem((name, place, "id"), f"id `{one}` dipakai dua kali", "beri id yang berbeda")
