import math
from pathlib import Path
from typing import Any

import pytest
import torch
from mmengine.config import Config
from mmengine.hooks import EMAHook
from mmengine.logging import MMLogger

from mmwsdepth.apis.checkpoint_config import config_to_test, describe_carried_config
from mmwsdepth.apis.runner import build_runner, load_config
from mmwsdepth.apis.weights import weights_to_predict, weights_to_resume, weights_to_start
from mmwsdepth.registry import MODELS

OTHER = dict(type='mmseg.ResNet', depth=18, out_indices=(0, 1, 2, 3))


@pytest.fixture
def model(tiny_config) -> Any:
    return MODELS.build(tiny_config().model)


@pytest.fixture
def log(caplog):
    logger = MMLogger.get_current_instance()
    logger.addHandler(caplog.handler)
    yield caplog
    logger.removeHandler(caplog.handler)


def student_of(model: Any, cfg: Config | None = None, **more: Any) -> dict:
    meta = dict(cfg=cfg.pretty_text, experiment_name='my_rooms_20260102_030405') if cfg else {}
    return dict(state_dict=model.student.state_dict() | more, meta=meta)


def test_a_student_predicts_but_does_not_resume(model: Any) -> None:
    loaded = student_of(model)
    state = weights_to_predict(model, loaded, 'student.pth')
    assert state.keys() == model.state_dict().keys()
    with pytest.raises(ValueError, match=r'student\.pth: not the weights.*has no teacher\.'):
        weights_to_resume(model, loaded, 'student.pth')


def test_a_foreign_checkpoint_is_refused_with_the_config_that_it_carries(
    model: Any, tiny_config
) -> None:
    foreign = tiny_config(model__student__decode_head__in_channels=[64, 128, 256, 512])
    foreign.model.student.backbone = OTHER
    other = MODELS.build(foreign.model)
    carried = r'it carries the config my_rooms with the backbone mmseg\.ResNet: take that$'
    with pytest.raises(ValueError, match=rf'^a\.pth: not the weights of this .*; {carried}'):
        weights_to_predict(model, student_of(other, foreign), 'a.pth')
    assert describe_carried_config(dict(meta=dict(cfg='x = 1'))) is None
    assert describe_carried_config(torch.ones(1)) is None


def test_a_start_keeps_what_does_not_fit_and_says_so(model: Any, tiny_config, log) -> None:
    wider = MODELS.build(tiny_config(model__student__decode_head__channels=24).model)
    before = {key: value.clone() for key, value in model.state_dict().items()}
    state = weights_to_start(model, student_of(wider), 'a.pth')
    said = log.records[-1].getMessage()
    assert said.startswith('a.pth: ') and 'tensors keep their initial values' in said
    assert 'student.decode_head' in said and 'teacher' in said and 'student.backbone' not in said
    for key, value in state.items():
        from_file = wider.state_dict().get(key) if key.startswith('student.backbone') else None
        assert torch.equal(value, before[key] if from_file is None else from_file) or (
            'decode_head' in key or 'lr_statistics' in key
        )
    with pytest.raises(ValueError, match=r'b\.pth: not the weights'):
        weights_to_start(model, dict(state_dict=dict(x=torch.ones(2))), 'b.pth')


@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_a_runner_tests_a_student_and_refuses_others(tiny_config, tmp_path, prefix, log) -> None:
    cfg = tiny_config()
    model = MODELS.build(cfg.model)
    model.student.decode_head.output.bias.data.fill_(0.1)
    saved = student_of(model)
    saved['state_dict'] = {f'{prefix}{key}': value for key, value in saved['state_dict'].items()}
    torch.save(saved, tmp_path / 'student.pth')
    cfg.load_from = str(tmp_path / 'student.pth')
    runner = build_runner(cfg)
    runner.load_or_resume()
    assert torch.equal(runner.model.student.decode_head.output.bias, torch.tensor([0.1]))
    assert 'missing keys' not in log.text and 'do not match' not in log.text

    wrong = tiny_config(model__student__decode_head__channels=24)
    wrong.load_from = cfg.load_from
    with pytest.raises(ValueError, match=r'student\.pth: not the weights of this'):
        build_runner(wrong).load_or_resume()


def test_averaged_checkpoints_are_tested_with_and_without_emahook(tiny_config, tmp_path) -> None:
    cfg = tiny_config()
    model = MODELS.build(cfg.model)
    model.student.decode_head.output.bias.data.fill_(0.1)
    averaged = {f'module.{key}': value + 0 for key, value in model.state_dict().items()}
    saved = dict(state_dict=model.state_dict(), ema_state_dict=averaged)
    torch.save(saved, tmp_path / 'iter_4.pth')
    torch.save(model.student.state_dict(), tmp_path / 'bare.pth')
    for name in ('iter_4.pth', 'bare.pth'):
        for hooks in ([], [dict(type='EMAHook')]):
            cfg = tiny_config()
            cfg.custom_hooks, cfg.load_from = hooks, str(tmp_path / name)
            runner = build_runner(cfg)
            runner.call_hook('before_run')
            runner.load_or_resume()
            runner.call_hook('before_test_epoch')
            assert bool(hooks) == any(isinstance(hook, EMAHook) for hook in runner.hooks)
            assert runner.model.student.decode_head.output.bias.item() == pytest.approx(0.1)


def test_a_checkpoint_is_tested_by_the_config_that_it_carries(
    tiny_config, tmp_path: Path, rooms_root: Path
) -> None:
    cfg = tiny_config(model__teacher__frozen=True)
    cfg.model.teacher.init_cfg = dict(type='Pretrained', checkpoint='nowhere.pth')
    model = MODELS.build(cfg.model)
    torch.save(student_of(model, cfg), tmp_path / 'student.pth')
    found = config_to_test(str(tmp_path / 'student.pth'))
    assert found.work_dir == 'work_dirs/student'
    found = load_config(found, str(tmp_path / 'work'), data_root=str(rooms_root))
    assert found.test_dataloader.dataset.data_root == str(rooms_root)
    found.load_from = str(tmp_path / 'student.pth')
    metrics = build_runner(found).test()
    assert metrics and all(math.isfinite(value) for value in metrics.values())


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('', 'has no test_dataloader'),
        ("test_dataloader = dict(dataset=dict(type='os.system'))", "names 'os.system'"),
        ("test_dataloader = dict(collate_fn=dict(type='os.popen'))", "names 'os.popen'"),
        ("test_dataloader = dict(sampler=dict(_scope_='a.b'))", "holds 'a.b'"),
        ("test_dataloader = open('x', 'w')", 'is not all plain values'),
        ('test_dataloader = dict(a=1)', 'has no test_evaluator'),
    ],
)
def test_only_known_types_are_tested(tmp_path: Path, text: str, message: str) -> None:
    text = f'model = dict(a=1)\n{text}\n'
    torch.save(dict(meta=dict(cfg=text), state_dict={}), tmp_path / 'a.pth')
    with pytest.raises(ValueError, match=rf'a\.pth: the config it carries {message}.*name a '):
        config_to_test(str(tmp_path / 'a.pth'))
