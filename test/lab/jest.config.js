const unit = require('../../jest.config.js');

/** The tests that need a real archive beside them; see test/lab/with-orthanc. @type {import('jest').Config} */
module.exports = {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/test/lab'],
  testPathIgnorePatterns: ['/node_modules/'],
  // The archive and the gateway share the machine's cores with them.
  maxWorkers: 1,
};
