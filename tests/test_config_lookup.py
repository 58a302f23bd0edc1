from pathlib import Path

import pytest
from mmengine.config import Config

from mmwsdepth.config_lookup import CONFIG_ROOT, resolve_config
from tests.conftest import CONFIGS


def test_the_configs_travel_with_the_package() -> None:
    assert {path.name for path in CONFIG_ROOT.glob('*.py')} == {path.name for path in CONFIGS}
    assert (CONFIG_ROOT / '_base_' / 'models' / 'wsdepth.py').is_file()


def test_a_config_file_inherits_by_the_packages_name(tmp_path: Path) -> None:
    child = tmp_path / 'child.py'
    child.write_text(
        "_base_ = 'mmwsdepth::wsdepth_nyu.py'\nmodel = dict(sensor='nearest')\n"
        'iters = _base_.train_cfg.max_iters\n'
    )
    cfg = Config.fromfile(child)
    assert cfg.model.type == 'mmwsdepth.WSDepthEstimator'
    assert cfg.model.sensor == 'nearest'
    assert cfg.iters == 40000


def test_other_names_go_to_mmengine(tmp_path: Path) -> None:
    base, child = tmp_path / 'base.py', tmp_path / 'child.py'
    base.write_text('x = 1\n')
    child.write_text("_base_ = './base.py'\n")
    assert Config.fromfile(child).x == 1
    assert resolve_config('configs/mine.py') == 'configs/mine.py'


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(FileNotFoundError, match=r'no such config in mmwsdepth.*wsdepth_rooms\.py'):
        resolve_config('mmwsdepth::wsdepth_mars.py')
