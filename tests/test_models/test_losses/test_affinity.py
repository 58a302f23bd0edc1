import pytest
import torch
import torch.nn.functional as F

from mmwsdepth.functional import affinity_distance, area_mean
from mmwsdepth.models.losses import AffinityLoss, affinity_loss
from mmwsdepth.models.losses.affinity import centered

C, D = 5, 7
GRIDS = [
    ((8, 16), (4, 8)),
    ((4, 8), (8, 16)),
    ((15, 30), (2, 4)),
    ((4, 8), (4, 8)),
    ((8, 8), (4, 16)),
]


def features(channels, size, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(2, channels, *size, generator=generator).requires_grad_()


@pytest.mark.parametrize(('student_size', 'teacher_size'), GRIDS)
def test_features_are_compared_on_the_coarser_grid(student_size, teacher_size):
    student, teacher = features(C, student_size), features(D, teacher_size, seed=1)
    coarser = tuple(map(min, student_size, teacher_size))
    pooled = (area_mean(maps, coarser).flatten(2) for maps in (student, teacher))
    want = affinity_distance(*(maps - maps.mean(-1, keepdim=True) for maps in pooled))
    assert want > 0
    torch.testing.assert_close(affinity_loss(student, teacher), want)


@pytest.mark.parametrize(('student_size', 'teacher_size'), GRIDS)
def test_the_student_learns_and_the_teacher_does_not(student_size, teacher_size):
    student, teacher = features(C, student_size), features(D, teacher_size, seed=1)
    affinity_loss(student, teacher).backward()
    assert teacher.grad is None
    assert student.grad.isfinite().all() and (student.grad != 0).any()


def test_a_finer_student_of_the_same_structure_costs_nothing():
    teacher = features(D, (4, 8)).detach()
    rotation = torch.linalg.qr(torch.randn(D, D, generator=torch.Generator().manual_seed(3))).Q
    student = torch.einsum('cd,ndhw->nchw', rotation, 3 * F.interpolate(teacher, scale_factor=2))
    assert affinity_loss(student, teacher).abs() < 1e-5


@pytest.mark.parametrize('mask_size', [(4, 8), (8, 16), (30, 60)])
def test_positions_without_measured_depth_have_no_influence_and_no_gradient(mask_size):
    valid = torch.ones(2, 1, *mask_size, dtype=torch.bool)
    valid[..., : mask_size[1] // 2] = False
    student, teacher = features(C, (8, 16)), features(D, (4, 8), seed=1)
    loss = affinity_loss(student, teacher, valid)
    want = affinity_loss(student[..., 8:], teacher[..., 4:])
    torch.testing.assert_close(loss, want)
    loss.backward()
    assert (student.grad[..., :8] == 0).all() and (student.grad[..., 8:] != 0).any()


@pytest.mark.parametrize(('measured', 'counts'), [(1, False), (2, True), (3, True)])
def test_a_position_counts_when_half_of_it_was_measured(measured, counts):
    student, teacher = features(C, (1, 3)), features(D, (1, 3), seed=1)
    valid = torch.ones(2, 1, 2, 6, dtype=torch.bool)
    valid[..., 4:] = (torch.arange(4) < measured).view(2, 2)
    upto = 3 if counts else 2
    want = affinity_loss(student[..., :upto], teacher[..., :upto])
    torch.testing.assert_close(affinity_loss(student, teacher, valid), want)


def test_without_measured_depth_the_loss_is_zero_with_a_zero_gradient():
    student, teacher = features(C, (8, 16)), features(D, (4, 8), seed=1)
    loss = affinity_loss(student, teacher, torch.zeros(2, 1, 4, 8, dtype=torch.bool))
    loss.backward()
    assert loss == 0 and (student.grad == 0).all()


@pytest.mark.parametrize('size', [(8, 16), (15, 30)])
def test_autocast_does_not_lower_the_precision(size):
    student, teacher = features(C, size), features(D, (2, 4), seed=1)
    want = affinity_loss(student, teacher)
    with torch.autocast('cpu', dtype=torch.bfloat16):
        got = affinity_loss(student, teacher)
    torch.testing.assert_close(got, want, rtol=0, atol=0)


def test_the_module_weighs():
    student, teacher, valid = features(C, (8, 16)), features(D, (4, 8), 5), features(1, (8, 16), 9)
    want = 3 * affinity_loss(student, teacher, valid > -0.5)
    torch.testing.assert_close(AffinityLoss(loss_weight=3.0)(student, teacher, valid > -0.5), want)


def test_what_all_positions_share_counts_for_nothing():
    student, teacher = features(C, (4, 8)), features(D, (4, 8), seed=1)
    offset = torch.linspace(5, 50, C).view(1, C, 1, 1)
    torch.testing.assert_close(
        affinity_loss(student + offset, teacher), affinity_loss(student, teacher), rtol=1e-4, atol=0
    )


def test_centered_features_have_a_mean_of_zero_over_the_valid_positions():
    valid = torch.rand(2, 32, generator=torch.Generator().manual_seed(0)) > 0.4
    maps = 3 + features(C, (4, 8)).flatten(2)
    mean = (centered(maps, valid) * valid[:, None]).sum(-1)
    torch.testing.assert_close(mean, torch.zeros_like(mean), rtol=0, atol=1e-4)
    want = maps - maps.mean(-1, keepdim=True)
    torch.testing.assert_close(centered(maps), want)
    assert centered(maps, torch.zeros_like(valid)).isfinite().all()


def test_positive_features_do_not_look_alike():
    """Uncentered, cosines of what a ReLU leaves are near one and tell structures badly apart."""
    teacher = features(D, (8, 16)).relu() + 1
    other = features(D, (8, 16), seed=3).relu() + 1
    raw = affinity_distance(teacher.flatten(2), other.flatten(2))
    assert affinity_loss(teacher, other) > 3 * raw
