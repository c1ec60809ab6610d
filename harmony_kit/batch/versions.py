"""Which code makes the reports: another version may give other numbers or other pages."""

from __future__ import annotations

import sys
from functools import cache
from importlib.metadata import PackageNotFoundError, version

import harmony_kit
from harmony_kit.batch.places import package_folder
from harmony_kit.files import hash_content, hash_file, hash_folder
from harmony_kit.instrument.language_files import owner_files
from harmony_kit.report.words import OWNERS

__all__ = ["library_versions", "package_fingerprint"]

# What computes and draws; another version may give other numbers or other pixels.
_LIBRARIES = ("numpy", "pandas", "scipy", "pyarrow", "nbconvert", "pydantic")


@cache
def package_fingerprint() -> str:
    """Version, code and words: in a checkout the code changes and the version does not."""
    package = package_folder()
    words = [hash_file(path) for owner in OWNERS for path in owner_files(owner).values()]
    made_of = [hash_folder(package, "*.py"), hash_folder(package / "report", "*.j2"), words]
    return hash_content([harmony_kit.__version__, *made_of])


@cache
def library_versions() -> dict[str, str]:
    """Library → its version, for those that decide what a report looks like."""
    versions = {"python": ".".join(map(str, sys.version_info[:2]))}
    for name in _LIBRARIES:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = ""
    return versions
