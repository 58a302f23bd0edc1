import json
from pathlib import Path

from mmengine.config import Config

from mmwsdepth.comparison import Run, Variant, collect, results_table, write_results


def _complete(root: Path, variant: Variant, seed: int, abs_rel: float) -> Run:
    run = Run(variant, seed, root / variant.name / f'seed_{seed}')
    run.metrics_file.parent.mkdir(parents=True)
    metrics = {'model/abs_rel': abs_rel, 'mean depth map/abs_rel': 0.5}
    run.metrics_file.write_text(json.dumps(metrics))
    return run


def test_means_and_spreads_over_seeds(tmp_path: Path) -> None:
    plain, again = Variant('plain', Config()), Variant('again', Config(), weights_from='plain')
    runs = [_complete(tmp_path, plain, seed, value) for seed, value in enumerate((0.2, 0.3))]
    runs.append(_complete(tmp_path, again, 0, 0.25))
    results = collect(runs)
    assert [r.name for r in results] == ['plain', 'again']
    assert results[0].metrics == dict(abs_rel=[0.2, 0.3])
    assert results[1].metrics == dict(abs_rel=[0.25])
    table = results_table(results, ['abs_rel', 'rmse'])
    assert table.splitlines()[0] == '| variant | abs_rel |'
    assert table.splitlines()[2] == '| plain | 0.25 ± 0.05 |'
    assert table.splitlines()[3] == '| again | 0.25 |'
    write_results(results, ['abs_rel'], tmp_path)
    assert json.loads((tmp_path / 'results.json').read_text())['plain']['abs_rel'] == [0.2, 0.3]
    assert '± 0.05' in (tmp_path / 'table.md').read_text()
