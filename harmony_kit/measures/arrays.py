"""The arrays measures are made of, by what is in them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Bools", "Counts", "Days", "Draws", "Floats", "Ints", "Names"]

#: Numbers of single or double precision, or truths.
Array = NDArray[Any]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
#: How many answers lie at each point of a scale.
Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Days = NDArray[np.datetime64]
Names = NDArray[np.object_]
#: Draws, the last axis over draws; single precision is twice as fast and sure to a thousandth.
Draws = NDArray[np.float32]
