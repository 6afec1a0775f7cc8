"""What every command shares: the group that shows errors, the app of the settings, printing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from monitor.app import App
from monitor.errors import NetraError
from monitor.models import User
from monitor.store.connection import FAULTS, explained

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

as_json = click.option("--json", "json_out", is_flag=True, help="Jawaban sebagai JSON, untuk dibaca program lain.")


class Group(click.Group):
    """Shows errors without a traceback, and commands in the order in which they are written."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Keep the written order."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's signature
        """Run a command; an error that a user can mend is told, with its own exit code."""
        try:
            return super().invoke(ctx)
        except NetraError as error:
            told = error
        except FAULTS as error:
            found = explained(error, Path("basis data"))
            if found is None:
                raise
            told = found
        err.print("Tidak bisa dilanjutkan.", style="bold red")
        err.print(str(told), markup=False)
        return ctx.exit(told.exit_code)


def open_app(ctx: click.Context) -> App:
    """Build the app of the settings named on the command line; closed when the command ends."""
    path: Path = ctx.find_root().obj
    if not path.exists():
        raise click.UsageError(f"berkas pengaturan {path} tidak ada. Buat kantor baru dengan `netra init FOLDER`.")
    app = App.build(path)
    ctx.call_on_close(app.close)
    return app


def named_user(app: App, username: str) -> User:
    """Find a user, or say which there are."""
    found = app.store.users.by_name(username)
    if found is None:
        raise click.UsageError(f"pengguna {username} tidak ada; lihat `netra user list`.")
    return found


def print_json(value: object) -> None:
    """Print plain data for other programs."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=str))


def progress_bar() -> Progress:
    """A bar on the error stream, so that answers stay clean."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=err,
    )
