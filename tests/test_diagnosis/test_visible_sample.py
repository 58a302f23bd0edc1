import numpy as np
import pytest

from mmwsdepth.datasets.depth_io import read_color
from mmwsdepth.diagnosis import visible_samples


def color_of(root, split, name):
    return read_color(root / 'images' / split / f'{name}.jpg')[..., ::-1]


def test_color_comes_back_as_it_is_on_disk(tiny_config, rooms_root):
    samples = list(visible_samples(tiny_config(), 'val', 2))
    assert len(samples) == 2
    for seen in samples:
        np.testing.assert_array_equal(seen.image, color_of(rooms_root, 'test', seen.name))
        assert seen.sensor.shape == (12, 16) and seen.hr.shape == (48, 64)


def test_training_is_seen_after_augmentation_alike_with_the_same_seed(tiny_config, rooms_root):
    first, again, other = (
        list(visible_samples(tiny_config(), 'train', 4, seed)) for seed in (0, 0, 1)
    )
    for one, two in zip(first, again, strict=True):
        np.testing.assert_array_equal(one.image, two.image)
    assert any((a.image != b.image).any() for a, b in zip(first, other, strict=True))
    assert any((s.image != color_of(rooms_root, 'train', s.name)).any() for s in first)
    assert all(seen.hr is None for seen in first)


def test_a_split_without_data_is_refused(tiny_config):
    cfg = tiny_config()
    cfg.val_dataloader = None
    with pytest.raises(ValueError, match='has no val_dataloader'):
        next(visible_samples(cfg, 'val', 1))
