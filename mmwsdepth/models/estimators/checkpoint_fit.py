"""How the weights of a checkpoint fit a model."""

from typing import Any, NamedTuple

from torch import Tensor

from .checkpoint_keys import complete_student_keys

_WRAPPER = 'module.'
_COUNTER = 'num_batches_tracked'
# Parts that predict; a checkpoint may have other ones beside them.
_PARTS = ('student', 'backbone', 'neck', 'decode_head', 'encoder', 'decoder', 'output')


class Fit(NamedTuple):
    """What a checkpoint gives to a model.

    Attributes:
        state: The values that fit, by the model's keys.
        lacking: Keys of the model without a value.
        misshapen: Of both, with another shape: what to say of each.
        surplus: Keys of the checkpoint in the parts that predict, unknown to the model.
    """

    state: dict[str, Tensor]
    lacking: list[str]
    misshapen: list[str]
    surplus: list[str]

    @property
    def complaint(self) -> str | None:
        """What keeps the checkpoint from being this model's; None if it is."""
        if self.misshapen:
            return f'{self.misshapen[0]} ({len(self.misshapen)} such tensors)'
        if self.lacking:
            return f'has no {self.lacking[0]} ({len(self.lacking)} such gaps)'
        if self.surplus:
            return f'has {self.surplus[0]}, which the model has not ({len(self.surplus)} such)'
        return None


def weights_in(checkpoint: Any) -> dict[str, Tensor]:
    """Take the weights out of a checkpoint, without the prefix of a distributed wrapper.

    Args:
        checkpoint: With metadata, or weights alone.
    """
    state = checkpoint.get('state_dict', checkpoint) if isinstance(checkpoint, dict) else None
    named = state.items() if isinstance(state, dict) else ()
    weights = {key: value for key, value in named if isinstance(value, Tensor)}
    while any(key.startswith(_WRAPPER) for key in weights):
        weights = {key.removeprefix(_WRAPPER): value for key, value in weights.items()}
    return weights


def fit_weights(model: Any, weights: dict[str, Tensor]) -> Fit:
    """Hold weights against a model, key by key.

    Args:
        model: A `WSDepthEstimator`, which also takes a student's weights, or any other.
        weights: See `weights_in`.
    """
    given = dict(weights)
    if hasattr(model, 'student') and hasattr(model, 'lr_statistics'):
        complete_student_keys(given, '', model.student, model.lr_statistics)
    own = model.state_dict()
    misshapen = [
        f'{key} is {_shape(given[key])} there and {_shape(value)} in the model'
        for key, value in own.items()
        if key in given and given[key].shape != value.shape
    ]
    return Fit(
        {k: v for k, v in given.items() if k in own and v.shape == own[k].shape},
        [key for key in own if key not in given and not key.endswith(_COUNTER)],
        misshapen,
        [key for key in given if key not in own and key.partition('.')[0] in _PARTS],
    )


def _shape(value: Tensor) -> str:
    return 'x'.join(map(str, value.shape)) or 'a number'
