"""Every YAML example of docs/aturan.md is loaded and its examples are run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from monitor.governance.pasting import paste
from monitor.rules import RuleSet
from monitor.rules.conditions import AtLeast, Entry, Weighted
from monitor.rules.lint import baseline_texts
from monitor.rules.overlay import OverlayFile
from monitor.rules.schema import AppliesTo, Examples, LexiconFile, RuleFile, Scope
from monitor.targets import Targets
from tests.rules.world import SHIPPED, own_folder, targets

PAGE = (SHIPPED.parent / "docs" / "aturan.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def test_every_example_runs(tmp_path: Path) -> None:
    folder = own_folder(tmp_path)
    shutil.copytree(SHIPPED / "asn", folder / "asn", dirs_exist_ok=True)
    (folder / "local").mkdir()
    kinds = {"rule": "local", "lexicon": "local", "name": "lexicon", "kind": "targets", "level": "asn"}
    for number, block in enumerate(BLOCKS):
        kind = next(where for key, where in kinds.items() if re.search(rf"^{key}:", block, flags=re.MULTILINE))
        (folder / kind / f"halaman-{number}.yaml").write_text(block, encoding="utf-8")
    rules = RuleSet.load(folder, targets())
    added = sum(re.search("^id: contoh-", block, flags=re.MULTILINE) is not None for block in BLOCKS)
    assert added >= 4
    assert len(rules.rules) == len(list((SHIPPED / "asn").glob("*.yaml"))) + added
    assert "salam_setempat" in rules.loaded.lexicons
    assert rules.loaded.layer.adrift == rules.loaded.layer.moved == ()
    over = {one.id for one in rules.rules if one.overlay}
    assert over == {"dukung-sasaran"}
    assert rules.try_text("Gaspol bareng Bu Citra")
    tried = rules.try_text("Turnamen futsal: dukung Bu Citra jadi kapten")
    assert "dukung-sasaran" not in {one.rule_id for one in tried}
    assert any(one.title == "Pilkada Kota Rekaan 2025" for one in Targets.load(folder / "targets").contests)


def test_page_names_every_column_and_scope() -> None:
    names = {*RuleFile.model_fields, *AppliesTo.model_fields, *Entry.model_fields, *AtLeast.model_fields} - {"phrase"}
    names |= {*Weighted.model_fields, *Examples.model_fields} - {"phrase"}
    names |= {str(scope) for scope in Scope} | set(LexiconFile.model_fields)
    names |= set(OverlayFile.model_fields)
    assert not {name for name in names if name not in PAGE}


def test_page_counts_the_baseline() -> None:
    assert f"{len(baseline_texts(SHIPPED))} teks netral" in PAGE


def test_the_pasted_cells_of_the_page_do_what_it_says() -> None:
    (cells,) = re.findall(r"^```tsv\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)
    path = "targets/contoh.yaml"
    found = paste(path, (SHIPPED / path).read_text(encoding="utf-8"), cells)
    assert [one.number for one in found.accepted] == [2, 2, 2, 4]
    assert [(one.number, one.why.partition(" ")[0]) for one in found.refused] == [
        (5, "rumus"),
        (6, "sudah"),
        (7, "pasangan"),
    ]
