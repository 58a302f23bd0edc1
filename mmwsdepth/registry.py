"""Registries of mmwsdepth: configs name what stands in them as `mmwsdepth.NAME`.

Their parent is MMEngine's root, so a project with a scope of its own can inherit our configs;
importing `mmseg.registry` makes `mmseg.NAME` known under every default scope. With them
checkpoints are read safely.
"""

from typing import Any

import mmseg.registry  # noqa: F401
from mmengine.registry import DATA_SAMPLERS as MMENGINE_DATA_SAMPLERS
from mmengine.registry import DATASETS as MMENGINE_DATASETS
from mmengine.registry import HOOKS as MMENGINE_HOOKS
from mmengine.registry import LOG_PROCESSORS as MMENGINE_LOG_PROCESSORS
from mmengine.registry import METRICS as MMENGINE_METRICS
from mmengine.registry import MODELS as MMENGINE_MODELS
from mmengine.registry import TRANSFORMS as MMENGINE_TRANSFORMS
from mmengine.registry import Registry

from .renamed import current_name
from .safe_load import register_safe_load

register_safe_load()


class _Registry(Registry):
    def get(self, key: str) -> Any:
        return super().get(current_name(key))


def _child(parent: Registry, location: str) -> Registry:
    return _Registry(
        parent.name, parent=parent, scope='mmwsdepth', locations=[f'mmwsdepth.{location}']
    )


MODELS = _child(MMENGINE_MODELS, 'models')
DATASETS = _child(MMENGINE_DATASETS, 'datasets')
DATA_SAMPLERS = _child(MMENGINE_DATA_SAMPLERS, 'datasets')
TRANSFORMS = _child(MMENGINE_TRANSFORMS, 'datasets.transforms')
HOOKS = _child(MMENGINE_HOOKS, 'engine.hooks')
METRICS = _child(MMENGINE_METRICS, 'evaluation')
LOG_PROCESSORS = _child(MMENGINE_LOG_PROCESSORS, 'engine.log_processor')
