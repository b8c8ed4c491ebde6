"""The version of this software, stamped on tables and printed on every page."""

VERSION = "0.2.0"
