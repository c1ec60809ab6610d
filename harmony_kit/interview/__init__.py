"""The interview, from the inside out, each layer knowing only those before it.

`plan` what could be asked, on which screens · `session` where one interview stands, a value ·
`interview` a session joined to a `journal` · `opening` start, resume, reopen · `conversation` and
`reception` messages in, plain data out · `form` the widget that draws it · `launch` JupyterLab.

Nothing here is imported by this module: a command that starts JupyterLab needs no widgets.
"""
