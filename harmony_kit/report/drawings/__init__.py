"""Pictures: rows of numbers and words in, one small SVG out.

Every function here takes rows that are already measured and worded and gives a `Drawing`; no
other part of the package knows a colour or a shape.
"""

from harmony_kit.report.drawings.choice_chart import ChoiceHead, ChoiceRow, Chosen, draw_choices
from harmony_kit.report.drawings.drawing import NARROW, WIDTH, Drawing
from harmony_kit.report.drawings.map_chart import MapDot, MapPanel, MapWords, draw_map
from harmony_kit.report.drawings.marks import Heard
from harmony_kit.report.drawings.meter_chart import Share, ShareRow, draw_share, draw_shares
from harmony_kit.report.drawings.owner_chart import OwnerRow, draw_owners
from harmony_kit.report.drawings.pilot_chart import PilotPanel, PilotWords, Score, draw_pilots
from harmony_kit.report.drawings.rating_chart import RatingRow, draw_ratings
from harmony_kit.report.drawings.readiness_chart import Check, DecisionRow, draw_readiness
from harmony_kit.report.drawings.record_chart import (
    PilotBar,
    Wait,
    draw_decisions,
    draw_pilot_times,
)
from harmony_kit.report.drawings.spread_chart import SpreadPanel, draw_spread
from harmony_kit.report.drawings.state_chart import StateRow, draw_states, draw_swatch
from harmony_kit.report.drawings.topic_chart import TopicKey, TopicLook, TopicRow, draw_topics
from harmony_kit.report.drawings.use_chart import UseLine, UsePoint, draw_use

__all__ = [
    "NARROW",
    "WIDTH",
    "Check",
    "ChoiceHead",
    "ChoiceRow",
    "Chosen",
    "DecisionRow",
    "Drawing",
    "Heard",
    "MapDot",
    "MapPanel",
    "MapWords",
    "OwnerRow",
    "PilotBar",
    "PilotPanel",
    "PilotWords",
    "RatingRow",
    "Score",
    "Share",
    "ShareRow",
    "SpreadPanel",
    "StateRow",
    "TopicKey",
    "TopicLook",
    "TopicRow",
    "UseLine",
    "UsePoint",
    "Wait",
    "draw_choices",
    "draw_decisions",
    "draw_map",
    "draw_owners",
    "draw_pilot_times",
    "draw_pilots",
    "draw_ratings",
    "draw_readiness",
    "draw_share",
    "draw_shares",
    "draw_spread",
    "draw_states",
    "draw_swatch",
    "draw_topics",
    "draw_use",
]
