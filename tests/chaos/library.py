"""What must be true of the library when all is over: complete, each chapter once, and word for word what the site said."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from ingestion.status import JobStatus
from tests.chaos.records import ChapterRecord, JobRecord, NovelRecord, Served, Story, folder


def doubled(story: Story) -> Iterator[str]:
    """No chapter is twice in a novel, and no novel twice in the library, by whatever URL it was asked for."""
    for (novel, key), times in Counter((row.novel_id, row.key) for row in story.chapters).items():
        if times > 1:
            yield f"novel {novel} has the chapter {key} {times} times"
    for name, times in Counter(folder(novel.path) for novel in story.novels).items():
        if times > 1:
            yield f"the novel {name} is in the library {times} times"


def incomplete(story: Story) -> Iterator[str]:
    """A DONE novel lists what its index listed, in that order.

    The index may be any that was served while the last job that saved the novel was there, since a job asks for it once.
    """
    for novel, job in _done(story):
        rows = [row for row in story.chapters if row.novel_id == novel.id and not row.gone]
        order = tuple(row.path for row in sorted(rows, key=lambda row: row.position))
        told = _heard(story, novel.path, job.created_at, story.ended_at(job))
        if order not in {answer.listed for answer in told}:
            listed = told[-1].listed if told else ()
            yield f"novel {novel.path}: the library lists {order}, the site listed {listed}"


def untrue(story: Story) -> Iterator[str]:
    """Each chapter of a DONE novel says what the site said when it was last asked for it, or is missing because of a 404.

    Asked for within one job twice (an attempt died in between), either answer will do. Where the last job did not
    ask, the job before it did, and so on back to one that was DONE. Of two jobs that were there at once nobody knows
    which of them asked, nor whether it lived to store the answer.
    """
    for novel, job in _done(story):
        for row in story.chapters:
            if row.novel_id == novel.id and not row.gone:
                yield from _untrue(story, job, row)


def _untrue(story: Story, job: JobRecord, row: ChapterRecord) -> Iterator[str]:
    if row.text is None:
        asked = [s for s in story.served if s.path == row.path and s.at >= job.created_at]
        if row.missing_kind != "not_found" or not any(answer.status == 404 for answer in asked):
            answers = ", ".join(str(answer.status) for answer in asked)
            yield f"{row.path} is missing ({row.missing_kind}) in a DONE novel; the site answered {answers or 'nothing'}"
    elif row.text not in _possible(story, job, row.path):
        served = {answer.text: answer.version for answer in story.served if answer.path == row.path}
        version = served.get(row.text)
        yield f"{row.path} says {f'version {version}' if version else 'what the site never said'}, and the site was asked since"


def _possible(story: Story, last: JobRecord, path: str) -> set[str]:
    end, found = story.ended_at(last), set[str]()
    earlier = [job for job in story.jobs if job.novel == last.novel and job.id <= last.id]
    for job in sorted(earlier, key=lambda job: -job.id):
        answers = _heard(story, path, job.created_at, end)
        found |= {answer.text for answer in answers}
        alone = all(story.ended_at(other) <= job.created_at for other in earlier if other.id < job.id)
        if alone and any(answer.said for answer in answers) and job.status is JobStatus.DONE:
            break
    return found


def backwards(story: Story) -> Iterator[str]:
    """A chapter's texts follow each other as its author wrote them; an older one never comes back over a newer."""
    versions = {(answer.path, answer.text): answer.version for answer in story.served}
    for row in story.chapters:
        texts = [*row.earlier, *([] if row.text is None else [row.text])]
        order = [versions.get((row.path, text), 0) for text in texts]
        if order != sorted(set(order)):
            yield f"{row.path}: the library had its versions in the order {order}"


def waiting_to_go_back(story: Story) -> Iterator[str]:
    """The page store holds no older version of a chapter than the library: the next job would bring that one back."""
    versions = {(answer.path, answer.text): answer.version for answer in story.served}
    stored = {page.path: page for page in story.pages if page.status == 200 and not page.rejected}
    for row in story.chapters:
        kept = stored.get(row.path)
        if row.text is None or kept is None or kept.version is None:
            continue
        if kept.version < versions.get((row.path, row.text), 0):
            yield f"{row.path}: the page store holds version {kept.version}, the library a newer one"


def half_stored(story: Story) -> Iterator[str]:
    """No page is stored that did not come whole, or that is not the site's."""
    known: dict[str, set[int]] = defaultdict(set)
    for answer in story.served:
        if answer.status == 200:
            known[answer.path].add(answer.version)
    for page in story.pages:
        if page.status == 200 and page.version not in known[page.path]:
            yield f"{page.path}: the page store holds what the site never sent whole (version {page.version})"


def vanished(story: Story) -> Iterator[str]:
    """A text that was once in the library is there still, as the chapter's text or as an earlier revision."""
    kept = {(row.path, text) for row in story.chapters for text in (*row.earlier, row.text)}
    for seen in sorted(story.seen, key=lambda seen: seen.path):
        if (seen.path, seen.text) not in kept:
            yield f"{seen.path}: a text that was in the library is gone ({seen.text[:40]!r}…)"


def _done(story: Story) -> Iterator[tuple[NovelRecord, JobRecord]]:
    """Each novel with the last job that saved the whole of it, where no later one saved a part."""
    for novel in story.novels:
        saved = [job for job in story.jobs if job.novel_id == novel.id]
        last = max(saved, key=story.ended_at, default=None)
        if last is not None and last.status is JobStatus.DONE:
            yield novel, last


def _heard(story: Story, path: str, start: float, end: float) -> list[Served]:
    """What somebody may have heard the site say of a page in a stretch of time."""
    times = (answer for answer in story.served if answer.path == path and start <= answer.at <= end)
    return [answer for answer in times if answer.may_be_heard]
