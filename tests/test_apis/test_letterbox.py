import pytest
import torch

from mmwsdepth.apis.letterbox import Letterbox
from mmwsdepth.models.inference.trained_size import see_at_trained_size

GRID = (24, 32)


@pytest.mark.parametrize('size', [(24, 32), (96, 128), (12, 16), (36, 48), (21, 28)])
def test_at_the_grids_aspect_it_is_what_inference_does(size: tuple[int, int]) -> None:
    image = torch.rand(2, 3, *size, dtype=torch.float64)

    def estimate(seen: torch.Tensor) -> torch.Tensor:
        assert seen.shape[-2:] == GRID
        return seen[:, :1] ** 2

    letterbox = Letterbox.fit(image, GRID)
    depth = letterbox.take_back(estimate(letterbox.put(image)))
    torch.testing.assert_close(depth, see_at_trained_size(image, estimate, GRID))


@pytest.mark.parametrize('size', [(240, 240), (200, 400), (97, 61), (50, 30), (2, 90)])
def test_other_aspects_lie_in_the_middle_and_come_back_where_they_were(size) -> None:
    rows, columns = (torch.linspace(1, 2, side) for side in size)
    image = (rows[:, None] + columns)[None, None]
    letterbox = Letterbox.fit(image, GRID)
    assert letterbox.put(image).shape[-2:] == GRID
    back = letterbox.take_back(letterbox.put(image))
    assert back.shape == image.shape
    factor = min(GRID[0] / size[0], GRID[1] / size[1])
    pixel = max(1 / (factor * side) for side in size)
    assert (back - image).abs().max() < max(pixel, 0.05)
    torch.testing.assert_close(back, back.flip(-1, -2).neg() + 6, rtol=1e-4, atol=1e-4)


def test_a_constant_stays_one_whatever_is_padded() -> None:
    image = torch.full((1, 1, 7, 50), 3.0)
    letterbox = Letterbox.fit(image, GRID)
    torch.testing.assert_close(letterbox.put(image), torch.full((1, 1, *GRID), 3.0))
