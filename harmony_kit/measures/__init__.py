"""The measures: pure functions from the answers frame (or evidence) to a frame of numbers."""
