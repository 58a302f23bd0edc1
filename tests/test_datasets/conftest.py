import gc
import logging
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from mmengine.logging import MMLogger


def picture(size, seed=0):
    """Noise: no row of it compresses away, so damage to the file hits pixels."""
    return np.random.default_rng(seed).integers(0, 256, (*size, 3), dtype=np.uint8)


def millimeters(grid, seed=0):
    return np.random.default_rng(seed).integers(500, 9000, grid).astype(np.uint16)


@pytest.fixture(scope='session', autouse=True)
def _little_to_collect():
    """Each data set of mmengine collects garbage: 0.2 s with torch's objects among it."""
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def rgbd_folder(tmp_path):
    """A folder of `images` and `annotations`, and `add(name)`, which writes a pair into it."""

    def write(path, array):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() == '.npy':
            with path.open('wb') as file:
                np.save(file, array)
        else:
            path.write_bytes(cv2.imencode(path.suffix.lower(), array)[1].tobytes())
        return path

    def add(name, size=(24, 32), grid=(6, 8), image='.png', depth='.png', hr=None, seed=0):
        return SimpleNamespace(
            image=image and write(root / f'images/{name}{image}', picture(size, seed)),
            depth=depth and write(root / f'annotations/{name}{depth}', millimeters(grid, seed)),
            hr=hr and write(root / f'hr/{name}{hr}', millimeters(size, seed)),
        )

    root = tmp_path / 'data'
    for folder in ('images', 'annotations'):
        (root / folder).mkdir(parents=True)
    return SimpleNamespace(root=root, add=add)


@pytest.fixture
def truncate():
    """Cut a file's last bytes off."""

    def cut(path, keep=0.6):
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * keep)])
        return path

    return cut


@pytest.fixture
def damage():
    """Overwrite the middle of a file: header and end stay as they are."""

    def overwrite(path, at=0.5):
        content = bytearray(path.read_bytes())
        middle = int(len(content) * at)
        content[middle : middle + 8] = bytes(255 - byte for byte in content[middle : middle + 8])
        path.write_bytes(content)
        return path

    return overwrite


@pytest.fixture
def warned():
    """The warnings that go to mmengine's current logger."""
    messages = []

    class Collect(logging.Handler):
        def emit(self, record):
            messages.append(record.getMessage())

    logger, handler = MMLogger.get_current_instance(), Collect(logging.WARNING)
    logger.addHandler(handler)
    yield messages
    logger.removeHandler(handler)
