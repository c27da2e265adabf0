"""Tests of `ingestion.export`."""
