"""The report over all sites of a wave, a verb per part: each takes a `Portfolio`.

Sites are put beside each other, never added up: there is no score of a site, and nothing is
averaged over the two directions.
"""

from harmony_kit.report.portfolio_report.overview import cover, sites
from harmony_kit.report.portfolio_report.promises_across import promises
from harmony_kit.report.portfolio_report.reading_across import reading, where
from harmony_kit.report.portfolio_report.records_across import evidence
from harmony_kit.report.portfolio_report.recurring import recurring
from harmony_kit.report.portfolio_report.regions import regions
from harmony_kit.report.portfolio_report.together import together

__all__ = [
    "cover",
    "evidence",
    "promises",
    "reading",
    "recurring",
    "regions",
    "sites",
    "together",
    "where",
]
