"""The workbook of a report: what a consultant opens and filters, in the report's language.

A cover, a sheet for each part of results.json that has rows, and what every column holds. The
tables with all columns, for who calculates on, are `exchange.raw_tables`.
"""

from harmony_kit.report.site_workbook.sheets_in import draw_site_workbook

__all__ = ["draw_site_workbook"]
