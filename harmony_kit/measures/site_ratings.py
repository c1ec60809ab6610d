"""The ratings of one site and wave person by person, on one scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from harmony_kit.measures.arrays import Array
from harmony_kit.measures.seeding import digest_arrays
from harmony_kit.measures.tally import Tally

__all__ = ["LENS_OF", "WIDTH", "SiteRatings", "batch_sites", "split_sites"]

#: Width of the scale all ratings are put on: that of a 5-point scale, from 0 to 4.
WIDTH: Final = 4.0

#: The lens (0 or 1) whose people answer each of the four sets of a topic: own answers of the
#: first and of the second, estimates by the first and by the second.
LENS_OF: Final = (0, 1, 0, 1)

#: Sites drawn together: more would no longer fit into the memory next to the processor.
_AT_ONCE: Final = 16

#: The four sets with the lenses exchanged.
_MIRRORED: Final = (1, 0, 3, 2)


@dataclass(frozen=True)
class SiteRatings:
    """What the people of two lenses said about the topics of one site and wave.

    Attributes
    ----------
    given
        Four arrays of shape (topics, people of the lens), see `LENS_OF`: ratings from 0 to
        `WIDTH`, NaN where a person gave none.
    unseen
        Colleagues whose answer is not known, shape (topics, 4); negative for a large lens.
    people
        A number per person of either lens that is the same in every wave.
    """

    given: tuple[Array, Array, Array, Array]
    unseen: Array
    people: tuple[Array, Array]

    @property
    def n_topics(self) -> int:
        """Topics rated."""
        return len(self.unseen)

    @property
    def n_people(self) -> tuple[int, int]:
        """People of the two lenses."""
        return self.given[0].shape[1], self.given[1].shape[1]

    @property
    def digest(self) -> bytes:
        """Of everything said; two sites with the same answers have the same."""
        return digest_arrays((*(part.astype(np.float32) for part in self.given), self.unseen))

    def mirror(self) -> SiteRatings:
        """The same with the two lenses exchanged."""
        own, other, estimate, others = self.given
        given = (other, own, others, estimate)
        return SiteRatings(given, self.unseen[:, _MIRRORED], (self.people[1], self.people[0]))

    def pick(self, rows: Array) -> SiteRatings:
        """Some of the topics."""
        own, other, estimate, others = (part[rows] for part in self.given)
        return SiteRatings((own, other, estimate, others), self.unseen[rows], self.people)

    def arrange(self) -> tuple[SiteRatings, bool]:
        """With people and lenses in an order that only what they said decides.

        Returns the ratings and whether the lenses had to be exchanged.
        """
        sorted_ = _sort_people(self)
        mirrored = sorted_.mirror()
        is_mirrored = mirrored.digest < sorted_.digest
        return (mirrored if is_mirrored else sorted_), is_mirrored


def _sort_people(ratings: SiteRatings) -> SiteRatings:
    order = []
    for lens, people in enumerate(ratings.people):
        said = np.nan_to_num(np.concatenate(ratings.given[lens::2]), nan=-1.0)
        order.append(np.lexsort(said) if len(said) else np.arange(len(people)))
    own, other, estimate, others = (
        part[:, order[lens]] for part, lens in zip(ratings.given, LENS_OF, strict=True)
    )
    first, second = ratings.people
    return SiteRatings(
        (own, other, estimate, others), ratings.unseen, (first[order[0]], second[order[1]])
    )


def split_sites(tally: Tally) -> Iterator[tuple[slice, SiteRatings]]:
    """The rows of `Tally.topics` of each site and wave, with their ratings."""
    columns = tally.topics[["site", "wave"]].to_numpy(dtype=object)
    is_new = (columns[1:] != columns[:-1]).any(axis=1)
    bounds = [0, *(np.flatnonzero(is_new) + 1).tolist(), len(columns)]
    voices = np.searchsorted(tally.voices.topic, bounds)
    for place in range(len(bounds) - 1 if len(columns) else 0):
        rows = slice(bounds[place], bounds[place + 1])
        yield rows, _rate_site(tally, rows, slice(voices[place], voices[place + 1]))


def batch_sites(tally: Tally) -> Iterator[list[tuple[slice, SiteRatings]]]:
    """`split_sites`, those of one shape together, some at a time.

    Of one shape are sites with as many topics and with, or without, any head count.
    """
    shapes: dict[tuple[int, bool], list[tuple[slice, SiteRatings]]] = {}
    for rows, ratings in split_sites(tally):
        shape = ratings.n_topics, bool((ratings.unseen >= 0).any())
        batch = shapes.setdefault(shape, [])
        batch.append((rows, ratings))
        if len(batch) == _AT_ONCE:
            yield shapes.pop(shape)
    yield from shapes.values()


def _rate_site(tally: Tally, rows: slice, which: slice) -> SiteRatings:
    voices = tally.voices
    topic, column = voices.topic[which] - rows.start, voices.column[which]
    points = tally.topics["points"].to_numpy()[rows]
    value = (voices.value[which] - 1) * WIDTH / (points[topic] - 1)
    people = [np.unique(voices.person[which][column % 2 == lens]) for lens in (0, 1)]
    given = []
    for place, lens in enumerate(LENS_OF):
        is_here = column == place
        ratings = np.full((rows.stop - rows.start, len(people[lens])), np.nan)
        person = np.searchsorted(people[lens], voices.person[which][is_here])
        ratings[topic[is_here], person] = value[is_here]
        given.append(ratings)
    own, other, estimate, others = given
    return SiteRatings((own, other, estimate, others), tally.unseen[rows], (people[0], people[1]))
