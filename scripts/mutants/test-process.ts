/**
 * A process that runs unit tests against one mutant after another. It serves the changed file to the tests from
 * memory, so nothing on the disk changes. `run.ts` starts it, and ends it where a mutant hangs.
 */
import { join } from 'node:path'
import { createVitest } from 'vitest/node'

export interface TestOrder {
  /** From the root of the project. Null: the sources as they are. */
  readonly mutant: { readonly file: string; readonly text: string } | null
  readonly tests: readonly string[]
}

/** The first test file that failed; null where all passed. */
export interface TestReport {
  readonly failed: string | null
}

const root = join(import.meta.dirname, '../..')
let served: TestOrder['mutant'] = null

const vitest = await createVitest(
  'test',
  {
    root,
    config: false,
    watch: false,
    pool: 'forks',
    isolate: false,
    maxWorkers: 1,
    bail: 1,
    include: ['tests/unit/main/**/*.test.ts'],
    reporters: [{}],
    cache: false,
    silent: true,
  },
  {
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        load: (id) => (served !== null && id === join(root, served.file) ? served.text : null),
      },
    ],
  },
)
await vitest.standalone()
const project = vitest.getRootProject()

async function run({ mutant, tests }: TestOrder): Promise<TestReport> {
  const before = served
  served = mutant
  for (const changed of [before, served])
    if (changed !== null) vitest.invalidateFile(join(root, changed.file))
  const specifications = tests.map((test) => project.createSpecification(join(root, test)))
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications)
  // What is reported holds every file that ever ran here.
  const failed = testModules.find((module) => tests.includes(module.relativeModuleId) && !module.ok())
  if (failed !== undefined) return { failed: failed.relativeModuleId }
  return { failed: unhandledErrors.length > 0 ? (tests[0] ?? '') : null }
}

process.on('message', (order: TestOrder) => {
  void run(order).then((report) => process.send?.(report))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')
