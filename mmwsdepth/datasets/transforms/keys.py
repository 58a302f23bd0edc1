"""Keys of a sample on its way through the pipeline.

`img` is (H, W, 3) uint8 BGR; `gt_depth_map` is (h, w) float32 meters on the sensor's grid and
`gt_depth_map_hr` the same on a fine grid, both 0 where nothing was measured.
"""

from typing import Any

IMAGE = 'img'
DEPTH = 'gt_depth_map'
HR_DEPTH = 'gt_depth_map_hr'
Results = dict[str, Any]


def depth_keys(results: Results) -> list[str]:
    """Name the depth maps that a sample has."""
    return [key for key in (DEPTH, HR_DEPTH) if key in results]
