// Error by layer: how far each value stands from the float model's, and how
// much of that its own node added.

const PLOT = {left: 44, right: 12, top: 16, bottom: 46};
const MOST_DB = 80;  // more is drawn as so much: nothing is lost there

function layersSection(data) {
  if (!data.layers) return '';
  const rows = data.layers.rows.filter((row) => row.precision !== 'move');
  const readout = el('p', {class: 'readout', 'aria-live': 'polite'},
                     'Point at the chart to read a layer.');
  const holder = el('div', {class: 'chart'});
  let width = 0;
  whenShown(holder, () => {
    if (holder.clientWidth === width || holder.clientWidth === 0) return;
    width = holder.clientWidth;
    holder.replaceChildren(layerChart(rows, width, readout));
  });
  return section('layers', 'Error by layer',
      `Against float on ${plural(data.layers.samples, 'sample')}. The line ` +
      'is the error that has come together so far; a dot is what the layer adds ' +
      'when its inputs are exact. Higher is better: 6 dB more is half the ' +
      'error.',
      el('ul', {class: 'legend'},
         el('li', {}, el('span', {class: 'swatch line'}), 'all error so far'),
         el('li', {}, el('span', {class: 'swatch dot'}), 'own error')),
      data.layers.first_jump ?
          el('p', {class: 'jump'}, 'The error jumps first at ',
             name(data.layers.first_jump), '.') : '',
      holder, readout, layerTable(rows));
}

function layerTable(rows) {
  const worst = [...rows].sort((a, b) => a.own_sqnr_db - b.own_sqnr_db);
  return table('Layers by own error, the worst first', [
    {title: 'Value', cell: (row) => name(row.value), sort: (row) => row.value},
    {title: 'Precision', cell: (row) => precisionTag(row.precision),
     sort: (row) => row.precision},
    {title: 'Own error', numeric: true, sort: (row) => -row.own_sqnr_db,
     cell: (row) => decibels(row.own_sqnr_db)},
    {title: 'All error', numeric: true, sort: (row) => -row.sqnr_db,
     cell: (row) => decibels(row.sqnr_db)},
    {title: 'Cosine', numeric: true, sort: (row) => -row.cosine,
     cell: (row) => fixed(row.cosine, 5)},
    {title: 'Largest error', numeric: true, sort: (row) => row.max_error,
     cell: (row) => digits(row.max_error)},
    {title: 'Clipped', numeric: true, sort: (row) => row.saturated,
     hint: 'share of elements that lie outside what their codes stand for',
     cell: (row) => percent(row.saturated, 2)}], worst, 10);
}

const held = (db) => Math.max(0, Math.min(MOST_DB, db));

function layerAxes(width, height, top, y) {
  const marks = ticks(0, top, 5).map((db) => [
    svg('line', {class: 'grid', x1: PLOT.left, x2: width - PLOT.right,
                 y1: y(db), y2: y(db)}),
    svg('text', {class: 'tick end', x: PLOT.left - 6, y: y(db) + 4},
        db === MOST_DB ? `${db}+` : db)]);
  return [marks.flat(),
          svg('text', {class: 'tick', x: PLOT.left, y: 10}, 'dB'),
          svg('text', {class: 'tick', x: PLOT.left, y: height - 6}, 'input'),
          svg('text', {class: 'tick end', x: width - PLOT.right,
                       y: height - 6}, 'output')];
}

function layerChart(rows, width, readout) {
  const height = width < 600 ? 240 : 320;
  const top = Math.min(MOST_DB, 10 * Math.ceil(Math.max(
      20, ...rows.map((row) => held(row.own_sqnr_db))) / 10));
  const step = (width - PLOT.left - PLOT.right) / Math.max(rows.length, 1);
  const x = (i) => PLOT.left + (i + 0.5) * step;
  const y = (db) => height - PLOT.bottom -
    (height - PLOT.top - PLOT.bottom) * held(db) / top;
  const line = rows.map((row, i) =>
      `${i ? 'L' : 'M'}${x(i).toFixed(1)} ${y(row.sqnr_db).toFixed(1)}`);
  const strip = rows.map((row, i) => svg('rect', {
    class: `strip ${precisionClass(row.precision)}`, x: x(i) - step / 2,
    y: height - PLOT.bottom + 8, width: Math.max(step - 0.5, 0.5), height: 8}));
  const dots = rows.map((row, i) => svg('circle', {
    class: 'own', cx: x(i).toFixed(1), cy: y(row.own_sqnr_db).toFixed(1),
    r: Math.max(2, Math.min(4, step / 2.5))}));
  const rule = svg('line', {class: 'rule', y1: PLOT.top,
                            y2: height - PLOT.bottom, x1: -9, x2: -9});
  const point = (i) => {
    const row = rows[i];
    rule.setAttribute('x1', x(i));
    rule.setAttribute('x2', x(i));
    readout.replaceChildren(
        name(row.value), ` ${row.precision.toUpperCase()}: all error ` +
        `${decibels(row.sqnr_db)}, own ${decibels(row.own_sqnr_db)}`);
  };
  let at = 0;
  const picture = drawing(width, height,
      `Error of ${rows.length} layers in decibels; arrow keys read them one ` +
      'by one', {class: 'layers', tabindex: 0, onkeydown: (event) => {
        const move = {ArrowRight: 1, ArrowLeft: -1}[event.key];
        if (!move) return;
        event.preventDefault();
        at = Math.max(0, Math.min(rows.length - 1, at + move));
        point(at);
      }, onpointermove: (event) => {
        const area = picture.getBoundingClientRect();
        const inside = (event.clientX - area.left) / area.width * width;
        at = Math.max(0, Math.min(rows.length - 1,
                                  Math.floor((inside - PLOT.left) / step)));
        point(at);
      }});
  picture.append(...layerAxes(width, height, top, y).flat(), ...strip, rule,
                 svg('path', {class: 'total', d: line.join('')}), ...dots,
                 ...(width < 600 ? [] : worstLabels(rows, x, y, width)));
  return picture;
}

// Names at the three dots that stand lowest, where they do not collide.
function worstLabels(rows, x, y, width) {
  const order = rows.map((row, i) => i)
      .sort((a, b) => rows[a].own_sqnr_db - rows[b].own_sqnr_db);
  const placed = [];
  for (const i of order.slice(0, 6)) {
    if (placed.length === 3 || rows[i].own_sqnr_db >= MOST_DB) break;
    if (placed.some((j) => Math.abs(x(i) - x(j)) < 190)) continue;
    placed.push(i);
  }
  return placed.map((i) => svg('text', {
    class: `callout ${x(i) > width / 2 ? 'end' : ''}`,
    x: x(i) + (x(i) > width / 2 ? -6 : 6), y: y(rows[i].own_sqnr_db) + 13},
    shortName(rows[i].value, 32)));
}
