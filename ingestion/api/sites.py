"""The sites that were read, and whether they are read as well as they usually are."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from ingestion import db, readings, sitehealth
from ingestion.api.schemas import Limit
from ingestion.sitehealth import State

router = APIRouter(tags=["sites"])


class SiteOut(BaseModel):
    """A host as one spider reads it."""

    host: str = Field(examples=["www.royalroad.com"])
    site: str = Field(examples=["royalroad"], description="The spider that reads it.")
    state: State = Field(
        examples=["degraded"], description="`no data` until there are enough jobs to tell what is usual."
    )
    reasons: list[str] = Field(examples=[["no cover_url in 5 of the last 5 jobs, and in 0 of 31 before"]])
    strategy: str = Field(
        examples=["window.chapters"], description="How the newest job found the list of chapters; empty if it did not."
    )
    share: float | None = Field(
        examples=[0.998], description="Of the chapters' pages that came lately, how many gave a text (0 to 1)."
    )
    empty: list[str] = Field(examples=[["published_at"]], description="The facts that the newest job did not find.")
    shortened: int = Field(
        examples=[0], description="Texts that lost more than half of what the library had, by the newest job."
    )
    jobs: int = Field(examples=[36], description="How many jobs, the newest, this is judged by.")
    read_at: datetime


@router.get("/sites")
def list_sites(limit: Limit = 100) -> list[SiteOut]:
    """The sites that were read last, with the verdict on each."""
    with db.transaction() as session:
        found = readings.by_host(session, limit=limit)
    shown = []
    for site in found:
        verdict, newest = sitehealth.judge(site), site[0]
        shown.append(
            SiteOut(
                host=newest.host,
                site=newest.site,
                state=verdict.state,
                reasons=list(verdict.reasons),
                strategy=newest.strategy,
                share=verdict.share,
                empty=newest.empty,
                shortened=newest.shortened,
                jobs=len(site),
                read_at=newest.read_at,
            )
        )
    return shown
