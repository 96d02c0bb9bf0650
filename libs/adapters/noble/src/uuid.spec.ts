import { fullUuid } from './uuid.js';

describe('The 128-bit form of what noble calls a UUID', () => {
  it.each([
    ['180d', '0000180d-0000-1000-8000-00805f9b34fb'],
    ['ff', '000000ff-0000-1000-8000-00805f9b34fb'], // 00FF as advertised: noble drops leading zeros
    ['1ff', '000001ff-0000-1000-8000-00805f9b34fb'],
    ['0000FE60', '0000fe60-0000-1000-8000-00805f9b34fb'],
    ['99fa0021338a10248a49009c0215f78a', '99fa0021-338a-1024-8a49-009c0215f78a'],
    ['99FA0021-338A-1024-8A49-009C0215F78A', '99fa0021-338a-1024-8a49-009c0215f78a'],
  ])('%s is %s', (given, full) => {
    expect(fullUuid(given)).toBe(full);
  });
});
