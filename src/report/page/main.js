// Puts the page together. Sections without data are left out.

const data = JSON.parse(document.getElementById('data').textContent);

const SECTIONS = [
  ['Cost and gain', enginesSection], ['Causes', suspectsSection],
  ['Network', networkSection], ['Error', layersSection],
  ['Sensitivity', sensitivitySection], ['Ranges', rangesSection],
  ['Budgets', frontierSection], ['Time', timeSection],
  ['Reproduce', reproductionSection]];

function header() {
  return el('header', {}, el('p', {class: 'kind'}, 'octet report'),
            el('h1', {}, data.model),
            el('p', {class: 'engine'}, data.engine));
}

function page() {
  const made = SECTIONS.map(([title, make]) => [title, make(data)])
      .filter(([, part]) => part);
  const list = el('nav', {'aria-label': 'Parts of the report'}, el('ul', {},
      made.map(([title, part]) =>
          el('li', {}, el('a', {href: `#${part.id}`}, title)))));
  return [header(), verdict(data), list, ...made.map(([, part]) => part)];
}

document.getElementById('report').replaceChildren(...page());
drawAll();
document.documentElement.dataset.drawn = 'yes';
