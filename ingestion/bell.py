"""What a worker takes from Redis: a call of one of two functions with a row's id, and nothing else, whoever wrote it there.

RQ pickles its jobs, which a plain `rq worker` and RQ's tools can read, and a pickle can hold any code. JSON would not be enough: a
job names the function to call, and hooks beside it. So what stands in Redis is read without building anything but plain
values, and looked at before it is believed; what is no bell counts as not there, and RQ passes over it.
"""

from __future__ import annotations

import io
import pickle
from typing import Any

import structlog
from redis import Redis, RedisError
from rq.exceptions import NoSuchJobError
from rq.job import Job

log = structlog.get_logger(__name__)

#: What a worker imports, and the API never does: the one does a job, the other a background task.
PROCESS_JOB = "ingestion.tasks.process_job"
PERFORM = "ingestion.background.perform.perform"
#: Fields of RQ's job by which it calls other functions, addresses and jobs. Ours have none of them.
HOOKS = (b"success_callback_name", b"failure_callback_name", b"stopped_callback_name", b"webhooks", b"dependency_ids")


class NotABell(ValueError):
    """What stands in Redis is no job of ours; the message says what is wrong with it."""


class Plain:
    """RQ's serializer, without what can run code: numbers, texts, lists and the like alone come out."""

    @staticmethod
    def dumps(value: Any) -> bytes:
        """As RQ does by default."""
        return pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)

    @staticmethod
    def loads(data: bytes) -> Any:
        """The value. Raises NotABell for one that names a class or function, and pickle's errors for what is no pickle."""
        return _Unpickler(io.BytesIO(data)).load()


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        raise NotABell(f"it names {module_name}.{global_name}")


class Bell(Job):
    """An RQ job that can be nothing but a call of one of the two with a row's id."""

    @classmethod
    def fetch(cls, id: str, connection: Redis | None = None, serializer: Any = None) -> Job:
        """The job with this id. Raises NoSuchJobError, also when what stands there is no bell."""
        try:
            return super().fetch(id, connection, serializer)
        except (RedisError, NoSuchJobError):
            raise
        except Exception as reason:  # what somebody else wrote can be wrong in any way
            log.warning("something in Redis is no job of ours, and is not done", rq_job=id, reason=repr(reason))
            raise NoSuchJobError(f"{id} is no job of ours") from reason

    def restore(self, raw_data: Any) -> Any:
        """Take over what stands in Redis. Raises NotABell, and whatever malformed values raise."""
        if hooks := [name.decode() for name in HOOKS if raw_data.get(name)]:
            raise NotABell(f"it has {', '.join(hooks)}")
        super().restore(raw_data)
        call = Plain.loads(self.data)
        match call:
            case (str(function), None, (int(row),), dict(more)) if (
                function in {PROCESS_JOB, PERFORM} and type(row) is int and 0 < row < 2**63 and not more
            ):
                return
        raise NotABell(f"it is no call of {PROCESS_JOB} or {PERFORM} with the id of a row")
