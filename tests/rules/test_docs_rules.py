"""Every YAML example of docs/aturan.md is loaded and its examples are run."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from monitor.cli import main
from monitor.governance.pasting import paste
from monitor.rules import RuleSet
from monitor.rules.conditions import AtLeast, Entry, Weighted
from monitor.rules.lint import baseline_texts
from monitor.rules.overlay import OverlayFile
from monitor.rules.schema import AppliesTo, Examples, LexiconFile, RuleFile, Scope
from monitor.targets import Targets
from monitor.web.i18n import catalogue
from tests.fakes_rules import RuleOffice
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


def commands() -> list[str]:
    """Every command of the page that can be run as it stands: no dots, no names in capitals."""
    said = [*re.findall(r"^(netra [^\n#]+)", PAGE, flags=re.MULTILINE), *re.findall(r"`(netra [^`]+)`", PAGE)]
    return sorted({one.strip() for one in said if not re.search(r"…|\b[A-Z]{4,}\b(?!/)", one)})


@pytest.mark.parametrize("said", commands())
def test_every_command_of_the_page_is_understood(said: str) -> None:
    """The words are parsed by the real command line: names, options, their values and how many arguments there are."""
    words = shlex.split(said.partition(" < ")[0])[1:]
    command: click.Command = main
    context = click.Context(main, info_name="netra")
    while isinstance(command, click.Group):
        found = command.get_command(context, words.pop(0))
        assert found is not None, said
        command = found
    command.make_context(command.name, words, parent=context)


def test_the_commands_of_the_first_ten_minutes_run(tmp_path: Path) -> None:
    office = RuleOffice(tmp_path / "kantor")
    block = next(
        one for one in re.findall(r"^```\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL) if "rules new" in one
    )
    for line in block.replace("dukung-sasaran", "uji-dukung").splitlines():
        answer = CliRunner().invoke(
            main, ["--config", str(office.settings), *shlex.split(line)[1:]], catch_exceptions=False
        )
        assert answer.exit_code == 0, (line, answer.output)
    assert [one.path for one in office.app.governance.sync().waiting] == ["local/salam-guyub-untuk-calon.yaml"]
    office.close()


def test_what_the_page_calls_in_bold_is_called_so_on_the_screen() -> None:
    words = " ".join(catalogue("id").values())
    start = PAGE[PAGE.index("## Sepuluh menit pertama") : PAGE.index("## 1. ")]
    bold = re.findall(r"\*\*([^*]+)\*\*", start)
    assert len(bold) > 8
    assert [one for one in bold if one not in words] == []
