default_scope = 'mmseg'
env_cfg = dict(
    cudnn_benchmark=True,
    mp_cfg=dict(mp_start_method='fork', opencv_num_threads=0),
    dist_cfg=dict(backend='nccl'),
)
sync_bn = 'torch'
randomness = dict(seed=0)
log_level = 'INFO'
log_processor = dict(type='mmwsdepth.LossLogProcessor', by_epoch=False)
load_from = None
resume = False

default_hooks = dict(
    alternation=dict(type='mmwsdepth.AlternatingBranchesHook'),
    distillation=dict(type='mmwsdepth.AffinityDistillationHook', begin=0.25, warmup=0.1),
    trained_size=dict(type='mmwsdepth.TrainedSizeHook'),
    iteration_seed=dict(type='mmwsdepth.IterationSeedHook'),
    summary=dict(type='mmwsdepth.SummaryHook'),
    finite=dict(type='mmwsdepth.FiniteTrainingHook'),
    timer=dict(type='IterTimerHook'),
    logger=dict(type='LoggerHook', interval=50, log_metric_by_epoch=False),
    param_scheduler=dict(type='ParamSchedulerHook'),
    checkpoint=dict(type='CheckpointHook', by_epoch=False, interval=2000, max_keep_ckpts=3),
    sampler_seed=dict(type='DistSamplerSeedHook'),
    sync_buffers=dict(type='SyncBuffersHook'),
    visualization=dict(type='mmwsdepth.DepthVisualizationHook'),
    report=dict(type='mmwsdepth.ReportHook'),
    publish=dict(type='mmwsdepth.PublishStudentHook'),
)
visualizer = dict(type='Visualizer', name='visualizer', vis_backends=[dict(type='LocalVisBackend')])
