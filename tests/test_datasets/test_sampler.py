import copy
import itertools
import pickle

import numpy as np
import pytest
from torch.utils.data import DataLoader

from mmwsdepth.datasets.sampler import ReproducibleSampler, SeededIndex
from mmwsdepth.registry import DATA_SAMPLERS, DATASETS

PIPELINE = [
    dict(type='mmwsdepth.LoadColor'),
    dict(type='mmwsdepth.LoadDepth'),
    dict(type='mmwsdepth.RandomFlipRGBD', prob=0.5),
    dict(type='mmwsdepth.RandomCropRGBD', crop_size=(12, 16)),
]


def draws(sampler, number=25):
    return [(int(i), i.seed) for i in itertools.islice(sampler, number)]


def sampler_of(rank=0, world_size=1, seed=3, size=7, shuffle=True):
    sampler = ReproducibleSampler(range(size), shuffle=shuffle, seed=seed)
    sampler.rank, sampler.world_size = rank, world_size
    return sampler


@pytest.fixture
def dataset(rgbd_folder):
    for number in range(5):
        rgbd_folder.add(str(number), (24, 32), (6, 8), seed=number)
    return DATASETS.build(
        dict(type='mmwsdepth.RGBDDataset', data_root=str(rgbd_folder.root), pipeline=PIPELINE)
    )


def samples(dataset, workers, number=12, skip=0):
    """The first samples of a run: name, color and depth."""
    sampler = ReproducibleSampler(dataset, seed=3)
    sampler.skip(skip)
    loader = DataLoader(
        dataset, batch_size=2, sampler=sampler, num_workers=workers, collate_fn=list
    )
    batches = itertools.islice(loader, number // 2)
    return [(s['name'], s['img'], s['gt_depth_map']) for s in itertools.chain(*batches)]


def assert_same(one, other):
    assert len(one) == len(other)
    for (name, *arrays), (other_name, *other_arrays) in zip(one, other, strict=True):
        assert name == other_name
        for array, other_array in zip(arrays, other_arrays, strict=True):
            np.testing.assert_array_equal(array, other_array)


def test_the_same_seed_gives_the_same_draws_again_and_again():
    sampler = sampler_of()
    assert draws(sampler) == draws(sampler) == draws(sampler_of())


def test_another_seed_gives_another_order_and_other_augmentation():
    one, other = draws(sampler_of(seed=3)), draws(sampler_of(seed=4))
    assert [i for i, _ in one] != [i for i, _ in other]
    assert not {seed for _, seed in one} & {seed for _, seed in other}


def test_each_round_draws_every_sample_once():
    drawn = [index for index, _ in draws(sampler_of(), 21)]
    for start in (0, 7, 14):
        assert sorted(drawn[start : start + 7]) == list(range(7))


def test_without_shuffling_the_order_is_the_data_set_s():
    assert [i for i, _ in draws(sampler_of(shuffle=False), 9)] == [0, 1, 2, 3, 4, 5, 6, 0, 1]


def test_no_two_draws_share_a_seed():
    seeds = [seed for rank in (0, 1) for _, seed in draws(sampler_of(rank, 2))]
    assert len(set(seeds)) == 50


def test_ranks_share_a_round_between_them():
    first, second = (draws(sampler_of(rank, 2, size=8), 4) for rank in (0, 1))
    assert sorted(index for index, _ in first + second) == list(range(8))


@pytest.mark.parametrize('number', [0, 1, 6, 7, 20])
@pytest.mark.parametrize(('rank', 'world_size'), [(0, 1), (1, 2)])
def test_skipping_continues_exactly(number, rank, world_size):
    sampler = sampler_of(rank, world_size)
    whole = draws(sampler, 40)
    sampler.skip(number)
    assert draws(sampler, 40 - number) == whole[number:]


def test_skipping_counts_from_the_start_of_the_run():
    sampler = sampler_of()
    whole = draws(sampler)
    sampler.skip(3)
    sampler.skip(5)
    assert draws(sampler, 20) == whole[5:]


@pytest.mark.parametrize(
    'pass_on', [lambda i: pickle.loads(pickle.dumps(i)), copy.copy, copy.deepcopy]
)
def test_a_seeded_index_survives_the_way_to_a_worker(pass_on):
    index = pass_on(SeededIndex(4, (1, 2, 3)))
    assert index == 4 and index.seed == (1, 2, 3) and isinstance(index, SeededIndex)


def test_the_registry_knows_the_sampler():
    sampler = DATA_SAMPLERS.build(
        dict(type='mmwsdepth.ReproducibleSampler', dataset=range(7), seed=3)
    )
    assert draws(sampler) == draws(sampler_of()) and len(sampler) == 7


def test_a_seeded_index_makes_the_augmentation_repeatable(dataset):
    def sample(seed):
        return dataset[SeededIndex(2, seed)]['img']

    np.testing.assert_array_equal(sample((0, 0, 1)), sample((0, 0, 1)))
    assert any((sample((0, 0, 1)) != sample((0, 0, draw))).any() for draw in range(2, 6))


def test_the_number_of_workers_changes_nothing(dataset):
    expected = samples(dataset, workers=0)
    assert len({img.tobytes() for _, img, _ in expected}) == len(expected)
    for workers in (1, 2):
        np.random.seed(workers)
        assert_same(samples(dataset, workers), expected)


@pytest.mark.parametrize('workers', [0, 2])
def test_a_resumed_run_sees_the_samples_of_an_uninterrupted_one(dataset, workers):
    assert_same(samples(dataset, workers, 6, skip=6), samples(dataset, 0)[6:])


def test_plain_indices_follow_numpy_s_global_state(dataset):
    def pass_through(seed):
        np.random.seed(seed)
        return [dataset[i]['img'] for i in range(5)]

    np.testing.assert_array_equal(pass_through(0), pass_through(0))
    assert (np.stack(pass_through(0)) != np.stack(pass_through(1))).any()


def test_mmengine_s_own_sampler_works(dataset):
    sampler = DATA_SAMPLERS.build(dict(type='DefaultSampler', dataset=dataset, shuffle=False))
    loader = DataLoader(dataset, batch_size=2, sampler=sampler, collate_fn=list)
    assert [s['name'] for batch in loader for s in batch] == list('01234')
