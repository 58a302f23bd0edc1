from pathlib import Path

import pytest
import torch

from mmwsdepth.models.decode_heads import DepthAnythingHead
from tests.test_models.conftest import DECODER

transformers = pytest.importorskip('transformers', reason="needs `pip install -e '.[foundation]'`")


def _feats(rows: int = 3, columns: int = 4) -> list[torch.Tensor]:
    return [torch.randn(2, 24, rows, columns) for _ in range(4)]


def test_a_student_from_a_folder_estimates_what_the_library_does(
    depth_anything, folder: Path, make_foundation
) -> None:
    student, image = make_foundation(folder), torch.randn(2, 3, 42, 56)
    with torch.no_grad():
        depth = student.decode_head(student.extract_feat(image))
        expected = depth_anything(image).predicted_depth[:, None]
    assert expected.std() > 0.1
    assert depth.shape == (2, 1, 42, 56)
    assert torch.allclose(depth, expected, atol=1e-5)


def test_the_maps_that_are_distilled_are_the_necks_finest_first() -> None:
    head = DepthAnythingHead(DECODER)
    maps = head.decode(_feats())
    assert [tuple(m.shape) for m in maps] == [(2, 8, 3 * s, 4 * s) for s in (8, 4, 2, 1)]
    assert head.estimate(maps).shape == (2, 1, 42, 56)


def test_depth_lies_within_its_range_and_starts_in_the_middle() -> None:
    head, feats = DepthAnythingHead(DECODER, max_depth=80.0), _feats()
    assert 20 < head(feats).mean() < 60
    head.head.conv3.bias.data.fill_(200)
    assert (head(feats) == 80).all()
    head.head.conv3.bias.data.fill_(-50)
    assert (head(feats) > 0).all()
    with pytest.raises(ValueError, match='max_depth=0 m'):
        DepthAnythingHead(DECODER, max_depth=0)


def test_depth_is_float32_under_autocast() -> None:
    head = DepthAnythingHead(DECODER)
    with torch.autocast('cpu', torch.bfloat16):
        depth = head(_feats())
    assert depth.dtype == torch.float32


def test_recomputation_changes_no_gradient_and_every_weight_gets_one() -> None:
    plain, feats, gradients = DepthAnythingHead(DECODER), _feats(), []
    for with_cp in (False, True):
        head = DepthAnythingHead(DECODER, with_cp=with_cp)
        head.load_state_dict(plain.state_dict())
        head(feats).square().sum().backward()
        gradients.append(torch.cat([p.grad.flatten() for p in head.parameters()]))
    assert torch.allclose(*gradients)


def test_a_relative_models_head_and_another_range_are_refused(
    depth_anything: transformers.DepthAnythingForDepthEstimation, folder: Path, make_foundation
) -> None:
    with pytest.raises(ValueError, match=r'reaches 20 m, max_depth=10: set .*max_depth=20'):
        make_foundation(folder, max_depth=10.0)
    depth_anything.config.depth_estimation_type = 'relative'
    depth_anything.save_pretrained(folder)
    with pytest.raises(ValueError, match='its head estimates relative depth'):
        make_foundation(folder)
    make_foundation(folder, init_cfg=None)


def test_mmsegmentation_gets_depth_of_the_images_size() -> None:
    depth = DepthAnythingHead(DECODER).predict(_feats(), [dict(img_shape=(40, 50, 3))])
    assert depth.shape == (2, 1, 40, 50)
