"""The tables. PostgreSQL is the truth: whatever is lost elsewhere, these rows are enough to go on."""

from ingestion.models.access import ApiToken
from ingestion.models.base import Base
from ingestion.models.fetched import Page, Picture, SiteReading
from ingestion.models.following import Follow
from ingestion.models.jobs import ALL_HOSTS, IS_ONLY_ONE, URGENCY, Job, JobEvent, Pause
from ingestion.models.library import ChapterRevision, ChapterRow, NovelRow, SourceRow
from ingestion.models.schedule import SchedulerRow
from ingestion.models.searching import ChapterSearch, NovelGram, NovelSearch
from ingestion.models.tasks import IS_OPEN, Task, Upload
from ingestion.models.webhooks import Webhook

__all__ = [
    "ALL_HOSTS",
    "IS_ONLY_ONE",
    "IS_OPEN",
    "URGENCY",
    "ApiToken",
    "Base",
    "ChapterRevision",
    "ChapterRow",
    "ChapterSearch",
    "Follow",
    "Job",
    "JobEvent",
    "NovelGram",
    "NovelRow",
    "NovelSearch",
    "Page",
    "Pause",
    "Picture",
    "SchedulerRow",
    "SiteReading",
    "SourceRow",
    "Task",
    "Upload",
    "Webhook",
]
