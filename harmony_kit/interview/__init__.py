"""One open interview, from the inside out, each layer knowing only those before it.

It owns what is asked when, what stands on the screen, and that nothing is acknowledged before it
is kept. It never opens a store: `commands.interviewing` joins the two. Nothing is imported here:
a command that starts JupyterLab needs no widgets.
Start at `questions` (what could be asked), `session` (where one stands, a value), `interview` (a
session joined to a journal), `beginning` (start, resume, reopen), then `conversation` and
`reception` (messages in, plain data out), `form` (the widget) and `launch` (JupyterLab).
"""
