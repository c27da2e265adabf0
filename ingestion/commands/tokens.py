"""Commands about the API's tokens."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from ingestion.commands import output
from ingestion.status import Scope

Name = Annotated[str, typer.Argument(metavar="NAME", help="Whose it is, or what for.")]


def new(
    name: Name,
    scope: Annotated[Scope, typer.Option(help="`write` may do everything, `read` change nothing.")] = Scope.READ,
) -> None:
    """Make a token and print it, once: only its SHA-256 is kept. From now on the API asks for tokens.

    Example: python cli.py token new phone --scope write
    """
    from ingestion import db, tokens

    if not re.fullmatch(r"[A-Za-z0-9._-]{1,50}", name):
        raise SystemExit("NAME: at most 50 letters, digits, dots, dashes and underscores")
    with db.transaction() as session:
        token = tokens.create(session, name, scope)
    if token is None:
        raise SystemExit(f"there is a token {name} already; revoke it first, or choose another name")
    output.out.print(token, markup=False, highlight=False)


def list_tokens(as_json: output.Json = False) -> None:
    """List the tokens, those that were revoked too. What API_TOKENS holds is not among them.

    Example: python cli.py token list
    """
    from ingestion import db, tokens

    columns = ("name", "scope", "created_at", "last_used_at", "revoked_at")
    with db.transaction() as session:
        rows = [{column: getattr(token, column) for column in columns} for token in tokens.listed(session)]
    if as_json:
        output.as_json([{name: value and str(value) for name, value in row.items()} for row in rows])
    else:
        output.table(rows, *columns)


def revoke(name: Name) -> None:
    """Let a token in no more, from the next request on.

    Example: python cli.py token revoke phone
    """
    from ingestion import db, tokens

    with db.transaction() as session:
        known = tokens.revoke(session, name)
    if not known:
        raise SystemExit(f"there is no token {name} that is not revoked; `python cli.py token list` lists them")
    output.out.print(f"token {name} revoked", highlight=False)
