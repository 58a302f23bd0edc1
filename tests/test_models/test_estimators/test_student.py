from types import SimpleNamespace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsdepth.functional import area_mean
from mmwsdepth.models.estimators.student import cut_back, pad_to_multiple, run_student
from tests.test_models.conftest import FOUNDATION

SIZES = [(28, 42), (30, 45), (27, 29), (1, 15), (14, 13)]


def _coordinates(height: int, width: int) -> Tensor:
    """(1, 3, H, W): row, column and 1 at every pixel's center."""
    rows, columns = torch.meshgrid(torch.arange(height), torch.arange(width), indexing='ij')
    return torch.stack([rows + 0.5, columns + 0.5, torch.ones(height, width)])[None]


def _patches(image: Tensor) -> list[Tensor]:
    assert all(side % 14 == 0 for side in image.shape[-2:])
    return [F.avg_pool2d(image, 2), F.avg_pool2d(image, 14), image]


@pytest.mark.parametrize('size', SIZES)
@pytest.mark.parametrize('channel', [0, 1])
def test_depth_stays_on_the_images_own_grid(size: tuple[int, int], channel: int) -> None:
    """A student that tells each pixel's coordinate tells it at any size."""
    head = lambda feats: feats[-1][:, channel : channel + 1]  # noqa: E731
    student = SimpleNamespace(
        backbone=SimpleNamespace(size_multiple=14), extract_feat=_patches, decode_head=head
    )
    image = _coordinates(*size)
    estimate = run_student(student, image)
    assert torch.equal(estimate.depth, image[:, channel : channel + 1])
    assert [tuple(m.shape[-2:]) for m in estimate.feats] == [
        tuple(-(-side // stride) for side in size) for stride in (2, 14, 1)
    ]


@pytest.mark.parametrize('size', SIZES)
def test_features_cover_the_image_and_no_more(size: tuple[int, int]) -> None:
    """Their pixels, too, stand at the coordinates that they tell, but for the repeated border."""
    image = _coordinates(*size)
    padded = pad_to_multiple(image, 14)
    whole = _coordinates(*padded.shape[-2:])
    for stride in (2, 14):
        maps = cut_back(F.avg_pool2d(whole, stride), padded, image)
        for axis in (0, 1):
            count = maps.shape[-2 + axis]
            centers = (torch.arange(count) + 0.5) * size[axis] / count
            found = maps[0, axis].select(1 - axis, 0)
            assert (found - centers).abs().max() <= stride / 2
            inside = centers >= stride / 2
            assert torch.allclose(found[inside], centers[inside], atol=1e-4)


def test_a_pattern_is_where_it_was_for_the_affinity_loss() -> None:
    """Cells of the sensor's grid see the same part of the image with padding and without."""
    image = torch.randn(1, 3, 60, 80)
    padded = pad_to_multiple(image, 14)
    cut = area_mean(cut_back(F.avg_pool2d(padded, 2), padded, image), (6, 8))
    assert torch.allclose(cut, area_mean(image, (6, 8)), atol=1e-5)


@pytest.mark.parametrize('size', [(42, 56), (40, 51), (29, 70)])
def test_a_vision_transformer_sees_a_padded_image_and_its_depth_is_cut(
    depth_anything, folder, make_foundation, size
) -> None:
    student, image = make_foundation(folder), torch.randn(1, 3, *size)
    with torch.no_grad():
        expected = depth_anything(pad_to_multiple(image, 14)).predicted_depth[:, None]
        depth = run_student(student, image).depth
    assert depth.shape == (1, 1, *size)
    assert torch.allclose(depth, expected[..., : size[0], : size[1]], atol=1e-5)


def test_an_exact_size_is_neither_padded_nor_resampled() -> None:
    image = torch.randn(1, 3, 28, 42)
    assert torch.equal(pad_to_multiple(image, 14), image)
    assert torch.equal(cut_back(image, image, image), image)


@pytest.mark.parametrize('branch', ['hr', 'lr'])
@pytest.mark.parametrize('dtype', [None, torch.bfloat16])
def test_every_weight_of_a_vision_transformer_learns_in_either_branch_at_any_size(
    transformers, make_estimator, make_samples, branch, dtype
) -> None:
    model = make_estimator(student=FOUNDATION, min_lr_side=20)
    model.learning_branches = [branch]
    with torch.autocast('cpu', dtype, enabled=dtype is not None):
        losses = model.loss(torch.randn(2, 3, 60, 90), make_samples((15, 23)))
    sum(losses.values()).backward()
    assert all(loss.isfinite() and loss.dtype == torch.float32 for loss in losses.values())
    assert all(p.grad is not None and p.grad.isfinite().all() for p in model.student.parameters())
    assert {f'loss_{branch}', 'loss_affinity'} <= set(losses)


def test_a_student_need_not_have_a_backbone() -> None:
    student = SimpleNamespace(
        extract_feat=lambda image: [image], decode_head=lambda feats: feats[0]
    )
    assert run_student(student, torch.ones(1, 3, 5, 7)).depth.shape == (1, 3, 5, 7)
