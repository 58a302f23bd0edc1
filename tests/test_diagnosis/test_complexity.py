import pytest
import torch
from mmengine.config import Config
from torch import nn

from mmwsdepth.diagnosis import count_branches
from mmwsdepth.diagnosis.complexity import count_macs, count_parameters
from tests.conftest import ROOT


def test_a_convolution_is_counted_as_by_hand():
    layer = nn.Conv2d(3, 5, 3, padding=1).to('meta')
    assert count_macs(layer, torch.ones(1, 3, 8, 6, device='meta')) == 8 * 6 * 3 * 5 * 9
    assert count_parameters(layer) == 3 * 5 * 9 + 5


def test_counts_do_not_depend_on_whether_anything_is_computed():
    layer = nn.Sequential(nn.Conv2d(3, 5, 3, stride=2), nn.Flatten(), nn.Linear(45, 7))
    image = torch.ones(2, 3, 7, 7)
    assert count_macs(layer, image) == count_macs(layer.to('meta'), image.to('meta'))


def test_the_branches_share_weights_and_cost_as_many_pixels_as_they_see(tiny_config):
    hr, lr, teacher = count_branches(tiny_config(), (256, 320), 4)
    assert [branch.name for branch in (hr, lr, teacher)] == [
        'student on HR',
        'student on LR',
        'teacher',
    ]
    assert (hr.size, lr.size, teacher.size) == ((256, 320), (64, 80), (64, 80))
    assert hr.parameters == lr.parameters > teacher.parameters > 0
    assert hr.macs / lr.macs == pytest.approx(16, rel=0.1)


def test_a_branch_that_no_loss_needs_is_left_out():
    cfg = Config.fromfile(ROOT / 'configs' / 'supervised_rooms.py')
    assert [found.name for found in count_branches(cfg, (64, 96), 4)] == ['student on HR']


def test_a_teacher_alone_is_one_branch():
    cfg = Config.fromfile(ROOT / 'configs' / 'depth_reconstruction_nyu.py')
    (teacher,) = count_branches(cfg, (60, 75), 7.5)
    assert teacher.name == 'teacher' and teacher.size == (8, 10)
    assert teacher.macs > 0


@pytest.mark.parametrize(
    ('model', 'ratio', 'message'),
    [
        (None, 0.5, 'ratio=0.5: the sensor has fewer pixels'),
        (dict(type='mmwsdepth.DepthDataPreprocessor'), 4, 'branches are those of'),
    ],
)
def test_what_cannot_be_counted_is_refused(tiny_config, model, ratio, message):
    cfg = tiny_config()
    if model:
        cfg.model = dict(model)
    with pytest.raises(ValueError, match=message):
        count_branches(cfg, (64, 64), ratio)


def test_an_lr_image_finer_than_the_sensor_is_counted_as_it_is_seen():
    cfg = Config.fromfile(ROOT / 'configs' / 'wsdepth_rooms.py')
    _, student, teacher = count_branches(cfg, (192, 256), 4)
    assert student.size == (96, 128) and teacher.size == (48, 64)
