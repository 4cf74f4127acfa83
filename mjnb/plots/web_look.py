"""How the page looks and answers: its one style sheet and its one script, the same for every sweep."""

from __future__ import annotations

from .themes import DARK, LIGHT, Theme


def _variables(theme: Theme) -> str:
    return (
        f"--paper:{theme.paper};--ink:{theme.ink};--soft:{theme.soft};--rule:{theme.rule};"
        f"--edge:{theme.edge};--one:{theme.one};--whole:{theme.whole}"
    )


STYLE = (
    f":root{{color-scheme:light dark;{_variables(LIGHT)}}}"
    f"@media(prefers-color-scheme:dark){{:root{{{_variables(DARK)}}}}}"
    """
*{box-sizing:border-box}
body{margin:0 auto;max-width:1500px;padding:14px;background:var(--paper);color:var(--ink);
  font:14px/1.4 system-ui,sans-serif}
h1{font-size:18px;margin:0 0 4px;overflow-wrap:anywhere}
h2{font-size:14px;margin:10px 0 4px;overflow-wrap:anywhere}
h3{font-size:14px;margin:12px 0 0}
h3 small,header p,footer,.keys,figcaption{color:var(--soft);font-weight:400;font-size:12px}
p{margin:0 0 8px;overflow-wrap:anywhere}
main{display:grid;grid-template-columns:minmax(0,1fr) 340px;gap:20px;align-items:start}
#left{min-width:0}
#sheets{display:flex;flex-wrap:wrap;gap:8px 24px;min-width:0}
section{max-width:100%;overflow-x:auto;padding:3px}
table{border-collapse:collapse}
[role=grid] th{font-weight:400;font-size:12px;padding:2px 4px;color:var(--ink);
  max-width:calc(var(--wide) + 10px);overflow-wrap:break-word}
[role=grid] th[scope=row]{text-align:right;max-width:110px;min-width:34px}
[role=grid] th.name{font-weight:600;max-width:none}
[role=gridcell]{padding:3px;cursor:pointer;border-radius:4px;position:relative}
[role=gridcell]>div{width:var(--wide);aspect-ratio:var(--shape);display:grid;gap:1px}
.n4,.n3{grid-template:1fr 1fr/1fr 1fr}
.n2{grid-template:1fr/1fr 1fr}
.n0{border:1px dashed var(--edge);color:var(--soft);font-size:11px;place-items:center;text-align:center;
  overflow:hidden;overflow-wrap:anywhere}
[role=gridcell] img{width:100%;height:100%;min-width:0;min-height:0;object-fit:contain;display:block}
[role=gridcell] img[hidden]{display:none}
[role=gridcell].here{box-shadow:0 0 0 2px var(--edge)}
[role=gridcell]:focus-visible{outline:3px solid var(--one);outline-offset:0}
aside{position:sticky;top:14px;max-height:calc(100vh - 28px);overflow:auto;font-size:13px}
#big{display:block;width:100%;max-height:384px;object-fit:contain;background:var(--rule)}
#big:not([src]){display:none}
#others{display:flex;gap:4px;margin:4px 0}
#others img{width:calc(25% - 3px);height:60px;object-fit:contain;opacity:.65;cursor:pointer}
#others img.here{opacity:1;outline:2px solid var(--one);outline-offset:-2px}
aside table{width:100%;margin:6px 0}
aside th{text-align:left;font-weight:400;color:var(--soft);padding:1px 6px 1px 0;vertical-align:top}
aside td,#metrics [scope=col]+th{text-align:right;white-space:nowrap;vertical-align:top;padding:1px 0 1px 6px}
aside td{font-variant-numeric:tabular-nums}
#parameters td{text-align:left;white-space:normal;overflow-wrap:anywhere}
#line{display:block;padding:6px;background:var(--rule);user-select:all;white-space:pre-wrap;
  overflow-wrap:anywhere;margin:6px 0}
#line:empty{display:none}
.axes1{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(230px,100%),1fr));gap:0 16px}
.row{display:flex;flex-wrap:wrap;gap:4px 16px}
figure{margin:0;flex:1 1 240px;max-width:340px;text-align:center}
svg{display:block;width:100%;overflow:visible}
svg text{fill:var(--soft);font:12px system-ui,sans-serif}
.rule{stroke:var(--rule);fill:none}
.edge{stroke:var(--edge);fill:none}
.one{--line:var(--one)}
.whole{--line:var(--whole)}
polyline{fill:none;stroke:var(--line);stroke-width:1.8}
svg circle{fill:var(--line)}
.dot{opacity:.55}
.bar{stroke:var(--line);fill:none}
svg .here{fill:none;stroke:var(--ink);stroke-width:2}
footer{margin-top:18px}
@media(max-width:760px){main{grid-template-columns:minmax(0,1fr)}
aside{bottom:0;top:auto;max-height:48vh;background:var(--paper);border-top:1px solid var(--edge);
  padding-top:6px}
aside{display:grid;grid-template-columns:38% 1fr;gap:12px}
#others img{height:34px}}
"""
)

SCRIPT = """
(() => {
'use strict';
const byId = name => document.getElementById(name);
const cells = JSON.parse(byId('cells').textContent);
for (const copy of document.querySelectorAll('img[data-same]'))
  copy.src = document.querySelector('img[data-p="' + copy.dataset.same + '"]').src;
const tables = [...document.querySelectorAll('[role=grid]')];
let chosen = null;

function row(kind, ...texts) {
  const line = document.createElement('tr');
  texts.forEach((text, i) => {
    const box = document.createElement(i && kind !== 'head' ? 'td' : 'th');
    if (box.tagName === 'TH') box.scope = kind === 'head' ? 'col' : 'row';
    box.textContent = text;
    line.append(box);
  });
  return line;
}

function pick(pictures, k) {
  const big = byId('big'), picture = pictures[k];
  byId('others').replaceChildren(...(pictures.length > 1 ? pictures : []).map((one, i) => {
    const small = document.createElement('img');
    small.src = one.src;
    small.alt = 'picture ' + (i + 1);
    small.classList.toggle('here', i === k);
    small.addEventListener('click', () => show(chosen, i));
    return small;
  }));
  if (picture) { big.src = picture.src; } else { big.removeAttribute('src'); }
  big.alt = picture ? 'picture ' + (k + 1) + ' of ' + pictures.length + ': ' + where(chosen) : '';
}

const where = cell => cells[cell.dataset.i].at.map(pair => pair.join(' ')).join(', ');

function mark(told) {
  for (const drawing of document.querySelectorAll('svg[data-metric]')) {
    const d = drawing.dataset, here = drawing.querySelector('.here'), mean = told.metrics[d.metric].mean;
    const share = mean === null ? NaN : (mean - d.low) / (d.high - d.low);
    here.setAttribute('visibility', Number.isFinite(share) ? 'visible' : 'hidden');
    if (!Number.isFinite(share)) continue;
    here.setAttribute('cx', +d.left + d.step * (told.place[d.axis] + 0.5));
    here.setAttribute('cy', +d.top + d.tall * (1 - Math.min(1, Math.max(0, share))));
  }
}

function show(cell, k) {
  if (chosen) chosen.classList.remove('here');
  chosen = cell;
  cell.classList.add('here');
  const told = cells[cell.dataset.i], pictures = [...cell.querySelectorAll('img')];
  const first = Math.max(0, pictures.findIndex(picture => !picture.hidden));
  k = k === undefined ? first : Math.min(k, Math.max(0, pictures.length - 1));
  pick(pictures, k);
  byId('parameters').replaceChildren(...told.at.map(pair => row('', ...pair)));
  const each = told.metrics.some(metric => metric.each.length);
  const head = each ? [row('head', 'metric', 'picture ' + (k + 1), 'cell')] : [row('head', 'metric', 'cell')];
  byId('metrics').replaceChildren(...(told.metrics.length ? head : []), ...told.metrics.map(metric =>
    row('', metric.name, ...(each ? [metric.each[k] || ''] : []), metric.all)));
  byId('line').textContent = told.line;
  mark(told);
}

const inTable = table => [...table.rows].map(line => [...line.querySelectorAll('[role=gridcell]')])
  .filter(line => line.length);

function rove(cell) {
  for (const other of cell.closest('[role=grid]').querySelectorAll('[role=gridcell]')) other.tabIndex = -1;
  cell.tabIndex = 0;
}

function step(cell, key) {
  const t = tables.indexOf(cell.closest('[role=grid]')), lines = inTable(tables[t]);
  const r = lines.findIndex(line => line.includes(cell)), c = lines[r].indexOf(cell);
  const at = (lines, r, c) => lines[r] && lines[r][c];
  switch (key) {
    case 'ArrowLeft': return at(lines, r, c - 1);
    case 'ArrowRight': return at(lines, r, c + 1);
    case 'ArrowUp': return at(lines, r - 1, c);
    case 'ArrowDown': return at(lines, r + 1, c);
    case 'Home': return at(lines, r, 0);
    case 'End': return at(lines, r, lines[r].length - 1);
    case 'PageUp': return t > 0 ? at(inTable(tables[t - 1]), r, c) : undefined;
    case 'PageDown': return t + 1 < tables.length ? at(inTable(tables[t + 1]), r, c) : undefined;
  }
}

const KEYS = /^(Arrow(Left|Right|Up|Down)|Home|End|Page(Up|Down))$/;
for (const table of tables) {
  table.addEventListener('focusin', event => {
    const cell = event.target.closest('[role=gridcell]');
    if (cell) { rove(cell); show(cell); }
  });
  table.addEventListener('mouseover', event => {
    const cell = event.target.closest('[role=gridcell]');
    if (cell) show(cell, event.target.dataset.k === undefined ? undefined : +event.target.dataset.k);
  });
  table.addEventListener('keydown', event => {
    const cell = event.target.closest('[role=gridcell]');
    if (!cell || event.ctrlKey || event.altKey || event.metaKey) return;
    if (/^[1-4]$/.test(event.key)) { show(cell, event.key - 1); return; }
    if (!KEYS.test(event.key)) return;
    event.preventDefault();
    const next = step(cell, event.key);
    if (next) next.focus();
  });
  const lines = inTable(table);
  if (lines.length) lines[0][0].tabIndex = 0;
}
const start = tables.length ? inTable(tables[0])[0] : undefined;
if (start) show(start[0]);
})();
"""
