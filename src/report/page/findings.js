// The cause in words: what costs accuracy, why, and what to do.

function findingsSection(data) {
  const findings = data.findings;
  if (!findings) return '';
  const calm = data.verdict.level === 'fit' || data.verdict.level === 'likely';
  return section('findings', 'Where accuracy goes',
      calm ? 'Little was lost. This is where the little there is comes from.' :
      'What costs most, the likely cause, and what to try.',
      el('ol', {class: 'findings'}, findings.map((finding) => el('li', {},
         el('h3', {}, finding.kind),
         el('p', {class: 'where'}, name(finding.value || finding.node),
            finding.value && finding.node ?
            [' made by ', name(finding.node)] : ''),
         finding.cost ? el('p', {class: 'cost'}, finding.cost) : '',
         el('p', {}, finding.cause),
         finding.remedy ? el('p', {class: 'remedy'}, 'Try: ',
                             el('code', {}, finding.remedy)) : ''))));
}
