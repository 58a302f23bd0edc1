"""Which sources there are."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from . import diode, kitti
from .arkitscenes import list_arkitscenes
from .diode import list_diode
from .encode import Style
from .folder import list_folder
from .ibims import list_ibims
from .item import Listing
from .kitti import list_kitti
from .manifest import header_of
from .nyu import list_nyu
from .realsense import list_realsense
from .record3d import list_record3d
from .run import Report, write_listing
from .strayscanner import list_strayscanner

MILLIMETER = 0.001
WRITTEN_FOLDERS = ('images', 'annotations', 'annotations_hr', 'masks')


class Source(NamedTuple):
    """A source of data.

    Attributes:
        title: Its format in words.
        listing: Lists its pairs; takes the source's path and the options.
        options: Names of `listing`'s further arguments.
        depth_scale: Meters per unit of the files that are written, by default.
    """

    title: str
    listing: Callable[..., Listing]
    options: tuple[str, ...] = ()
    depth_scale: float = MILLIMETER


_RECORDING = ('min_confidence', 'test_share')
SOURCES = {
    'nyu': Source('NYU Depth v2: labeled .mat or BTS folders', list_nyu, ('splits',)),
    'kitti': Source(
        'KITTI annotated depth beside raw images',
        list_kitti,
        ('raw', 'train_list', 'test_list'),
        kitti.DEPTH_SCALE,
    ),
    'arkitscenes': Source('ARKitScenes depth upsampling', list_arkitscenes, ('min_confidence',)),
    'diode': Source('DIODE', list_diode, (), diode.DEPTH_SCALE),
    'ibims': Source('iBims-1 core, .mat', list_ibims),
    'record3d': Source('Record3D .r3d', list_record3d, _RECORDING),
    'strayscanner': Source('Stray Scanner', list_strayscanner, _RECORDING),
    'realsense': Source('RealSense bag', list_realsense, ('test_share',)),
    'folder': Source(
        'folder of pairs',
        list_folder,
        ('images', 'depths', 'hr_depths', 'depth_suffix', 'unit', 'test_share'),
    ),
}


def convert(
    source: str,
    src: Path,
    dst: Path,
    options: dict[str, object],
    style: Style,
    jobs: int = 1,
    every: int = 1,
    progress: bool = True,
) -> Report:
    """Convert a source into the layout that the package's data sets read.

    Args:
        source: A key of `SOURCES`.
        src: Where it is.
        dst: Folder of the data set; a run that was stopped is continued.
        options: Arguments of the source's listing.
        style: How pairs are written.
        jobs: Pairs at a time.
        every: Only each so many-th pair.
        progress: Whether to show a progress bar.

    Raises:
        FileNotFoundError: There is no `src`, or a file that an option names is missing.
        ValueError: An argument is out of range, `src` is not such a source, `dst` holds other
            data, or no pair can be used.
    """
    if jobs < 1 or every < 1 or style.depth_scale <= 0:
        raise ValueError(
            f'jobs={jobs}, every={every}, depth_scale={style.depth_scale}: all must be positive'
        )
    share = options.get('test_share', 0.0)
    if not isinstance(share, float | int) or not 0 <= share < 1:
        raise ValueError(f'test_share={share}: need a share from 0 to below 1')
    if not src.exists():
        raise FileNotFoundError(f'{src}: no such file or folder')
    if src.resolve() == dst.resolve():
        raise ValueError(f'{dst}: is the source itself: name another folder to write')
    named = [options.get(key) or key for key in ('images', 'depths', 'hr_depths')]
    for folder in (src, *(src / str(name) for name in named)):
        for written in WRITTEN_FOLDERS:
            if folder.resolve().is_relative_to((dst / written).resolve()):
                raise ValueError(
                    f'{dst / written}: would be written to, and the source {folder} is in it: name '
                    'another folder to write'
                )
    listing = SOURCES[source].listing(src, **options)
    settings = {
        key: value.name if isinstance(value, Path) else value for key, value in options.items()
    } | dict(every=every, lossless=style.lossless, quarters=style.quarters)
    header = header_of(source, SOURCES[source].title, style.depth_scale, settings)
    return write_listing(listing, dst, header, style, jobs, every, progress)
