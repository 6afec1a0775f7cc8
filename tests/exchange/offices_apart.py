"""Two offices in two folders: a regency that sends and the province that receives, each with keys and a file of offices."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor import signing
from monitor.app import App
from monitor.exchange import agreement, passing
from monitor.exchange.agreement import Network
from tests.batch.phase_office import Clock, build, open_office
from tests.offices import make_office

DAY = datetime(2025, 6, 26, 3, 0, tzinfo=UTC)
RECEIVERS = """
receivers:
  - id: provinsi-uji
    name: Bawaslu Provinsi Uji
    regions: [Kab. Contoh]
"""
REGENCY = f"id: kab-contoh{RECEIVERS}"
PROVINCE = """id: provinsi-uji
regions:
  Provinsi Uji: [Kabupaten Contoh, Kabupaten Misal]
senders:
  - id: kab-contoh
    name: Bawaslu Kabupaten Contoh
    regions: [Kabupaten Contoh]
    every: 7hari
    keys:
      - {{fingerprint: {mark}, since: 2025-01-01, until: 2025-12-31}}
  - id: kab-misal
    name: Bawaslu Kabupaten Misal
    regions: [Kabupaten Misal]
    every: 7hari
    keys:
      - {{fingerprint: {other}, since: 2025-06-01, until: 2025-12-31}}
"""


@dataclass
class Apart:
    """A sender and a receiver; `path` is where the next package goes."""

    folder: Path
    sender: App
    receiver: App
    mark: str
    clock: Clock

    def network(self, app: App) -> Network:
        return agreement.load(app.root / "kantor.yaml")

    def key(self, name: str = "kunci") -> signing.Ed25519PrivateKey:
        found = signing.read_key("", self.folder / name, self.sender.root / self.sender.config.database)
        assert found is not None
        return found

    def send(self, name: str = "paket.zip", key: str = "kunci") -> Path:
        """Make a package an hour later."""
        self.clock.at += timedelta(hours=1)
        path = self.folder / name
        network = self.network(self.sender)
        passing.send(self.sender, network, network.receiver("provinsi-uji"), self.key(key), path)
        return path

    def take(self, path: Path) -> passing.Taken:
        return passing.take(self.receiver, self.network(self.receiver), path)

    def close(self) -> None:
        self.sender.close()
        self.receiver.close()


def name_file(config: Path, text: str) -> None:
    """Give an office its file of offices."""
    (config.parent / "kantor.yaml").write_text(text, encoding="utf-8")
    said = config.read_text(encoding="utf-8")
    if "\noffices:" not in said:
        config.write_text(f"{said}\noffices: kantor.yaml\n", encoding="utf-8")


def lay_out(folder: Path, grown: Path | None = None) -> Apart:
    """Lay out both offices; `grown` is a folder with an office that was collected and screened once."""
    if grown is None:
        config = build(folder / "kabupaten")
    else:
        shutil.copytree(grown, folder / "kabupaten", symlinks=True)
        config = folder / "kabupaten" / "config.yaml"
    mark, other = signing.new_key(folder / "kunci"), signing.new_key(folder / "kunci-misal")
    name_file(config, REGENCY)
    above = make_office(folder / "provinsi")
    above.write_text(
        above.read_text(encoding="utf-8")
        .replace("name: Bawaslu Kabupaten Contoh", "name: Bawaslu Provinsi Uji")
        .replace("  region: Kabupaten Contoh ", "  region: Provinsi Uji "),
        encoding="utf-8",
    )
    name_file(above, PROVINCE.format(mark=mark, other=other))
    sender, receiver = open_office(config), App.build(above, clock=Clock())
    clock = Clock()
    sender.clock = clock
    receiver.clock = clock
    return Apart(folder, sender, receiver, mark, clock)
