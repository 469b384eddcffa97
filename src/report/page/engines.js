// The engines side by side: a column each, what was gained in the last one.

const ENGINE_ROWS = [
  {title: 'File', of: (e) => e.file_bytes, text: bytes, less: 'smaller'},
  {title: 'Weights in memory', of: (e) => e.memory?.weight_bytes, text: bytes,
   less: 'smaller'},
  {title: 'Working memory', text: bytes, less: 'smaller',
   of: (e) => e.memory && e.memory.arena_bytes + e.memory.scratch_bytes},
  {title: 'Latency, median', of: (e) => e.speed?.p50_ms, text: milliseconds,
   less: 'faster'},
  {title: 'Latency, fastest run', of: (e) => e.speed?.min_ms,
   text: milliseconds, less: 'faster'},
  {title: 'Latency, 99\u00a0% of runs', of: (e) => e.speed?.p99_ms,
   text: milliseconds, less: 'faster'},
  {title: 'Runs a second', of: (e) => e.speed?.per_second,
   text: (x) => digits(x)},
];

function scoreCell(score, text) {
  if (!score) return '–';
  return [text(score.value), el('small', {},
          `${text(score.low)} – ${text(score.high)}`)];
}

function qualityRows(data) {
  const rows = [];
  const has = (key) => data.engines.some((e) => e[key] !== undefined);
  if (has('accuracy')) {
    rows.push({title: data.metric,
               cell: (e) => scoreCell(e.accuracy, (x) => x.toFixed(4))});
  }
  if (has('agreement')) {
    rows.push({title: 'Answers as float', cell: (e, i) => i === 0 ?
               'by definition' : e.agreement?.count > 0 ?
               scoreCell(e.agreement, (x) => percent(x)) : 'none seen'});
  }
  if (has('sqnr_db')) {
    rows.push({title: 'Outputs above their error', cell: (e, i) =>
               i === 0 ? 'exact' : decibels(e.sqnr_db)});
  }
  return rows;
}

function gainCell(row, before, after) {
  if (!row.less || !(before > 0) || !(after > 0)) return '';
  const ratio = before / after;
  const word = ratio >= 1 ? row.less : row.less === 'faster' ? 'slower' :
    'larger';
  return `${times(ratio >= 1 ? ratio : 1 / ratio)} ${word}`;
}

function enginesSection(data) {
  const engines = data.engines;
  if (!engines) return '';
  const gains = engines.length > 1;
  const line = (row) => {
    const numbers = engines.map(row.of);
    if (numbers.every((x) => x === undefined)) return '';
    return el('tr', {}, el('th', {scope: 'row'}, row.title),
              numbers.map((x) => el('td', {class: 'numeric'},
                          x === undefined ? '–' : row.text(x))),
              gains ? el('td', {class: 'gain'}, gainCell(row, numbers[0],
                         numbers[numbers.length - 1])) : '');
  };
  const quality = qualityRows(data).map((row) => el('tr', {},
      el('th', {scope: 'row'}, row.title),
      engines.map((e, i) => el('td', {class: 'numeric'}, row.cell(e, i))),
      gains ? el('td') : ''));
  const speed = engines.map((e) => e.speed).find((s) => s);
  const machine = data.reproduction.cpu;
  return section('engines', 'What it costs, what it gives',
      speed ? `Timed on ${machine}, ${plural(speed.threads, 'thread')}, ` +
      'one input at a time. Small numbers below a value are its ' +
      '95\u00a0% interval.' :
      'Latencies were not measured.',
      el('div', {class: 'scroll', tabindex: 0, role: 'region',
                 'aria-label': 'Engines side by side'},
         el('table', {class: 'engines'},
            el('caption', {}, 'Engines side by side'),
            el('thead', {}, el('tr', {}, el('td'),
               engines.map((e) => el('th', {scope: 'col', class: 'numeric'},
                                     precisionTag(e.precision))),
               gains ? el('th', {scope: 'col'}, 'Gain') : '')),
            el('tbody', {}, ENGINE_ROWS.map(line), quality))),
      changesPart(data));
}

// What changed on the calibration samples, sample by sample.
function changesPart(data) {
  const changes = data.agreement?.changes || [];
  if (changes.length === 0) return '';
  return [el('h3', {}, 'Answers that changed'),
          table(`${plural(changes.length, 'answer')} of ` +
                `${plural(data.agreement.samples, 'calibration sample')} ` +
                'that float gives otherwise, the largest change first',
                [{title: 'Sample', cell: (row) => name(row.sample)},
                 {title: 'Float → this engine', wide: true,
                  cell: (row) => row.what}],
                changes, 8)];
}

// A precision by word and colour.
function precisionTag(precision) {
  return el('span', {class: `precision ${precisionClass(precision)}`},
            precision.toUpperCase());
}

function precisionClass(precision) {
  if (precision === 'int8') return 'is-int8';
  if (precision === 'fp16' || precision === 'bf16') return 'is-half';
  return 'is-float';
}
