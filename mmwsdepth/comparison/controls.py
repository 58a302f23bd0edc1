"""Teachers that should teach nothing: what the real one must beat."""

from torch import Tensor

from mmwsdepth.models.estimators import DepthReconstruction
from mmwsdepth.registry import MODELS


@MODELS.register_module()
class ShuffledDepthReconstruction(DepthReconstruction):
    """A teacher like any other, whose features are those of another image of the batch."""

    def features(self, depth: Tensor) -> Tensor:
        """See `DepthReconstruction.features`; of the next image."""
        return super().features(depth.roll(1, 0))
