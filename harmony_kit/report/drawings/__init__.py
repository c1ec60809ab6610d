"""Pictures: rows of numbers and words in, one small SVG out.

Every function here takes rows that are already measured and worded and gives a `Drawing`; no
other part of the package knows a colour or a shape.
"""

from harmony_kit.report.drawings.choice_chart import ChoiceHead, ChoiceRow, Chosen, draw_choices
from harmony_kit.report.drawings.drawing import Drawing
from harmony_kit.report.drawings.look_chart import LookRow, draw_looks
from harmony_kit.report.drawings.meter_chart import Share, ShareRow, draw_share, draw_shares
from harmony_kit.report.drawings.owner_chart import OwnerRow, draw_owners
from harmony_kit.report.drawings.pilot_chart import PilotPanel, PilotWords, Score, draw_pilots
from harmony_kit.report.drawings.readiness_chart import Check, DecisionRow, draw_readiness
from harmony_kit.report.drawings.record_chart import (
    PilotBar,
    UseLine,
    Wait,
    draw_decisions,
    draw_pilot_times,
    draw_use,
)
from harmony_kit.report.drawings.state_chart import StateRow, draw_states
from harmony_kit.report.drawings.topic_chart import TopicLook, TopicRow, draw_topics

__all__ = [
    "Check",
    "ChoiceHead",
    "ChoiceRow",
    "Chosen",
    "DecisionRow",
    "Drawing",
    "LookRow",
    "OwnerRow",
    "PilotBar",
    "PilotPanel",
    "PilotWords",
    "Score",
    "Share",
    "ShareRow",
    "StateRow",
    "TopicLook",
    "TopicRow",
    "UseLine",
    "Wait",
    "draw_choices",
    "draw_decisions",
    "draw_looks",
    "draw_owners",
    "draw_pilot_times",
    "draw_pilots",
    "draw_readiness",
    "draw_share",
    "draw_shares",
    "draw_states",
    "draw_topics",
    "draw_use",
]
