"""Measurements, in turns in one run. They print; no test asserts a time."""
