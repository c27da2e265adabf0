"""The plainest endpoint that takes in a wish: one row into PostgreSQL, its id into Redis. `uvicorn benchmarks.bare.app:app`."""

from __future__ import annotations

import os

from fastapi import FastAPI
from pydantic import BaseModel
from redis import Redis
from sqlalchemy import create_engine, text

app = FastAPI()
engine = create_engine(os.environ["DATABASE_URL"], pool_size=10, max_overflow=40)
queue = Redis.from_url(os.environ["REDIS_URL"])
INSERT = text("INSERT INTO wish (url) VALUES (:url) RETURNING id")

with engine.begin() as connection:
    connection.execute(text("CREATE TABLE IF NOT EXISTS wish (id bigserial PRIMARY KEY, url text NOT NULL)"))


class Wish(BaseModel):
    url: str


@app.post("/ingest", status_code=202)
def ingest(wish: Wish) -> dict[str, int]:
    with engine.begin() as connection:
        made: int = connection.execute(INSERT, {"url": wish.url}).scalar_one()
    queue.rpush("wishes", made)
    return {"id": made}
