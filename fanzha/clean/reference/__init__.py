"""Reference data that ships with the software: small tables of facts, each block with its source and date.

Nothing here is loaded by itself: the workspace takes `shipped.shipped_tables()`, journals each by its digest, and hands the
content of the version in use to the reader (`issuer.read_bins`, `short_code.read_short_codes`, `token.read_tokens`).
"""
