// Elements from values. Text goes in as text nodes only, so that no name of a
// model can become markup.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (name.startsWith('on')) {
      node.addEventListener(name.slice(2), value);
    } else {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === '') continue;
    node.append(child);
  }
  return node;
}

function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

// A drawing that scales with its column. The label is what is read aloud.
function drawing(width, height, label, attributes = {}) {
  return svg('svg', {
    viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': label,
    ...attributes});
}

// A section of the page, with what it shows in a sentence or two.
function section(id, title, lead, ...children) {
  return el('section', {id, 'aria-labelledby': `${id}-title`},
            el('h2', {id: `${id}-title`}, title),
            lead ? el('p', {class: 'lead'}, lead) : '', children);
}

// A name of the model, whole: long ones go on in the next line.
function name(text) {
  return el('code', {class: 'name'}, text);
}

// The last characters of a name, where it has to be short.
function shortName(text, most = 28) {
  return text.length <= most ? text : '…' + text.slice(1 - most);
}

// A part that opens on demand; `build` makes its content the first time.
function folded(title, build) {
  const box = el('details', {}, el('summary', {}, title));
  box.addEventListener('toggle', () => {
    if (box.open && box.children.length === 1) box.append(build());
  });
  return box;
}

// Drawings that depend on the width of their place: drawn once the page stands,
// and again when the place changes.
const drawn = [];

function whenShown(holder, draw) {
  drawn.push({holder, draw});
}

function drawAll() {
  const changed = new ResizeObserver((entries) => {
    for (const {target} of entries) {
      drawn.filter((d) => d.holder === target).forEach((d) => d.draw());
    }
  });
  for (const {holder, draw} of drawn) {
    draw();
    changed.observe(holder);
  }
}
