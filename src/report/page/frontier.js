// What other budgets would give: accuracy against latency, a dot a plan.

function frontierChart(points, width) {
  const height = 260, left = 56, right = 16, top = 14, bottom = 40;
  const span = (values) => {
    const low = Math.min(...values), high = Math.max(...values);
    const margin = 0.08 * (high - low) || 1;
    return [low - margin, high + margin];
  };
  const [x0, x1] = span(points.map((p) => p.latency_ms));
  const [y0, y1] = span(points.map((p) => p.drop));
  const x = (v) => left + (width - left - right) * (v - x0) / (x1 - x0);
  const y = (v) => top + (height - top - bottom) * (v - y0) / (y1 - y0);
  const picture = drawing(width, height,
      `${points.length} plans by latency and loss of accuracy`,
      {class: 'frontier'});
  picture.append(
      ...ticks(y0, y1, 5).flatMap((v) => [
        svg('line', {class: 'grid', x1: left, x2: width - right, y1: y(v),
                     y2: y(v)}),
        svg('text', {class: 'tick end', x: left - 6, y: y(v) + 4},
            Number(v.toPrecision(3)))]),
      ...ticks(x0, x1, 6).map((v) => svg('text', {
        class: 'tick middle', x: x(v), y: height - bottom + 16},
        Number(v.toPrecision(4)))),
      svg('text', {class: 'tick end', x: width - right, y: height - 6},
          'latency in ms'),
      svg('text', {class: 'tick', x: 2, y: height - 6},
          '↑ less lost'),
      ...points.map((p) => svg('circle', {
        class: p.is_chosen ? 'plan chosen' : 'plan', cx: x(p.latency_ms),
        cy: y(p.drop), r: p.is_chosen ? 7 : 4.5},
        svg('title', {}, p.plan))));
  return picture;
}

function frontierSection(data) {
  const points = data.frontier;
  if (!points) return '';
  const holder = el('div', {class: 'chart'});
  let width = 0;
  whenShown(holder, () => {
    if (holder.clientWidth === width || holder.clientWidth === 0) return;
    width = holder.clientWidth;
    holder.replaceChildren(frontierChart(points, width));
  });
  return section('frontier', 'What other budgets would give',
      'Every dot is a plan that was measured. Up is less lost against float, ' +
      'left is faster; the ringed one was taken.', holder,
      table('Plans that were measured', [
        {title: 'Plan', cell: (p) => p.is_chosen ?
         [el('strong', {}, p.plan), ' taken'] : p.plan},
        {title: 'Latency', numeric: true, sort: (p) => p.latency_ms,
         cell: (p) => milliseconds(p.latency_ms)},
        {title: 'Lost', numeric: true, sort: (p) => p.drop,
         cell: (p) => `${p.drop.toFixed(2)} points`}], points, 12));
}
