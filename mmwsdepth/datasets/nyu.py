"""NYU Depth v2."""

from mmwsdepth.registry import DATASETS

from .rgbd_dataset import RGBDDataset


@DATASETS.register_module()
class NYUDepthDataset(RGBDDataset):
    """NYU Depth v2 (Silberman et al. 2012) as MMSegmentation lays it out.

    `images/{train,test}/NAME.jpg` beside `annotations/{train,test}/NAME.png`, 480x640, 16-bit
    millimeters, up to 10 m. Arguments are those of `RGBDDataset`.
    """

    METAINFO = dict(task='depth', name='NYU Depth v2')
    DEPTH_RANGE = (0.001, 10.0)
