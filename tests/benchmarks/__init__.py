"""Measurements beside others, each started by its own command; not part of the tests."""
