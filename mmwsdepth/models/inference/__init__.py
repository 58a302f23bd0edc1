"""How a trained model sees an image: at several scales, its mirror image too, by tiles."""

from .modes import InferenceOptions, infer
from .multi_scale import estimate_at_scales

__all__ = ['InferenceOptions', 'estimate_at_scales', 'infer']
