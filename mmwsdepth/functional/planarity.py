"""How well a plane of the scene is met: flat, and of the right orientation."""

from typing import NamedTuple

import torch
from torch import Tensor


class Camera(NamedTuple):
    """A pinhole camera, in pixels; the first pixel's center lies at (0, 0)."""

    fx: float
    fy: float
    cx: float
    cy: float


class PlanarityErrors(NamedTuple):
    """The lower the better.

    Attributes:
        flatness: Standard deviation of the points from the plane fitted to them, in cm.
        orientation: Angle between that plane's normal and the true one, 0 to 90 degrees.
    """

    flatness: float
    orientation: float


def planarity_errors(
    pred: Tensor, target: Tensor, plane: Tensor, normal: Tensor, camera: Camera
) -> PlanarityErrors:
    """Planarity errors PE_fla and PE_ori of iBims-1 (Koch et al. 2018, arXiv 1805.01328).

    The prediction is scaled so that its median over the plane is the truth's, as in their script;
    so a wrong scale costs nothing, and flatness is in true centimeters.

    Args:
        pred: (H, W) in any unit, positive on the plane.
        target: (H, W) in meters, positive on the plane.
        plane: (H, W), true on the plane; at least three pixels that are not in a line.
        normal: (3,), the true normal of either sign; x to the right, y into the scene, z up.
        camera: That of the image.

    Examples:
        >>> import torch
        >>> depth, camera = torch.full((8, 8), 2.0), Camera(10.0, 10.0, 4.0, 4.0)
        >>> normal = torch.tensor([0.0, 1.0, 0.0])
        >>> errors = planarity_errors(depth, depth, depth > 0, normal, camera)
        >>> [round(error, 3) for error in errors]
        [0.0, 0.0]
    """
    rows, columns = plane.nonzero(as_tuple=True)
    depth = pred[rows, columns].double()
    depth = depth * (target[plane].double().quantile(0.5) / depth.quantile(0.5))
    points = torch.stack(
        (
            (columns - camera.cx) * depth / camera.fx,
            depth,
            (camera.cy - rows) * depth / camera.fy,
        )
    )
    variances, axes = torch.linalg.eigh(points.cov(correction=0))
    fitted, normal = axes[:, 0], normal.double()
    angle = torch.atan2(torch.linalg.cross(normal, fitted).norm(), (normal @ fitted).abs())
    return PlanarityErrors(
        100 * variances[0].clamp(min=0).sqrt().item(), torch.rad2deg(angle).item()
    )
