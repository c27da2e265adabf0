"""What the API process must not carry."""

from __future__ import annotations

import subprocess
import sys

from ingestion.system import ROOT


def test_the_api_imports_no_scrapy_no_reactor_and_no_alembic():
    # structlog looks for twisted.python.log wherever Twisted is installed; what counts is that there is no network of its.
    unwanted = ("scrapy", "twisted.internet", "spiders", "alembic")
    program = f"import main, sys; sys.exit([m for m in {unwanted} if m in sys.modules] or 0)"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (result.returncode, result.stderr) == (0, "")
