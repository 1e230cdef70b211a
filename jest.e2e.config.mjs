import { shared } from './jest.config.mjs'

/** Whole-system suites: real processes, injected faults, a real browser. One at a time: they measure a machine. */
export default {
  ...shared,
  testMatch: ['<rootDir>/e2e/**/*.test.ts'],
  testTimeout: 300_000,
  maxWorkers: 1,
}
