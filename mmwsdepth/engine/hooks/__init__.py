"""Hooks for MMEngine's runner."""

from .affinity_distillation_hook import AffinityDistillationHook
from .alternating_branches_hook import AlternatingBranchesHook
from .data_check_hook import DataCheckHook
from .depth_visualization_hook import DepthVisualizationHook
from .finite_training_hook import FiniteTrainingHook
from .iteration_seed_hook import IterationSeedHook
from .publish_student_hook import PublishStudentHook
from .report_hook import ReportHook
from .save_predictions_hook import SavePredictionsHook
from .summary_hook import SummaryHook
from .trained_size_hook import TrainedSizeHook

__all__ = [
    'AffinityDistillationHook',
    'AlternatingBranchesHook',
    'DataCheckHook',
    'DepthVisualizationHook',
    'FiniteTrainingHook',
    'IterationSeedHook',
    'PublishStudentHook',
    'ReportHook',
    'SavePredictionsHook',
    'SummaryHook',
    'TrainedSizeHook',
]
