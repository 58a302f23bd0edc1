"""Depth boundary errors of one image: how far predicted and true depth edges lie apart."""

import math
from typing import NamedTuple

import cv2
import numpy as np
from torch import Tensor

MAX_DISTANCE = 10.0  # pixels
# A step in depth of more than the strong ratio is an edge; so is one of more than the weak ratio
# that continues an edge.
WEAK_RATIO, STRONG_RATIO = 1.1, 1.25
# Of the prediction's range; Sobel's gradient of a step is four times its height.
IBIMS_THRESHOLDS = (0.15, 0.3)

_KERNEL = cv2.getGaussianKernel(13, math.sqrt(2))
_UNIT = 8192  # OpenCV's detector takes integer gradients
_STEP = _UNIT * float(_KERNEL.max())  # the largest gradient of a smoothed unit step


class DepthBoundaryErrors(NamedTuple):
    """In pixels, the lower the better, `MAX_DISTANCE` at most."""

    accuracy: float
    completeness: float


def dbe(pred: Tensor, target: Tensor, valid: Tensor) -> DepthBoundaryErrors | None:
    """Depth boundary errors of iBims-1 (Koch et al. 2018, arXiv 1805.01328), as its script has it.

    Accuracy is the mean distance to the nearest true edge over the predicted edge pixels that have
    one within 10 pixels, and 10 if there are none. Completeness is the mean over all predicted and
    all true edge pixels of the distance to the other's nearest edge, 10 at most.

    iBims-1 has its true edges annotated and finds the predicted ones with Canny's detector on
    depth that is stretched to its range. Here both come from the detector, on the logarithm of
    depth: smoothed with sigma sqrt(2) as there, thresholds at straight steps of ratio 1.1 and 1.25.
    So edges depend neither on scale nor on an outlier. Gradients are taken at the corners between
    four pixels, since a step lies between pixels. Missing depth is first filled, in both maps, from
    the nearest valid pixel, and an edge between four missing pixels does not count: holes make
    none.

    Args:
        pred: (H, W) in any unit, positive and finite where valid.
        target: (H, W) in any unit, positive where valid.
        valid: (H, W), true where the target was measured.

    Returns:
        The two errors; None if the truth has no edge, as where a side is one pixel long.
    """
    measured = valid.bool().cpu().numpy()
    if min(measured.shape) < 2 or not measured.any():
        return None
    source, measured = _nearest(measured), np.logical_or.reduce(_corners(measured))
    truth, found = (_edges(depth, source) & measured for depth in (target, pred))
    return _between(truth, found)


def dbe_to_annotation(pred: Tensor, edges: Tensor) -> DepthBoundaryErrors | None:
    """Depth boundary errors against annotated edges, as the script of iBims-1 finds the predicted.

    Depth is stretched to its range, smoothed with sigma sqrt(2), and Canny's detector runs on
    Sobel's gradients with thresholds 0.15 and 0.3, as scikit-image's does there.

    Args:
        pred: (H, W) in any unit, finite.
        edges: (H, W), true on the annotated edges.

    Returns:
        See `dbe`; None if nothing is annotated.
    """
    depth = pred.cpu().numpy().astype(np.float32)
    depth = (depth - depth.min()) / max(float(np.ptp(depth)), float(np.finfo(np.float32).tiny))
    smooth = cv2.sepFilter2D(depth, cv2.CV_32F, _KERNEL, _KERNEL, borderType=cv2.BORDER_REFLECT)
    dx, dy = (
        np.rint(cv2.Sobel(smooth, cv2.CV_32F, *order) * _UNIT).astype(np.int16)
        for order in ((1, 0), (0, 1))
    )
    weak, strong = (_UNIT * share for share in IBIMS_THRESHOLDS)
    found = cv2.Canny(dx, dy, weak, strong, L2gradient=True) > 0
    return _between(edges.bool().cpu().numpy(), found)


def _between(truth: np.ndarray, found: np.ndarray) -> DepthBoundaryErrors | None:
    if not truth.any():
        return None
    to_truth, to_found = _distance_to(truth)[found], _distance_to(found)[truth]
    local = to_truth[to_truth < MAX_DISTANCE]
    both = np.concatenate([to_truth, to_found]).clip(max=MAX_DISTANCE)
    return DepthBoundaryErrors(
        float(local.mean()) if local.size else MAX_DISTANCE, float(both.mean())
    )


def _nearest(mask: np.ndarray) -> np.ndarray:
    """For each pixel the nearest one inside the mask: (H, W) of indices into the flat image."""
    inside = np.flatnonzero(mask)
    _, labels = cv2.distanceTransformWithLabels(
        (~mask).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    index = np.zeros(labels.max() + 1, np.intp)
    index[labels.flat[inside]] = inside
    return index[labels]


def _edges(depth: Tensor, source: np.ndarray) -> np.ndarray:
    """Canny's edges at the (H - 1, W - 1) corners, of depth taken from `source`."""
    filled = np.log(depth.cpu().numpy().astype(np.float32).ravel()[source])
    smooth = cv2.sepFilter2D(filled, cv2.CV_32F, _KERNEL, _KERNEL, borderType=cv2.BORDER_REPLICATE)
    a, b, c, d = _corners(smooth)
    dx, dy = (
        np.rint(slope * (_UNIT / 2)).clip(-32767, 32767).astype(np.int16)
        for slope in (b + d - a - c, c + d - a - b)
    )
    weak, strong = (_STEP * math.log(ratio) for ratio in (WEAK_RATIO, STRONG_RATIO))
    return cv2.Canny(dx, dy, weak, strong, L2gradient=True) > 0


def _corners(image: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The four pixels around each corner, row by row."""
    return image[:-1, :-1], image[:-1, 1:], image[1:, :-1], image[1:, 1:]


def _distance_to(edges: np.ndarray) -> np.ndarray:
    """Euclidean distance of each pixel to the nearest edge; more than 10 if there is none."""
    if not edges.any():
        return np.full(edges.shape, np.inf, np.float32)
    return cv2.distanceTransform((~edges).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
