"""The settings of where PostgreSQL and Redis are; `addresses` says what their URLs may look like."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from pydantic import BaseModel, Field, field_validator, model_validator

from ingestion import addresses
from ingestion.values import PortAlone


class Servers(BaseModel):
    """Where the data is."""

    #: SQLAlchemy or libpq URL. Unset: the embedded PostgreSQL that `cli.py up` keeps in DATA_DIR.
    database_url: str | None = None
    #: The same server without the pooler that DATABASE_URL leads to, for `cli.py backup` and `restore`. Unset: DATABASE_URL.
    database_direct_url: str | None = None
    #: redis://, rediss://, unix:// or sentinel:// URL. Unset: as the next six say, or the embedded Valkey in DATA_DIR.
    redis_url: str | None = None
    #: The same in single settings, for where REDIS_URL is not set.
    redis_host: str | None = None
    redis_port: PortAlone = 6379
    redis_db: int = Field(default=0, ge=0)
    redis_username: str | None = None
    redis_password: str | None = None
    redis_ssl: bool = False
    #: Seconds without an answer after which Redis is taken for away.
    redis_timeout: float = Field(default=5.0, gt=0, le=60)
    #: Folder of the embedded servers' data.
    data_dir: Path = Path("data")

    @field_validator("database_url", "database_direct_url")
    @classmethod
    def _postgresql(cls, value: str | None) -> str | None:
        return value and addresses.postgresql(value)

    @field_validator("redis_url")
    @classmethod
    def _redis(cls, value: str | None) -> str | None:
        return value and addresses.redis(value)

    @model_validator(mode="after")
    def _one_redis(self) -> Self:
        if self.redis_url is None and self.redis_host is not None:
            self.redis_url = addresses.redis_at(
                self.redis_host,
                self.redis_port or 6379,
                database=self.redis_db,
                username=self.redis_username,
                password=self.redis_password,
                encrypted=self.redis_ssl,
            )
        elif self.redis_url is None and (self.redis_password or self.redis_ssl):
            raise ValueError("REDIS_HOST: set it too; REDIS_PASSWORD and REDIS_SSL say how to talk to it")
        return self
