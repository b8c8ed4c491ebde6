"""Fanzha (反诈)."""
