"""From what was looked at to one screen of text."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from mmwsdepth.datasets.bad_file import name_some
from mmwsdepth.datasets.layout import DEPTHS
from mmwsdepth.datasets.pairing import Size

from .alignment import (
    Shift,
    edge_correlation,
    find_orientation,
    find_shift,
    tolerance,
    working_scale,
)
from .findings import Finding
from .folder import DataFolder
from .inspection import Inspection, inspect
from .sample import Sample, pool
from .units import unit_findings

SIMULATED_BELOW = 1.5
ENOUGH_IMAGES = 5
MARKS = {'ok': 'ok', 'note': 'note', 'problem': 'PROBLEM'}
Section = tuple[str, list[Finding]]


def folder_section(
    folder: DataFolder, num: int = 50, jobs: int = 2, name_at_most: int | None = 3
) -> Section:
    """Look through a data folder and say what was found, with a title.

    Args:
        folder: Where the data lies and how its depth is read.
        num: Pairs to decode at most.
        jobs: Threads.
        name_at_most: How many bad files a finding names; None for all.
    """
    title = f'{folder.label}: {folder.images} beside {folder.depths}'
    if folder.is_made_on_use and not folder.images.is_dir():
        return title, [Finding('note', 'not there yet: training renders it first')]
    try:
        inspection = inspect(folder, num, jobs)
    except (FileNotFoundError, ValueError) as error:
        return title, [Finding('problem', str(error))]
    findings = [_pairs(inspection, name_at_most), _rejected(inspection, name_at_most)]
    samples = [sample for sample in inspection.samples if sample.complaint is None]
    if samples:
        findings += [*size_findings(samples), _missing(samples)]
    return title, [*findings, *_depth(inspection), *_alignment(inspection.samples)]


def _pairs(inspection: Inspection, name_at_most: int | None) -> Finding:
    pairs = f'{inspection.num_pairs} pairs'
    if inspection.unpaired:
        named = name_some(inspection.unpaired, name_at_most)
        return Finding('problem', f'{pairs}, {len(inspection.unpaired)} unpaired files: {named}')
    return Finding('ok' if inspection.num_pairs else 'problem', f'{pairs}, no unpaired file')


def _rejected(inspection: Inspection, name_at_most: int | None) -> Finding:
    looked = f'{inspection.num_pairs} looked at, {len(inspection.samples)} of them decoded'
    if inspection.rejected:
        named = name_some(inspection.rejected, name_at_most)
        number = len(inspection.rejected)
        return Finding('problem', f'training would reject {number} pairs ({looked}): {named}')
    return Finding('ok', f'training would reject none ({looked})')


def size_findings(samples: Sequence[Sample]) -> list[Finding]:
    """Name the sizes of color and depth and their ratio.

    Args:
        samples: Good ones, at least one.
    """
    sizes = Counter((sample.color, sample.depth) for sample in samples)
    texts = [
        f'color {_size(color)}, depth {_size(depth)}, ratio {color[1] / depth[1]:.3g}'
        + (f' ({count} images)' if len(sizes) > 1 else '')
        for (color, depth), count in sizes.most_common()
        if color and depth
    ]
    findings = [Finding('ok', name_some(texts))]
    if len({color for color, _ in sizes}) > 1:
        text = 'images differ in size: resize or crop to one size, or set batch_size=1'
        findings.append(Finding('note', text))
    if all(c[1] / d[1] < SIMULATED_BELOW for c, d in sizes if c and d):
        text = 'depth is as fine as color: coarse ground truth has to be simulated by '
        findings.append(Finding('note', f'{text}mmwsdepth.DownsampleDepth'))
    return findings


def _missing(samples: Sequence[Sample]) -> Finding:
    missing = {sample.name: sample.raw.missing for sample in samples if sample.raw}
    worst = max(missing, key=lambda name: missing[name])
    mean = float(np.mean(list(missing.values())))
    most = f', at most {missing[worst]:.1%} ({worst})' if missing[worst] else ''
    return Finding('ok' if mean <= 0.5 else 'note', f'{mean:.1%} of depth is missing{most}')


def _depth(inspection: Inspection) -> list[Finding]:
    """The range, and what the unit might be, of bad files too: the unit may be what is bad."""
    raws = [sample.raw for sample in inspection.samples if sample.raw]
    if not raws:
        return []
    raw, scale = pool(raws), inspection.folder.depth_scale
    nearest, median, farthest = np.percentile(raw.values, (1, 50, 99)) * scale
    text = (
        f'depth from {nearest:.3g} to {farthest:.3g} m (1 to 99 %), median {median:.3g} m, '
        f'{raw.dtype} with depth_scale={scale:g}'
    )
    return [Finding('ok', text), *unit_findings(raw, scale, inspection.folder.depth_range)]


def _alignment(samples: Sequence[Sample]) -> list[Finding]:
    seen = [sample for sample in samples if sample.edges is not None]
    if not seen:
        text = 'too few depth discontinuities to tell whether color and depth are aligned'
        is_good = any(sample.complaint is None for sample in samples)
        return [Finding('note', text)] if is_good else []
    (color, depth), _ = Counter((sample.color, sample.depth) for sample in seen).most_common(1)[0]
    assert color and depth
    edges = [s.edges for s in seen if s.edges and (s.color, s.depth) == (color, depth)]
    shift = find_shift([edge_correlation(pair) for pair in edges], working_scale(color))
    finding = alignment_finding(shift, tolerance(color, depth), len(edges))
    if finding.grade == 'ok' or not (orientation := find_orientation(edges)):
        return [finding]
    text = (
        f'depth does not lie as its images do, edges meet after {orientation} ({len(edges)} '
        f'images): run `mmwsdepth prepare folder SRC DST --depths {DEPTHS} '
        f'--orient-depth {orientation}`'
    )
    return [_problem_if_sure(text, len(edges))]


def alignment_finding(shift: Shift | None, tolerated: float, images: int) -> Finding:
    """Say whether color and depth are aligned.

    Args:
        shift: See `find_shift`.
        tolerated: Pixels of the color image.
        images: Number of images that the shift was found in.
    """
    if shift is None:
        return Finding(
            'note',
            f'edges of color and depth meet at no shift ({images} images): depth is too sparse to '
            'tell, or the files of a pair do not belong together',
        )
    sideways = f'{abs(shift.right):.1f} px {"right" if shift.right > 0 else "left"}'
    upright = f'{abs(shift.down):.1f} px {"below" if shift.down > 0 else "above"}'
    text = f'color edges lie {sideways} and {upright} of depth edges ({images} images)'
    if np.hypot(shift.right, shift.down) <= tolerated:
        return Finding('ok', text)
    mend = 'register depth to color'
    return _problem_if_sure(f'{text}, tolerated are {tolerated:.1f} px: {mend}', images)


def _problem_if_sure(text: str, images: int) -> Finding:
    if images < ENOUGH_IMAGES:
        return Finding('note', f'{text}; too few images to be sure')
    return Finding('problem', text)


def has_problem(sections: Iterable[Section]) -> bool:
    """Tell whether anything has to be mended."""
    return _count_problems(sections) > 0


def render(sections: Sequence[Section]) -> str:
    """Lay sections out for a terminal, with a verdict as the last line."""
    lines = []
    for title, findings in sections:
        lines.append(title)
        lines += [f'  {MARKS[finding.grade]:8}{finding.text}' for finding in findings]
        lines.append('')
    problems = _count_problems(sections)
    verdict = f'{problems} problem{"s" if problems > 1 else ""} found' if problems else 'healthy'
    return '\n'.join([*lines, verdict])


def _count_problems(sections: Iterable[Section]) -> int:
    return sum(finding.grade == 'problem' for _, findings in sections for finding in findings)


def _size(size: Size) -> str:
    return f'{size[0]}x{size[1]}'
