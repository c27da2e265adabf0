"""Why a job waits, in a sentence."""

from __future__ import annotations

from datetime import datetime

from redis import RedisError
from sqlalchemy.orm import Session

from ingestion import broker, crew, pauses, queue, turns
from ingestion.models import ALL_HOSTS, Job
from ingestion.web import times


def paused(session: Session, job: Job) -> str | None:
    """The pause that keeps the job from being begun: its host, or all of them; None where there is none."""
    return next((host for host in pauses.paused(session) if host in {ALL_HOSTS, job.host}), None)


def why(job: Job, *, paused: str | None, now: datetime) -> str:
    """Why a QUEUED job is not at work."""
    if paused is not None:
        return "Everything is paused." if paused == ALL_HOSTS else f"{job.host} is paused."
    if job.not_before is not None and job.not_before > now:
        return f"It rests, and is tried again in {times.lasting((job.not_before - now).total_seconds())}."
    if not turns.is_next(job):
        return f"Other jobs of {job.host} go first, so that the site is not asked too often."
    return _workers(job)


def _workers(job: Job) -> str:
    try:
        alive = [worker for worker in crew.workers(broker.prompt_connection()) if not worker.stale]
    except RedisError:
        return "The queue does not answer. Nothing is lost: it begins when Redis is back."
    if not any(queue.NAMES[job.priority] in worker.queues for worker in alive):
        return "No worker is running that could take it: python worker.py starts one."
    if all(worker.busy for worker in alive):
        return "Every worker is busy; it begins when one is free."
    return "A worker takes it in a moment."
