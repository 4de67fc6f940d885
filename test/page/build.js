const { execFileSync } = require('node:child_process');
const path = require('node:path');

/** Builds the page before the tests of it: from source there is none. */
module.exports = () => {
  execFileSync('npm', ['run', '--silent', 'page'], {
    cwd: path.join(__dirname, '..', '..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};
