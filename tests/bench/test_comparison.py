"""What bench/compare makes of times and answers; needs no peers."""
import math
from pathlib import Path
import sys

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'bench'))

from comparison import answers, field, layers, results, rows  # noqa: E402
from comparison.contender import Contender, Refused, start_all  # noqa: E402

HARDWARE = {'cpu': 'Some CPU', 'level': 'avx2', 'int8_gops': 200.0,
            'f32_gflops': 100.0, 'bf16_gflops': 0.0}
INT8 = next(match for match in field.MATCHES if match.source == 'qdq')


class Network:
    name, label, batch, macs = 'net', 'net', 1, 1_000_000_000


def summary(median, slots=3, quiet=3, spread=0.1):
    return {'median_ms': median, 'min_ms': 0.9 * median, 'spread': spread,
            'slots': slots, 'quiet_slots': quiet}


def int8_rows(times, verdicts, threads=1):
    return rows.rows(INT8, Network, threads, times, verdicts, HARDWARE)


def alone(**medians):
    names = {'octet': 'octet qdq', 'ort': 'onnxruntime u8s8',
             'sym': 'onnxruntime s8s8', 'ov': 'openvino u8s8'}
    return {names[key]: {'alone': summary(ms)} for key, ms in medians.items()}


def agreeing(times):
    return {name: (0.01, True) for name in times}


def test_the_ratio_is_that_to_the_faster_peer():
    times = alone(octet=10.0, ort=30.0, sym=25.0, ov=20.0)
    row, = int8_rows(times, agreeing(times))
    assert row['ratio'] == pytest.approx(2.0)
    assert row['faster_peer'] == 'openvino u8s8'
    assert row['octet_ms'] == 10.0 and len(row['peers']) == 3


@pytest.mark.parametrize('precision,threads,expected', [
    ('int8', 1, 10.0), ('int8', 2, 5.0), ('fp32', 1, 20.0),
    ('bf16', 1, 20.0),  # made of fp32 products where the CPU has none
])
def test_the_floor_is_the_products_at_the_peak(precision, threads, expected):
    assert rows.floor_ms(10**9, precision, HARDWARE, threads) == \
        pytest.approx(expected)


def test_a_network_of_unknown_products_has_no_floor():
    assert rows.floor_ms(0, 'int8', HARDWARE, 1) is None


def test_different_answers_have_no_time():
    times = alone(ort=30.0, ov=20.0)
    row, = int8_rows(times, agreeing(times) | {'octet qdq': (0.4, False)})
    assert row['octet_ms'] is None and row['ratio'] is None
    assert row['refused'] == 'answers differ: 0.4'


def test_a_model_that_octet_refuses_says_why():
    row, = int8_rows({}, {'octet qdq': 'no operator Foo'})
    assert row['octet_ms'] is None and row['refused'] == 'no operator Foo'


def test_a_refused_peer_is_left_out_and_named():
    times = alone(octet=10.0, ort=30.0)
    verdicts = agreeing(times) | {'openvino u8s8': 'unsupported'}
    row, = int8_rows(times, verdicts)
    assert row['peers'] == {'onnxruntime u8s8': 30.0}
    assert row['refused_peers'] == {'openvino u8s8': 'unsupported'}


def test_without_a_peer_there_is_a_time_and_no_ratio():
    times = alone(octet=10.0)
    row, = int8_rows(times, agreeing(times))
    assert row['octet_ms'] == 10.0 and row['ratio'] is None


def test_near_and_far_cores_are_told_apart():
    times = {'octet qdq': {'near': summary(5.0), 'far': summary(8.0)},
             'openvino u8s8': {'near': summary(10.0), 'far': summary(12.0),
                               'moved': summary(99.0)}}
    near_far = {row['place']: row['ratio']
                for row in int8_rows(times, agreeing(times), 2)}
    assert near_far == {'near': pytest.approx(2.0),
                        'far': pytest.approx(1.5)}


def test_all_slots_count_where_the_cores_were_never_alike():
    times = {'octet qdq': {'near': summary(5.0), 'moved': summary(7.0),
                           'any': summary(6.0)},
             'openvino u8s8': {'far': summary(10.0), 'moved': summary(14.0),
                               'any': summary(12.0)}}
    row, = int8_rows(times, agreeing(times), 2)
    assert row['place'] == 'any' and row['octet_ms'] == 6.0
    assert row['ratio'] == pytest.approx(2.0)


@pytest.mark.parametrize('precision,found,agrees', [
    ('fp32', [1.0, 2.00019], True), ('fp32', [1.0, 2.0003], False),
    ('bf16', [1.0, 2.03], True), ('bf16', [1.0, 2.05], False),
    ('int8', [1.1, 2.1], True), ('int8', [1.3, 2.3], False),
    ('int8', [math.nan, 2.0], False), ('fp32', [math.inf, 2.0], False),
])
def test_answers_agree_within_the_bound_of_their_precision(precision, found,
                                                           agrees):
    error = answers.error(precision, [np.array(found)],
                          [np.array([1.0, 2.0])])
    assert answers.agrees(precision, error) == agrees


def test_the_worst_output_decides():
    same, off = np.ones(4), np.full(4, 1.5)
    assert answers.error('int8', [same, off], [same, same]) == \
        pytest.approx(0.5)


def test_a_lost_output_is_not_compared():
    with pytest.raises(ValueError):
        answers.error('int8', [np.ones(4)], [np.ones(4), np.ones(4)])


def step(name, us, macs=0, kernel='conv'):
    """One whose mean time is 5 us more than its least."""
    return {'step': name, 'us': us + 5, 'min_us': us, 'macs': macs,
            'kernel': kernel, 'precision': 'int8'}


def bench_run(steps, mean_ms):
    return {'layers': steps, 'timed_mean_ms': mean_ms,
            'layers_us': sum(one['us'] for one in steps)}


def test_layers_are_sorted_by_what_they_lose_against_the_peak():
    # At 200 GOP/s: 1 M products take 10 us.
    steps = [step('tight', 105, 10**7), step('loose', 60, 10**6),
             step('copy', 500, 0, 'copy')]
    profile = layers.profile([bench_run(steps, 0.7)], HARDWARE,
                             {'loose': '1x1, 3 to 8, 4x4'})
    assert [one['step'] for one in profile['products']] == ['loose', 'tight']
    assert [one['shape'] for one in profile['products']] == [
        '1x1, 3 to 8, 4x4', '']
    assert profile['products'][0]['lost_us'] == pytest.approx(50)
    assert profile['products'][0]['of_peak'] == pytest.approx(1 / 6)
    assert profile['rest_us'] == {'copy': 500}


def test_layers_have_their_least_time_and_the_sum_its_own_run():
    runs = [bench_run([step('a', 95, 10**6)], 0.10),
            bench_run([step('a', 80, 10**6)], 0.10)]
    profile = layers.profile(runs, HARDWARE, {})
    assert profile['products'][0]['us'] == 80
    assert profile['sum_over_run'] == pytest.approx(0)


def test_peaks_are_the_best_that_the_run_has_seen():
    from comparison import engines
    first = engines.best_peaks(None, HARDWARE)
    better = engines.best_peaks(first, HARDWARE | {'int8_gops': 220.0,
                                                   'f32_gflops': 90.0})
    assert (better['int8_gops'], better['f32_gflops']) == (220.0, 100.0)
    assert better['cpu'] == 'Some CPU'


def report(some_rows, quiet_share=1.0):
    return {'date': '2026-01-02', 'versions': {'openvino': '1.2'}, 'cores': 2,
            'hardware': HARDWARE, 'instruction_sets': ['avx2'], 'rounds': 3,
            'slot_ms': 200.0, 'cpu_time': False, 'quiet_share': quiet_share,
            'rows': some_rows, 'memory': [], 'layers': {}}


def test_the_page_has_a_table_for_each_precision_that_was_measured():
    times = alone(octet=10.0, ov=20.0)
    page = results.page(report(int8_rows(times, agreeing(times))),
                        'What holds it back.')
    assert '## INT8, from the same QDQ file' in page
    assert '## FP32' not in page and 'What holds it back.' in page
    line, = [line for line in page.splitlines() if line.startswith('| net ')]
    assert '| 10.00 | 20.00 | 2.00× |' in line
    assert '10.00 | 100 %' in line  # the floor, and how much of it is reached


def test_every_line_of_a_table_has_as_many_cells():
    times = alone(octet=10.0, ort=30.0, ov=20.0)
    some = int8_rows(times, agreeing(times))
    some += int8_rows(times, agreeing(times) | {'octet qdq': (0.4, False)})
    lines = results.table(some).strip().splitlines()
    assert len(lines) == 4 and len({line.count('|') for line in lines}) == 1
    assert 'answers differ: 0.4' in lines[3]


@pytest.mark.parametrize('share,said', [(0.95, False), (0.5, True)])
def test_the_page_says_when_the_machine_was_loaded(share, said):
    assert ('loaded by others' in results.page(report([], share))) == said


def talker(*answers_to_lines):
    """A command that answers so, line by line, and then ends."""
    text = 'import sys\n' + ''.join(
        f'print({answer!r}, flush=True); sys.stdin.readline()\n'
        for answer in answers_to_lines)
    return [sys.executable, '-c', text + 'sys.exit("out of words")']


def test_a_contender_gives_its_times_in_seconds():
    contender = Contender('a', talker('{"load_ms": 3}', '1.5 2.5'))
    assert contender.loaded == {'load_ms': 3}
    assert contender.slot(0.1) == [0.0015, 0.0025]
    assert contender.peak_mb() > 1
    contender.close()


@pytest.mark.parametrize('lines,said', [
    ([], 'out of words'), (['error no such operator'], 'no such operator'),
    (['{}'], 'out of words'), (['{}', 'error not so many bytes'],
                               'not so many bytes'),
])
def test_what_fails_to_start_is_refused_with_its_own_words(lines, said):
    started, refused, closing = start_all(
        {'bad': talker(*lines), 'good': talker('{}', 'ok')}, '/tmp/x')
    with closing:
        assert list(started) == ['good'] and refused == {'bad': said}


def test_a_contender_that_ends_in_a_slot_says_so():
    contender = Contender('a', talker('{}'))
    with pytest.raises(Refused, match='out of words'):
        contender.slot(1)
    contender.close()


@pytest.mark.parametrize('clock', ['run', 'cpu'])
def test_a_contender_is_asked_for_the_clock_that_it_is_timed_by(clock):
    echo = 'import sys\nprint("{}", flush=True)\n' \
        'print("1" if sys.stdin.readline() == sys.argv[1] + " 0.5\\n" else "2")'
    contender = Contender('a', [sys.executable, '-c', echo, clock], clock)
    assert contender.slot(0.5) == [0.001]
    contender.close()


def test_the_page_says_what_one_thread_is_timed_by():
    page = results.page(report([]) | {'cpu_time': True})
    assert 'timed by the processor' in page
    assert 'timed by the processor' not in results.page(report([]))
