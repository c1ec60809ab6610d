"""What each `harmony` command does; the time, the user and the terminal enter here.

It owns the joining of rooms that do not know each other: the store with an interview, an import
or a run. It never parses an argument (see `cli`) and holds no rule of its own.
Start at the module of the command: `folders`, `interviewing`, `exchanging`, `scheduling`,
`reports`, `comparing`.
"""
