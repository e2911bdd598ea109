/**
 * `npm run test:mutants`: breaks one guard, limit or bound at a time and runs the unit tests that reach it. A change
 * that no test notices is a survivor. It is printed, and makes the run fail unless `mutants/explained.json` says why
 * it may survive. Nothing on the disk changes: the tests get the changed file from memory.
 *
 * - `--files PART,PART`: only files whose path contains one of these
 * - `--sample N`: only N mutants, spread evenly
 * - `--resume`: leaves out what an earlier run killed, as long as its file and the test that killed it are unchanged
 * - `--list`: prints the mutants and runs nothing
 */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { explains, readExplained } from './mutants/explained.ts'
import { createKilledBefore } from './mutants/killed-before.ts'
import { mutantsOf, type Mutant } from './mutants/mutations.ts'
import { relatedTests } from './mutants/related-tests.ts'
import { createTester } from './mutants/tester.ts'
import { createTypeCheck } from './mutants/type-check.ts'

/** What is mutated: where a wrong bound or a missing guard lets somebody in, or loses a message. */
const targets = [
  'src/main/access/*.ts',
  'src/main/bus/*.ts',
  'src/main/mcp/approvals/*.ts',
  'src/main/mcp/http/session-{table,tag}.ts',
  'src/main/panel/one-user.ts',
  'src/main/app/apply-blocks.ts',
]
/** A mutant that takes so many times as long as the tests do without one has hung. */
const hungTimes = 10
const hungFloorMs = 20_000

const root = join(import.meta.dirname, '..')
const { values: options } = parseArgs({
  options: {
    files: { type: 'string', default: '' },
    sample: { type: 'string' },
    resume: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})

const plain = (path: string): string => path.replaceAll('\\', '/')
const files = globSync(targets, { cwd: root })
  .map(plain)
  .filter((file) => options.files.split(',').some((part) => file.includes(part)))
  .sort()
const everyMutant = files.flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')))
const mutants = sampled(everyMutant, Number(options.sample ?? Infinity))
const explained = readExplained(join(import.meta.dirname, 'mutants/explained.json'))

const killedBefore = createKilledBefore(root, join(root, 'node_modules/.cache/mutants.json'), options.resume)
const related = relatedTests(root, globSync('tests/unit/main/**/*.test.ts', { cwd: root }).map(plain).sort())
const refusedByCompiler = createTypeCheck(root)
const tester = createTester()
process.on('exit', () => tester.close())
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130))

const survivors: Mutant[] = []
let killed = 0
let refused = 0
let hung = 0

if (options.list) {
  for (const mutant of mutants) console.log(lineOf(mutant))
  console.log(`${mutants.length} mutants in ${files.length} files.`)
} else process.exitCode = await testAll()

async function testAll(): Promise<number> {
  try {
    for (const file of files) {
      const own = mutants.filter((mutant) => mutant.file === file)
      const todo = own.filter((mutant) => !killedBefore.has(mutant))
      killed += own.length - todo.length
      if (todo.length > 0) await testFile(file, todo)
    }
  } finally {
    tester.close()
  }
  return conclude()
}

async function testFile(file: string, todo: readonly Mutant[]): Promise<void> {
  const tests = related(file)
  const folder = dirname(file).replace('src/', 'tests/unit/')
  const near = new Set(tests.filter((test) => dirname(test) === folder))
  const began = performance.now()
  const outcome = await tester.run({ mutant: null, tests }, 600_000)
  const limitMs = Math.max(hungFloorMs, hungTimes * (performance.now() - began))
  if (outcome.kind !== 'passed') {
    throw new Error(
      `The tests of ${file} fail without a mutant: ${JSON.stringify(outcome)}. Repair them first.`,
    )
  }
  console.log(`${file}: ${todo.length} mutants, ${tests.length} test files`)
  for (const mutant of todo) {
    // What failed last in this file is likely to fail again, then what stands beside it.
    const first = tests.filter((test) => near.has(test))
    const rest = tests.filter((test) => !near.has(test))
    let result = await tester.run({ mutant, tests: first }, limitMs)
    if (result.kind === 'passed' && refusedByCompiler(file, mutant.text)) {
      refused += 1
      killedBefore.add(mutant, null)
      continue
    }
    if (result.kind === 'passed') result = await tester.run({ mutant, tests: rest }, limitMs)
    if (result.kind === 'passed') {
      survivors.push(mutant)
      const known = explained.some((explanation) => explains(explanation, mutant))
      console.log(`  ${known ? 'explained' : 'SURVIVED'} ${lineOf(mutant)}`)
      continue
    }
    if (result.kind === 'hung') hung += 1
    else {
      killed += 1
      near.add(result.test)
    }
    killedBefore.add(mutant, result.kind === 'failed' ? result.test : null)
  }
}

function conclude(): number {
  const unexplained = survivors.filter((mutant) => !explained.some((each) => explains(each, mutant)))
  // Only where every mutant was made can an explanation be known to fit none of them.
  const idle = explained.filter(
    (each) => files.includes(each.file) && !everyMutant.some((mutant) => explains(each, mutant)),
  )
  console.log(
    `\n${mutants.length} mutants: ${killed} killed by a test, ${refused} refused by the compiler, ` +
      `${hung} hung, ${survivors.length - unexplained.length} survived and are explained, ` +
      `${unexplained.length} survived unexplained.`,
  )
  for (const mutant of unexplained) console.log(lineOf(mutant))
  for (const { file, was, becomes } of idle) {
    console.log(`explained.json: no such mutant any more: ${file}\n    ${was}\n    ${becomes}`)
  }
  return unexplained.length + idle.length > 0 ? 1 : 0
}

function lineOf({ file, line, within, was, becomes }: Mutant): string {
  return `${file}:${line} in ${within}\n    ${was}\n    ${becomes}`
}

function sampled<Item>(items: readonly Item[], count: number): readonly Item[] {
  if (items.length <= count) return items
  return Array.from(
    { length: count },
    (_, index) => items[Math.floor((index * items.length) / count)] as Item,
  )
}
