"""What is asked: lenses, scales, options, dimensions, items, and when each is relevant.

It owns the instrument's model, its file, its conditions, YAML as people write it, and the reader
of every language file. It never knows an answer, a respondent or a site.
Start at `model` (what an instrument is), then `file` (how one is read) and `conditions`.
"""
