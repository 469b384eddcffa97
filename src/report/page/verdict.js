// The first screen: may this engine be shipped, what is gained, what is lost.

const LEVELS = {
  fit: '✓', likely: '✓', doubtful: '!', unfit: '✕', unmeasured: '?',
};

function tile(title, value, note, kind = '') {
  return el('div', {class: `tile ${kind}`}, el('dt', {}, title),
            el('dd', {}, el('strong', {}, value),
               note ? el('span', {}, note) : ''));
}

function speedTile(before, after) {
  const ratio = before.speed.p50_ms / after.speed.p50_ms;
  return tile('Speed', times(ratio),
              `${milliseconds(before.speed.p50_ms)} → ` +
              milliseconds(after.speed.p50_ms), ratio < 1 ? 'bad' : '');
}

function sizeTile(before, after) {
  return tile('Size', `${times(before.file_bytes / after.file_bytes)} smaller`,
              `${bytes(before.file_bytes)} → ${bytes(after.file_bytes)}`);
}

function interval(score, decimals) {
  return `${percent(score.low, decimals)} – ${percent(score.high, decimals)}`;
}

function lossTile(data, before, after) {
  if (before.accuracy && after.accuracy) {
    const points = 100 * (after.accuracy.value - before.accuracy.value);
    const sign = points > 0 ? '+' : points < 0 ? '−' : '±';
    return tile(data.metric, `${sign}${Math.abs(points).toFixed(2)} points`,
                `${before.accuracy.value.toFixed(4)} → ` +
                after.accuracy.value.toFixed(4));
  }
  if (after.agreement && after.agreement.count > 0) {
    return tile('Answers as float', percent(after.agreement.value),
                `95 %: ${interval(after.agreement, 1)}`);
  }
  if (after.sqnr_db === undefined) return '';
  return tile('Outputs above error', decibels(after.sqnr_db),
              'signal over noise, against float');
}

// Multiply-accumulates by precision, most first.
function macShares(nodes) {
  const sums = {};
  let all = 0;
  for (const node of nodes) {
    sums[node.precision] = (sums[node.precision] || 0) + node.macs;
    all += node.macs;
  }
  return Object.entries(sums).map(([precision, macs]) =>
      ({precision, share: all > 0 ? macs / all : 0}))
      .sort((a, b) => b.share - a.share);
}

function shareTile(nodes) {
  const main = macShares(nodes)[0];
  const others = nodes.filter((n) => n.precision !== main.precision).length;
  return tile(`Arithmetic in ${main.precision}`, percent(main.share),
              others === 0 ? 'every node' :
              `${plural(others, 'node')} of ${nodes.length} kept out`);
}

function verdict(data) {
  const {level, answer, headline, reasons, rule} = data.verdict;
  const engines = data.engines || [];
  const before = engines[0], after = engines[engines.length - 1];
  const tiles = el('dl', {class: 'tiles'});
  if (engines.length > 1) {
    tiles.append(before.speed && after.speed ? speedTile(before, after) : '',
                 sizeTile(before, after), lossTile(data, before, after));
  }
  if (data.nodes) tiles.append(shareTile(data.nodes));
  return el('section', {id: 'verdict', class: level,
                        'aria-labelledby': 'verdict-title'},
            el('div', {class: 'answer'},
               el('span', {class: 'mark', 'aria-hidden': 'true'},
                  LEVELS[level]),
               el('div', {},
                  el('h2', {id: 'verdict-title'}, answer),
                  headline ? el('p', {class: 'headline'},
                     headline[0].toUpperCase() + headline.slice(1) + '.') : '')),
            tiles,
            el('ul', {class: 'reasons'},
               reasons.map((reason) => el('li', {}, reason))),
            rule ? el('details', {class: 'rule'},
                      el('summary', {}, 'How this is judged'),
                      el('p', {}, rule)) : '');
}
