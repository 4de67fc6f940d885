const unit = require('../../jest.config.js');

/** The page, and the SMART app of the documents, in a real Chromium; beside an Orthanc, see test/lab/with-orthanc. @type {import('jest').Config} */
module.exports = {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/test/web'],
  testPathIgnorePatterns: ['/node_modules/'],
  // A browser, a gateway and an archive share the machine's cores.
  maxWorkers: 1,
  testTimeout: 60_000,
};
