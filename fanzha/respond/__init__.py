"""Propose what to do next. A named person decides."""
