const js = require('@eslint/js');
const tseslint = require('typescript-eslint');

module.exports = tseslint.config(
  { ignores: ['dist/', 'coverage/', 'node_modules/'] },
  js.configs.recommended,
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: __dirname } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      'no-console': 'error',
    },
  },
  {
    // What runs in browsers, which have other globals.
    files: ['src/web/browser/**/*.ts'],
    languageOptions: {
      parserOptions: { project: './src/web/browser/tsconfig.json', tsconfigRootDir: __dirname },
    },
  },
  {
    files: ['test/web/**/*.ts'],
    languageOptions: {
      parserOptions: { project: './test/web/tsconfig.json', tsconfigRootDir: __dirname },
    },
  },
  {
    files: ['deploy/**/*.{js,mjs}', 'docs/examples/**/*.{js,mjs}'],
    languageOptions: {
      globals: {
        Buffer: 'readonly',
        URL: 'readonly',
        URLSearchParams: 'readonly',
        fetch: 'readonly',
      },
    },
  },
  {
    // They run in a browser.
    files: ['deploy/ohif/*.js', 'docs/examples/smart-app/app.js'],
    languageOptions: {
      globals: {
        crypto: 'readonly',
        document: 'readonly',
        location: 'readonly',
        sessionStorage: 'readonly',
        window: 'readonly',
        TextEncoder: 'readonly',
        btoa: 'readonly',
      },
    },
  },
  {
    files: ['**/*.config.js', 'test/page/build.js'],
    languageOptions: {
      sourceType: 'commonjs',
      globals: { module: 'writable', require: 'readonly', __dirname: 'readonly' },
    },
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
);
