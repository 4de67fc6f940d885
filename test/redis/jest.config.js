const unit = require('../../jest.config.js');

/** The tests that need Redis and HAProxy of Debian's packages. @type {import('jest').Config} */
module.exports = {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/test/redis'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Redis and the replicas share the machine's cores with them.
  maxWorkers: 1,
};
