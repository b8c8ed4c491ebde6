"""A small synthetic country with planted truth, written in the real file formats."""
