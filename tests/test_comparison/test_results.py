import json
from pathlib import Path

from mmengine.config import Config

from mmwsdepth.comparison import Run, Variant, collect, results_table, write_results
from mmwsdepth.comparison.results import training_seconds


def _log(folder: Path, started: str, times: dict[int, float]) -> None:
    path = folder / started / 'vis_data' / 'scalars.json'
    path.parent.mkdir(parents=True)
    lines = [json.dumps(dict(iter=i, time=t, loss=1.0)) for i, t in times.items()]
    path.write_text('\n'.join([*lines, json.dumps({'model/abs_rel': 0.2, 'step': 40})]) + '\n')


def _complete(root: Path, variant: Variant, seed: int, abs_rel: float) -> Run:
    run = Run(variant, seed, root / variant.name / f'seed_{seed}')
    run.metrics_file.parent.mkdir(parents=True)
    metrics = {'model/abs_rel': abs_rel, 'mean depth map/abs_rel': 0.5}
    run.metrics_file.write_text(json.dumps(metrics))
    return run


def test_seconds_count_each_iteration_once_over_resumed_logs(tmp_path: Path) -> None:
    _log(tmp_path, '1', {10: 1.0, 20: 2.0, 30: 9.0})
    _log(tmp_path, '2', {30: 3.0, 40: 4.0})
    assert training_seconds(tmp_path) == 10 * (1 + 2 + 3 + 4)


def test_means_and_spreads_over_seeds(tmp_path: Path) -> None:
    plain, again = Variant('plain', Config()), Variant('again', Config(), weights_from='plain')
    runs = [_complete(tmp_path, plain, seed, value) for seed, value in enumerate((0.2, 0.3))]
    runs.append(_complete(tmp_path, again, 0, 0.25))
    _log(runs[0].folder, '1', {10: 0.5})
    _log(runs[1].folder, '1', {10: 0.7})
    results = collect(runs)
    assert [r.name for r in results] == ['plain', 'again']
    assert results[0].metrics == dict(abs_rel=[0.2, 0.3], seconds=[5.0, 7.0])
    assert results[1].metrics['seconds'] == [5.0]
    table = results_table(results, ['abs_rel', 'rmse', 'seconds'])
    assert table.splitlines()[0] == '| variant | abs_rel | seconds |'
    assert table.splitlines()[2] == '| plain | 0.25 ± 0.05 | 6 |'
    assert table.splitlines()[3] == '| again | 0.25 | 5 |'
    write_results(results, ['abs_rel'], tmp_path)
    assert json.loads((tmp_path / 'results.json').read_text())['plain']['abs_rel'] == [0.2, 0.3]
    assert '± 0.05' in (tmp_path / 'table.md').read_text()
