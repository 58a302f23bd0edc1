"""Geometric transforms that treat color and depth alike, each on its own grid."""

import math

import cv2
import numpy as np
from mmcv.transforms import BaseTransform

from mmwsdepth.registry import TRANSFORMS

from .keys import DEPTH, IMAGE, Results, depth_keys
from .sensor import downsample_array


@TRANSFORMS.register_module()
class ResizeRGBD(BaseTransform):
    """Resize the color image to what counts as HR; depth is never resampled upwards.

    A depth map with more pixels than the new image is brought to the image's grid, taking the pixel
    at each cell's center; a coarser one stays as the sensor saw it.

    Args:
        scale: (width, height) of the image in pixels.
        keep_ratio: Fit into `scale` instead of filling it; a side keeps one pixel at least.
    """

    def __init__(self, scale: tuple[int, int], keep_ratio: bool = False) -> None:
        self.scale = scale
        self.keep_ratio = keep_ratio

    def transform(self, results: Results) -> Results:
        """Resize `img` and set `img_shape`."""
        height, width = results[IMAGE].shape[:2]
        new_width, new_height = self.scale
        if self.keep_ratio:
            factor = min(new_width / width, new_height / height)
            new_width = max(round(width * factor), 1)
            new_height = max(round(height * factor), 1)
        shrinks = new_width * new_height < width * height
        results[IMAGE] = cv2.resize(
            results[IMAGE],
            (new_width, new_height),
            interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        )
        results['img_shape'] = (new_height, new_width)
        for key in depth_keys(results):
            h, w = results[key].shape
            size = (min(h, new_height), min(w, new_width))
            results[key] = downsample_array(results[key], size, 'nearest')
        return results


@TRANSFORMS.register_module()
class RandomFlipRGBD(BaseTransform):
    """Mirror color and depth left to right.

    Args:
        prob: Probability.
    """

    def __init__(self, prob: float = 0.5) -> None:
        self.prob = prob

    def transform(self, results: Results) -> Results:
        """Flip all grids."""
        if np.random.rand() < self.prob:
            for key in (IMAGE, *depth_keys(results)):
                results[key] = cv2.flip(results[key], 1)
        return results


@TRANSFORMS.register_module()
class RandomRotateRGBD(BaseTransform):
    """Rotate color and depth about the image's center.

    Color is mirrored at the border, where depth is missing; depth takes the nearest pixel.

    Args:
        prob: Probability.
        degree: Largest angle to either side.
    """

    def __init__(self, prob: float = 0.5, degree: float = 2.5) -> None:
        self.prob = prob
        self.degree = degree

    def transform(self, results: Results) -> Results:
        """Rotate all grids by one random angle."""
        apply, angle = np.random.rand() < self.prob, np.random.uniform(-self.degree, self.degree)
        if not apply:
            return results
        size = results[IMAGE].shape[:2]
        results[IMAGE] = cv2.warpAffine(
            results[IMAGE],
            _rotation(angle, size, size),
            size[::-1],
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REFLECT_101,
        )
        for key in depth_keys(results):
            grid = results[key].shape
            matrix = _rotation(angle, size, grid)
            results[key] = cv2.warpAffine(results[key], matrix, grid[::-1], flags=cv2.INTER_NEAREST)
        return results


def _rotation(angle: float, image: tuple[int, int], grid: tuple[int, int]) -> np.ndarray:
    """Matrix on a grid of the image's rotation, (2, 3); a shear too if aspect ratios differ."""
    (height, width), (h, w) = image, grid
    center = np.array([w - 1, h - 1]) / 2
    matrix = cv2.getRotationMatrix2D((0, 0), angle, 1.0)
    stretch = height * w / (h * width)
    matrix[0, 1] *= stretch
    matrix[1, 0] /= stretch
    matrix[:, 2] = center - matrix[:, :2] @ center
    return matrix


MAX_LOSS = 0.25


def snapped_length(length: int, fine: int, coarse: int) -> tuple[int, int, int]:
    """Snap a crop's side so that it is the same piece of the world on two grids.

    Args:
        length: Wanted side in pixels of the fine grid.
        fine: Pixels of the fine grid over the whole field of view.
        coarse: Pixels of the coarse grid over the same.

    Returns:
        Coarse pixels, fine pixels, and the step of coarse pixels at which a window may start. Where
        the two grids' borders meet so rarely that snapping would cost a quarter of the length, the
        step is 1 and the two windows' centers are up to half a fine pixel apart.
    """
    step = coarse // math.gcd(fine, coarse)
    cells = min(max(int(length * coarse / fine), 1), coarse)
    snapped = cells - cells % step
    if snapped < (1 - MAX_LOSS) * cells:
        return cells, round(cells * fine / coarse), 1
    cells = snapped
    return cells, cells * fine // coarse, step


@TRANSFORMS.register_module()
class RandomCropRGBD(BaseTransform):
    """Cut one random window out of color and depth, whatever their ratio.

    The window starts and ends where pixel borders of the color and the sensor's grid meet, see
    `snapped_length`; so it may be smaller than asked for by less than one such step.

    Args:
        crop_size: (height, width) in pixels of the image.
    """

    def __init__(self, crop_size: tuple[int, int]) -> None:
        self.crop_size = crop_size

    def transform(self, results: Results) -> Results:
        """Crop all grids, set `img_shape`, and `crop_share`: what share of each side is left."""
        grid = results[DEPTH].shape
        image = results[IMAGE]
        windows = [
            _random_window(min(length, fine), fine, coarse)
            for length, fine, coarse in zip(self.crop_size, image.shape, grid, strict=False)
        ]
        sizes = {key: results[key].shape[:2] for key in (IMAGE, *depth_keys(results))}
        for key, size in sizes.items():
            rows, columns = (
                _window_on(side, window, fine, coarse)
                for side, window, fine, coarse in zip(
                    size, windows, image.shape, grid, strict=False
                )
            )
            results[key] = np.ascontiguousarray(results[key][rows, columns])
        results['img_shape'] = results[IMAGE].shape[:2]
        before = results.get('crop_share', (1.0, 1.0))
        results['crop_share'] = tuple(
            share * left / side
            for share, left, side in zip(before, results['img_shape'], image.shape, strict=False)
        )
        return results


def _random_window(length: int, fine: int, coarse: int) -> tuple[int, int, int]:
    cells, pixels, step = snapped_length(length, fine, coarse)
    start = step * np.random.randint((coarse - cells) // step + 1)
    return start, cells, pixels


def _window_on(side: int, window: tuple[int, int, int], fine: int, coarse: int) -> slice:
    start, cells, pixels = window
    length = {fine: pixels, coarse: cells}.get(side, round(cells * side / coarse))
    first = round((start + cells / 2) * side / coarse - length / 2)
    return slice(first, first + length)
