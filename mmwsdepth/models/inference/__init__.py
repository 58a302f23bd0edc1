"""How a trained model sees an image: at the size of training, at several scales, by tiles."""

from .focal_scale import focal_factor
from .modes import infer
from .multi_scale import estimate_at_scales
from .options import InferenceOptions
from .trained_size import size_at_training

__all__ = [
    'InferenceOptions',
    'estimate_at_scales',
    'focal_factor',
    'infer',
    'size_at_training',
]
