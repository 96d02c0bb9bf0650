export { type DecodeIssueCount } from './profiles/decode-issue-log.js';
export { FileProfileStore, type FileProfileStoreOptions } from './profiles/file-profile-store.js';
