// Tables: real ones, with a caption, that can be sorted by a column.
//
// A column is {title, cell(row) -> text or element, sort(row) -> number or
// text, numeric, hint}. Columns without `sort` cannot be sorted by.

function headCell(column, onSort) {
  const attributes = {scope: 'col', role: 'columnheader', class: column.numeric ? 'numeric' : '',
                      title: column.hint};
  if (!column.sort) return el('th', attributes, column.title);
  return el('th', attributes,
            el('button', {type: 'button', onclick: onSort}, column.title));
}

function bodyRow(columns, row) {
  return el('tr', {role: 'row'}, columns.map((column, i) => {
    const kind = column.numeric ? 'numeric' : column.wide ? 'wide' : '';
    if (i === 0) {
      return el('th', {scope: 'row', role: 'rowheader'}, column.cell(row));
    }
    // The label is shown where a row is taken apart, on a phone.
    return el('td', {class: kind, role: 'cell', 'data-label': column.title},
              column.cell(row));
  }));
}

function compare(a, b) {
  if (typeof a === 'string') return a < b ? -1 : a > b ? 1 : 0;
  return a - b;
}

// first: rows shown before "Show all"; all where there are few more.
function table(caption, columns, rows, first = Infinity) {
  const body = el('tbody', {role: 'rowgroup'});
  let shown = rows.length <= first * 1.3 ? rows.length : first;
  let order = rows;
  const show = () => {
    body.replaceChildren(...order.slice(0, shown)
        .map((row) => bodyRow(columns, row)));
  };
  const heads = columns.map((column, i) => headCell(column, () => {
    const head = heads[i];
    // Numbers start with the largest, text with the first.
    const before = head.getAttribute('aria-sort');
    const down = before ? before === 'ascending' : column.numeric;
    heads.forEach((other) => other.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
    order = [...rows].sort((a, b) =>
        (down ? -1 : 1) * compare(column.sort(a), column.sort(b)));
    show();
  }));
  show();
  const more = el('button', {type: 'button', class: 'more', onclick: () => {
    shown = rows.length;
    show();
    more.remove();
  }}, `Show all ${count(rows.length)} rows`);
  return el('div', {class: 'table'},
            el('div', {class: 'scroll', tabindex: 0, role: 'region',
                       'aria-label': caption},
               el('table', {role: 'table', class: 'rows'},
                  el('caption', {}, caption),
                  el('thead', {role: 'rowgroup'},
                     el('tr', {role: 'row'}, heads)), body)),
            shown < rows.length ? more : '');
}
