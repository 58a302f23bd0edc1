"""From depth to a colored point cloud, in the PLY format (http://paulbourke.net/dataformats/ply)."""

import numpy as np

_AXES, _COLORS = ('x', 'y', 'z'), ('red', 'green', 'blue')
_VERTEX = np.dtype([(name, '<f4') for name in _AXES] + [(name, 'u1') for name in _COLORS])
_HEADER = '\n'.join(
    [
        'ply',
        'format binary_little_endian 1.0',
        'comment meters; x to the right, y downwards, z forwards',
        'element vertex {}',
        *(f'property float {name}' for name in _AXES),
        *(f'property uchar {name}' for name in _COLORS),
        'end_header\n',
    ]
)


def back_project(depth: np.ndarray, focal: tuple[float, float]) -> np.ndarray:
    """Place every pixel in front of a pinhole camera that looks through the image's center.

    Args:
        depth: (H, W) in meters along the optical axis.
        focal: Focal lengths (x, y) in pixels.

    Returns:
        (H, W, 3) float32 in meters: x to the right, y downwards, z forwards, as in OpenCV.
    """
    height, width = depth.shape
    x = (np.arange(width) + 0.5 - width / 2) / focal[0]
    y = (np.arange(height) + 0.5 - height / 2) / focal[1]
    return np.stack([x * depth, y[:, None] * depth, depth], axis=-1).astype(np.float32)


def encode_point_cloud(depth: np.ndarray, image: np.ndarray, focal: tuple[float, float]) -> bytes:
    """Make the content of a binary PLY file with one colored vertex a pixel that has depth.

    Args:
        depth: (H, W) in meters; what is not a positive number gives no vertex.
        image: (H, W, 3) uint8, BGR.
        focal: Focal lengths (x, y) in pixels.
    """
    seen = np.isfinite(depth) & (depth > 0)
    points = back_project(np.where(seen, depth, 0), focal)[seen]
    colors = image[seen]
    vertices = np.empty(int(seen.sum()), _VERTEX)
    for column, (axis, color) in enumerate(zip(_AXES, _COLORS, strict=True)):
        vertices[axis] = points[:, column]
        vertices[color] = colors[:, 2 - column]
    return _HEADER.format(len(vertices)).encode() + vertices.tobytes()
