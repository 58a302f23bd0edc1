"""ARKitScenes, depth upsampling: a phone's lidar beside a laser scanner's depth of the same view.

https://github.com/apple/ARKitScenes, DATA.md and depth_upsampling/README.md:
`{Training,Validation}/VIDEO/{wide,highres_depth,lowres_depth,confidence}/VIDEO_TIME.png`; color
and HR depth 1440x1920, LR depth and confidence 192x256, depth in millimeters, confidence 0 to 2.
The documentation also calls the folder of color `color`; `wide_intrinsics/*.pincam` has width,
height and focal lengths. `metadata.csv` tells where the sky is, by which the authors turn the
frames upright.
"""

import csv
import math
from functools import partial
from pathlib import Path

from ..depth_io import read_depth
from ..foreign import complaining
from ..listing import find_files
from .confidence import APPLE_LIDAR, keep_confident, read_confidence
from .item import Item, Listing, Sample, first_existing, load_color, turn
from .splits import split_of

COLOR_FOLDERS = ('wide', 'color')
QUARTERS = {'Up': 0, 'Left': 1, 'Down': 2, 'Right': 3}
_ANY = (0.0, math.inf)


def list_arkitscenes(src: Path, min_confidence: int = 1) -> Listing:
    """List ARKitScenes' frames with lidar depth; HR depth comes along where it is there.

    Args:
        src: Folder with `Training` and `Validation`, or any folder within it.
        min_confidence: Least confidence of LR depth that is kept, 0 to 2.

    Raises:
        ValueError: No frames there, or `metadata.csv` is damaged.
    """
    depths = [p for p in find_files(src, ('.png',)) if p.parent.name == 'lowres_depth']
    if not depths:
        raise ValueError(f'{src}: no VIDEO/lowres_depth/*.png')
    sky = _sky_directions(src)
    items = [_item(path, min_confidence, sky) for path in depths]
    return Listing(len(items), items, f'{APPLE_LIDAR}; HR: Faro Focus S70 laser scanner')


def _sky_directions(src: Path) -> dict[str, str]:
    for folder in (src, *src.absolute().parents[:2]):
        path = folder / 'metadata.csv'
        if path.is_file():
            with complaining(path), path.open(newline='') as file:
                return {row['video_id']: row['sky_direction'] for row in csv.DictReader(file)}
    return {}


def _item(depth: Path, min_confidence: int, sky: dict[str, str]) -> Item:
    video = depth.absolute().parents[1]
    quarters = QUARTERS.get(sky.get(video.name, ''), 0)
    load = partial(_load, video, depth.name, min_confidence, quarters)
    return Item(f'{video.name}/{depth.stem}', split_of(video), load)


def _load(video: Path, file: str, min_confidence: int, quarters: int) -> Sample:
    color, _ = load_color(first_existing(*(video / folder / file for folder in COLOR_FOLDERS)))
    depth = read_depth(video / 'lowres_depth' / file, 0.001, _ANY)
    if min_confidence > 0:
        path = video / 'confidence' / file
        depth = keep_confident(depth, read_confidence(path), min_confidence, str(path))
    hr_path = video / 'highres_depth' / file
    hr_depth = read_depth(hr_path, 0.001, _ANY) if hr_path.is_file() else None
    focal = _focal(video / 'wide_intrinsics' / f'{Path(file).stem}.pincam')
    return turn(Sample(color, depth, hr_depth, focal=focal), quarters)


def _focal(path: Path) -> tuple[float, float] | None:
    if not path.is_file():
        return None
    with complaining(path):
        _, _, x, y, _, _ = map(float, path.read_text().split())
        return x, y
