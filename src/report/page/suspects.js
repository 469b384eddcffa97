// The cause in words: what costs accuracy, why, and what to do.

function keepOptions(suspect) {
  return suspect.keep.map((node) => `--keep '${node}=fp32'`).join(' ');
}

function suspectsSection(data) {
  const suspects = data.suspects;
  if (!suspects) return '';
  const calm = data.verdict.level === 'fit' || data.verdict.level === 'likely';
  return section('suspects', 'Where accuracy goes',
      (calm ?
       'Little was lost. This is where the little there is comes from.' :
       'What costs most, the likely cause, and what to try.') +
      ' Each share is the error that is there when nothing else is in int8: ' +
      'together they may make more than 100 %.',
      el('ol', {class: 'suspects'}, suspects.map((suspect) => el('li', {},
         el('h3', {}, suspect.kind),
         el('p', {class: 'where'}, suspect.value ?
            [name(suspect.value), ' made by ', name(suspect.node)] :
            ['the weights of ', name(suspect.node)]),
         el('p', {class: 'cost'}, `alone ${Math.round(100 * suspect.share)} ` +
            '% of the error where int8 ends'),
         el('p', {}, suspect.cause),
         el('p', {class: 'remedy'}, 'Try: ',
            [suspect.remedy, keepOptions(suspect)].filter((text) => text)
                .flatMap((text, i) => [i ? ', or ' : '',
                                       el('code', {}, text)]))))));
}
