"""Puts this folder on Python's path, so that every test finds `support`."""
