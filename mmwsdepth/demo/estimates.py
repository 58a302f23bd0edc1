"""From an uploaded image to an estimate, kept until newer ones take its place."""

import math
import secrets
import time
from collections import OrderedDict
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import cv2
import numpy as np

from mmwsdepth.apis import DepthInferencer
from mmwsdepth.apis.inferencer import NOT_FINITE
from mmwsdepth.apis.inputs import Frame
from mmwsdepth.apis.outputs import DepthWriter
from mmwsdepth.datasets.depth_io import BadFileError, read_depth
from mmwsdepth.datasets.focal_length import focal_length_from_exif
from mmwsdepth.datasets.pairing import size_complaint

from .upload import RefusedError, decode_image

ASSUMED_ANGLE = 60
KEPT = 8


class Estimate(NamedTuple):
    """An image and its depth.

    Attributes:
        name: Of the uploaded file.
        uploaded_size: (H, W) of the uploaded image, upright.
        image: (h, w, 3) uint8, BGR, as the model saw it.
        depth: (h, w) float32, meters.
        focal_length: In pixels of the uploaded image.
        focal_source: 'given', 'exif', or 'assumed': `ASSUMED_ANGLE` degrees along the longer side.
        seconds: That the model took.
        sensor_size: (h, w) of the sensor's depth that gave the meters; None without.
    """

    name: str
    uploaded_size: tuple[int, int]
    image: np.ndarray
    depth: np.ndarray
    focal_length: float
    focal_source: str
    seconds: float
    sensor_size: tuple[int, int] | None = None


def estimate_upload(
    inferencer: DepthInferencer,
    data: bytes,
    name: str,
    longest_side: int,
    focal_length: float | None = None,
    sensor: bytes = b'',
) -> Estimate:
    """Estimate the depth of an uploaded image.

    Args:
        inferencer: The model.
        data: The file's bytes.
        name: Of the file.
        longest_side: In pixels; larger images are shrunk to it.
        focal_length: In pixels of the uploaded image; by default from EXIF, else assumed.
        sensor: The bytes of the sensor's depth of the same view, a PNG; empty: there is none.

    Raises:
        RefusedError: It is no image or depth that can be used, does not fit into memory, or its
            estimate is not finite.
    """
    uploaded = decode_image(data, name)
    height, width = uploaded.shape[:2]
    image = _shrink(uploaded, longest_side)
    coarse = _decode_sensor(inferencer, sensor, image) if sensor else None
    start = time.monotonic()
    try:
        depth = inferencer(image, sensor_depth=coarse)['predictions']
    except BadFileError as error:
        if NOT_FINITE in str(error):
            raise RefusedError(
                f'{name}: pixels of the estimate {NOT_FINITE}: start the demo with another '
                'checkpoint',
                500,
            ) from None
        raise RefusedError(
            f'{name}: {image.shape[1]}x{image.shape[0]} pixels do not fit into memory: start the '
            f'demo with --longest-side below {max(image.shape[:2])}',
            413,
        ) from None
    seconds = time.monotonic() - start
    focal, source = _focal_length(data, (height, width), focal_length)
    size = None if coarse is None else (coarse.shape[0], coarse.shape[1])
    return Estimate(name, (height, width), image, depth, focal, source, seconds, size)


def _decode_sensor(inferencer: DepthInferencer, data: bytes, image: np.ndarray) -> np.ndarray:
    with TemporaryDirectory() as folder:
        path = Path(folder, 'sensor depth.png')
        path.write_bytes(data)
        try:
            unit = inferencer.sensor_unit
            depth = read_depth(path, unit.depth_scale, unit.depth_range)
        except ValueError as error:
            raise RefusedError(str(error).replace(f'{folder}/', ''), 422) from None
    complaint = size_complaint(path.name, image.shape[:2], (depth.shape[0], depth.shape[1]))
    if complaint:
        raise RefusedError(complaint, 422)
    return depth


def _shrink(image: np.ndarray, longest_side: int) -> np.ndarray:
    height, width = image.shape[:2]
    scale = longest_side / max(height, width)
    if scale >= 1:
        return image
    size = (max(round(width * scale), 1), max(round(height * scale), 1))
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA)


def _focal_length(data: bytes, size: tuple[int, int], given: float | None) -> tuple[float, str]:
    if given is not None:
        return given, 'given'
    found = focal_length_from_exif(BytesIO(data), size)
    if found is not None:
        return found[0], 'exif'
    return max(size) / 2 / math.tan(math.radians(ASSUMED_ANGLE / 2)), 'assumed'


def make_file(estimate: Estimate, kind: str, focal_length: float) -> tuple[bytes, str]:
    """Make a file to download, as `mmwsdepth infer --write KIND` writes it.

    Args:
        estimate: What it shows.
        kind: See `DepthWriter`.
        focal_length: In pixels of the uploaded image, for point clouds.

    Returns:
        The bytes, and the suffix with its dot.

    Raises:
        RefusedError: The kind is unknown, or the focal length is no positive number.
    """
    if not 0 < focal_length < math.inf:
        raise RefusedError(f'focal length is {focal_length}: give a positive number of pixels', 422)
    focal_length *= estimate.depth.shape[1] / estimate.uploaded_size[1]
    with TemporaryDirectory() as folder:
        try:
            writer = DepthWriter(folder, [kind], focal_length)
        except ValueError as error:
            raise RefusedError(str(error), 404) from None
        writer.write(Frame('estimate', estimate.image, None), estimate.depth)
        (path,) = (path for path in Path(folder).rglob('*') if path.is_file())
        return path.read_bytes(), path.suffix


class EstimateCache:
    """Keeps the last `KEPT` estimates by a key that cannot be guessed."""

    def __init__(self) -> None:
        self._estimates: OrderedDict[str, Estimate] = OrderedDict()

    def put(self, estimate: Estimate) -> str:
        """Keep an estimate in place of the oldest, and give its key."""
        key = secrets.token_urlsafe(12)
        self._estimates[key] = estimate
        while len(self._estimates) > KEPT:
            self._estimates.popitem(last=False)
        return key

    def get(self, key: str) -> Estimate:
        """Look up an estimate.

        Raises:
            RefusedError: It is no longer kept.
        """
        try:
            return self._estimates[key]
        except KeyError:
            raise RefusedError(
                f'this estimate is not one of the last {KEPT}, which are kept: give the image '
                'again',
                404,
            ) from None
