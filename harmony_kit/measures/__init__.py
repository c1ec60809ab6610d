"""The measures: pure functions from the answers frame, or evidence, to a frame of numbers.

It owns every number, how sure it is, what a small group may show, and what joins the measures.
It never reads a file, knows no store, no instrument file and no words; same frame, same numbers.
Start at `measuring` (all of them), `privacy` (what may be measured), then `coorientation`.
"""
