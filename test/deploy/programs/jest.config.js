const unit = require('../../../jest.config.js');

/**
 * The tests that need programs beside npm's packages: nginx, HAProxy, Helm. `.ci/run` installs them.
 * @type {import('jest').Config}
 */
module.exports = {
  ...unit,
  rootDir: '../../..',
  roots: ['<rootDir>/test/deploy/programs', '<rootDir>/test/docs/programs'],
  testPathIgnorePatterns: ['/node_modules/'],
  // Each starts programs of its own, on two cores.
  maxWorkers: 1,
};
