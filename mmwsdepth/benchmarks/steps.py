"""Training steps: which parts they have, and how they are computed."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from typing import Any, NamedTuple

import torch
from mmengine.config import Config
from mmengine.optim import build_optim_wrapper
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from .setting import Setting, Size
from .students import build_model, random_image, random_samples

PARTS = ('loss_lr', 'loss_consistency', 'loss_affinity')
CONFIGURED = 'as configured'


class Variant(NamedTuple):
    """A training step of which some parts are left out.

    Attributes:
        parts: Losses that it has besides `loss_hr`; the teacher comes with `loss_affinity`.
        hr_ground_truth: Whether ground truth has the image's size.
        branch: The one that learns, 'hr' or 'lr', as in alternation; all do by default.
    """

    parts: tuple[str, ...]
    hr_ground_truth: bool = False
    branch: str | None = None


class Option(NamedTuple):
    """A way to compute the same step.

    Attributes:
        keys: What it changes in the model's config, by dotted key.
        bfloat16: Whether to compute under autocast in bfloat16.
        compiled: Whether `torch.compile` compiles encoder and decoder.
        recomputes: Whether encoder and decoder recompute their activations in the backward pass.
    """

    keys: dict[str, Any]
    bfloat16: bool = False
    compiled: bool = False
    recomputes: bool = False


PLAIN = Variant((), hr_ground_truth=True)
OPTIONS = {
    CONFIGURED: Option({}),
    'channels first': Option({'channels_last': False}),
    'channels last': Option({'channels_last': True}),
    'channels first, bfloat16': Option({'channels_last': False}, bfloat16=True),
    'channels last, bfloat16': Option({'channels_last': True}, bfloat16=True),
    'torch.compile': Option({}, compiled=True),
    'checkpointing': Option({}, recomputes=True),
}


class Batch(NamedTuple):
    """What is learnt from.

    Attributes:
        images: How many.
        size: (H, W) of the images.
        gt_size: (h, w) of the ground truth.
    """

    images: int
    size: Size
    gt_size: Size


class Step:
    """A training step: forward, backward, optimizer.

    Args:
        model: The estimator's config, plain.
        optimizer: The optimizer wrapper's config, plain.
        batch: What is learnt from.
        setting: Device and seed.
        option: How to compute.
        branch: See `Variant`.
    """

    def __init__(
        self,
        model: dict,
        optimizer: dict,
        batch: Batch,
        setting: Setting,
        option: Option,
        branch: str | None = None,
    ) -> None:
        device, seed = setting.device, setting.seed
        self.model = build_model(model, device)
        if branch is not None:
            self.model.learning_branches = [branch]
        self.forward: Callable[..., Any] = self.model
        self.optimizer = build_optim_wrapper(self.model, optimizer)
        self.inputs = random_image(batch.images, batch.size, device, seed)
        self.samples = random_samples(batch.images, batch.gt_size, device, seed)
        self.autocast: Any = (
            partial(torch.autocast, device, torch.bfloat16) if option.bfloat16 else nullcontext
        )
        if option.compiled:
            self.model.student.backbone.compile()
            self.model.student.decode_head.compile()

    def share_gradients(self) -> None:
        """Average gradients with the other processes of the process group from now on."""
        self.forward = DistributedDataParallel(self.model, broadcast_buffers=False)

    def loss(self) -> Tensor:
        """Compute the sum of the losses."""
        with self.optimizer.optim_context(self.model), self.autocast():
            return self.model.parse_losses(self.forward(self.inputs, self.samples, mode='loss'))[0]

    def __call__(self) -> None:
        """Learn once."""
        self.optimizer.update_params(self.loss())

    def gradient(self) -> Tensor:
        """Compute the student's gradient, flat."""
        parameters = [p for p in self.model.student.parameters() if p.requires_grad]
        return torch.cat([g.flatten() for g in torch.autograd.grad(self.loss(), parameters)])


def variants_of(cfg: Config) -> list[Variant]:
    """List the plain step, the same on the sensor's grid, and what adds one part after the other.

    Args:
        cfg: A config of the method; the last variant is all of it.

    Raises:
        ValueError: It has no `loss_hr`, or no loss beyond it.
    """
    present = [part for part in PARTS if cfg.model.get(part)]
    if not present or not cfg.model.get('loss_hr'):
        raise ValueError(
            f'{cfg.filename}: model has {", ".join(present) or "none"} of {", ".join(PARTS)}, and '
            'loss_hr and one of them are needed: measure a config of the method'
        )
    return [PLAIN, *(Variant(tuple(present[:count])) for count in range(len(present) + 1))]


def step_of(
    cfg: Config, batch: Batch, setting: Setting, variant: Variant, option: str = CONFIGURED
) -> Callable[[], Step]:
    """Make what builds a step.

    Args:
        cfg: A config of the method.
        batch: What is learnt from; a variant with HR ground truth has that of the images' size.
        setting: Device and seed.
        variant: Which parts it has.
        option: One of `OPTIONS`.
    """
    how = OPTIONS[option]
    changed = Config(dict(model=cfg.model.to_dict()))
    changed.merge_from_dict({f'model.{key}': value for key, value in how.keys.items()})
    if how.recomputes:
        _let_recompute(changed.model.student)
    left_out = {part: None for part in PARTS if part not in variant.parts}
    if 'loss_affinity' in left_out:
        left_out['teacher'] = None
    if variant.hr_ground_truth:
        batch = batch._replace(gt_size=batch.size)
    model = changed.model.to_dict() | left_out
    optimizer = cfg.optim_wrapper.to_dict()
    return partial(Step, model, optimizer, batch, setting, how, variant.branch)


def _let_recompute(student: Config) -> None:
    encoder = student.backbone
    while 'backbone' in encoder:
        encoder = encoder.backbone
    encoder.with_cp = student.decode_head.with_cp = True


def gradient_distance(
    step: Callable[[], Step], reference: Callable[[], Step], setting: Setting
) -> float:
    """Relative distance of a step's student gradient from another's, in the Euclidean norm.

    Both start from the same weights and draw the same random numbers.
    """
    gradients = []
    for build in (step, reference):
        setting.apply()
        built = build()
        setting.apply()
        gradients.append(built.gradient())
    return float((gradients[0] - gradients[1]).norm() / gradients[1].norm())
