// `npm run bench:hub -- --json | node scripts/performance.mjs`: writes the bench's figures into docs/performance.md.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import { main, ROOT, SetupError } from './setup.mjs';

const PAGE = path.join(ROOT, 'docs', 'performance.md');
const HELP = `Usage: npm run bench:NAME -- --json | node scripts/performance.mjs [--args ARGS] [--note TEXT]

Writes the figures of the last line of standard input into docs/performance.md.

  --args ARGS    what the bench was given besides --json
  --note TEXT    what a reader must know about the run, such as what else the machine did`;

/** @returns {{ bench: string, results: { name: string, value: number, unit: string, goal: number | null, ok: boolean | null }[] }} */
function reportOf(output) {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  try {
    const report = JSON.parse(last);
    if (typeof report.bench === 'string' && Array.isArray(report.results)) return report;
  } catch {
    // Told below.
  }
  throw new SetupError('Standard input does not end with the JSON line of a bench: run the bench with --json.');
}

function machine() {
  const [cpu] = os.cpus();
  const memory = Math.round(os.totalmem() / 2 ** 30);
  return `${os.cpus().length} cores (${cpu?.model.trim() ?? 'unknown'}), ${memory} GiB, ${os.type()}, Node ${process.versions.node}`;
}

function sectionOf({ bench, results }, args, note) {
  const command = ['npm run', `bench:${bench}`, '--', ...args, '--json'].join(' ');
  const rows = results.map(({ name, value, unit, goal, ok }) => {
    const judged = goal === null ? '' : `${goal} ${unit}${ok ? '' : ' (missed)'}`;
    return `| ${name} | ${value} ${unit} | ${judged} |`;
  });
  return [
    `Command: \`${command}\`, ${new Date().toISOString().slice(0, 10)}, on ${machine()}.${note ? ` ${note}` : ''}`,
    '',
    '| figure | value | goal |',
    '| --- | --- | --- |',
    ...rows,
  ].join('\n');
}

await main(async () => {
  const { values } = parseArgs({
    options: { args: { type: 'string' }, note: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const report = reportOf(await text(process.stdin));
  const page = fs.readFileSync(PAGE, 'utf8');
  const [begin, end] = [`<!-- bench:${report.bench} -->`, `<!-- /bench:${report.bench} -->`];
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from) throw new SetupError(`docs/performance.md has no ${begin} ... ${end}.`);
  const section = sectionOf(report, values.args ? [values.args] : [], values.note);
  const written = `${page.slice(0, from + begin.length)}\n\n${section}\n\n${page.slice(to)}`;
  const options = { ...(await prettier.resolveConfig(PAGE)), parser: 'markdown' };
  fs.writeFileSync(PAGE, await prettier.format(written, options));
});
