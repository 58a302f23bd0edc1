from pathlib import Path

import pytest
from mmengine.config import Config

from mmwsdepth.comparison import Variant, run_suite

TRAIN = """
import sys
from pathlib import Path
config, folder = sys.argv[1], Path(sys.argv[sys.argv.index('--work-dir') + 1])
if 'fails' in config:
    sys.exit(3)
(folder / 'student.pth').write_text(Path(config).read_text())
"""
TEST = """
import sys
from pathlib import Path
folder = Path(sys.argv[sys.argv.index('--work-dir') + 1])
folder.mkdir()
(folder / 'metrics.json').write_text(sys.argv[2])
"""


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    (tmp_path / 'tools').mkdir()
    (tmp_path / 'tools' / 'train.py').write_text(TRAIN)
    (tmp_path / 'tools' / 'test.py').write_text(TEST)
    return tmp_path / 'tools'


def _variant(name: str, **weights: str) -> Variant:
    return Variant(name, Config(dict(model=dict(type=name))), **weights)


def test_runs_at_the_same_time_have_seeds_of_their_own(tools: Path, tmp_path: Path) -> None:
    variants = [_variant('one'), _variant('two')]
    runs = run_suite(variants, tmp_path, tools, seeds=4, jobs=4)
    assert len(runs) == 8
    for run in runs:
        trained = (run.folder / 'student.pth').read_text()
        assert f'seed={run.seed}' in trained
    assert 'randomness' not in variants[0].cfg


def test_anothers_weights_are_scored_and_a_failure_stops_nothing_else(
    tools: Path, tmp_path: Path
) -> None:
    variants = [_variant('fails'), _variant('one'), _variant('again', weights_from='one')]
    runs = run_suite([*variants, _variant('alone', weights_from='fails')], tmp_path, tools)
    assert [run.variant.name for run in runs] == ['one', 'again']
    weights = tmp_path / 'one' / 'seed_0' / 'student.pth'
    assert all(run.metrics_file.read_text() == str(weights) for run in runs)
