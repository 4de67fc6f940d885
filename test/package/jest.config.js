const unit = require('../../jest.config.js');

/** The packed tarball, installed into a folder of its own, which may take the network. @type {import('jest').Config} */
module.exports = {
  ...unit,
  rootDir: '../..',
  roots: ['<rootDir>/test/package'],
  testPathIgnorePatterns: ['/node_modules/'],
  maxWorkers: 1,
};
