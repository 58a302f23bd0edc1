import numpy as np
import pytest
import torch
from mmseg.structures import SegDataSample

from mmwsdepth.datasets.transforms import PackRGBDInputs, RandomCropRGBD, ResizeRGBD


def results(hr=False, **more):
    image = np.random.default_rng(0).integers(0, 256, (24, 32, 3), dtype=np.uint8)
    depth = np.random.default_rng(1).uniform(1, 9, (6, 8)).astype(np.float32)
    fine = dict(gt_depth_map_hr=np.ones((12, 16), np.float32)) if hr else {}
    return dict(img=image, gt_depth_map=depth) | fine | more


def test_the_image_is_packed_channels_first():
    before = results()
    inputs = PackRGBDInputs()(before)['inputs']
    assert inputs.shape == (3, 24, 32) and inputs.dtype == torch.uint8 and inputs.is_contiguous()
    np.testing.assert_array_equal(inputs.numpy().transpose(1, 2, 0), before['img'])


@pytest.mark.parametrize('hr', [False, True])
def test_each_depth_map_keeps_its_own_grid(hr):
    before = results(hr)
    sample = PackRGBDInputs()(before)['data_samples']
    assert isinstance(sample, SegDataSample)
    assert ('gt_depth_map_hr' in sample) == hr
    for key in ('gt_depth_map', 'gt_depth_map_hr')[: 1 + hr]:
        depth = sample.get(key).data
        assert depth.dtype == torch.float32
        np.testing.assert_array_equal(depth.numpy(), before[key][None])


def test_there_is_nothing_else_that_a_segmentation_transform_or_model_would_touch():
    before = results()
    packed = PackRGBDInputs()(before)
    assert set(packed) == {'inputs', 'data_samples'}
    assert packed['data_samples'].keys() == ['gt_depth_map']
    assert 'seg_fields' not in before


def test_names_and_shapes_become_metainfo_as_far_as_they_are_there():
    meta = dict(
        name='room.1',
        img_path='images/room.1.jpg',
        depth_map_path='annotations/room.1.png',
        ori_shape=(48, 64),
        img_shape=(24, 32),
        is_bad=True,
    )
    whole = dict(whole_shape=(24, 32))
    packed = PackRGBDInputs()(results(**meta, depth_scale=1.0))
    assert packed['data_samples'].metainfo == meta | whole
    assert PackRGBDInputs()(results(name='a'))['data_samples'].metainfo == dict(name='a') | whole


def test_the_whole_images_size_is_that_before_cropping_at_the_scale_of_the_input():
    crop, resize = RandomCropRGBD((12, 16)), ResizeRGBD((8, 6))
    for transforms, expected in (
        ((crop,), (24, 32)),
        ((crop, crop), (24, 32)),
        ((crop, resize), (12, 16)),
        ((resize,), (6, 8)),
        ((ResizeRGBD((64, 48)), crop), (48, 64)),
    ):
        sample = results()
        for transform in transforms:
            sample = transform(sample)
        assert PackRGBDInputs()(sample)['data_samples'].whole_shape == expected


def test_a_sample_without_depth_has_none():
    before = results()
    del before['gt_depth_map']
    assert not PackRGBDInputs()(before)['data_samples'].keys()


def test_mirrored_views_are_packed_as_they_look():
    before = results()
    before['img'], before['gt_depth_map'] = before['img'][:, ::-1], before['gt_depth_map'][:, ::-1]
    packed = PackRGBDInputs()(before)
    depth = packed['data_samples'].gt_depth_map.data
    np.testing.assert_array_equal(depth[0].numpy(), before['gt_depth_map'])
    np.testing.assert_array_equal(packed['inputs'][0].numpy(), before['img'][..., 0])
