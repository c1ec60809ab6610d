"""Findings: what the measures of one site show, in words, the most important first.

It owns the patterns that can be found, the playbook that words them, and the canvases.
It never computes a measure and never draws; a text names only what a measure licensed.
Start at `observing` (from frames to observations), `playbook` (texts), `findings` (both joined).
"""
