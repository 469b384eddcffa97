// The section with the map, its legend, the reasons and the table of nodes.

function keptTable(nodes) {
  const groups = new Map();
  for (const node of nodes) {
    if (node.precision === 'int8') continue;
    const key = `${node.precision}\n${node.reason}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(node);
  }
  if (groups.size === 0) return '';
  const all = nodes.reduce((sum, node) => sum + node.macs, 0);
  const rows = [...groups.values()].map((members) => ({
    members, first: members[0],
    share: all > 0 ? members.reduce((s, n) => s + n.macs, 0) / all : 0}));
  return [el('h3', {}, 'What is not in INT8, and why'),
          table('Nodes by the reason that kept them out', [
    {title: 'Reason', cell: (row) => row.first.reason},
    {title: 'Precision', cell: (row) => precisionTag(row.first.precision)},
    {title: 'Nodes', numeric: true, cell: (row) => count(row.members.length)},
    {title: 'Share of arithmetic', numeric: true,
     cell: (row) => row.share > 0 ? percent(row.share) : 'none'},
    {title: 'Which', wide: true, cell: (row) => {
      const names = row.members.map((node) => node.name);
      return names.length <= 3 ? names.join(', ') :
        folded(`${names.slice(0, 2).join(', ')} and ${names.length - 2} more`,
               () => el('p', {}, names.join(', ')));
    }}], rows)];
}

function nodeTable(data, measured) {
  const all = data.nodes.reduce((sum, node) => sum + node.macs, 0);
  const rows = data.nodes.map((node, i) => ({node, ...measured[i]}));
  const columns = [
    {title: 'Node', cell: (row) => name(row.node.name),
     sort: (row) => row.node.name},
    {title: 'Operator', cell: (row) => row.node.type,
     sort: (row) => row.node.type},
    {title: 'Precision', cell: (row) => precisionTag(row.node.precision),
     sort: (row) => row.node.precision},
    {title: 'Reason', cell: (row) => row.node.reason,
     sort: (row) => row.node.reason},
    {title: 'Arithmetic', numeric: true, sort: (row) => row.node.macs,
     hint: 'share of all multiply-accumulates',
     cell: (row) => row.node.macs > 0 ? percent(row.node.macs / all) : '–'}];
  if (data.nodes.some((node) => node.us)) {
    columns.push({title: 'Time', numeric: true, sort: (row) => row.node.us || 0,
                  cell: (row) => row.node.us ? microseconds(row.node.us) : '–'});
  }
  if (measured.some((m) => m.own !== undefined)) {
    columns.push({title: 'Own error', numeric: true,
                  hint: 'signal over the noise that the node adds',
                  sort: (row) => -(row.own ?? 201),
                  cell: (row) => decibels(row.own)});
  }
  return table('All nodes, in the order in which they run', columns, rows);
}

function legend(colour) {
  if (colour.legend) {
    const steps = colour.legend.map((text, i) => [`heat-${i}`, text]);
    return [...steps, ['plain', 'none: moves data']].map(([kind, text]) =>
        el('li', {}, el('span', {class: `swatch ${kind}`}), text));
  }
  return [['int8', 'INT8'], ['fp16', '16 bits'], ['fp32', 'FP32']]
      .map(([precision, text]) => el('li', {},
          el('span', {class: `swatch ${precisionClass(precision)}`},
             BITS[precision]), text));
}

// Colours the boxes by one measure, and says what the colours mean.
function paint(boxes, measured, key, list) {
  boxes.forEach((box, i) => {
    const step = COLOURS[key].step?.(measured[i]);
    box.classList.remove('heat-0', 'heat-1', 'heat-2', 'heat-3', 'heat-4',
                         'plain');
    if (key !== 'precision') {
      box.classList.add(step === null ? 'plain' : `heat-${step}`);
    }
  });
  list.replaceChildren(...legend(COLOURS[key]));
}

function colourChoice(measured, change) {
  const keys = Object.keys(COLOURS).filter((key) =>
      key === 'precision' || measured.some(COLOURS[key].has));
  if (keys.length < 2) return '';
  return el('fieldset', {class: 'choice'}, el('legend', {}, 'Colour by'),
            keys.map((key) => el('label', {},
               el('input', {type: 'radio', name: 'colour', value: key,
                            checked: key === 'precision',
                            onchange: () => change(key)}),
               COLOURS[key].title)));
}

function networkSection(data) {
  if (!data.nodes) return '';
  const measured = measuredOf(data);
  const panel = el('div', {class: 'panel', 'aria-live': 'polite'},
      el('p', {class: 'hint'}, 'Point at a node, tap it or move with the ' +
         'arrow keys to see why it has its precision.'));
  const holder = el('div', {class: 'map-holder'});
  const list = el('ul', {class: 'legend'});
  let key = 'precision', boxes = [], width = 0;
  const draw = () => {
    const room = holder.clientWidth;
    if (room === width || room === 0) return;
    width = room;
    const map = mapDrawing(data, room, (i) =>
        panel.replaceChildren(...details(data.nodes[i], measured[i])));
    boxes = map.boxes;
    paint(boxes, measured, key, list);
    holder.replaceChildren(map.picture);
  };
  whenShown(holder, draw);
  return section('network', 'The network, node by node',
      'Left to right, line by line, in the order in which data flows. The ' +
      'number in a box is the width of its arithmetic in bits.',
      el('div', {class: 'toolbar'}, colourChoice(measured, (k) => {
        key = k;
        paint(boxes, measured, key, list);
      }), list),
      holder, panel, keptTable(data.nodes),
      folded(`All ${count(data.nodes.length)} nodes as a table`,
             () => nodeTable(data, measured)));
}
