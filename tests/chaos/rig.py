"""The whole system under test: servers, workers and APIs, and a reader of its library that goes round the proxies."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Engine, create_engine

from ingestion import migrations
from ingestion.system import free_port
from tests.chaos.programs import Program, environment
from tests.chaos.servers import Servers, serve
from tests.programs import Begin, Process, executed

WORKER = ("worker.py",)


class Rig:
    """Everything that runs. `worker` and `api` programs are started again when they die."""

    def __init__(self, servers: Servers, engine: Engine, folder: Path, begin: Begin) -> None:
        self.servers, self.engine, self.folder, self._begin = servers, engine, folder, begin
        self.workers: list[Program] = []
        self.apis: list[Program] = []
        self.ports: list[int] = []
        self._commands: list[Process] = []

    @property
    def programs(self) -> list[Program]:
        """Workers and APIs."""
        return self.workers + self.apis

    @property
    def log(self) -> Path:
        """Where all programs write."""
        return self.folder / "log"

    def add_worker(self, words: Sequence[str] = WORKER, **settings: str) -> Program:
        """One worker more; `words` are its command line behind `python`."""
        self.workers.append(Program(self._begin, words, self._environment(settings), self.log))
        return self.workers[-1]

    def add_api(self) -> None:
        """One API more, on a port of its own."""
        self.ports.append(free_port())
        environment = self._environment({"API_PORT": str(self.ports[-1])})
        self.apis.append(Program(self._begin, ["main.py"], environment, self.log))

    def cli(self, *words: str) -> None:
        """Run a command of `cli.py`, and do not wait for it."""
        process = self._begin(["cli.py", *words], self._environment({}), self.log)
        self._commands = [one for one in [*self._commands, process] if one.poll() is None]

    def supervise(self) -> None:
        """Start again what has ended."""
        for program in self.programs:
            program.supervise()

    def heal(self) -> None:
        """Run both servers and let everything through."""
        self.servers.start()
        self.servers.to_postgres.heal()
        self.servers.to_valkey.heal()

    def stop(self) -> None:
        """End workers and APIs; the servers stay, to be read."""
        for program in self.programs:
            program.stop()
        for process in self._commands:
            process.terminate()
            process.wait(20)

    def _environment(self, settings: Mapping[str, str]) -> dict[str, str]:
        return environment(**self.servers.environment(), **settings)


@contextlib.contextmanager
def run(*, workers: int = 0, apis: int = 0, begin: Begin = executed) -> Iterator[Rig]:
    """A system on an empty database until the block ends."""
    with tempfile.TemporaryDirectory(prefix="quire-chaos-") as folder, serve(Path(folder)) as servers:
        engine = create_engine(servers.postgres.url, pool_pre_ping=True)
        migrations.upgrade(engine)
        rig = Rig(servers, engine, Path(folder), begin)
        try:
            for _ in range(apis):
                rig.add_api()
            for _ in range(workers):
                rig.add_worker()
            yield rig
        finally:
            rig.stop()
            rig.heal()
            engine.dispose()
