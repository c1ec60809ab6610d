"""The workshop: from a report to an accord both sides signed, one screen after the other.

It owns what is proposed to the room, which screens there are, what a key pressed becomes, and that
a prediction stays hidden until both sides have locked. It never measures, never opens a store or a
report: `commands.workshops` hands it what was published and where to keep what is said.
Start at `agenda` (what is on the table), `screens` (where one can stand), `saying` (a field's new
text as an entry), `room` (a workshop joined to the journal), then `sheets` (what stands on a
screen) and `host` (messages in, plain data out); `board` is the widget.
"""
