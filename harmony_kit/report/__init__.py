"""The report of a site and of a portfolio: assessments, parts of pages, drawings, results.

It owns what a page shows and in which order, results.json and the workbook. It never runs a
notebook, and computes no number that a measure could.
Start at `assessment`; `site_report` and `portfolio_report` hold a verb per part of a page,
`drawings` the pictures, `blocks` the pieces a page is made of.
"""
