"""Tests of `ingestion.catalog`, and the schemas of what it writes."""
