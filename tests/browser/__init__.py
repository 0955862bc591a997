"""Tests in a real browser against a real server; without a Chromium they are skipped and say so."""
