import { writeSync } from 'node:fs';
import { deskId, epoch, personId, txId } from '#libs/domain';
import { openJournal } from '../index.js';

// Appends for ever, several at a time, and says each number on stdout once its append was acknowledged.
const journal = await openJournal({ directory: String(process.argv[2]) });
const STDOUT = 1;

async function appendFrom(first: number, step: number): Promise<never> {
  for (let n = first; ; n += step) {
    await journal.append([
      { type: 'span', personId: personId('alex'), posture: 'sitting', from: epoch(n), to: epoch(n + 1) },
      {
        type: 'move-started',
        txId: txId(String(n)),
        deskId: deskId('office'),
        origin: 'coach',
        fromMm: 720,
        targetMm: 1110,
        at: epoch(n),
      },
    ]);
    writeSync(STDOUT, `${n}\n`);
  }
}

await Promise.all([appendFrom(0, 3), appendFrom(1, 3), appendFrom(2, 3)]);
