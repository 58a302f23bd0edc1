"""What a checkpoint may lack or call otherwise."""

from typing import Any

from torch import nn

from ..batch_statistics import OwnStatistics


def complete_student_keys(
    state_dict: dict, prefix: str, student: nn.Module, lr_statistics: OwnStatistics
) -> None:
    """Take a published student's keys, see `PublishStudentHook`, as well as an estimator's.

    Without statistics of the LR branch those of the student serve.

    Args:
        state_dict: Changed in place.
        prefix: Of the estimator's keys.
        student: The estimator's.
        lr_statistics: The estimator's.
    """
    for key in student.state_dict():
        if prefix + key in state_dict:
            state_dict[f'{prefix}student.{key}'] = state_dict.pop(prefix + key)
    for key, source in lr_statistics.sources(student).items():
        if f'{prefix}student.{source}' in state_dict:
            value = state_dict[f'{prefix}student.{source}']
            state_dict.setdefault(f'{prefix}lr_statistics.{key}', value.clone())


def forgive_missing_keys(model: Any, incompatible: Any) -> None:
    """Refuse another model's weights; let a student come without a teacher.

    Args:
        model: A `WSDepthEstimator` that has just loaded a state.
        incompatible: What torch found missing; loses what may be.

    Raises:
        ValueError: Nothing of the student was there.
    """
    missing = set(incompatible.missing_keys)
    if {f'student.{key}' for key, _ in model.student.named_parameters()} <= missing:
        raise ValueError("the checkpoint has none of the student's weights: it is another model's")
    teacher = {f'teacher.{key}' for key in model.teacher.state_dict()} if model.teacher else set()
    if teacher <= missing:
        incompatible.missing_keys[:] = [k for k in incompatible.missing_keys if k not in teacher]
