// The choice of ranges: what was tried, which rule won where, and the histogram
// of every value with the range that was taken for it.

const FIRST_CARDS = 12, MORE_CARDS = 36;

// What may be wrong with a range, from 0 (nothing) up: the order of the cards.
function interest(value, own) {
  const form = value.forms[0];
  const error = own === undefined ? 0 : Math.max(0, 50 - own) / 10;
  if (form.busy_codes === undefined) return error;
  return error + 20 * form.clipped + Math.max(0, 1 - form.busy_codes / 64);
}

const ORDERS = {
  interest: {title: 'most interesting first',
             key: (v, own) => -interest(v, own)},
  order: {title: 'in the order of the network', key: (v, own, i) => i},
  clipped: {title: 'most clipped first',
            key: (v) => -(v.forms[0].clipped || 0)},
  busy: {title: 'fewest busy codes first',
         key: (v) => v.forms[0].busy_codes ?? 300},
  width: {title: 'widest range first',
          key: (v) => v.forms[0].low - v.forms[0].high},
};

function formText(form) {
  const range = `${digits(form.low)} … ${digits(form.high)}`;
  return form.per_channel ? `a range a channel, the widest ${range}` : range;
}

// "as NAME" says that the parameters are those of another value.
function ruleText(form) {
  return form.rule.startsWith('as ') ?
    `as …${form.rule.slice(3).slice(-24)}` : form.rule;
}

function cardNotes(value, own) {
  const form = value.forms[0];
  const notes = [];
  if (form.busy_codes !== undefined) {
    notes.push(`clips ${form.clipped > 0 ? percent(form.clipped, 3) :
      'nothing'}`, `${Math.round(form.busy_codes)} of 256 codes busy`);
  }
  if (own !== undefined) notes.push(`own error ${decibels(own)}`);
  return notes.join(' · ');
}

function card(value, own, state, enlarge) {
  return el('li', {class: 'card'},
      el('button', {type: 'button', onclick: () => enlarge(value, own),
                    'aria-label': `Enlarge ${value.name}`},
         el('code', {class: 'name', title: value.name},
            shortName(value.name, 34)),
         histogram(value, {width: 260, height: 96, ...state}),
         el('span', {class: 'notes'},
            el('b', {}, ruleText(value.forms[0])), ' ', formText(value.forms[0])),
         el('span', {class: 'notes'}, cardNotes(value, own))));
}

// A value alone, large; the part that is shown can be moved and zoomed.
function enlarged(value, own, state) {
  const [start, end] = viewOf(value, 'seen');
  let [from, to] = viewOf(value, state.view);
  const place = el('div', {class: 'chart', tabindex: 0, 'aria-label':
                   'Histogram; plus and minus zoom, arrow keys move'});
  const draw = () => place.replaceChildren(histogram(value, {
    width: Math.min(880, Math.max(300, window.innerWidth - 80)), height: 300,
    log: state.log, from, to, large: true}));
  const change = (zoom, move) => {
    const middle = (from + to) / 2 + move * (to - from);
    const half = Math.min((to - from) * zoom, 1.5 * (end - start)) / 2;
    [from, to] = [middle - half, middle + half];
    draw();
  };
  const button = (text, act) => el('button', {type: 'button', onclick: act},
                                   text);
  const keys = {'+': [.5, 0], '-': [2, 0], ArrowLeft: [1, -.2],
                ArrowRight: [1, .2]};
  place.addEventListener('keydown', (event) => {
    if (!keys[event.key]) return;
    event.preventDefault();
    change(...keys[event.key]);
  });
  draw();
  const seen = value.seen;
  const facts = [
    ['Seen', `${digits(seen.low)} … ${digits(seen.high)}, ` +
     `${large(seen.count)} elements, ${percent(seen.zeros / seen.count)} zeros`],
    ['Extremes from', [...new Set([seen.low_sample, seen.high_sample])]
     .filter((s) => s).join(' and ')],
    ...value.forms.map((form) => [`Stored by ${form.rule}`, formText(form) +
     `, step ${digits(form.step)}`]),
    ['Widest channel', value.channel_ratio &&
     `${digits(value.channel_ratio, 2)} times the median one`],
    ['What it does', cardNotes(value, own)]];
  const box = el('dialog', {'aria-label': value.name},
      el('form', {method: 'dialog'}, el('h3', {}, name(value.name)),
         el('button', {class: 'close', 'aria-label': 'Close'}, '✕')),
      el('div', {class: 'toolbar'},
         button('Zoom in', () => change(.5, 0)),
         button('Zoom out', () => change(2, 0)),
         button('←', () => change(1, -.2)), button('→', () => change(1, .2)),
         button('All seen', () => { [from, to] = [start, end]; draw(); }),
         button('Stored range', () => {
           [from, to] = viewOf(value, 'range');
           draw();
         })), place,
      el('dl', {}, facts.filter(([, text]) => text).map(([key, text]) =>
         el('div', {}, el('dt', {}, key), el('dd', {}, text)))));
  box.addEventListener('close', () => box.remove());
  document.body.append(box);
  box.showModal();
}

function histogramPart(values, own) {
  const state = {log: true, view: 'seen', order: 'interest', filter: ''};
  let most = FIRST_CARDS;
  const grid = el('ul', {class: 'cards'});
  const status = el('p', {class: 'hint', 'aria-live': 'polite'});
  const more = el('button', {type: 'button', class: 'more', onclick: () => {
    most += MORE_CARDS;
    draw();
  }});
  const draw = () => {
    const keys = new Map(values.map((v, i) =>
        [v, ORDERS[state.order].key(v, own.get(v.name), i)]));
    const found = values.filter((v) => v.name.toLowerCase()
        .includes(state.filter.toLowerCase()))
        .sort((a, b) => keys.get(a) - keys.get(b));
    grid.replaceChildren(...found.slice(0, most).map((v) =>
        card(v, own.get(v.name), state,
             (value, o) => enlarged(value, o, state))));
    const left = found.length - Math.min(found.length, most);
    status.textContent = `${found.length - left} of ` +
      `${plural(found.length, 'value')} shown.`;
    more.hidden = left === 0;
    more.textContent = `Show ${Math.min(left, MORE_CARDS)} more`;
  };
  const set = (key, value) => {
    state[key] = value;
    draw();
  };
  draw();
  return [el('h3', {}, 'Histograms and the ranges taken'),
      el('p', {class: 'lead'}, 'The tinted part is what the 256 codes stand ' +
         'for; what lies outside is clipped. Choose one to enlarge it.'),
      el('div', {class: 'toolbar'},
         el('label', {}, 'Find ', el('input', {type: 'search', size: 16,
             oninput: (event) => set('filter', event.target.value)})),
         el('label', {}, 'Order ', el('select', {
             onchange: (event) => set('order', event.target.value)},
             Object.entries(ORDERS).map(([key, order]) =>
                 el('option', {value: key}, order.title)))),
         el('label', {}, 'Show ', el('select', {
             onchange: (event) => set('view', event.target.value)},
             el('option', {value: 'seen'}, 'all that was seen'),
             el('option', {value: 'range'}, 'the range taken'))),
         el('label', {}, el('input', {type: 'checkbox', checked: true,
             onchange: (event) => set('log', event.target.checked)}),
             ' log scale')),
      grid, more, status];
}

// How many values each rule won.
function rulesPart(values) {
  const rules = new Map();
  for (const value of values) {
    for (const form of value.forms) {
      const rule = (form.rule.startsWith('as ') ? 'that of a concatenation' :
                    form.rule.replace(/, folded.*/, ', folded')) +
        (form.per_channel ? ', per channel' : '');
      rules.set(rule, (rules.get(rule) || 0) + 1);
    }
  }
  const rows = [...rules].sort((a, b) => b[1] - a[1]);
  const all = rows.reduce((sum, [, n]) => sum + n, 0);
  return [el('h3', {}, 'Which rule chose how many'),
          table('Stored forms by the rule that chose their range', [
    {title: 'Rule', cell: ([rule]) => rule},
    {title: '', wide: true, cell: ([rule, n]) => bar(n / all, `${n}`)},
    {title: 'Values', numeric: true, cell: ([, n]) => count(n)}], rows)];
}

function rangesSection(data) {
  if (!data.values) return '';
  const own = new Map((data.layers?.rows || []).map((row) =>
      [row.value, row.own_sqnr_db]));
  const seen = data.values.filter((value) => value.histogram);
  return section('ranges', 'How ranges were chosen',
      'A value of 8 bits has 256 codes. Its range says what they stand for: ' +
      'wide, and every step is coarse; narrow, and extremes are clipped.',
      triedSection(data), rulesPart(data.values),
      seen.length > 0 ? histogramPart(seen, own) : '');
}
