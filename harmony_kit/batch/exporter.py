"""The exporter behind every report: ``jupyter nbconvert --to harmony`` makes the batch's page.

It knows where the template lies, in a checkout and where a wheel puts it.
"""

from __future__ import annotations

from typing import Any

from traitlets import default

from harmony_kit.batch.page import spell_out
from harmony_kit.batch.places import templates_folder
from harmony_kit.engine.imports import without_iri_grammar

with without_iri_grammar():
    from nbconvert import HTMLExporter

__all__ = ["PageExporter"]


class PageExporter(HTMLExporter):
    """Renders a notebook with the template ``harmony``, and is done.

    HTMLExporter then reads the whole page again, to give pictures an alternative text and
    cells a tab stop. Our pictures say what they show and our pages have no cells: without
    the second reading a report takes a tenth of the time.
    """

    export_from_notebook = "Harmony report"

    @default("optimistic_validation")
    def _optimistic_validation_default(self) -> bool:
        # Checked once, after the last preprocessor, and not after each of eleven.
        return True

    @default("template_name")
    def _template_name_default(self) -> str:
        return "harmony"

    @default("extra_template_basedirs")
    def _basedirs_default(self) -> list[str]:
        return [str(templates_folder())]

    def from_notebook_node(
        self,
        nb: Any,  # noqa: ANN401 - a NotebookNode
        resources: dict[str, Any] | None = None,
        **kw: Any,  # noqa: ANN401 - as nbconvert has it
    ) -> tuple[str, dict[str, Any]]:
        """The page of a notebook, and what nbconvert knows of it."""
        prepared = self._init_resources(resources)
        html, told = super(HTMLExporter, self).from_notebook_node(nb, prepared, **kw)
        return spell_out(html), told
