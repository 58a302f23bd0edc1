"""Read a list of pairs, however its writer spelled it."""

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import NamedTuple

from .bad_file import printable
from .depth_io import DEPTH_SUFFIXES, IMAGE_SUFFIXES
from .pairing import Pair, files_by_stem

_FORM = 'write an image and a depth path a line'
_SEPARATORS = ('\t', ',', ';')
Names = tuple[str, str]


class _Folder(NamedTuple):
    path: Path
    suffixes: Sequence[str]


def pair_split_file(
    split: Path, images: Path, depths: Path, hr_depths: Path | None = None
) -> tuple[list[Pair], list[str]]:
    """Read a split file with an image and a depth path a line; further columns are not read.

    Paths are relative to the two folders, to the folder above them, or absolute; suffixes may
    miss. They are parted by blanks, tabs, commas or semicolons, and may be quoted; of several
    readings of a line the first counts whose two files exist. Lines that begin with `#` and name no
    files are comments. UTF-8, UTF-16 with its mark and, where the files bear it out, Latin-1.

    Args:
        split: Text file.
        images: Folder of color images.
        depths: Folder of the sensor's depth.
        hr_depths: Folder of HR ground truth, if there is any, named as the sensor's depth.

    Returns:
        The pairs, and a complaint for each line whose files are not there or came before.

    Raises:
        FileNotFoundError: There is no such file or HR folder.
        ValueError: It is no text or names nothing, a line has fewer than two columns, or a path
            has `..`.
    """
    hr_files = files_by_stem(hr_depths, DEPTH_SUFFIXES) if hr_depths else {}
    lines = [(number, line) for number, line in enumerate(_lines(split), start=1) if line.strip()]
    find = partial(_find, split, _Folder(images, IMAGE_SUFFIXES), _Folder(depths, DEPTH_SUFFIXES))
    with ThreadPoolExecutor(max_workers=8) as pool:
        found = list(pool.map(find, lines))
    pairs: dict[Path, Pair] = {}
    first_lines: dict[Path, int] = {}
    complaints = []
    for (number, _), item in zip(lines, found, strict=True):
        if isinstance(item, str):
            complaints.append(f'{split}:{number}: {item}')
        elif item is not None and item.image in pairs:
            complaints.append(
                f'{split}:{number}: {item.image} is in line {first_lines[item.image]}'
            )
        elif item is not None:
            hr_depth = item.depth and hr_files.get(_name(item.depth, depths))
            pairs[item.image] = item._replace(hr_depth=hr_depth)
            first_lines[item.image] = number
    if not pairs and not complaints:
        raise ValueError(printable(f'{split}: 0 lines name a pair: {_FORM}'))
    return list(pairs.values()), complaints


def _lines(split: Path) -> list[str]:
    if not split.is_file():
        raise FileNotFoundError(printable(f'{split}: no such split file'))
    content = split.read_bytes()
    is_utf16 = content[:2] in (b'\xff\xfe', b'\xfe\xff')
    text = content.decode(*(('utf-16', 'replace') if is_utf16 else ('utf-8', 'surrogateescape')))
    if '\0' in text:
        line = text[: text.index('\0')].count('\n') + 1
        raise ValueError(printable(f'{split}:{line}: holds a zero byte: save it as text in UTF-8'))
    return re.split('\r\n|\r|\n', text.removeprefix('\ufeff'))


def _find(
    split: Path, images: _Folder, depths: _Folder, numbered: tuple[int, str]
) -> Pair | str | None:
    """The pair that a line names, a complaint, or None for a comment."""
    number, line = numbered
    latin1 = line.encode('utf-8', 'surrogateescape').decode('latin-1')
    spellings = [line] if latin1 == line else [line, latin1]
    readings = [names for spelling in spellings for names in _readings(spelling.strip())]
    for image_name, depth_name in readings:
        image = _locate(image_name, images)
        depth = _locate(depth_name, depths) if image else None
        if image and (depth or depth_name == 'None'):
            return Pair(_name(image, images.path), image, depth)
    if line.lstrip().startswith('#'):
        return None
    if not readings:
        raise ValueError(printable(f'{split}:{number}: found 1 column, {_FORM}'))
    if any('..' in re.split(r'[/\\]', name) for name in readings[0]):
        raise ValueError(printable(f'{split}:{number}: a path leads out of its folder by ..'))
    image_name, depth_name = readings[0]
    if _locate(image_name, images):
        return f'{depths.path / depth_name.lstrip("/")}: no such file'
    return f'{images.path / image_name.lstrip("/")}: no such file'


def _readings(line: str) -> Iterator[Names]:
    """Image and depth path, in all ways in which a line may be meant, the plainest first."""
    columns = line.split()
    if len(columns) > 1:
        yield columns[0], columns[1]
    if '"' in line or "'" in line:
        yield from _quoted(line)
    for separator in _SEPARATORS:
        cells = [cell.strip().strip('"') for cell in line.split(separator)]
        if len(cells) > 1 and all(cells[:2]):
            yield cells[0], cells[1]
    if len(columns) > 3:
        yield columns[1], columns[3]  # TUM RGB-D: time image time depth
    blanks = [match.span() for match in re.finditer(r'\s+', line)]
    for index, (start, end) in enumerate(blanks):
        for stop, _ in [*blanks[index + 1 :], (len(line), 0)][::-1]:
            yield line[:start], line[end:stop]


def _quoted(line: str) -> Iterator[Names]:
    for separator in (' ', *_SEPARATORS):
        lexer = shlex.shlex(line, posix=True)
        lexer.whitespace, lexer.whitespace_split = separator + ' \t', True
        lexer.escape = lexer.commenters = ''
        try:
            cells = list(lexer)
        except ValueError:
            return
        if len(cells) > 1:
            yield cells[0], cells[1]


def _locate(name: str, folder: _Folder) -> Path | None:
    """The file of this name; a path within the folder, unless it was given as absolute."""
    for spelling in dict.fromkeys((name, name.replace('\\', '/'))):
        path = Path(spelling)
        if '..' in path.parts:
            continue
        inside = path.relative_to(path.anchor)
        candidates = [folder.path / inside]
        for count in range(1, min(len(inside.parts), len(folder.path.parts) + 1)):
            if inside.parts[:count] == folder.path.parts[-count:]:
                candidates.append(folder.path.joinpath(*inside.parts[count:]))
        if path.is_absolute() and os.path.isdir(path.parent):
            candidates.append(_under(path, folder.path))
        for candidate in candidates:
            for suffix in ('', *folder.suffixes):
                file = candidate.with_name(candidate.name + suffix) if suffix else candidate
                if candidate.name and os.path.isfile(file):
                    return file
    return None


def _under(path: Path, folder: Path) -> Path:
    """Spell an absolute path like the folder that it lies in, through whatever links."""
    absolute, real = folder.absolute(), os.path.realpath(folder)
    if path.is_relative_to(absolute):
        return folder / path.relative_to(absolute)
    for parent in path.parents:
        if os.path.realpath(parent) == real:
            return folder / path.relative_to(parent)
    return path


def _name(path: Path, folder: Path) -> str:
    """Relative path without suffix; of a file elsewhere the whole path without its root."""
    inside = path.relative_to(folder) if path.is_relative_to(folder) else path.relative_to('/')
    return inside.with_suffix('').as_posix()
