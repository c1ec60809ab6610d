"""What was said: answers, respondents, subjects, events, and the append-only store of them.

It owns what one answer is, the answers frame every measure takes, and that nothing acknowledged
is lost. It never asks a question, measures or words anything.
Start at `answers`, then `store`; `schema` says how an answer becomes a row and comes back.
"""
