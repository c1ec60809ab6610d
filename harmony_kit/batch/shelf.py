"""Where reports stand: a whole one is put there, a failed one never takes a good one's place.

What was published stays until a whole report replaces it, or until it no longer follows from its
inputs and a page can say so and name them. Chance (a crash, a full disk, a file open in another
program) takes nothing down. What somebody changed or added by hand is kept.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from harmony_kit.batch.briefing import is_portfolio
from harmony_kit.batch.edited import keep_changed, keep_files
from harmony_kit.batch.job import Job, Made
from harmony_kit.batch.paper import name_pdf
from harmony_kit.batch.plan import NOT_MADE_AGAIN, Step, changed_inputs
from harmony_kit.batch.record import Failure, Record
from harmony_kit.batch.swap import publish_files, publish_folder

__all__ = ["Shelf"]

#: A folder there is not: nothing takes the place of what is removed.
_NOTHING = ".nothing"


@dataclass(frozen=True)
class Shelf:
    """The published reports, and the folder of their records.

    `kept` are the files somebody had changed, with what they are called now, below `reports`.
    """

    reports: Path
    records: Path
    kept: dict[str, str] = field(default_factory=dict)

    def place(self, name: str) -> Path:
        """Where the files of a report stand."""
        return self.reports if is_portfolio(name) else self.reports / name

    def name_changes(self, job: Job, step: Step, old: Record | None) -> Job:
        """The job, told which inputs a report that stands there no longer follows from."""
        if old is None or not old.is_ok:
            return job
        changed = changed_inputs(step.inputs, old)
        gone = tuple(name for name in changed if name != NOT_MADE_AGAIN)
        return replace(job, page=replace(job.page, taken_down_for=gone))

    def put(self, made: Made, step: Step, old: Record | None) -> Record:
        """Put what was made in its place, or leave what stands there; what is remembered of it.

        A folder is swapped only when it is complete and its record is on the disk. Raises OSError;
        what stood there stands there then.
        """
        finished, page = made.finished, made.job.page
        has_page = page.html in finished.files
        failure = finished.failure
        is_out_of_date = has_page and bool(page.taken_down_for)
        if failure and failure.is_of_the_disk:
            is_out_of_date = False  # a full disk says nothing of a report
        if failure and not is_out_of_date and (self._stands(made.job, old) or not has_page):
            shutil.rmtree(made.work, ignore_errors=True)
            return self.keep(made.job, step, old, failure)
        record = Record(
            step.name,
            step.inputs,
            finished.files,
            finished.summary,
            made.seconds,
            made.n_tries,
            failure,
        )
        staged = record.stage(self.records)
        try:
            self._publish(made, old)
            staged.commit()
        finally:
            staged.discard()
        return record

    def keep(self, job: Job, step: Step, old: Record | None, failure: Failure) -> Record:
        """Remember a try that came to nothing; nothing that stands is touched. Raises OSError."""
        record = self.describe_setback(job, step, old, failure)
        record.save(self.records)
        return record

    def describe_setback(
        self, job: Job, step: Step, old: Record | None, failure: Failure
    ) -> Record:
        """What is to be remembered of a try that came to nothing."""
        if old is not None and self._stands(job, old):
            return replace(old, setback=failure)
        return Record(step.name, step.inputs, old.files if old else {}, failure=failure)

    def remove(self, record: Record) -> None:
        """Take down a report nobody asks for any more, and forget it; what is not ours stays."""
        place = self.place(record.name)
        names = [*record.files, *self._name_pdfs(record.files)]
        self._tell(record.name, keep_files(place, record.files, place / _NOTHING, place, names))
        for name in names:
            (place / name).unlink(missing_ok=True)
        if (
            not is_portfolio(record.name)
            and place.is_dir()
            and not any(map(Path.is_file, place.rglob("*")))
        ):
            shutil.rmtree(place, ignore_errors=True)
        record.forget(self.records)

    def _tell(self, name: str, kept: Mapping[str, str]) -> None:
        prefix = "" if is_portfolio(name) else f"{name}/"
        for old, new in kept.items():
            self.kept[f"{prefix}{old}"] = f"{prefix}{Path(old).with_name(new).as_posix()}"

    def _name_pdfs(self, names: Iterable[str]) -> list[str]:
        return [name_pdf(Path(name)).as_posix() for name in names if name.endswith(".html")]

    def _stands(self, job: Job, old: Record | None) -> bool:
        """Whether a good report is there to be kept."""
        return old is not None and old.is_ok and (self.place(job.name) / job.page.html).is_file()

    def _publish(self, made: Made, old: Record | None) -> None:
        name, place, work = made.job.name, self.place(made.job.name), made.work
        files = old.files if old else {}
        if place != self.reports:
            kept = keep_changed(place, files, work)
            publish_folder(work, place)
            self._tell(name, kept)
            return
        names = [*made.finished.files, *files, *self._name_pdfs([made.job.page.html])]
        self._tell(name, keep_files(place, files, work, place, dict.fromkeys(names)))
        name_pdf(place / made.job.page.html).unlink(missing_ok=True)
        publish_files(work, place)
        for name in (old.files.keys() if old else set()) - made.finished.files.keys():
            (place / name).unlink(missing_ok=True)
