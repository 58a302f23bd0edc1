"""Tiny sizes for every config, so that documented commands end within seconds."""

from typing import Any

WIDTH = 8
RESNET = dict(depth=18, stem_channels=WIDTH, base_channels=WIDTH)
RESNET_PYRAMID = [16, WIDTH, 2 * WIDTH, 4 * WIDTH, 8 * WIDTH]
ENCODER = dict(hidden_size=24, num_hidden_layers=4, num_attention_heads=2, out_indices=[1, 2, 3, 4])
DECODER = dict(
    reassemble_hidden_size=24,
    neck_hidden_sizes=[8, 8, 16, 16],
    fusion_hidden_size=8,
    head_hidden_size=8,
)
HUB_OF_OPENMMLAB = ('open-mmlab://', 'https://download.openmmlab.com')


def shrink(node: Any) -> None:
    """Give what a config says tiny sizes, in place, and drop weights from OpenMMLab's servers."""
    if isinstance(node, list | tuple):
        for child in node:
            shrink(child)
    if not isinstance(node, dict):
        return
    kind = node.get('type')
    checkpoint = (node.get('init_cfg') or {}).get('checkpoint', '')
    if checkpoint.startswith(HUB_OF_OPENMMLAB):
        node['init_cfg'] = None
    if kind == 'mmwsdepth.EfficientNetLite':
        node['pretrained'] = False
    if kind == 'mmseg.ResNetV1c':
        node |= RESNET
    if kind == 'mmwsdepth.TransformersBackbone' and node['model_type'] == 'dinov2':
        node['config'] |= ENCODER
    if kind == 'mmwsdepth.DepthAnythingHead':
        node['config'] |= DECODER
    if kind == 'mmwsdepth.DepthHead':
        node['channels'] = [WIDTH] * len(node['in_channels'])
        if node['in_channels'][1:] == [256, 512, 1024, 2048]:
            node['in_channels'] = RESNET_PYRAMID
    if kind == 'mmwsdepth.RoomsDataset':
        node |= dict(num=dict(train=8, test=5), size=(48, 64), jobs=1)
    if kind == 'IterBasedTrainLoop':
        node['max_iters'] = 2
    if kind == 'LoggerHook':
        node['interval'] = 1
    if kind == 'mmwsdepth.DepthVisualizationHook':
        node['max_images'] = 1
    if kind == 'mmwsdepth.WSDepthEstimator':
        node['min_lr_side'] = 28
    if 'num_workers' in node:
        node |= dict(num_workers=0, batch_size=2)
    for child in node.values():
        shrink(child)
