import pytest
import torch
from mmseg.structures import SegDataSample

from mmwsdepth.models.estimators import DepthDataPreprocessor


def test_images_become_normalized_rgb() -> None:
    preprocess = DepthDataPreprocessor(mean=[1, 2, 3], std=[1, 2, 4], bgr_to_rgb=True)
    bgr = torch.tensor([10, 20, 30], dtype=torch.uint8).view(3, 1, 1).expand(3, 4, 5)
    batch = preprocess(dict(inputs=[bgr, bgr], data_samples=None))['inputs']
    assert batch.shape == (2, 3, 4, 5)
    assert batch[1, :, 0, 0].tolist() == [29.0, 9.0, 1.75]


def test_images_of_two_sizes_are_refused_by_name() -> None:
    images = [torch.zeros(3, 4, 5), torch.zeros(3, 4, 6)]
    samples = [SegDataSample(metainfo=dict(img_path=f'{i}.jpg')) for i in range(2)]
    with pytest.raises(ValueError, match=r'1\.jpg: 4x6 in a batch of 4x5'):
        DepthDataPreprocessor()(dict(inputs=images, data_samples=samples))
    with pytest.raises(ValueError, match='image 1: 4x6'):
        DepthDataPreprocessor()(dict(inputs=images))
