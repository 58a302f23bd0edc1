import json
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from mmwsdepth.datasets.converters import SOURCES, Style, convert

SIZE, GRID = (24, 32), (6, 8)


def smooth(size=SIZE, seed=0):
    """A picture that JPEG keeps nearly as it is, with color channels that differ."""
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 256, (2, 2, 3)).astype(np.float32)
    return cv2.resize(corners, size[::-1], interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def meters(grid=GRID, seed=0, farthest=9.0):
    """Depth in whole millimeters, with a hole in the corner."""
    rng = np.random.default_rng(seed)
    depth = np.round(rng.uniform(0.5, farthest, grid), 3)
    depth[0, 0] = 0
    return depth


def put(path, array):
    """Write an image or an npy file; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == '.npy':
        np.save(path, array)
    else:
        path.write_bytes(cv2.imencode(path.suffix, array)[1].tobytes())
    return path


def millimeters(depth):
    return np.round(depth * 1000).astype(np.uint16)


class Converted:
    """What a conversion wrote."""

    def __init__(self, root: Path, report) -> None:
        self.root, self.report = root, report
        self.manifest = json.loads((root / 'manifest.json').read_text())
        self.files = {
            '/'.join(filter(None, (entry['split'], entry['name']))): entry
            for entry in self.manifest['files']
        }

    def read(self, name, key='depth'):
        """Depth in meters by the manifest's scale, or an image as it is."""
        array = cv2.imread(str(self.root / self.files[name][key]['path']), cv2.IMREAD_UNCHANGED)
        if 'depth' not in key:
            return array
        assert array.dtype == np.uint16
        return array * self.manifest['depth_scale']

    def check(self, name, color, depth, hr_depth=None):
        """Color up to JPEG's loss, depth up to half a unit."""
        assert np.abs(self.read(name, 'image').astype(int) - color).mean() < 4
        step = self.manifest['depth_scale'] / 2 + 1e-9
        np.testing.assert_allclose(self.read(name), depth, atol=step)
        if hr_depth is not None:
            np.testing.assert_allclose(self.read(name, 'hr_depth'), hr_depth, atol=step)


@pytest.fixture
def run(tmp_path):
    """A function that converts a source as the tool does."""

    def convert_to(source, src, dst='out', jobs=1, every=1, style=None, **options):
        style = style or Style(SOURCES[source].depth_scale)
        root = tmp_path / dst
        report = convert(source, src, root, options, style, jobs, every, progress=False)
        return Converted(root, report)

    return convert_to


@pytest.fixture
def pairs(tmp_path):
    """A function that writes a folder of pairs for the source `folder`."""

    def write(*names, suffix='.png', folder='src'):
        root = tmp_path / folder
        for seed, name in enumerate(names):
            put(root / f'images/{name}{suffix}', smooth(seed=seed))
            put(root / f'depths/{name}.png', millimeters(meters(seed=seed)))
        return SimpleNamespace(root=root, image=root / 'images', depth=root / 'depths')

    return write
