"""/library/import: EPUBs and lists of URLs that other programs left, brought in by a form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response, UploadFile

from ingestion import imports
from ingestion.api.limits import within_rate
from ingestion.errors import ParseError
from ingestion.imports import Entry, Outcome
from ingestion.sanitize import storable
from ingestion.web.page import Page, show

router = APIRouter(route_class=Page)


@router.get("/library/import")
def form(request: Request) -> Response:
    """The form."""
    return show(request, "bring.html", entries=None)


@router.post("/library/import", dependencies=[Depends(within_rate)])
def bring(
    request: Request,
    files: list[UploadFile] = [],  # noqa: B006 - FastAPI makes a new one for each request
    urls: Annotated[str, Form()] = "",
) -> Response:
    """Make jobs and tasks of what was sent, and tell what became of each."""
    written = storable(urls)
    entries = list(_taken(files, written))
    return show(request, "bring.html", 200 if entries else 422, entries=entries, urls="" if entries else written)


def _taken(files: list[UploadFile], urls: str) -> Iterator[Entry]:
    sent = [(file.filename, file.file.read()) for file in files if file.filename]
    for name, content in [*sent, *([("the list", urls.encode())] if urls.strip() else [])]:
        try:
            yield from imports.take(content, name=name or "book.epub")
        except ParseError as reason:
            yield Entry(source=name or "", outcome=Outcome.REFUSED, message=str(reason))
