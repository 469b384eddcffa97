// Where each node of the network stands on the map.
//
// A node's column is one more than that of the latest node it reads, its lane
// the free one nearest to that of the first. Columns are cut into bands as wide
// as the page, read like lines of text.

function layOut(nodes, columnsInBand) {
  const maker = new Map();
  nodes.forEach((node, i) => node.outputs.forEach((v) => maker.set(v, i)));
  const places = [];
  const edges = [];
  const taken = new Map();  // column -> lanes in use
  nodes.forEach((node, i) => {
    const from = [...new Set(node.inputs.map((v) => maker.get(v)))]
        .filter((j) => j !== undefined && j < i);
    const column = Math.max(-1, ...from.map((j) => places[j].column)) + 1;
    if (!taken.has(column)) taken.set(column, new Set());
    const wanted = from.length ? places[from[0]].lane : 0;
    const lane = nearestFree(taken.get(column), wanted);
    taken.get(column).add(lane);
    places.push({column, lane});
    from.forEach((j) => edges.push({from: j, to: i}));
  });
  return {places: inBands(places, columnsInBand), edges};
}

function nearestFree(lanes, wanted) {
  for (let away = 0; ; ++away) {
    if (!lanes.has(wanted + away)) return wanted + away;
    if (wanted - away >= 0 && !lanes.has(wanted - away)) return wanted - away;
  }
}

// Gives each place its band, the column in it and its row on the whole map;
// lanes that a band does not use take no room.
function inBands(places, columnsInBand) {
  const lanes = [];
  for (const place of places) {
    place.band = Math.floor(place.column / columnsInBand);
    place.x = place.column % columnsInBand;
    (lanes[place.band] ||= new Set()).add(place.lane);
  }
  const tops = [];
  let top = 0;
  for (const used of lanes) {
    const sorted = [...(used || [])].sort((a, b) => a - b);
    tops.push({top, row: new Map(sorted.map((lane, i) => [lane, i]))});
    top += sorted.length + 0.75;  // a gap between bands
  }
  for (const place of places) {
    place.y = tops[place.band].top + tops[place.band].row.get(place.lane);
  }
  places.height = Math.max(top - 0.75, 1);
  return places;
}
