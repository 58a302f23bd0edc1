# The teacher alone. Give its checkpoint to a student by
# model = dict(teacher=dict(frozen=True, init_cfg=dict(type='Pretrained', checkpoint='...')))
_base_ = [
    '../_base_/datasets/nyu.py',
    '../_base_/schedules/adamw_40k.py',
    '../_base_/default_runtime.py',
]
model = dict(
    type='mmwsdepth.DepthReconstruction',
    data_preprocessor=dict(type='mmwsdepth.DepthDataPreprocessor'),
)
val_pipeline = [
    t if t['type'] != 'mmwsdepth.DownsampleDepth' else dict(t, keep_hr=False)
    for t in _base_.test_pipeline
]
val_dataloader = dict(dataset=dict(pipeline=val_pipeline))
test_dataloader = val_dataloader
optim_wrapper = dict(optimizer=dict(lr=1e-3))
