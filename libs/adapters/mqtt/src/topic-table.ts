import { type PayloadKind, specOf, TEMPLATES, type Template, type TopicSpec } from './topic-map.js';

const PAYLOADS: Readonly<Record<Exclude<PayloadKind, 'word'>, string>> = {
  availability: '`online`, `offline`',
  'on-off': '`ON`, `OFF`',
  millimetres: 'mm as a number, `None`',
  number: 'number, `None`',
  timestamp: 'ISO 8601 with zone, `None`',
  text: 'text, `None`',
  event: 'JSON with `event_type`',
  document: 'JSON',
  'height-command': '`{"value": mm, "created": s}`, bare number',
  'preset-command': '`{"value": preset, "created": s}`, bare name',
  'confirm-command': '`{"value": "confirm", "created": s}`, `confirm`',
  'press-command': '`PRESS` or the property',
  'minutes-command': 'minutes as a number',
  'mode-command': 'mode as a word',
  birth: '`online`, `offline`',
};

const HEAD = ['Topic', 'Payload', 'Retained', 'QoS', 'Direction', 'Meaning'] as const;

const payloadText = ({ payload, words = [], evenRetained }: TopicSpec): string => {
  if (evenRetained) return 'anything';
  return payload === 'word' ? words.map((word) => `\`${word}\``).join(', ') : PAYLOADS[payload];
};

const row = (template: Template): readonly string[] => {
  const spec = specOf(template);
  return [
    `\`${template}\``,
    payloadText(spec),
    spec.retained ? 'yes' : 'no',
    String(spec.qos),
    spec.direction === 'out' ? 'from hub' : 'to hub',
    `${spec.note}${spec.pace === undefined ? '' : ` (${spec.pace})`}`,
  ];
};

/** The topic map as the Markdown table of docs/mqtt.md. */
export const topicTable = (): string => {
  const rows = [HEAD, ...TEMPLATES.map(row)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[], fill = ' '): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [
    line(head),
    line(
      HEAD.map(() => '-'),
      '-',
    ),
    ...body.map((cells) => line(cells)),
  ].join('\n');
};
