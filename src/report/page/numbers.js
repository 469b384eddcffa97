// Numbers as people read them: with units, and no more digits than mean
// something. A number and its unit stay on one line.

function digits(x, significant = 3) {
  if (x === null || x === undefined) return '–';
  if (x === 0) return '0';
  const size = Math.abs(x);
  if (size >= 1e6 || size < 1e-3) return x.toExponential(significant - 1);
  const decimals = significant - 1 - Math.floor(Math.log10(size));
  return x.toFixed(Math.max(0, Math.min(decimals, 6)));
}

// Numbers that JSON has not, such as a ratio of zeros, come as null.
function fixed(x, decimals) {
  return x === null || x === undefined ? '–' : x.toFixed(decimals);
}

function bytes(n) {
  if (n < 1024) return `${n}\u00a0B`;
  if (n < 1024 * 1024) return `${digits(n / 1024)}\u00a0KiB`;
  return `${digits(n / 1024 / 1024)}\u00a0MiB`;
}

const milliseconds = (x) => `${digits(x)}\u00a0ms`;

function microseconds(us) {
  return us >= 1000 ? milliseconds(us / 1000) : `${digits(us, 2)}\u00a0µs`;
}

// Nothing short of all may read as all, and something never as nothing.
function percent(share, decimals = 1) {
  const unit = 10 ** -decimals;
  const value = 100 * share;
  if (value > 0 && value < unit / 2) return `< ${unit}\u00a0%`;
  if (value < 100 && value > 100 - unit / 2) {
    return `> ${(100 - unit).toFixed(decimals)}\u00a0%`;
  }
  return `${value.toFixed(decimals)}\u00a0%`;
}

// 200 dB stands for no error at all.
function decibels(x) {
  if (x === null || x === undefined) return '–';
  return x >= 200 ? 'exact' : `${x.toFixed(1)}\u00a0dB`;
}

function count(n) {
  return String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

function large(n) {
  if (n >= 1e9) return `${digits(n / 1e9)}\u00a0G`;
  if (n >= 1e6) return `${digits(n / 1e6)}\u00a0M`;
  if (n >= 1e3) return `${digits(n / 1e3)}\u00a0k`;
  return String(n);
}

const times = (ratio) => `${ratio.toFixed(ratio < 10 ? 2 : 1)}×`;

function plural(n, one, many = one + 's') {
  return `${count(n)} ${n === 1 ? one : many}`;
}

// About `wanted` round numbers from low to high.
function ticks(low, high, wanted) {
  if (!(high > low)) return [low];
  const rough = (high - low) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough);
  const list = [];
  for (let i = Math.ceil(low / step); i * step <= high + step / 1e6; ++i) {
    list.push(Number((i * step).toPrecision(12)));
  }
  return list;
}
