"""What all pages share: how they are rendered, which headers they bring, and how they tell a problem."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from fastapi import Request, Response
from fastapi.routing import APIRoute
from fastapi.templating import Jinja2Templates
from starlette.responses import RedirectResponse
from starlette.staticfiles import StaticFiles

from ingestion import VERSION
from ingestion.api import credentials
from ingestion.api.problems import Problem
from ingestion.web import look, reasons, times, written

HERE = Path(__file__).parent
STATIC = HERE / "static"
#: The cookie that says to the next page what was done.
DONE = "done"
#: Nothing from anywhere else, nothing that a text could bring along; forms are sent to us, and tell us where they come from.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}

templates = Jinja2Templates(directory=HERE / "templates")
templates.env.trim_blocks = templates.env.lstrip_blocks = True


def _version() -> str:
    """Changes with the files in `static`, which browsers keep for ever."""
    content = b"".join(path.read_bytes() for path in sorted(STATIC.iterdir()) if path.is_file())
    return hashlib.sha256(content).hexdigest()[:12]


templates.env.globals |= {
    "version": VERSION,
    "static": f"static/{{}}?v={_version()}".format,
    "session": credentials.COOKIE,
    "reason": reasons.of,
    "written": written.attributes,
}
templates.env.filters |= {"ago": times.ago, "day": times.day, "lasting": times.lasting, "moment": times.moment}


class Static(StaticFiles):
    """The files of `static`, each asked for under its version and then kept."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        """The file, not to be asked for again."""
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


def show(request: Request, template: str, status: int = 200, /, **context: Any) -> Response:
    """The page that `template` makes of `context`."""
    done = unquote(request.cookies.get(DONE, "")) if status == 200 else ""
    context |= {"look": look.of(request), "path": credentials.path(request), "root": root(request), "done": done}
    answer = templates.TemplateResponse(request, template, context, status, headers=HEADERS)
    if done:
        answer.delete_cookie(DONE)
        return answer
    return _unless_known(request, answer)


def _unless_known(request: Request, page: Response) -> Response:
    """The page, or nothing but the word that the browser has it already (RFC 9110, section 15.4.5)."""
    page.headers["ETag"] = f'W/"{hashlib.sha256(page.body).hexdigest()[:32]}"'
    if page.status_code != 200 or request.headers.get("If-None-Match") != page.headers["ETag"]:
        return page
    return Response(status_code=304, headers=HEADERS | {"ETag": page.headers["ETag"]})


def go(request: Request, place: str, *, done: str | None = None) -> Response:
    """After a form was sent: the page at `place`, asked for anew (303), which says what was `done`."""
    answer = RedirectResponse(root(request) + place, 303, headers=HEADERS)
    if done is not None:
        answer.set_cookie(DONE, quote(done), max_age=60, httponly=True, samesite="strict")
    return answer


def inside(path: str) -> str:
    """The path, where it is one of ours: what a link or a form names must not lead to somebody else's page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) and path.isprintable() else "/"


def root(request: Request) -> str:
    """Where a proxy shows us, before each path: `/library`, say, or nothing."""
    return str(request.scope.get("root_path", "")).rstrip("/")


class Page(APIRoute):
    """A route whose problems are told as a page; whoever needs a token is asked for it. What can be got, can be asked for without its body."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        if self.methods and "GET" in self.methods:
            self.methods.add("HEAD")

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """As FastAPI's, remembering how to tell a problem."""
        answer = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request.state.tell = tell
            return await answer(request)

        return handle


def tell(request: Request, problem: Problem, headers: Mapping[str, str] | None) -> Response:
    """The problem as a page; for want of a token, the page that asks for one."""
    if problem.status == 401:
        asked = credentials.path(request) + (f"?{request.url.query}" if request.url.query else "")
        return go(request, f"/login?next={quote(asked if request.method == 'GET' else '/', safe='')}")
    page = show(request, "problem.html", problem.status, problem=problem)
    page.headers.update(headers or {})
    return page
