"""/: where a URL is pasted, and what is going on."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response

from ingestion import intake, urls
from ingestion.api.limits import within_rate
from ingestion.errors import ForbiddenAddress
from ingestion.web.page import Page, go, show

router = APIRouter(route_class=Page)


@router.get("/")
def home(request: Request) -> Response:
    """The page."""
    return show(request, "home.html")


@router.post("/", dependencies=[Depends(within_rate)])
def ingest(request: Request, url: Annotated[str, Form(max_length=urls.MAX_LENGTH)]) -> Response:
    """Make a job for the novel at `url`, and show it."""
    try:
        taken = intake.submit(url.strip())
    except (urls.UnusableURL, ForbiddenAddress) as reason:
        return show(request, "home.html", 422, url=url, problem=str(reason))
    return go(request, f"/activity/{taken.job.id}", done=taken.message)
