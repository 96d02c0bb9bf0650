'use strict';
const fs = require('node:fs');

/** The working day in lab time lasts minutes: it must start first so that everything else runs beside it. */
const rank = (file) => {
  if (/day\.e2e-spec\.ts$/.test(file)) return 0;
  if (file.endsWith('.e2e-spec.ts')) return 1;
  return /test[\\/]architecture/.test(file) ? 2 : 3;
};

/** Jest test order: end-to-end specs, then the architecture, then the rest with the largest file first. */
module.exports = class LongFirstSequencer {
  sort(tests) {
    const size = new Map(tests.map((test) => [test, fs.statSync(test.path).size]));
    return [...tests].sort((a, b) => rank(a.path) - rank(b.path) || size.get(b) - size.get(a));
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {
    // Order does not depend on earlier runs.
  }
};
