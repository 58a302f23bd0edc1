"""Convert a source: many pairs at a time, going on where an earlier run stopped."""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from rich.progress import track

from ..depth_io import BadFileError
from ..foreign import complaining
from ..lock import locked, remove_leftovers
from .encode import Record, Style, encode_sample, is_there, write_encoded
from .item import Item, Listing, RejectedError
from .manifest import PARTIAL, Key, add_to_journal, open_journal, records_there, write_manifest

BAD_FILE = 'bad file'


class Report(NamedTuple):
    """What a run did.

    Attributes:
        num: Pairs in the folder by split.
        written: Pairs that this run wrote; the others were there.
        rejected: Pairs left out, by reason.
        examples: The first complaint of each reason.
        has_hr: Whether some pair has HR ground truth.
    """

    num: dict[str, int]
    written: int
    rejected: dict[str, int]
    examples: dict[str, str]
    has_hr: bool


def write_listing(
    listing: Listing,
    dst: Path,
    header: Record,
    style: Style,
    jobs: int = 1,
    every: int = 1,
    progress: bool = True,
) -> Report:
    """Write a listing's pairs and the manifest.

    Args:
        listing: What to write.
        dst: Folder of the data set; made where it is missing.
        header: See `header_of`.
        style: How pairs are written.
        jobs: Pairs at a time; reading and coding of images release Python's lock.
        every: Only each so many-th pair, for recordings whose neighbors look alike.
        progress: Whether to show a progress bar.

    Raises:
        ValueError: The folder holds other data, another run writes into it, or no pair can be used.
    """
    with locked(dst):
        if (dst / PARTIAL).is_file():
            remove_leftovers(dst)
        return _write_listing(listing, dst, header, style, jobs, every, progress)


def _write_listing(
    listing: Listing, dst: Path, header: Record, style: Style, jobs: int, every: int, progress: bool
) -> Report:
    records = {
        key: record for key, record in records_there(dst, header).items() if is_there(dst, record)
    }
    listed: set[Key] = set()
    written = 0
    rejected: Counter[str] = Counter()
    examples: dict[str, str] = {}
    with open_journal(dst, header, records.values()) as journal:

        def convert(item: Item | RejectedError) -> Record | BadFileError | None:
            if isinstance(item, RejectedError):
                return item
            if (item.split, item.name) in records:
                return None
            try:
                with complaining(item.name):
                    pair = encode_sample(item.split, item.name, item.load(), style)
            except BadFileError as error:
                return error
            return write_encoded(dst, pair)

        items = _without_twins(islice(listing.items, 0, None, every), listed)
        total = -(-listing.total // every)
        results = in_order(convert, items, jobs)
        for result in track(results, 'Converting', total, disable=not progress):
            if isinstance(result, BadFileError):
                reason = result.reason if isinstance(result, RejectedError) else BAD_FILE
                rejected[reason] += 1
                examples.setdefault(reason, str(result))
            elif result is not None:
                add_to_journal(journal, result)
                records[result['split'], result['name']] = result
                written += 1
    moved = {name for _, name in records.keys() - listed} & {name for _, name in listed}
    if moved:
        raise ValueError(
            f'{dst}: {len(moved)} pairs, {min(moved)} among them, were in another split before, '
            'so the source has changed: convert into an empty folder'
        )
    if not records:
        raise ValueError(
            f'{dst}: none of {rejected.total()} pairs can be used, first complaint: '
            f'{next(iter(examples.values()), "there are none")}'
        )
    write_manifest(dst, header, listing.sensor, records.values(), rejected)
    num = Counter(split for split, _ in records)
    has_hr = any('hr_depth' in record for record in records.values())
    return Report(dict(num), written, dict(rejected), examples, has_hr)


def _without_twins(items: Iterable[Item], listed: set[Key]) -> Iterator[Item | RejectedError]:
    """Note what is listed; of two items of one name, the second becomes a complaint."""
    for item in items:
        key = item.split, item.name
        if key in listed:
            yield RejectedError('name used twice', f'{item.split or "no split"}, {item.name}')
        else:
            listed.add(key)
            yield item


def in_order(work: Callable[[Any], Any], items: Iterable[Any], jobs: int) -> Iterator[Any]:
    """Map in threads, in order, without drawing more items than the threads need.

    Args:
        work: Function of one of them.
        items: May hold large arrays each.
        jobs: Number of threads.
    """
    pending: deque[Future] = deque()
    pool = ThreadPoolExecutor(jobs)
    try:
        for item in items:
            pending.append(pool.submit(work, item))
            if len(pending) > 2 * jobs:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
