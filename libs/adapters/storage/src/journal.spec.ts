import { journalContract } from '#libs/testing';
import { openJournal } from './index.js';

describe('TypeOrmJournal keeps the contract of the journal port', () => {
  journalContract((directory) => openJournal({ directory }));
});
