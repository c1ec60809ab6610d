"""The `harmony` command: argument parsing only; every command is one call elsewhere.

Heavy imports live inside the commands, so that ``harmony --help`` answers at once.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from harmony_kit import __version__, cli_accord, cli_exchange, cli_people
from harmony_kit.commands.options import (
    FILE,
    FOLDER,
    exit_with,
    folder_argument,
    making_options,
    run_options,
)

__all__ = ["main"]

_CONTEXT = {"help_option_names": ["-h", "--help"], "max_content_width": 100}


class _Group(click.Group):
    """Commands in the order a consultant meets them, and errors without a traceback."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order they are declared."""
        del ctx
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; an error of ours is told in plain words and exits with 1."""
        try:
            return super().invoke(ctx)
        except click.ClickException:
            raise
        except KeyboardInterrupt:
            click.echo("stopped; what was finished is kept.", err=True)
            raise SystemExit(130) from None
        except Exception as cause:  # noqa: BLE001 - told or raised again
            exit_with(cause)


@click.group(cls=_Group, context_settings=_CONTEXT)
@click.version_option(__version__, prog_name="harmony")
def main() -> None:
    """Show IT and Operations what each means by AI, and what each believes of the other.

    \b
    Look at it:        harmony demo
    Start a client's:  harmony init acme && harmony check acme
    Collect answers:   harmony interview acme --site plant-1
                       harmony import acme survey.xlsx --site plant-2 --map columns.csv
    Make the reports:  harmony run acme, then open acme/reports/index.html
    Agree on a frame:  harmony workshop acme --site plant-1
    """  # noqa: D301 - click wants a real backspace


@main.command()
@click.argument("folder", metavar="[DIR]", type=FOLDER, default="demo", required=False)
@run_options
def demo(folder: Path, **options: Any) -> None:  # noqa: ANN401 - click hands over what was typed
    """Build a demo engagement, run it, say where the reports are.

    DIR is ./demo unless given. Twelve invented plants, about 150 simulated respondents; every
    page says so. It takes the same way as client data: import, store, batch, templates.
    Running it again changes nothing.
    """
    from harmony_kit.commands import reports

    sys.exit(reports.run_demo(folder, reports.RunOptions(**options)))


@main.command()
@folder_argument
@click.option("--client", default=None, help="Name of the client; default: the name of the folder.")
@click.option("--wave", default="1", show_default=True, help="Name of this round of interviews.")
@click.option(
    "--notebooks",
    "has_notebooks",
    is_flag=True,
    help="Also copy the notebooks of the reports into it, to change; into a folder there is, too.",
)
def init(folder: Path, **options: Any) -> None:  # noqa: ANN401
    """Start an engagement folder whose files explain themselves."""
    from harmony_kit.commands import folders

    folders.init(folder, **options)


@main.command()
@folder_argument
def check(folder: Path) -> None:
    """Say everything that is wrong in DIR, all at once.

    Exits with 1 if anything is. Reads settings, instrument, translations, playbook, sites,
    evidence and the stored answers, and names file, row and what is allowed.
    """
    from harmony_kit.commands import folders

    sys.exit(folders.check(folder))


main.add_command(cli_exchange.import_)
main.add_command(cli_exchange.map_)
main.add_command(cli_exchange.form)


@main.command()
@folder_argument
@click.option("--site", "sites", multiple=True, help="Only this site; may be given again.")
@click.option(
    "--where", metavar="COLUMN=VALUE", multiple=True, help="Only sites where sites.csv says so."
)
@click.option("--wave", help="Which wave; default: the engagement's.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Count open decisions to this day; default: as_of in engagement.yaml, else today.",
)
@run_options
@making_options
def run(folder: Path, **options: Any) -> None:  # noqa: ANN401
    """Make the reports of DIR that are missing or out of date.

    One report per site, the portfolio and the index, in DIR/reports; those of other waves stay, in
    DIR/reports/waves. What you changed there by hand is kept and named. A site that fails gets a
    page saying what failed; the others are made all the same, and the exit code is 1. What was
    published of a side stays as it was until enough of its people have answered anew.
    Interrupt it whenever you like: the same command finishes what is missing.
    """
    from harmony_kit.batch.touched import is_touched
    from harmony_kit.engine.warming import warming

    is_here = not options["is_plan"] and options["scheduler"] is None
    with warming(is_wanted=is_here and (options["force"] or is_touched(folder))):
        from harmony_kit.commands import reports

        how = reports.RunOptions(**{name: options.pop(name) for name in reports.RUN_OPTIONS})
        show = reports.show_plan if options.pop("is_plan") else reports.run
        sys.exit(show(reports.batch_request(folder, **options), how))


@main.command()
@folder_argument
@click.option("--site", "sites", multiple=True, help="Only this site; may be given again.")
@click.option(
    "--browser", metavar="PATH", help="The browser that prints; default: the first one found."
)
@click.option("--force", "is_forced", is_flag=True, help="Print again what is printed already.")
@click.option("--redacted", "is_redacted", is_flag=True, help="The redacted reports.")
def pdf(folder: Path, **options: Any) -> None:  # noqa: ANN401
    """Print the reports of DIR as PDFs, to send and to file.

    report.pdf beside each report.html and, without --site, portfolio.pdf and index.pdf: A4, tagged
    for screen readers, with bookmarks, running heads and page numbers. Made of the page alone.

    Needs Chromium, Google Chrome or Microsoft Edge, found on PATH or where it is usually installed.
    A report that is made again, or taken down by harmony forget, takes its PDF with it: print
    again. Exits with 1 if a page could not be printed, and names it.
    """
    from harmony_kit.commands import printing

    sys.exit(printing.print_reports(folder, **options))


@main.command()
@folder_argument
@run_options
def watch(folder: Path, **options: Any) -> None:  # noqa: ANN401
    """Keep drafts, for your own eyes, in DIR/drafts while answers come in. Ctrl-C ends it."""
    from harmony_kit.commands import reports

    reports.watch(folder, reports.RunOptions(**options))


@main.command()
@folder_argument
@click.option("--site", help="Open on this site.")
@click.option(
    "--self", "self_service", is_flag=True, help="For a respondent alone: larger type, no notes."
)
@click.option(
    "--share",
    metavar="ADDRESS",
    help="The same for a phone or tablet in this network, at an address of this computer; TLS.",
)
@click.option(
    "--port",
    type=click.IntRange(1024, 65535),
    help="With --self or --share: this port; default: the first free one of the folder's.",
)
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
def interview(folder: Path, *, self_service: bool, no_browser: bool, **options: Any) -> None:  # noqa: ANN401
    """Open the interview in JupyterLab; with --self on a page of its own."""
    if self_service or options["share"] is not None:
        from harmony_kit.commands import sharing

        sharing.serve_form(folder, browse=not no_browser, **options)
        return
    if options["port"]:
        error = "--port goes with --self or --share."
        raise click.UsageError(error)
    from harmony_kit.commands import folders

    sys.exit(folders.interview(folder, site=options["site"], open_browser=not no_browser))


@main.command()
@folder_argument
@click.option("--site", required=True, help="The plant whose two sides are in the room.")
@click.option("--workflow", help="The recurring decision; chosen on the first screen if not given.")
@click.option(
    "--screen",
    type=click.Choice(["projector", "laptop"]),
    default="projector",
    show_default=True,
    help="projector: 24 pt at 1920 x 1080.",
)
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
def workshop(folder: Path, *, no_browser: bool, **options: Any) -> None:  # noqa: ANN401
    """Hold the workshop in JupyterLab: 90 minutes, from report to accord."""
    from harmony_kit.commands import workshops

    sys.exit(workshops.hold_workshop(folder, open_browser=not no_browser, **options))


@main.command()
@folder_argument
@click.option("--site", "sites", multiple=True, help="Only this site; may be given again.")
@click.option("--wave", help="Which wave; default: the engagement's.")
@click.option(
    "--schedule", type=FILE, metavar="FILE.xlsx", help="Also write a schedule sheet to fill in."
)
def plan(folder: Path, sites: tuple[str, ...], wave: str | None, schedule: Path | None) -> None:
    """Say how many interviews each site still needs, and for what."""
    from harmony_kit.commands import scheduling

    scheduling.plan(folder, sites=sites, wave=wave, schedule=schedule)


@main.command()
@folder_argument
@click.option("--site", "sites", multiple=True, help="Only this site; may be given again.")
def lexicon(folder: Path, sites: tuple[str, ...]) -> None:
    """Put what each side calls things into lexicon.csv, to be agreed on.

    Lines come from the reports. What stands in the file stays as it is, and what both sides wrote
    into its column say_it_so is used in the next reports and handouts.
    """
    from harmony_kit.commands import lexicon_terms

    lexicon_terms.lexicon(folder, sites=sites)


@main.command()
@folder_argument
@click.option("--site", "sites", multiple=True, help="Only this site; may be given again.")
@click.option("--output", type=FILE, metavar="FILE.xlsx", help="Also write every number.")
@click.option("--draft", "is_draft", is_flag=True, help="For your own eyes, of all answers.")
def compare(folder: Path, sites: tuple[str, ...], output: Path | None, *, is_draft: bool) -> None:
    """Say what moved from one wave of interviews to the next.

    Changes of own views, estimates and misreadings, states that turned into others, and who
    came back. An item asked in other words than before is listed, never compared. What it says
    counts as published: reports keep to it.
    """
    from harmony_kit.commands import comparing

    comparing.compare(folder, sites=sites, output=output, is_draft=is_draft)


for command in (
    *cli_people.COMMANDS,
    *cli_accord.COMMANDS,
    cli_exchange.export,
    cli_exchange.merge,
    cli_exchange.journal,
    cli_exchange.undo,
    cli_exchange.instrument,
):
    main.add_command(command)
