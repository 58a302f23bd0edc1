"""Hooks for MMEngine's runner."""

from .affinity_distillation_hook import AffinityDistillationHook
from .depth_visualization_hook import DepthVisualizationHook
from .iteration_seed_hook import IterationSeedHook
from .loss_schedule_hook import LossScheduleHook
from .loss_turns_hook import LossTurnsHook, turns_of
from .publish_student_hook import PublishStudentHook
from .report_hook import ReportHook
from .save_predictions_hook import SavePredictionsHook

__all__ = [
    'AffinityDistillationHook',
    'DepthVisualizationHook',
    'IterationSeedHook',
    'LossScheduleHook',
    'LossTurnsHook',
    'PublishStudentHook',
    'ReportHook',
    'SavePredictionsHook',
    'turns_of',
]
