"""iBims-1: a hundred indoor images for testing, with edges and planes.

https://www.asg.ed.tum.de/lmf/ibims1/ (Koch et al. 2018): `ibims1_core_mat/NAME.mat`, a MATLAB
struct `data` with `rgb` (480x640), `depth` in meters, `edges`, `calib` (MATLAB's transposed camera
matrix), `mask_invalid` and `mask_transp`, both 1 where depth is to be used, and for walls, tables
and floors `mask_*` that number the planes from 1 and `mask_*_paras`, a row a plane with its normal
in columns 5 to 7.
"""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..foreign import complaining
from ..listing import find_files
from .item import Item, Listing, RejectedError, Sample
from .matlab import read_matlab
from .optional import optional_module

SENSOR = 'Leica HDS7000 laser scanner'
PLANES = ('wall', 'table', 'floor')


def list_ibims(src: Path) -> Listing:
    """List iBims-1; edges go to `masks/edges`, the planes' numbers to `masks/{wall,table,floor}`.

    The manifest's entries get `camera`, the transposed matrix as it is, and `planes`, the
    parameters by kind.

    Args:
        src: Folder that has the .mat files in it.

    Raises:
        ValueError: No .mat files there.
    """
    files = find_files(src, ('.mat',))
    if not files:
        raise ValueError(f'{src}: no NAME.mat: unpack ibims1_core_mat.zip')
    optional_module('scipy.io', 'scipy')
    return Listing(len(files), [Item(f.stem, 'test', partial(_load, f)) for f in files], SENSOR)


def _load(path: Path) -> Sample:
    with complaining(path):
        return _sample(path, read_matlab(path))


def _sample(path: Path, content: dict[str, Any]) -> Sample:
    if 'data' not in content:
        raise RejectedError('no struct `data`', str(path))
    data = content['data'][0, 0]
    absent = {'rgb', 'depth', 'edges', 'calib', 'mask_invalid', 'mask_transp'} - {*data.dtype.names}
    if absent:
        raise RejectedError('field missing', f'{path} has no {", ".join(sorted(absent))}')
    used = (data['mask_invalid'] != 0) & (data['mask_transp'] != 0)
    masks = {'edges': _as_mask(data['edges'] != 0) * np.uint8(255)}
    planes = {}
    for kind in PLANES:
        if f'mask_{kind}' in data.dtype.names:
            masks[kind] = _as_mask(data[f'mask_{kind}'])
            planes[kind] = data[f'mask_{kind}_paras'].tolist()
    camera = np.asarray(data['calib'], float)
    return Sample(
        np.ascontiguousarray(data['rgb'][..., ::-1]),
        np.where(used, data['depth'], 0),
        masks=masks,
        focal=(camera[0, 0], camera[1, 1]),
        extra=dict(camera=camera.tolist(), planes=planes),
    )


def _as_mask(array: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(array.astype(np.uint8))
