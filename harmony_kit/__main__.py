"""`python -m harmony_kit` is `harmony`."""

from harmony_kit.cli import main

main(prog_name="harmony")
