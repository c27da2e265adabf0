"""A storm retold for whoever has to find out what went wrong."""

from __future__ import annotations

from tests.chaos.storm import Outcome

LOG_LINES = 60


def told(outcome: Outcome) -> str:
    """The violations, the plan, what happened to every job between the faults, and the end of the programs' log."""
    sections = {
        "violations": outcome.violations,
        "plan": [str(outcome.plan)],
        "what happened": _happened(outcome),
        "the log ends": outcome.log.splitlines()[-LOG_LINES:],
    }
    return "\n".join(f"--- {name}\n" + "\n".join(lines) for name, lines in sections.items())


def _happened(outcome: Outcome) -> list[str]:
    """Every event and fault, and the answers for indexes and for the pages that a violation names."""
    story, named = outcome.story, " ".join(outcome.violations)
    paths = {job.id: job.path for job in story.jobs}
    began = min((event.at for event in story.events), default=0.0)
    moments = [(fault.start, f"** {fault.kind} for {fault.end - fault.start:.1f} s") for fault in story.disturbances]
    moments += [
        (
            event.at,
            f"job {event.job_id} {paths.get(event.job_id)} attempt {event.attempt} {event.status}: {event.message}",
        )
        for event in story.events
    ]
    moments += [
        (
            answer.at,
            f"-- {answer.path} answered {answer.status}, {len(answer.listed)} chapters, version {answer.version}"
            f"{'' if answer.whole else ', too late' if answer.late else ', cut off'}",
        )
        for answer in story.served
        if answer.listed or answer.path in named
    ]
    return [f"{at - began:7.2f} {what[:240]}" for at, what in sorted(moments)]
