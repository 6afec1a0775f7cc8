"""What Netra is made of besides itself: the list of licences and the bill of materials, from the lock and without network.

`python -m tests.components` writes docs/komponen.md and docs/komponen.cdx.json (CycloneDX 1.6) anew; `./run.sh sbom` calls
it. Names and versions come from the lock files, licences from the metadata of what is installed.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
LIST, BILL = ROOT / "docs" / "komponen.md", ROOT / "docs" / "komponen.cdx.json"
RUNTIME, TESTS = "constraints.txt", "constraints-test.txt"
OPTIONAL = ("dask", "distributed", "pyarrow")  # the extra `batch`
_PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9_.-]+)==(?P<version>[^ \\\n;]+)(?P<rest>[^\n]*(?:\n    --hash=sha256:[0-9a-f]{64}[^\n]*)*)",
    re.MULTILINE,
)

ALLOWED = {
    "0BSD": "bebas", "Apache-2.0": "bebas, sebutkan pembuatnya", "BSD-2-Clause": "bebas, sebutkan pembuatnya",
    "BSD-3-Clause": "bebas, sebutkan pembuatnya", "CC0-1.0": "bebas", "CNRI-Python": "bebas, sebutkan pembuatnya",
    "LGPL-2.1-only": "pustaka yang dipakai apa adanya; perubahannya sendiri harus dibuka", "LicenseRef-Public-Domain": "bebas",
    "MIT": "bebas, sebutkan pembuatnya", "MIT-0": "bebas", "MIT-CMU": "bebas, sebutkan pembuatnya",
    "MPL-2.0": "berkas yang diubah harus dibuka; cocok dengan EUPL", "PSF-2.0": "bebas, sebutkan pembuatnya",
    "LGPL-2.1-or-later": "pustaka yang dipakai apa adanya; perubahannya sendiri harus dibuka", "Zlib": "bebas", "ZPL-2.1": "bebas, sebutkan pembuatnya",
}  # fmt: skip
"""Licences of parts that an office runs, each with what it asks for."""

TESTS_ONLY = {
    "AGPL-3.0-or-later": "dijalankan sebagai proses tersendiri dalam pengujian; tidak ikut dipasang di kantor",
    "GPL-2.0-or-later": "hanya dipakai alat pengujian; tidak ikut dipasang di kantor",
    "GPL-2.0-only": "salah satu pilihan dari beberapa lisensi alat pengujian",
    "MPL-1.1": "salah satu pilihan dari beberapa lisensi alat pengujian",
    "GPL-3.0-or-later": "sebagian kecil alat pengujian; tidak ikut dipasang di kantor",
}
"""Further licences of parts that only the tests use."""

_SPDX = {
    "ahocorasick-rs": "Apache-2.0", "aiosmtpd": "Apache-2.0", "apscheduler": "MIT", "atpublic": "Apache-2.0",
    "axe-playwright-python": "MIT", "babel": "BSD-3-Clause", "beautifulsoup4": "MIT", "blinker": "MIT", "certifi": "MPL-2.0",
    "charset-normalizer": "MIT", "click-default-group": "LicenseRef-Public-Domain", "cloudpickle": "BSD-3-Clause",
    "colorama": "BSD-3-Clause", "contourpy": "BSD-3-Clause", "coverage": "Apache-2.0", "cycler": "BSD-3-Clause",
    "docutils": "LicenseRef-Public-Domain AND BSD-2-Clause AND GPL-3.0-or-later", "docxtpl": "LGPL-2.1-only",
    "et-xmlfile": "MIT", "feedgenerator": "BSD-3-Clause", "feedparser": "BSD-2-Clause", "flask-wtf": "BSD-3-Clause",
    "fonttools": "MIT", "google-re2": "BSD-3-Clause", "grimp": "BSD-2-Clause", "h11": "MIT", "httpx": "BSD-3-Clause",
    "import-linter": "BSD-2-Clause", "itsdangerous": "BSD-3-Clause", "jinja2": "BSD-3-Clause", "justext": "BSD-2-Clause",
    "kiwisolver": "BSD-3-Clause", "locket": "BSD-2-Clause", "lxml": "BSD-3-Clause", "lxml-html-clean": "BSD-3-Clause",
    "markdown-it-py": "MIT", "matplotlib": "PSF-2.0", "mdurl": "MIT", "openpyxl": "MIT", "ordered-set": "MIT",
    "partd": "BSD-3-Clause", "pathspec": "MPL-2.0", "pelican": "AGPL-3.0-or-later", "pluggy": "MIT", "psutil": "BSD-3-Clause",
    "pygments": "BSD-2-Clause", "pysastrawi": "MIT", "python-docx": "MIT", "python-dotenv": "BSD-3-Clause", "pytz": "MIT",
    "pyyaml": "MIT", "rfc3161-client": "Apache-2.0", "rich": "MIT", "scipy": "BSD-3-Clause", "segno": "BSD-3-Clause",
    "six": "MIT", "sortedcontainers": "Apache-2.0", "sqlite-fts4": "Apache-2.0", "tornado": "Apache-2.0",
    "tzdata": "Apache-2.0", "unidecode": "GPL-2.0-or-later", "uvloop": "MIT OR Apache-2.0", "waitress": "ZPL-2.1",
    "warcio": "Apache-2.0", "watchfiles": "MIT", "wtforms": "BSD-3-Clause", "zict": "BSD-3-Clause",
}  # fmt: skip
"""By name, for packages whose metadata do not say it by SPDX: read in their licence files."""

_NOTES = {
    "pysastrawi": "daftar kata dasarnya CC BY-NC-SA 3.0: dibaca dari paketnya, tidak disalin ke Netra",
    "axe-playwright-python": "membawa axe-core (MPL-2.0)",
}


@dataclass(frozen=True, slots=True)
class Component:
    """A locked package: `used` is kantor, tambahan or pengujian; `hashes` how many files the lock names."""

    name: str
    version: str
    used: str
    licence: str
    hashes: int


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def installed() -> dict[str, Distribution]:
    return {plain(one.metadata["Name"]): one for one in distributions()}


def pins(lock: str) -> list[tuple[str, str, int]]:
    """Name, version and number of hashes of everything that a lock holds."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return [(plain(one["name"]), one["version"], one["rest"].count("--hash=sha256:")) for one in _PIN.finditer(text)]


def components() -> list[Component]:
    """Everything that is locked, by name and version."""
    runtime, optional = {name for name, _, _ in pins(RUNTIME)}, _needed_by(OPTIONAL)
    return sorted(
        (
            Component(name, version, _used(name, runtime, optional), licence(name), hashes)
            for name, version, hashes in {*pins(RUNTIME), *pins(TESTS)}
        ),
        key=lambda one: (one.name, one.version),
    )


def _used(name: str, runtime: set[str], optional: set[str]) -> str:
    return "kantor" if name in runtime else "tambahan" if name in optional else "pengujian"


def _needed_by(names: tuple[str, ...]) -> set[str]:
    found, todo = set[str](), list(names)
    while todo:
        name = todo.pop()
        if name in found or name not in installed():
            continue
        found.add(name)
        for said in installed()[name].requires or ():
            one = Requirement(said)
            if one.marker is None or one.marker.evaluate({"extra": ""}):
                todo.append(plain(one.name))
    return found


def licence(name: str) -> str:
    """The SPDX expression of a package, "" where nobody wrote it down."""
    one = installed().get(name)
    said = one.metadata.get("License-Expression") if one is not None else None
    return str(said or _SPDX.get(name, ""))


def choices(expression: str) -> list[list[str]]:
    """What an expression asks for: of each list one licence, whichever suits."""
    return [re.split(r" OR ", one.strip("() ")) for one in expression.split(" AND ")]


def listed(found: list[Component]) -> str:
    """The page for people."""
    lines = [
        "# Komponen dan lisensi", "",
        "Dibuat oleh `./run.sh sbom` dari berkas kunci; jangan disunting tangan. `kantor` ikut dipasang di setiap kantor,",
        "`tambahan` hanya dengan `pip install -e '.[batch]'`, `pengujian` tidak pernah. Daftar yang dapat dibaca mesin:",
        "[komponen.cdx.json](komponen.cdx.json) (CycloneDX 1.6). Netra sendiri: EUPL-1.2.", "",
        "Setiap berkas paket dikunci dengan SHA-256 di `constraints.txt` dan `constraints-test.txt`; pemasangan menolak yang lain.",
        "Di luar Python: htmx 2 (0BSD, `monitor/web/static/`), dan bila dipasang Tesseract (Apache-2.0) serta Chromium (BSD-3-Clause).",
        "", "| komponen | versi | dipakai | lisensi | catatan |", "|---|---|---|---|---|",
    ]  # fmt: skip
    lines += [
        f"| {one.name} | {one.version} | {one.used} | {one.licence} | {_NOTES.get(one.name, '')} |" for one in found
    ]
    met = {said for one in found for either in choices(one.licence) for said in either}
    lines += ["", "## Apa yang diminta setiap lisensi", "", "| lisensi | yang diminta |", "|---|---|"]
    lines += [f"| {name} | {why} |" for name, why in sorted((ALLOWED | TESTS_ONLY).items()) if name in met]
    return "\n".join(lines) + "\n"


def bill(found: list[Component]) -> str:
    """The same for machines."""
    scope = {"kantor": "required", "tambahan": "optional", "pengujian": "excluded"}
    said: dict[str, Any] = {
        "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "netra", "licenses": [{"license": {"id": "EUPL-1.2"}}]},
            "properties": [
                {"name": f"sha256:{lock}", "value": sha256((ROOT / lock).read_bytes()).hexdigest()} for lock in (RUNTIME, TESTS)
            ],
        },
        "components": [
            {
                "type": "library", "name": one.name, "version": one.version, "scope": scope[one.used],
                "purl": f"pkg:pypi/{one.name}@{one.version}", "bom-ref": f"pkg:pypi/{one.name}@{one.version}",
                "licenses": [{"expression": one.licence}],
            }
            for one in found
        ],
    }  # fmt: skip
    return json.dumps(said, indent=1, ensure_ascii=False) + "\n"


def main() -> None:
    found = components()
    LIST.write_text(listed(found), encoding="utf-8")
    BILL.write_text(bill(found), encoding="utf-8")
    print(f"{len(found)} komponen: {LIST.relative_to(ROOT)}, {BILL.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
