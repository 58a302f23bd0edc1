import pytest
import torch
from torch.nn import functional as F

from mmwsdepth.models.backbones import EfficientNetLite
from mmwsdepth.models.backbones.efficientnet_lite import CHANNELS, SamePadConv2d


@pytest.mark.parametrize('size', [(64, 96), (33, 47)])
def test_levels_have_the_documented_strides_and_channels(size: tuple[int, int]) -> None:
    feats = EfficientNetLite().eval()(torch.zeros(1, 3, *size))
    for level, feat in enumerate(feats):
        stride = 2 ** (level + 1)
        assert feat.shape == (1, CHANNELS[level], -(-size[0] // stride), -(-size[1] // stride))


def test_out_indices_select_levels_and_drop_the_blocks_behind_them() -> None:
    net = EfficientNetLite(out_indices=(1, 2)).eval()
    assert [f.shape[1] for f in net(torch.zeros(1, 3, 32, 32))] == [24, 40]
    assert len(net._blocks) == 5


@pytest.mark.parametrize('out_indices', [(0, 1, 2, 3, 4), (0, 1)])
def test_the_imagenet_weights_fill_every_parameter(out_indices: tuple[int, ...]) -> None:
    plain, net = EfficientNetLite(out_indices), EfficientNetLite(out_indices, pretrained=True)
    before = {k: v.clone() for k, v in net.state_dict().items()}
    net.init_weights()
    after = net.state_dict()
    assert plain.state_dict().keys() == after.keys()
    untouched = [k for k in after if k.endswith('weight') and torch.equal(before[k], after[k])]
    assert untouched == []


def test_same_padding_puts_the_odd_pixel_last() -> None:
    conv = SamePadConv2d(1, 1, 3, 2, bias=False)
    x = torch.rand(1, 1, 8, 8)
    expected = F.conv2d(F.pad(x, (0, 1, 0, 1)), conv.weight, stride=2)
    assert torch.equal(conv(x), expected)
