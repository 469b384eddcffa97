// One value's histogram with the range that was chosen for it.

// What part of the axis is shown: all that was seen, or what codes stand for.
function viewOf(value, view) {
  const {low, width, counts} = value.histogram;
  const high = low + width * counts.length;
  const stored = value.forms[0];
  if (view === 'range') {
    const margin = 0.05 * (stored.high - stored.low) || width;
    return [stored.low - margin, stored.high + margin];
  }
  const margin = 0.02 * (high - low);
  return [Math.min(low, 0) - margin, Math.max(high, 0) + margin];
}

// Steps of the filled part, bin by bin, clipped to [from, to].
function outline(value, from, to, x, y) {
  const {low, width, counts} = value.histogram;
  const first = Math.max(0, Math.floor((from - low) / width));
  const last = Math.min(counts.length - 1, Math.floor((to - low) / width));
  let path = '';
  for (let i = first; i <= last; ++i) {
    const left = x(Math.max(from, low + i * width)).toFixed(1);
    const right = x(Math.min(to, low + (i + 1) * width)).toFixed(1);
    const top = y(counts[i]).toFixed(1);
    path += `${path ? 'L' : `M${left} ${y(0).toFixed(1)}L`}${left} ${top}` +
      `L${right} ${top}`;
  }
  return path && path + `V${y(0).toFixed(1)}Z`;
}

// options: {width, height, log, view: 'seen' or 'range', from, to, large}
function histogram(value, options) {
  const {width, height, log, large: isLarge} = options;
  const [seenFrom, seenTo] = viewOf(value, options.view);
  const from = options.from ?? seenFrom, to = options.to ?? seenTo;
  const bottom = height - 18;
  const most = Math.max(...value.histogram.counts, 1);
  const size = (n) => log ? Math.log10(1 + n) / Math.log10(1 + most) :
    n / most;
  const x = (v) => width * (v - from) / (to - from);
  const y = (n) => bottom - (bottom - 4) * size(n);
  const form = value.forms[0];
  const clamped = (v) => Math.max(0, Math.min(width, x(v)));
  const edges = [form.low, form.high].filter((v) => v >= from && v <= to);
  const label = `Histogram of ${value.name}: seen from ` +
    `${digits(value.seen.low)} to ${digits(value.seen.high)}, stored from ` +
    `${digits(form.low)} to ${digits(form.high)}`;
  const picture = drawing(width, height, label, {class: 'histogram'});
  picture.append(
      svg('rect', {class: 'stored', x: clamped(form.low), y: 0,
                   width: clamped(form.high) - clamped(form.low),
                   height: bottom}),
      svg('path', {class: 'counts', d: outline(value, from, to, x, y)}),
      ...edges.map((v) => svg('line', {class: 'edge-of-range', x1: x(v),
                                       x2: x(v), y1: 0, y2: bottom})),
      svg('line', {class: 'axis', x1: 0, x2: width, y1: bottom, y2: bottom}),
      ...ticks(from, to, isLarge ? 8 : 3).map((v) => svg('text', {
        class: 'tick middle', x: Math.max(14, Math.min(width - 14, x(v))),
        y: height - 4}, Number(v.toPrecision(6)))));
  return picture;
}
