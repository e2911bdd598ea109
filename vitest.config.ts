import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** A test without an assertion could not fail, so it does. */
const asserted = { requireAssertions: true }

export default defineConfig({
  test: {
    // Many tests wait for a time to pass: on two cores two files at once take little more than half the time of one.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts', 'tests/unit/**/*.test.tsx'],
          environment: 'node',
          expect: asserted,
          // A test that hangs ends here. Loading the packer takes more than vitest's 5 s on a busy machine.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['tests/integration/**/*.test.ts'],
          environment: 'node',
          expect: asserted,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'security',
          include: ['tests/security/**/*.test.ts'],
          environment: 'node',
          expect: asserted,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['tests/faults/**/*.test.ts'],
          environment: 'node',
          expect: asserted,
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Memory is measured, and processes are killed and counted: one after another.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'firefox',
          include: ['tests/firefox/**/*.test.ts'],
          environment: 'node',
          expect: asserted,
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'blender',
          include: ['tests/blender/**/*.test.ts'],
          environment: 'node',
          expect: asserted,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          // Blender draws in software here: one after another is faster than all at once.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'programs',
          include: ['tests/programs/*.test.ts'],
          environment: 'node',
          testTimeout: 240_000,
          hookTimeout: 120_000,
          // Each has a Blender and an LLM program running: one after another on two cores.
          fileParallelism: false,
        },
      },
      {
        test: {
          name: 'programs-all',
          include: ['tests/programs/*.test.ts', 'tests/programs/long/*.test.ts'],
          environment: 'node',
          env: { BUSBAR_PROGRAMS: 'all' },
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
