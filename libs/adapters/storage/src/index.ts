export { openJournal, type OpenJournalOptions } from './open-journal.js';
export { type TypeOrmJournal } from './typeorm-journal.adapter.js';
