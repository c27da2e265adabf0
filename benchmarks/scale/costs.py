"""What each thing costs, in seconds of the processor: of this program's processes, of PostgreSQL's and of Redis's.

Not of the clock, so that what else the machine does changes little. The database is as `cli.py up` makes it, in a throwaway folder.
"""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from benchmarks.scale.capacity import Cost
from ingestion import broker, config, db, intake, jobs, queue
from ingestion.items import Chapter, ChapterLink, Novel, ParsedChapter, ParsedNovel
from ingestion.models import NovelRow
from ingestion.novels import save
from ingestion.search import index
from ingestion.status import JobStatus
from ingestion.worker import IngestionWorker
from tests.sites import plain
from tests.sites.samples import make_novel
from tests.sites.web import Page, Site

BYTES = 10_000
RULES = 'name = "scaled"\ndomains = ["{netloc}"]\nchapters = "ol a"\ncontent = "main"\n'
SENTENCE = "<p>Bell {n} of the lower weir rang {n} times before anybody on the ferry had counted the lamps.</p>"


@dataclass(frozen=True, kw_only=True)
class Meter:
    """Reads how long processors have worked for each so far."""

    folder: Path

    def read(self) -> Cost:
        """This process and the children that have ended, PostgreSQL, Redis."""
        ours = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        redis = broker.connection().info("cpu")
        return Cost(
            python=sum(used.ru_utime + used.ru_stime for used in ours),
            postgres=sum(self._postgres()),
            redis=redis["used_cpu_user"] + redis["used_cpu_sys"],
        )

    def _postgres(self) -> Iterator[float]:
        first = int((self.folder / "postgres" / "postmaster.pid").read_text().split()[0])
        postmaster = psutil.Process(first)
        for process in (postmaster, *postmaster.children()):
            yield _worked(process.pid)
        ended = postmaster.cpu_times()
        yield ended.children_user + ended.children_system

    def of(self, times: int, work: Callable[[int], object]) -> Cost:
        """What doing it once costs, of so many times; the argument counts them."""
        before = self.read()
        for turn in range(times):
            work(turn)
        return (self.read() - before).times(1 / times)


def _worked(pid: int) -> float:
    """The processor's seconds of a process with one thread, exactly (proc(5), schedstat; Linux alone)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def job(meter: Meter, chapters: int) -> Cost:
    """A whole job of a novel at a pace that does not hold it up, done by a worker as always; Python is the child alone."""
    with Site(_pages(chapters)) as site:
        _rules(site)
        submitted = intake.submit(f"{site.url}/index.html").job
        before, child = meter.read(), _ended()
        _work_off()
        spent = replace(meter.read() - before, python=_ended() - child)
    with db.transaction() as session:
        found = session.get_one(type(submitted), submitted.id)
    if found.status is not JobStatus.DONE:
        raise SystemExit(f"the job of {chapters} chapters ended in {found.status}: {found.error_message}")
    return spent


def renewal(meter: Meter, job_id: int, attempt: int, times: int) -> Cost:
    """A lease renewed, with what is told of it."""

    def renew(turn: int) -> None:
        with db.transaction() as session:
            jobs.renew(session, job_id, attempt, lease_seconds=60, pages_done=turn, pages_total=times)

    return meter.of(times, renew)


def indexing(meter: Meter, batches: int) -> Cost:
    """A chapter put into the index of searches."""
    number = batches * index.BATCH
    with db.transaction() as session:
        novel = session.get_one(NovelRow, save(session, _parsed(number)).novel_id)
        subject = index.Subject.of(novel)

    def write(_: int) -> None:
        with db.transaction() as session:
            index.write_some(session, subject)

    return meter.of(batches, write).times(1 / index.BATCH)


def _parsed(chapters: int) -> ParsedNovel:
    url = "https://novels.example/indexed"
    made = (
        ParsedChapter(
            position=number,
            link=ChapterLink(key=str(number), url=f"{url}/{number}", title=f"Lamp {number}"),
            chapter=Chapter(content=_text(number)),
        )
        for number in range(1, chapters + 1)
    )
    novel = Novel(key="indexed", url=url, title="The Lamps of the Weir", language="en")
    return ParsedNovel(site="scaled", novel=novel, chapters=tuple(made), index_url=url)


def _text(seed: int) -> str:
    """Prose of BYTES that is another for each seed."""
    paragraphs = (chapter.content for chapter in make_novel(chapters=9, seed=seed).chapters)
    return "".join(paragraphs)[:BYTES].rpartition("</p>")[0] + "</p>"


def _pages(chapters: int) -> dict[str, Page]:
    pages = plain.render(make_novel(chapters=chapters))
    return {path: _lengthened(page) for path, page in pages.items()}


def _lengthened(page: Page) -> Page:
    body = page.content.decode()
    missing = max(0, BYTES - len(body)) if "</main>" in body else 0
    more = "".join(SENTENCE.format(n=n) for n in range(missing // len(SENTENCE)))
    return replace(page, body=body.replace("</main>", f"{more}</main>"))


def _rules(site: Site) -> None:
    folder = config.settings().spiders_dir
    if folder is None:
        raise SystemExit("SPIDERS_DIR is not set")
    (folder / "scaled.toml").write_text(RULES.format(netloc=site.netloc))


def _work_off() -> None:
    """Do the one job that waits, in a child forked from this process, as a worker does."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    IngestionWorker(queue.ALL, connection=broker.connection()).work(burst=True, max_jobs=1)
    for number, handler in before.items():
        signal.signal(number, handler)


def _ended() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
