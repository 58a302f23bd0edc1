"""A trained student, from a config and a checkpoint."""

from typing import Any

from mmengine.config import Config
from mmengine.registry import init_default_scope

from mmwsdepth.models.inference import InferenceOptions
from mmwsdepth.registry import MODELS

from .weights import weights_to_predict


def build_estimator(cfg: Config, loaded: Any, name: str) -> Any:
    """Build the student of a config with trained weights, and what it needs around it.

    Args:
        cfg: A whole config, or `model` alone.
        loaded: A training checkpoint or `student.pth`.
        name: Of its file, for sentences.

    Returns:
        A `WSDepthEstimator` without teacher, that sees images as the checkpoint says.

    Raises:
        ValueError: The config has no student, or the checkpoint is another model's.
    """
    if 'student' not in cfg.model:
        raise ValueError(f'model.type={cfg.model.type!r} has no student, and only that is exported')
    init_default_scope(cfg.get('default_scope', 'mmseg'))
    estimator = MODELS.build(dict(cfg.model, teacher=None, loss_affinity=None))
    estimator.load_state_dict(weights_to_predict(estimator, loaded, name))
    estimator.take_over_options(_options_in(loaded, name))
    return estimator.eval()


def _options_in(loaded: Any, name: str) -> dict[str, Any]:
    """What a checkpoint says of how images must be seen, see `InferenceOptions`."""
    meta = loaded.get('meta')
    known = (meta.get('test_cfg') if isinstance(meta, dict) else None) or {}
    try:
        InferenceOptions.from_cfg(known)
    except (ValueError, TypeError) as error:
        raise ValueError(f'{name}: its metadata is invalid: {error}') from None
    return dict(known)
