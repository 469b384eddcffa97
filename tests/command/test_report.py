"""The report of a build: what it holds, and that a browser draws it."""
import json
import re

import numpy as np
import pytest

import browser as browsers
import models

BAD = '</script><img src=x onerror="alert(1)">&{{data}}'


@pytest.fixture(scope='module')
def browser(tmp_path_factory):
    found = browsers.find(tmp_path_factory.mktemp('browser'))
    if found is None:
        pytest.skip('no chromium; scripts/setup installs it')
    return found


def build(octet, shop, report, *options):
    octet.ok('build', shop / 'small.onnx', '--calib', shop / 'samples.npy',
             '-o', report.parent / 'e.octet', '--report', report, *options)
    return report


@pytest.fixture(scope='module')
def page(octet, shop, tmp_path_factory):
    """A page with every part that a build can fill."""
    return build(octet, shop, tmp_path_factory.mktemp('page') / 'report.html',
                 '--method', 'auto')


def data_of(page):
    text = page.read_text()
    return json.loads(re.search(
        r'<script type="application/json" id="data">(.*?)</script>', text,
        re.DOTALL)[1])


def with_bad_names(path):
    model = models.small()
    for node in model.graph.node:
        node.name += BAD
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                if name == 'first.relu':
                    names[i] = BAD
    models.save(model, path)


def without_times(data):
    for node in data['nodes']:
        node.pop('us', None)
        node.pop('float_us', None)
    return {part: data[part] for part in ('nodes', 'values', 'layers', 'tried',
                                          'agreement')}


def test_json_and_page_hold_the_same(octet, shop, page, tmp_path):
    alone = json.loads(build(octet, shop, tmp_path / 'report.json', '--method',
                             'auto').read_text())
    assert list(alone) == list(data_of(page))
    assert without_times(alone) == without_times(data_of(page))


def test_a_report_answers_what_is_gained_and_lost(octet, shop, page):
    data = data_of(page)
    assert data['verdict']['answer'] and data['verdict']['reasons']
    before, half, after = data['engines']
    assert (before['precision'], after['precision']) == ('fp32', 'int8')
    assert half['precision'] in ('fp16', 'bf16')
    assert half['sqnr_db'] > after['sqnr_db']
    assert after['file_bytes'] == (page.parent / 'e.octet').stat().st_size
    for engine in data['engines']:
        assert 0 < engine['speed']['p50_ms'] <= engine['speed']['p99_ms']
        assert engine['memory']['arena_bytes'] > 0
    assert len(data['tried']) > 1
    inspected = json.loads(octet.ok('inspect', page.parent / 'e.octet',
                                    '--json'))
    assert ({n['name']: n['precision'] for n in data['nodes']} ==
            {n['node']: n['precision'] for n in inspected['nodes']})
    assert all(node['reason'] for node in data['nodes'])
    made = {'x'} | {v for node in data['nodes'] for v in node['outputs']}
    assert all(v in made for node in data['nodes'] for v in node['inputs'])
    samples = np.load(shop / 'samples.npy')
    x = next(v for v in data['values'] if v['name'] == 'x')
    assert sum(x['histogram']['counts']) == samples.size
    assert x['seen']['high_sample'].endswith(
        f'[{samples.max((1, 2, 3)).argmax()}]')
    assert '--report' in data['reproduction']['command']


def test_what_a_search_found_and_accuracy_by_labels_are_shown(
        octet, shop, tmp_path, browser):
    scores = tmp_path / 'scores'
    octet.ok('run', shop / 'float.octet', '--input',
             f"x={shop / 'samples.npy'}", '-o', scores)
    np.save(tmp_path / 'labels.npy', np.load(scores / 'p_1_y.npy').argmax(1))
    labelled = ['--eval-data', shop / 'samples.npy', '--eval-labels',
                tmp_path / 'labels.npy']
    report = build(octet, shop, tmp_path / 'r.html', '--max-drop', '50%',
                   '--no-timing', *labelled)
    data = data_of(report)
    assert data['metric'] == 'top1'
    assert data['engines'][0]['accuracy']['value'] == 1
    for engine in data['engines']:
        score = engine['accuracy']
        assert score['low'] <= score['value'] <= score['high']
        assert score['count'] == len(np.load(shop / 'samples.npy'))
    assert [p['is_chosen'] for p in data['frontier']].count(True) == 1
    assert any('kept out of int8' in r for r in data['verdict']['reasons'])
    dom, console = browser.dom(report)
    assert console == [] and 'data-drawn="yes"' in dom
    assert '<section id="frontier"' in dom
    assert dom.count('class="plan') == len(data['frontier'])
    # Labels are of use without a search too; without either they are refused.
    alone = data_of(build(octet, shop, tmp_path / 'a.html', '--no-timing',
                          *labelled))
    assert alone['engines'][0]['accuracy']['value'] == 1
    assert 'frontier' not in alone
    # What cannot be read is said before the work.
    message = octet.fails(3, 'build', shop / 'small.onnx', '--calib',
                          shop / 'samples.npy', '-o', tmp_path / 'n.octet',
                          '--report', tmp_path / 'n.html', '--eval-data',
                          tmp_path / 'none.npy', '--eval-labels',
                          tmp_path / 'labels.npy')
    assert 'none.npy' in message and not (tmp_path / 'n.octet').exists()


def test_without_timing_the_same_build_gives_the_same_page(octet, shop,
                                                           tmp_path):
    path = tmp_path / 'report.html'
    first = build(octet, shop, path, '--no-timing').read_bytes()
    assert build(octet, shop, path, '--no-timing').read_bytes() == first


def test_another_kind_of_file_is_refused_before_the_work(octet, shop,
                                                         tmp_path):
    message = octet.fails(2, 'build', shop / 'small.onnx', '--calib',
                          shop / 'samples.npy', '-o', tmp_path / 'e.octet',
                          '--report', tmp_path / 'report.pdf')
    assert '.html or .json' in message
    assert not (tmp_path / 'e.octet').exists()
    octet.fails(3, 'build', shop / 'small.onnx', '--calib',
                shop / 'samples.npy', '-o', tmp_path / 'e.octet', '--report',
                tmp_path / 'absent/report.html')


def test_a_browser_draws_every_mark_and_says_nothing(page, browser):
    data = data_of(page)
    dom, console = browser.dom(page)
    assert console == []
    assert 'data-drawn="yes"' in dom
    assert dom.count('<g class="node ') == len(data['nodes'])
    computed = [row for row in data['layers']['rows']
                if row['precision'] != 'move']
    assert dom.count('<circle class="own"') == len(computed)
    shown = [v for v in data['values'] if 'histogram' in v]
    assert dom.count('class="histogram"') == min(12, len(shown)) > 0
    assert dom.count('class="counts"') == dom.count('class="histogram"')
    for part in ('verdict', 'engines', 'network', 'layers', 'sensitivity',
                 'ranges', 'time', 'reproduction'):
        assert f'<section id="{part}"' in dom
    for absent in ('frontier', 'findings'):
        assert f'<section id="{absent}"' not in dom
    assert 'undefined' not in dom.split('<script')[0]
    assert 'NaN' not in dom.split('<script')[0]


def test_names_of_a_model_never_become_markup(octet, tmp_path, browser):
    with_bad_names(tmp_path / 'bad.onnx')
    np.save(tmp_path / 'samples.npy', models.samples(4))
    octet.ok('build', tmp_path / 'bad.onnx', '--calib',
             tmp_path / 'samples.npy', '-o', tmp_path / 'e.octet', '--report',
             tmp_path / 'report.html', '--no-timing')
    dom, console = browser.dom(tmp_path / 'report.html')
    assert console == []
    assert 'data-drawn="yes"' in dom
    assert '<img' not in dom
    assert '&lt;img src=x' in dom


def test_a_float_build_draws_what_it_has(octet, shop, tmp_path, browser):
    octet.ok('build', shop / 'small.onnx', '--precision', 'fp32', '-o',
             tmp_path / 'f.octet', '--report', tmp_path / 'f.html')
    dom, console = browser.dom(tmp_path / 'f.html')
    assert console == [] and 'data-drawn="yes"' in dom
    assert 'Not measured' in dom
    assert '<section id="layers"' not in dom


@pytest.mark.parametrize('width, height', [(1280, 5000), (390, 9000)])
def test_it_fits_desktop_and_phone(page, browser, tmp_path, width, height):
    from PIL import Image
    # What sticks out sideways, measured by the page itself.
    probe = tmp_path / 'probe.html'
    probe.write_text(page.read_text().replace('</body>', '''<script>
        document.title = document.documentElement.scrollWidth - innerWidth;
        </script></body>'''))
    dom, _ = browser.dom(probe, width)
    assert int(re.search(r'<title>(-?\d+)</title>', dom)[1]) <= 0
    shot = browser.screenshot(page, tmp_path / f'{width}.png', width, height)
    picture = Image.open(shot).convert('RGB')
    assert picture.size == (width, height)
    # The blue of INT8 and the paper, and much between them.
    colours = {colour for _, colour in picture.getcolors(1 << 24)}
    assert {(0x2b, 0x6c, 0xb0), (0xfb, 0xfb, 0xf9)} <= colours
    assert len(colours) > 100


def test_a_large_detector_stays_small(octet, data, tmp_path, browser):
    case = data / 'det-yolov8n'
    octet.ok('build', case / 'yolov8n.onnx', '--calib',
             data / 'images-coco/calib', '--limit', 2, '--preprocess',
             'yolov8', '-o', tmp_path / 'e.octet', '--report',
             tmp_path / 'y.html', '--no-timing')
    assert (tmp_path / 'y.html').stat().st_size < 3e6
    dom, console = browser.dom(tmp_path / 'y.html')
    assert console == [] and 'data-drawn="yes"' in dom
    assert dom.count('<g class="node ') == len(
        data_of(tmp_path / 'y.html')['nodes'])
