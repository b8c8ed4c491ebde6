"""Arrow's compute functions. Their published stubs refuse valid calls, so they are taken as untyped here, once."""

from typing import Any

import pyarrow.compute

pc: Any = pyarrow.compute
