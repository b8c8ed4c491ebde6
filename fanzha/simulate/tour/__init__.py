"""The hand-arranged country of the examples: small, every file written by hand of its maker, planted truth beside it."""
