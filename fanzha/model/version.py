"""The version of this software, stamped on tables and printed on every page."""

VERSION = "0.1.0"
