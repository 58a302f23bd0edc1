"""Draws whose augmentation can be repeated, also after a resumed run."""

import itertools
from collections.abc import Iterator

from mmengine.dataset import InfiniteSampler

from mmwsdepth.registry import DATA_SAMPLERS


class SeededIndex(int):
    """A sample's index that carries the seed of its augmentation."""

    seed: tuple[int, ...]

    def __new__(cls, index: int, seed: tuple[int, ...]) -> 'SeededIndex':
        """Make an index with a seed."""
        self = super().__new__(cls, index)
        self.seed = seed
        return self

    def __sub__(self, other: int) -> 'SeededIndex':
        """Keep the seed in `ConcatDataset`."""
        return SeededIndex(int(self) - other, self.seed)

    def __mod__(self, other: int) -> 'SeededIndex':
        """Keep the seed in `RepeatDataset`."""
        return SeededIndex(int(self) % other, self.seed)

    def __getnewargs__(self) -> tuple[int, tuple[int, ...]]:  # type: ignore[override]
        """Survive the way to a worker process."""
        return int(self), self.seed


@DATA_SAMPLERS.register_module()
class ReproducibleSampler(InfiniteSampler):
    """Infinite sampler whose n-th draw is augmented alike in every run with the same seed.

    MMEngine seeds each data-loading worker once, so a resumed run augments otherwise than an
    uninterrupted one. Here the seed is (run's seed, rank, number of the draw), whatever the number
    of workers. Arguments are those of `InfiniteSampler`.
    """

    num_skipped = 0

    def __iter__(self) -> Iterator[int]:
        """Yield indices for ever."""
        indices = itertools.islice(self._indices_of_rank(), self.num_skipped, None)
        for draw, index in enumerate(indices, start=self.num_skipped):
            yield SeededIndex(index, (self.seed, self.rank, draw))

    def skip(self, num_samples: int) -> None:
        """Start at a later draw, as a resumed run does.

        Args:
            num_samples: Draws of this rank that were used before.
        """
        self.num_skipped = num_samples
