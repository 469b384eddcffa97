// The network as a map: every node, its precision by colour and by text.

const CELL = {width: 34, height: 28, boxWidth: 24, boxHeight: 18, margin: 6};

// Bits, as they stand in a node's box.
const BITS = {int8: '8', fp16: '16', bf16: '16', fp32: '32'};

// What the map may be coloured by; `step` gives 0 (nothing) to 4 (most).
const COLOURS = {
  precision: {title: 'Precision'},
  error: {title: 'Own error', has: (d) => d.own !== undefined,
          step: (d) => d.own === undefined ? null :
            [20, 30, 40, 50].filter((db) => d.own < db).length,
          legend: ['50 dB and more', '40 – 50', '30 – 40', '20 – 30',
                   'below 20 dB']},
  time: {title: 'Time', has: (d) => d.share !== undefined,
         step: (d) => !d.share ? null :
           [.005, .01, .02, .05].filter((s) => d.share >= s).length,
         legend: ['below 0.5 %', '0.5 – 1', '1 – 2', '2 – 5',
                  '5 % of a run and more']},
};

// Own error and share of time, by node.
function measuredOf(data) {
  const own = new Map();
  for (const row of data.layers?.rows || []) {
    if (row.node === '' || row.precision === 'move') continue;
    own.set(row.node, Math.min(row.own_sqnr_db, own.get(row.node) ?? 200));
  }
  const all = data.nodes.reduce((sum, node) => sum + (node.us || 0), 0);
  return data.nodes.map((node) => ({
    own: own.get(node.name), share: all > 0 ? (node.us || 0) / all : undefined,
  }));
}

function curve(a, b) {
  const x0 = centre(a).x + CELL.boxWidth / 2, y0 = centre(a).y;
  const x1 = centre(b).x - CELL.boxWidth / 2, y1 = centre(b).y;
  if (a.band !== b.band) {
    // What leaves a band and what comes into one: two short ends.
    return `M${x0} ${y0}h7M${x1} ${y1}h-7`;
  }
  const span = b.x - a.x;
  if (span <= 1) {
    const middle = (x0 + x1) / 2;
    return `M${x0} ${y0}C${middle} ${y0} ${middle} ${y1} ${x1} ${y1}`;
  }
  // Around the boxes between them.
  const bend = y0 === y1 ? y0 - CELL.height / 2 : (y0 + y1) / 2;
  const reach = CELL.width * 0.7;
  return `M${x0} ${y0}C${x0 + reach / 2} ${y0} ${x0 + reach / 2} ${bend} ` +
    `${x0 + reach} ${bend}L${x1 - reach} ${bend}C${x1 - reach / 2} ${bend} ` +
    `${x1 - reach / 2} ${y1} ${x1} ${y1}`;
}

function centre(place) {
  return {x: CELL.margin + (place.x + 0.5) * CELL.width,
          y: CELL.margin + (place.y + 0.5) * CELL.height};
}

function nodeLabel(node) {
  return `${node.name}, ${node.type}, ${node.precision}, ${node.reason}`;
}

function box(node, place, select) {
  const at = centre(place);
  const group = svg('g', {
    class: `node ${precisionClass(node.precision)}`, role: 'option',
    tabindex: -1, 'aria-label': nodeLabel(node),
    transform: `translate(${at.x} ${at.y})`,
    onpointerenter: select, onclick: select, onfocus: select},
    svg('title', {}, nodeLabel(node)),
    svg('rect', {x: -CELL.boxWidth / 2, y: -CELL.boxHeight / 2, rx: 4,
                 width: CELL.boxWidth, height: CELL.boxHeight}),
    svg('text', {y: 4}, BITS[node.precision] || '?'));
  return group;
}

function details(node, measured) {
  const rows = [
    ['Operator', node.type], ['Precision', precisionTag(node.precision)],
    ['Reason', node.reason], ['Output', node.shape],
    ['Multiply-accumulates', node.macs > 0 ? large(node.macs) : 'none'],
    ['Time', node.us && `${microseconds(node.us)}` + (node.float_us ?
     `, in float ${microseconds(node.float_us)}` : '')],
    ['Own error', measured.own !== undefined &&
     `${decibels(measured.own)} of signal over noise`],
    ['Kernel', node.kernel && name(node.kernel)],
    ['Fused from', node.origins.length > 1 && node.origins.join(', ')],
  ];
  return [el('h3', {}, name(node.name)),
          el('dl', {}, rows.filter(([, value]) => value).map(([key, value]) =>
             el('div', {}, el('dt', {}, key), el('dd', {}, value))))];
}

// The drawing and what it does; `show(i)` is called with the chosen node.
function mapDrawing(data, width, show) {
  const columns = Math.max(4, Math.floor((width - 2 * CELL.margin) /
                                         CELL.width));
  const {places, edges} = layOut(data.nodes, columns);
  const used = Math.min(columns, 1 + Math.max(...places.map((p) => p.column)));
  const height = places.height * CELL.height + 2 * CELL.margin;
  const lines = edges.map(({from, to}) => svg('path', {
    class: 'edge', d: curve(places[from], places[to])}));
  let chosen = 0;
  const choose = (i, focus) => {
    boxes[chosen].setAttribute('tabindex', -1);
    boxes[chosen].setAttribute('aria-selected', 'false');
    chosen = i;
    boxes[i].setAttribute('tabindex', 0);
    boxes[i].setAttribute('aria-selected', 'true');
    edges.forEach((edge, e) => lines[e].classList.toggle(
        'near', edge.from === i || edge.to === i));
    if (focus) boxes[i].focus();
    show(i);
  };
  const boxes = data.nodes.map((node, i) =>
      box(node, places[i], () => choose(i)));
  boxes[0].setAttribute('tabindex', 0);
  const picture = svg('svg', {
    class: 'map', role: 'listbox', 'aria-label': 'Nodes of the network in ' +
    'the order in which they run; arrow keys move', width:
    used * CELL.width + 2 * CELL.margin, height,
    viewBox: `0 0 ${used * CELL.width + 2 * CELL.margin} ${height}`,
    onkeydown: (event) => {
      const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1};
      const next = event.key === 'Home' ? 0 : event.key === 'End' ?
        boxes.length - 1 : chosen + (step[event.key] || 0);
      if (next === chosen || !boxes[next]) return;
      event.preventDefault();
      choose(next, true);
    }}, lines, boxes);
  return {picture, boxes};
}
