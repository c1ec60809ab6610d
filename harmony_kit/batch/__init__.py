"""The run over sites: plan, snapshot, make, publish, deliver; only what changed, whole or not.

It owns which reports are made, from what, where they lie and what was published before.
It never knows what stands on a page, and leaves the running of a notebook to the engine.
Start at `batch` (one run from start to end), then `plan`, `job` (one report) and `publish`.
"""
