"""Agreement and survival against R's own packages, where R is installed."""

from __future__ import annotations

import datetime as dt
import io
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import skip_or_fail

from harmony_kit.measures.evidence import measure_decisions
from harmony_kit.measures.indices import ad_mean, ad_median, awg, rwg

pytestmark = pytest.mark.slow

_AGREEMENT = """
suppressMessages(library(multilevel))
d <- read.csv("ratings.csv")
out <- data.frame(
  group = rwg(d$x, d$group, ranvar = 2)$grpid,
  rwg = rwg(d$x, d$group, ranvar = 2)$rwg,
  ad_mean = ad.m(d$x, d$group, type = "mean")$AD.M,
  ad_median = ad.m(d$x, d$group, type = "median")$AD.M,
  awg = awg(d$x, d$group, range = c(1, 5))$a.wg)
write.csv(out, stdout(), row.names = FALSE)
"""
_SURVIVAL = """
suppressMessages(library(survival))
d <- read.csv("decisions.csv")
curve <- summary(survfit(Surv(days, decided) ~ site, data = d), censored = TRUE)
points <- data.frame(site = sub("site=", "", curve$strata), t = curve$time, s = curve$surv)
# The median as the first time at which no more than half are left; R's own print takes the
# middle of a step that lies at exactly one half.
write.csv(aggregate(t ~ site, points[points$s <= 0.5 + 1e-9, ], min), stdout(), row.names = FALSE)
"""


def _ask_r(package: str, script: str, folder: Path) -> pd.DataFrame:
    if shutil.which("Rscript") is None:
        skip_or_fail("R is not installed")
    there = subprocess.run(
        ["Rscript", "-e", f"library({package})"], capture_output=True, check=False
    )
    if there.returncode:
        skip_or_fail(f"the R package {package} is not installed")
    done = subprocess.run(
        ["Rscript", "-e", script], cwd=folder, capture_output=True, text=True, check=True
    )
    return pd.read_csv(io.StringIO(done.stdout))


def test_agreement_indices_equal_those_of_multilevel(tmp_path):
    draw = np.random.default_rng(7)
    groups = [draw.integers(1, 6, size=int(draw.integers(3, 13))) for _ in range(200)]
    rows = [(g, x) for g, ratings in enumerate(groups) for x in ratings]
    pd.DataFrame(rows, columns=["group", "x"]).to_csv(tmp_path / "ratings.csv", index=False)
    theirs = _ask_r("multilevel", _AGREEMENT, tmp_path).sort_values("group")
    counts = np.array([np.bincount(ratings, minlength=6)[1:] for ratings in groups])
    np.testing.assert_allclose(ad_mean(counts), theirs["ad_mean"], atol=1e-9)
    np.testing.assert_allclose(ad_median(counts), theirs["ad_median"], atol=1e-9)
    # R reports disagreement beyond chance as 0; ours stays below it.
    np.testing.assert_allclose(np.maximum(rwg(counts), 0), theirs["rwg"], atol=1e-9)
    ours, known = awg(counts), theirs["awg"].to_numpy()
    is_defined = ~np.isnan(ours)
    np.testing.assert_allclose(ours[is_defined], known[is_defined], atol=1e-9)
    assert is_defined.mean() > 0.8


def test_median_time_to_decide_equals_that_of_survival(tmp_path):
    draw = np.random.default_rng(11)
    today = dt.date(2026, 10, 30)
    rows = []
    for site in range(60):
        for number in range(int(draw.integers(4, 15))):
            days = int(draw.integers(1, 200))
            rows.append((f"p{site:02d}", f"d{number}", days, int(draw.random() < 0.8)))
    frame = pd.DataFrame(rows, columns=["site", "decision", "days", "decided"])
    frame.to_csv(tmp_path / "decisions.csv", index=False)
    theirs = _ask_r("survival", _SURVIVAL, tmp_path).set_index("site")["t"]
    end = pd.Timestamp(today)
    raised = end - pd.to_timedelta(frame["days"], unit="D")
    decisions = pd.DataFrame(
        {
            "site": frame["site"],
            "decision": frame["decision"],
            "title": "x",
            "raised_on": raised,
            "decided_on": raised.where(frame["decided"] == 0, end).where(frame["decided"] == 1),
            "held_by": "it",
            "status": np.where(frame["decided"] == 1, "decided", "open"),
        }
    ).astype({"raised_on": "datetime64[s]", "decided_on": "datetime64[s]"})
    ours = measure_decisions(decisions, as_of=today).set_index("site")["median_days"]
    assert ours.notna().sum() == len(theirs) > 40
    np.testing.assert_allclose(ours.dropna(), theirs.reindex(ours.dropna().index))
