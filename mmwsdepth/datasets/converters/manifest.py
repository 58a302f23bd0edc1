"""`manifest.json`: what a folder holds and where it came from; a line a pair while it grows."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TextIO

from ..write_whole import write_whole
from .encode import Record

NAME, PARTIAL = 'manifest.json', 'manifest.json.partial'
VERSION = 1
UNITS = {0.001: 'millimeter', 0.01: 'centimeter', 1.0: 'meter'}
Key = tuple[str, str]


def header_of(source: str, title: str, depth_scale: float, settings: Mapping[str, Any]) -> Record:
    """What must be equal for a run to go on with a folder.

    Args:
        source: The converter's name.
        title: The source's format in words.
        depth_scale: Meters per unit of the depth files.
        settings: Options that change what is written.
    """
    return dict(
        converter=source,
        version=VERSION,
        source_format=title,
        unit=UNITS.get(depth_scale, f'{depth_scale:.6g} meter'),
        depth_scale=depth_scale,
        missing=0,
        settings=dict(settings),
    )


def records_there(dst: Path, header: Record) -> dict[Key, Record]:
    """The pairs that earlier runs finished.

    A line that a killed run left unfinished is skipped.

    Raises:
        ValueError: The folder holds another data set, or one that was written otherwise.
    """
    records: list[Any] = []
    done, begun = dst / NAME, dst / PARTIAL
    if done.is_file():
        found = _parse(done.read_bytes())
        _compare(done, found, header)
        files = found.get('files')
        records += files if isinstance(files, list) else []
    if begun.is_file():
        first, *rest = begun.read_bytes().splitlines() or [b'']
        _compare(begun, _parse(first), header)
        records += map(_parse, rest)
    keys = [_key(record) for record in records]
    return {key: record for key, record in zip(keys, records, strict=True) if key is not None}


def open_journal(dst: Path, header: Record, records: Iterable[Record]) -> TextIO:
    """Start the file that grows by one line a finished pair, with what is there already."""
    lines = [json.dumps(header), *(json.dumps(record) for record in records)]
    write_whole(dst / PARTIAL, ('\n'.join(lines) + '\n').encode())
    return (dst / PARTIAL).open('a')


def add_to_journal(journal: TextIO, record: Record) -> None:
    """Add a pair whose files are written."""
    journal.write(json.dumps(record) + '\n')
    journal.flush()


def write_manifest(
    dst: Path, header: Record, sensor: str, records: Iterable[Record], rejected: Mapping[str, int]
) -> None:
    """Write the manifest of a whole folder and remove the journal.

    Args:
        dst: Folder of the data set.
        header: See `header_of`.
        sensor: What measured the depth.
        records: See `write_encoded`.
        rejected: Number of pairs left out, by reason.
    """
    files = sorted(records, key=lambda record: (record['split'], record['name']))
    num = Counter(record['split'] for record in files)
    content = header | dict(sensor=sensor, num=dict(num), rejected=dict(rejected), files=files)
    write_whole(dst / NAME, (json.dumps(content, indent=1) + '\n').encode())
    os.unlink(dst / PARTIAL)


def _key(record: Any) -> Key | None:
    if not isinstance(record, dict):
        return None
    split, name = record.get('split'), record.get('name')
    return (split, name) if isinstance(split, str) and isinstance(name, str) else None


def _parse(text: bytes) -> Record:
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _meaning(header: Record, key: str) -> Any:
    """A value to compare: earlier releases spelled units otherwise, and had fewer settings."""
    value = header.get(key)
    if key == 'unit':
        return header.get('depth_scale')
    if key == 'settings' and isinstance(value, dict):
        return {name: setting for name, setting in value.items() if setting is not None}
    return value


def _compare(path: Path, found: Record, wanted: Record) -> None:
    differing = [key for key in wanted if _meaning(found, key) != _meaning(wanted, key)]
    if differing:
        there, asked = ({key: place.get(key) for key in differing} for place in (found, wanted))
        raise ValueError(
            f'{path}: the data there has {there}, asked for was {asked}: name another folder, ask '
            'for the same, or delete this one'
        )
