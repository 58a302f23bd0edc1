import torch

from mmwsdepth.comparison.controls import ShuffledDepthReconstruction


def test_a_shuffled_teacher_answers_for_the_next_image() -> None:
    teacher, depth = ShuffledDepthReconstruction(channels=(8, 16)), 1 + torch.rand(3, 1, 8, 12)
    straight = teacher.reconstruct(depth).feats[0]
    assert torch.allclose(teacher.features(depth), straight.roll(1, 0), atol=1e-6)
