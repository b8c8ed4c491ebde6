"""How a table of unknown layout is to be read: proposed from headers and content, shown, and kept for next time."""

import json
from dataclasses import dataclass

from fanzha.formats import known
from fanzha.formats.grid import Source
from fanzha.formats.mapping import Mapping
from fanzha.store.journal import Entry
from fanzha.store.record import Act, Record
