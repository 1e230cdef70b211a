/** Unit and integration suites: every workspace but e2e, which starts whole systems (jest.e2e.config.mjs). */
export const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', tsx: false, decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['<rootDir>/[^/]+/dist/.*/package.json'],
}

export default {
  ...shared,
  testMatch: [
    '<rootDir>/{core,journal,broker,backend,frontend,simulators,bench,scripts,deploy}/**/*.test.ts',
  ],
  testTimeout: 60_000,
}
