"""The workspace on disk: originals, journal, keys, tables. The only place SQL runs."""
