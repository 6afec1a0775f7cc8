"""Types commands of an office, as its users do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from monitor.cli import main


class Typist:
    """Types commands; `config` is the settings file."""

    def __init__(self, config: Path) -> None:
        self.config = config

    def __call__(self, *words: str | Path, code: int = 0, typed: str | None = None) -> Result:
        result = self.tried(*words, typed=typed)
        assert result.exit_code == code, result.output
        return result

    def tried(self, *words: str | Path, typed: str | None = None) -> Result:
        """Type a command that may end in any way but with an error nobody foresaw."""
        asked = ["--config", str(self.config), *map(str, words)]
        return CliRunner().invoke(main, asked, input=typed, catch_exceptions=False)

    def json(self, *words: str, code: int = 0) -> Any:
        return json.loads(self(*words, "--json", code=code).stdout)
