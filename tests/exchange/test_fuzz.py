"""Changed packages, bodies signed by a sender who may, and files of offices: refused in words, or taken whole."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import pytest

from monitor.errors import ConfigError, ConflictError, ImportRefusedError, NotAllowedError
from monitor.exchange import agreement, box
from monitor.exchange.compare import compare
from tests.collectors import fuzzing
from tests.collectors.fuzzing import Reader
from tests.exchange.offices_apart import Apart
from tests.exchange.test_passing import boxed, phase_run

FEW = 25
MANY = int(os.environ.get("NETRA_FUZZ", "100000")) // 10
LOG = os.environ.get("NETRA_FUZZ_LOG", "")
NAMES = ("paket", "paket-isi", "kantor")


class Post:
    """A package of an office with a phase run, and the office that takes it."""

    def __init__(self, apart: Apart) -> None:
        self.apart, self.taken = apart, 0
        phase_run(apart)
        path = apart.send()
        self.packed, (self.body, _) = path.read_bytes(), box.read(path)
        self.number = int(json.loads(self.body)["number"])
        self.agreed = (apart.receiver.root / "kantor.yaml").read_bytes()
        self.network = apart.network(apart.receiver)

    def reader(self, name: str) -> Reader:
        seed, read, refuses, kind = {
            "paket": (self.packed, self.packages, (ImportRefusedError,), ""),
            "paket-isi": (self.body, self.bodies, (ImportRefusedError, ConflictError, NotAllowedError), "json"),
            "kantor": (self.agreed, self.offices, (ConfigError,), "yaml"),
        }[name]
        return Reader(name, (seed,), read, refuses, structured=kind == "json", yaml=kind == "yaml")

    def packages(self, body: bytes, _place: int) -> None:
        """Without the sender's key nothing but the very package is taken."""
        path = self.apart.folder / "ubah.zip"
        path.write_bytes(body)
        self.apart.take(path)
        assert box.read(path)[0] == self.body

    def bodies(self, body: bytes, _place: int) -> None:
        """A sender may sign anything; whatever is taken can be put beside the other offices. Each is the newest."""
        with suppress(ValueError, RecursionError):
            said = json.loads(body)
            if isinstance(said, dict) and said.get("number") == self.number:
                self.taken += 1
                said["number"] += self.taken
                body = json.dumps(said).encode()
        self.apart.take(boxed(self.apart, body))
        assert len(compare(self.apart.receiver, self.network)) == 3

    def offices(self, body: bytes, _place: int) -> None:
        path = self.apart.folder / "kantor-ubah.yaml"
        path.write_bytes(body)
        found = agreement.load(path)
        assert found.within(region for one in found.senders for region in one.regions) or not found.senders


@pytest.fixture
def post(apart: Apart) -> Post:
    return Post(apart)


def test_the_seeds_are_sound_and_changes_are_survived(post: Post) -> None:
    for name in NAMES:
        reader, seed = post.reader(name), fuzzing.Tally()
        fuzzing.judge(reader, reader.seeds[0], 0, seed)
        assert seed.refused == 0, name
        assert fuzzing.campaign(reader, FEW).examples
    assert post.apart.receiver.store.audit.verify().ok


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_a_long_campaign(post: Post, name: str) -> None:
    tally = fuzzing.campaign(post.reader(name), MANY, 1_000_000, Path(LOG) if LOG else None)
    print("\n" + tally.line(name))
    assert post.apart.receiver.store.audit.verify().ok
