// How to make the same engine again.

function reproductionSection(data) {
  const r = data.reproduction;
  const rows = [
    ['Model', data.model], ['SHA-256 of the model', r.model_sha256],
    ['Engine', data.engine], ['SHA-256 of the engine', r.engine_sha256],
    ['Calibration', r.calibration],
    ['Preprocessing', r.preprocess || 'none: tensors as they are'],
    ['octet', r.octet_version],
    ['Measured on', [r.cpu, r.cpu_level && `kernels of level ${r.cpu_level}`]
     .filter((text) => text).join(', ')]];
  return section('reproduction', 'How to make it again',
      'The same model, samples and octet give the same bytes on any machine; ' +
      'times are those of this one.',
      r.command ? el('pre', {class: 'command', tabindex: 0}, r.command) : '',
      el('dl', {class: 'facts'}, rows.filter(([, text]) => text)
         .map(([key, text]) => el('div', {}, el('dt', {}, key),
                                  el('dd', {}, el('code', {}, text))))));
}
