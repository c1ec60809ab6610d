"""How long half of the decisions wait, the open ones counted as still waiting.

>>> median_wait(np.array([18.0, 228.0]), np.array([True, False]))["median_days"]
18.0
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import CensoredData, ecdf

from harmony_kit.measures.arrays import Floats
from harmony_kit.measures.scores import INTERVAL

__all__ = ["median_wait"]


def median_wait(days: Floats, is_done: npt.NDArray[np.bool_]) -> dict[str, float]:
    """Kaplan-Meier median with its interval; NaN where the curve does not come down to half."""
    names = ("median_days", "median_low", "median_high")
    if not is_done.any():
        return dict.fromkeys(names, float("nan"))
    curve = ecdf(CensoredData(uncensored=days[is_done], right=days[~is_done])).sf
    with np.errstate(divide="ignore", invalid="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # an undefined interval is NaN, as wanted
        band = curve.confidence_interval(confidence_level=INTERVAL, method="log-log")
    low, high = (np.asarray(end.probabilities) for end in _ends(band))
    # The band has no value where nobody or everybody is left; its lower end is the curve there.
    low = np.where(np.isnan(low), curve.probabilities, low)
    surviving = (curve.probabilities, low, high)
    return {
        name: _half_time(curve.quantiles, part) for name, part in zip(names, surviving, strict=True)
    }


def _ends(band: Any) -> tuple[Any, Any]:  # noqa: ANN401 - the stubs take the band for two numbers
    return band.low, band.high


def _half_time(times: Floats, surviving: Floats) -> float:
    # A little above: a product of shares that is half on paper may miss it in its last digit.
    is_half = surviving <= 0.5 + 1e-9
    return float(times[is_half][0]) if is_half.any() else float("nan")
