"""What is asked: lenses, scales, options, dimensions, items, and when each is relevant.

It owns the instrument's model, its file and translations, its conditions, and YAML as people
write it. It never knows an answer, a respondent or a site.
Start at `model` (what an instrument is), then `file` (how one is read) and `conditions`.
"""
