"""Which kind of demand a series is, as that decides which methods suit it."""

import numpy as np

from models.forecasts import DemandClass
from services.forecasting.series import Array, Flags

# Where one method becomes better than another in theory: Syntetos, Boylan and Croston (2005),
# "On the categorization of demand patterns", Journal of the Operational Research Society 56.
ADI_LIMIT = 1.32
CV2_LIMIT = 0.49
# With fewer days on which anything was asked for there is nothing to tell apart.
FEWEST_DEMANDS = 2


def classified(demand: Array, known: Flags) -> list[DemandClass]:
    """The class of each series by its average interval between demands (ADI) and the squared
    coefficient of variation of their sizes (CV²); `known` are the days that count."""
    asked = known & (demand > 0)
    times = asked.sum(axis=1)
    size = np.where(asked, demand, 0.0)
    mean = size.sum(axis=1) / np.maximum(times, 1)
    apart = np.where(asked, demand - mean[:, None], 0.0)
    variance = (apart**2).sum(axis=1) / np.maximum(times - 1, 1)
    cv2 = variance / np.maximum(mean, 1e-12) ** 2
    adi = known.sum(axis=1) / np.maximum(times, 1)
    return [_class(int(n), float(a), float(c)) for n, a, c in zip(times, adi, cv2, strict=True)]


def _class(times: int, adi: float, cv2: float) -> DemandClass:
    if times < FEWEST_DEMANDS:
        return DemandClass.UNKNOWN
    if adi < ADI_LIMIT:
        return DemandClass.SMOOTH if cv2 < CV2_LIMIT else DemandClass.ERRATIC
    return DemandClass.INTERMITTENT if cv2 < CV2_LIMIT else DemandClass.LUMPY
