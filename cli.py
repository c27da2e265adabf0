"""Everything an operator does by hand: ``python cli.py --help``."""

from __future__ import annotations

import sys

import typer

from ingestion.commands import (
    canary,
    care,
    exports,
    follows,
    health,
    jobs,
    keeping,
    kit,
    library,
    live,
    logs,
    queues,
    running,
    search,
    sources,
    spiders,
    tasks,
    tokens,
    webhooks,
)
from ingestion.startup import explained

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode="rich")
database = typer.Typer(no_args_is_help=True, help="The database's tables.")
spider = typer.Typer(
    no_args_is_help=True, help="The kit for a site's spider: begin it, try it, record its pages, compare."
)

token = typer.Typer(no_args_is_help=True, help="Who may use the API.")


webhook = typer.Typer(no_args_is_help=True, help="Addresses that are told of what happens, over HTTP and signed.")


@app.callback()
def prepare() -> None:
    """Ingest web novels, and look after the service that does it."""
    from ingestion import logs

    # Standard output is for what was asked for; what went wrong on the way goes beside it.
    logs.configure("cli", stream=sys.stderr, level="WARNING")


for command in (jobs.ingest, jobs.jobs, jobs.job, jobs.cancel, jobs.retry, jobs.dead_letters):
    app.command()(command)
for command in (
    live.watch,
    care.process_queue,
    care.pause,
    care.resume,
    queues.move,
    queues.queues,
    queues.empty,
    library.novels,
    library.diff,
    library.reparse,
    search.search,
    exports.export,
    sources.sources,
    sources.relocate,
    follows.follow,
    follows.unfollow,
    spiders.spiders,
    canary.canary,
    tasks.tasks,
    tasks.task,
    webhooks.notify,
    keeping.backup,
    keeping.restore,
    keeping.prune,
    health.health,
    logs.logs,
    running.up,
    running.demo,
    running.scheduler,
):
    app.command()(command)
app.command("follows")(follows.list_follows)
database.command()(running.upgrade)
for command in (kit.new, kit.check, kit.diff):
    spider.command()(command)
spider.command("test")(kit.replay)
app.add_typer(database, name="db")
app.add_typer(spider, name="spider")
token.command()(tokens.new)
token.command("list")(tokens.list_tokens)
token.command()(tokens.revoke)
app.add_typer(token, name="token")
webhook.command()(webhooks.add)
webhook.command("list")(webhooks.list_webhooks)
webhook.command()(webhooks.remove)
webhook.command("test")(webhooks.try_out)
app.add_typer(webhook, name="webhook")

if __name__ == "__main__":
    with explained():
        app()
