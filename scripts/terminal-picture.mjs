// Draws lines from standard input as a terminal, in SVG: `npm start | node scripts/terminal-picture.mjs > docs/images/demo.svg`
// (end the demo with Ctrl-C after a while). Every line is what the program printed; long ones are cut.
import { readFileSync } from 'node:fs';

const CELL = { width: 7.6, height: 19 };
const COLUMNS = 112;
const MOST_LINES = 40;
/** The first word that fits gives a line its colour. */
const TONES = [
  [/connected|arrived|accepted$/, '#7ee787'],
  [/prompt ·|moving to|█|░/, '#79c0ff'],
  [/searching|prompt closed/, '#8b949e'],
];

const escape = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const toneOf = (line) => TONES.find(([pattern]) => pattern.test(line))?.[1] ?? '#e6edf3';

const lines = readFileSync(0, 'utf8')
  .split('\n')
  .map((line) => line.trimEnd().slice(0, COLUMNS))
  .slice(0, MOST_LINES);
while (lines.at(-1) === '') lines.pop();

const width = Math.round(COLUMNS * CELL.width + 32);
const height = lines.length * CELL.height + 32;
const rows = lines.map((line, index) => {
  const y = 16 + (index + 0.75) * CELL.height;
  return `<text x="16" y="${y}" fill="${toneOf(line)}" xml:space="preserve">${escape(line)}</text>`;
});
console.log(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="Recording of the demo">
<rect width="100%" height="100%" rx="8" fill="#0d1117"/>
<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, monospace" font-size="12.5">
${rows.join('\n')}
</g>
</svg>`);
