// Sections that are a list of bars: sensitivity, ways to choose ranges, time.

// A bar of `share` of the full width, with a whisker from low to high.
function bar(share, label, kind = '', low, high) {
  const x = (s) => 100 * Math.max(0, Math.min(1, s));
  return svg('svg', {class: `bar ${kind}`, viewBox: '0 0 100 10',
                     preserveAspectRatio: 'none', role: 'img',
                     'aria-label': label},
             svg('rect', {class: 'track', width: 100, height: 10}),
             svg('rect', {class: 'fill', width: x(share), height: 10}),
             low === undefined ? '' :
             svg('line', {class: 'whisker', x1: x(low), x2: x(high), y1: 5,
                          y2: 5}));
}

function sensitivitySection(data) {
  const rows = data.sensitivity;
  if (!rows) return '';
  const most = Math.max(...rows.map((row) => row.loss + row.error)) || 1;
  const columns = [
    {title: 'Value', cell: (row) => name(row.value), sort: (row) => row.value},
    {title: '', wide: true, cell: (row) => bar(
        row.loss / most, `${digits(row.loss)}`, 'loss',
        (row.loss - row.error) / most, (row.loss + row.error) / most)},
    {title: 'Loss', numeric: true, sort: (row) => row.loss,
     hint: 'share of signal power lost where INT8 ends',
     cell: (row) => `${digits(row.loss, 2)} ± ${digits(row.error, 1)}`},
    {title: 'Readers', numeric: true, sort: (row) => row.readers.length,
     cell: (row) => count(row.readers.length)}];
  if (rows.some((row) => row.gain_db)) {
    columns.push({title: 'Kept out, gains', numeric: true,
                  sort: (row) => row.gain_db || 0,
                  cell: (row) => row.gain_db ? `${row.gain_db.toFixed(2)} dB` :
                    '–'});
  }
  return section('sensitivity', 'What hurts most',
      'How much is lost at the end when one value alone, with all that reads ' +
      'it, is stored in 8 bits and all else is float.',
      table('Values by sensitivity, the worst first', columns, rows, 12));
}

function triedSection(data) {
  const rows = data.tried;
  if (!rows) return '';
  const high = Math.max(...rows.map((row) => row.sqnr_db));
  const low = Math.min(0, ...rows.map((row) => row.sqnr_db));
  return [el('h3', {}, 'What was tried'),
          table('Ways to choose ranges, the one taken first', [
    {title: 'Rule', cell: (row) => row === rows[0] ?
     [el('strong', {}, row.rule), ' taken'] : row.rule},
    {title: '', wide: true, cell: (row) =>
     bar((row.sqnr_db - low) / (high - low || 1), decibels(row.sqnr_db),
         row === rows[0] ? 'best' : 'other')},
    {title: 'Signal over error', numeric: true,
     cell: (row) => decibels(row.sqnr_db)},
    {title: 'Behind the best', numeric: true, cell: (row) =>
     row === rows[0] ? '–' : `${(high - row.sqnr_db).toFixed(2)} dB`}], rows,
    12), ownRules(rows[0].own || [])];
}

function ownRules(rows) {
  if (rows.length === 0) return '';
  return table('Values that another rule suits better, those that gain most ' +
               'first', [
    {title: 'Value', cell: (row) => name(row.value), sort: (row) => row.value},
    {title: 'Rule', cell: (row) => row.rule, sort: (row) => row.rule},
    {title: 'Its own noise falls by', numeric: true,
     sort: (row) => row.gain_db, cell: (row) => decibels(row.gain_db)}],
               rows, 12);
}

function timeSection(data) {
  const timed = (data.nodes || []).filter((node) => node.us);
  if (timed.length === 0) return '';
  const all = timed.reduce((sum, node) => sum + node.us, 0);
  const rows = [...timed].sort((a, b) => b.us - a.us);
  const most = Math.max(...timed.map((n) => Math.max(n.us, n.float_us || 0)));
  return section('time', 'Where the time goes',
      `The nodes of this engine take ${microseconds(all)}, each at its ` +
      'fastest of many runs. The thin bar is the same node in float: where it is the ' +
      'longer one, time was gained.',
      table('Nodes by time, the longest first', [
    {title: 'Node', cell: (node) => name(node.name), sort: (node) => node.name},
    {title: 'Precision', cell: (node) => precisionTag(node.precision),
     sort: (node) => node.precision},
    {title: '', wide: true, cell: (node) => el('div', {class: 'pair'},
        bar(node.us / most, microseconds(node.us),
            precisionClass(node.precision)),
        node.float_us ? bar(node.float_us / most,
            `in float ${microseconds(node.float_us)}`, 'pale') : '')},
    {title: 'Time', numeric: true, sort: (node) => node.us,
     cell: (node) => microseconds(node.us)},
    {title: 'In float', numeric: true, sort: (node) => node.float_us || 0,
     cell: (node) => node.float_us ? microseconds(node.float_us) : '–'},
    {title: 'Share', numeric: true, sort: (node) => node.us,
     cell: (node) => percent(node.us / all)}], rows, 10));
}
