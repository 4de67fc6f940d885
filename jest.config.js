/** @type {import('jest').Config} */
module.exports = {
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testEnvironment: 'node',
  // Real archives and real sockets on a busy machine: a test that hangs still ends.
  testTimeout: 30_000,
  // These are ES modules, which Jest cannot load as they are.
  transformIgnorePatterns: ['/node_modules/(?!(jose|stream-json|stream-chain)/)'],
  globalSetup: '<rootDir>/test/page/build.js',
  testPathIgnorePatterns: [
    '/node_modules/',
    '<rootDir>/test/lab/',
    '<rootDir>/test/redis/',
    '<rootDir>/test/package/',
    '<rootDir>/test/web/',
    '<rootDir>/test/deploy/programs/',
    '<rootDir>/test/docs/programs/',
  ],
  transform: {
    '^.+\\.[tj]s$': [
      'ts-jest',
      {
        tsconfig: {
          module: 'commonjs',
          moduleResolution: 'bundler',
          target: 'es2023',
          lib: ['es2023', 'es2024.string'],
          types: ['node', 'jest'],
          resolveJsonModule: true,
          esModuleInterop: true,
          skipLibCheck: true,
          allowJs: true,
          isolatedModules: true,
        },
        diagnostics: false,
      },
    ],
  },
};
