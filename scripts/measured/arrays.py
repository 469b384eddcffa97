"""Models of sound, text, ratings and series, whose samples are arrays: where the
test data keeps them, how the command takes them, and their metrics. Needs numpy.
"""
import dataclasses
import shutil
from collections.abc import Callable

import numpy as np

from . import cases


@dataclasses.dataclass
class Recipe:
    """What is special about a case."""
    metric: str
    options: list  # of build
    calibration: Callable  # folder of the case -> arrays by input, a sample a row
    inputs: Callable  # the same of the evaluation data
    # Folder and output -> a function from indices of samples to the metric.
    score: Callable
    # Labels of the calibration samples, where the command knows the metric.
    labels: Callable = None


def _sound(split):
    return lambda folder: {'mfcc': np.load(folder / split / 'features.npy')[:, None]}


def _codes_of_sound(split):
    """Stored as int8; case.json says how they become float."""
    def load(folder):
        how = cases.read_case(folder.name)['input']['from_int8']
        codes = np.load(folder / split / 'features_int8.npy')
        real = (codes.astype(np.float32) - np.float32(how['zero_point'])) \
            * np.float32(how['scale'])
        return {'input_1': real.reshape(len(real), 1, 49, 10, 1)}
    return load


def _labels(split):
    return lambda folder: np.load(folder / split / 'labels.npy')


def _top1(folder, output):
    right = output.reshape(len(output), -1).argmax(1) == _labels('eval')(folder)
    return lambda samples: float(right[samples].mean())


def _sentences(split):
    """The first sentences of all pairs, then the second ones."""
    def load(folder):
        return {name: np.concatenate([
            np.load(folder / split / f'{name}_{side}.npy') for side in (1, 2)]
            ).astype(np.int64)[:, None]
                for name in ('input_ids', 'attention_mask', 'token_type_ids')}
    return load


def _ranks(values):
    """From 0; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True,
                                 return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts + 1) / 2)[place]


def _spearman(folder, output):
    mask = _sentences('eval')(folder)['attention_mask'][:, 0, :, None]
    hidden = output.reshape(*mask.shape[:2], -1)
    means = (hidden * mask).sum(1) / mask.sum(1)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    first, second = np.split(means, 2)
    alike = (first * second).sum(1)
    truth = np.load(folder / 'eval/scores.npy')
    return lambda pairs: float(np.corrcoef(_ranks(alike[pairs]),
                                           _ranks(truth[pairs]))[0, 1])


def _ratings(users, items):
    return {'user_input_0': users.astype(np.int64).reshape(-1, 1, 1),
            'item_input_0': items.astype(np.int64).reshape(-1, 1, 1)}


def _asked(folder):
    users = np.load(folder / 'eval/users.npy')
    items = np.load(folder / 'eval/items.npy')
    return _ratings(np.repeat(users, items.shape[1]), items)


def _hits(folder, output):
    """The first item of each user is the one that was watched."""
    scores = output.reshape(np.load(folder / 'eval/items.npy').shape)
    watched, others = scores[:, :1], scores[:, 1:]
    rank = (others > watched).sum(1) + (others == watched).sum(1) / 2
    return lambda users: float((rank[users] < 10).mean())


CONTEXT, HORIZON = 512, 96


def _windows(split, begin, end):
    def load(folder):
        series = np.load(folder / 'series.npy')
        starts = np.load(folder / f'{split}_starts.npy')
        return np.stack([series[s + begin:s + end] for s in starts])
    return load


def _past(split):
    load = _windows(split, 0, CONTEXT)
    return lambda folder: {'past_values': load(folder)[:, None]}


def _squares(folder, output):
    truth = _windows('eval', CONTEXT, CONTEXT + HORIZON)(folder)
    errors = ((output.reshape(truth.shape) - truth) ** 2).mean((1, 2))
    return lambda windows: float(errors[windows].mean())


RECIPES = {
    'forecast-ttm': Recipe(
        'mse', ['--shapes', 'batch_size=1,sequence_length=512'],
        _past('calib'), _past('eval'), _squares),
    'kws-dscnn': Recipe('top1', [], _codes_of_sound('calib'),
                        _codes_of_sound('eval'), _top1, _labels('calib')),
    'kws-kwt1': Recipe('top1', [], _sound('calib'), _sound('eval'), _top1,
                       _labels('calib')),
    'recsys-ncf': Recipe(
        'hr10', [], lambda folder: _ratings(
            np.load(folder / 'calib/users.npy'),
            np.load(folder / 'calib/items.npy')), _asked, _hits),
    'text-minilm': Recipe('spearman', ['--shapes', 'batch=1,sequence=128'],
                          _sentences('calib'), _sentences('eval'), _spearman),
}


def _fresh(path):
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir(parents=True)
    return path


def calibration_path(name):
    """Writes the calibration samples as the command takes them: one file where
    there is one input, else a file a sample."""
    folder = _fresh(cases.WORK / f'{name}.calib')
    arrays = RECIPES[name].calibration(cases.DATA / name)
    if len(arrays) == 1:
        [samples] = arrays.values()
        np.save(folder / 'samples.npy', samples)
        return folder / 'samples.npy'
    for i in range(len(next(iter(arrays.values())))):
        np.savez(folder / f'{i:05}.npz', **{k: v[i] for k, v in arrays.items()})
    return folder


def labelled(name, calib):
    """Options that name the calibration samples with their labels; none where
    the metric is not the command's."""
    recipe = RECIPES[name]
    if recipe.labels is None:
        return []
    path = cases.WORK / f'{name}.labels.npy'
    np.save(path, recipe.labels(cases.DATA / name))
    return ['--eval-data', calib, '--eval-labels', path]


def score_of(name, engine):
    """A function from indices of samples to the metric of an engine, and how
    many samples there are."""
    recipe = RECIPES[name]
    folder = _fresh(cases.WORK / f'{name}.eval')
    options = []
    for key, array in recipe.inputs(cases.DATA / name).items():
        np.save(folder / f'{key}.npy', array)
        options += ['--input', f"{key}={folder / f'{key}.npy'}"]
    outputs = _fresh(cases.WORK / f'{name}.outputs')
    cases.octet('run', engine, *options, '-o', outputs)
    [output] = outputs.glob('*.npy')
    count = {'spearman': lambda n: n // 2, 'hr10': lambda n: n // 100}
    values = np.load(output)
    return (recipe.score(cases.DATA / name, values),
            count.get(recipe.metric, lambda n: n)(len(values)))


def compare(name, engines, rounds=2000):
    """The metric of each engine, and the difference of all but the last to the
    last, with its 95 % interval: of samples drawn with replacement."""
    scores = [score_of(name, engine) for engine in engines]
    samples = scores[0][1]
    every = np.arange(samples)
    draws = np.random.default_rng(1).integers(samples, size=(rounds, samples))
    base = scores[-1][0]
    drawn = np.array([base(d) for d in draws])
    rows = []
    for score, _ in scores:
        low, high = np.percentile(
            np.array([score(d) for d in draws]) - drawn, [2.5, 97.5])
        rows.append({'value': score(every), 'difference': {
            'value': score(every) - base(every), 'low': low, 'high': high}})
    return rows
